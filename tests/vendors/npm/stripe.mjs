import Stripe from "stripe";

const { webhooks } = new Stripe("sk_test_none");

export default [
  {
    package: "stripe",
    hook: { secret_header_name: "stripe-signature" },
    timed: true,
    without: ["empty"], // It verifies none.
    sign: ({ body, secret, time }) => ({
      "stripe-signature": webhooks.generateTestHeaderString({ payload: body, secret, timestamp: time }),
    }),
    verify: ({ body, headers, secret }) =>
      webhooks.signature.verifyHeader(body, headers["stripe-signature"], secret, 300),
  },
];
