import Razorpay from "razorpay";
import { createHmac } from "node:crypto";

export default [
  {
    package: "razorpay", // It only verifies.
    hook: { provider: "razorpay" },
    sign: ({ body, secret, id }) => ({
      "x-razorpay-signature": createHmac("sha256", secret).update(body).digest("hex"),
      "x-razorpay-event-id": id,
    }),
    verify: ({ body, headers, secret }) =>
      Razorpay.validateWebhookSignature(body, headers["x-razorpay-signature"], secret),
  },
];
