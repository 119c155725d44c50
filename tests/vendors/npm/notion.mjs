import { signWebhookPayload, verifyWebhookSignature } from "@notionhq/client";

export default [
  {
    package: "@notionhq/client",
    hook: { provider: "notion" },
    sign: async ({ body, secret }) => ({
      "x-notion-signature": await signWebhookPayload({ body, verificationToken: secret }),
    }),
    verify: ({ body, headers, secret }) =>
      verifyWebhookSignature({ body, signature: headers["x-notion-signature"], verificationToken: secret }),
  },
];
