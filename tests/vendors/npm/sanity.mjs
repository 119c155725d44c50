import { encodeSignatureHeader, isValidSignature } from "@sanity/webhook";

export default [
  {
    package: "@sanity/webhook",
    hook: { provider: "sanity" },
    timed: true,
    judges_time: false,
    without: ["empty"], // It takes none.
    sign: async ({ body, secret, time, id }) => ({
      "sanity-webhook-signature": await encodeSignatureHeader(body, time * 1000, secret),
      "idempotency-key": id,
    }),
    verify: ({ body, headers, secret }) => isValidSignature(body, headers["sanity-webhook-signature"], secret),
  },
];
