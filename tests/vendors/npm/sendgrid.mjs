import { EventWebhook } from "@sendgrid/eventwebhook";
import { sign } from "node:crypto";

const SIGNATURE = "x-twilio-email-event-webhook-signature";
const TIME = "x-twilio-email-event-webhook-timestamp";

export default [
  {
    package: "@sendgrid/eventwebhook", // It only verifies, and does not mind the time.
    hook: { provider: "sendgrid" },
    secret: "p256",
    timed: true,
    judges_time: false,
    sign: ({ body, secret, time }) => ({
      [TIME]: `${time}`,
      [SIGNATURE]: sign("sha256", `${time}${body}`, secret).toString("base64"),
    }),
    verify: ({ body, headers, secret }) => {
      const webhook = new EventWebhook();
      const key = webhook.convertPublicKeyToECDSA(secret);
      return webhook.verifySignature(key, body, headers[SIGNATURE], headers[TIME]);
    },
  },
];
