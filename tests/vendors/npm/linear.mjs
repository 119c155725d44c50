import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { createHmac } from "node:crypto";

export default [
  {
    package: "@linear/sdk", // It only verifies.
    hook: { secret_header_name: "linear-signature" },
    timed: true,
    stamp: "webhookTimestamp",
    sign: ({ body, secret, id }) => ({
      "linear-signature": createHmac("sha256", secret).update(body).digest("hex"),
      "linear-delivery": id,
    }),
    verify: ({ body, headers, secret }) =>
      new LinearWebhookClient(secret).verify(Buffer.from(body), headers["linear-signature"]),
  },
];
