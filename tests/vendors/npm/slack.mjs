import bolt from "@slack/bolt";
import { createHmac } from "node:crypto";

export default [
  {
    package: "@slack/bolt", // It only verifies.
    hook: { secret_header_name: "x-slack-signature" },
    timed: true,
    forms: "fields",
    sign: ({ body, secret, time }) => ({
      "x-slack-request-timestamp": `${time}`,
      "x-slack-signature": `v0=${createHmac("sha256", secret).update(`v0:${time}:${body}`).digest("hex")}`,
    }),
    verify: ({ body, headers, secret }) => bolt.verifySlackRequest({ signingSecret: secret, body, headers }),
  },
];
