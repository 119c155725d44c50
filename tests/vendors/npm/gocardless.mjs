import { verifySignature } from "gocardless-nodejs/webhooks";
import { createHmac } from "node:crypto";

export default [
  {
    package: "gocardless-nodejs", // It only verifies.
    hook: { provider: "gocardless" },
    sign: ({ body, secret }) => ({
      "webhook-signature": createHmac("sha256", secret).update(body).digest("hex"),
    }),
    verify: ({ body, headers, secret }) => verifySignature(body, secret, headers["webhook-signature"]),
  },
];
