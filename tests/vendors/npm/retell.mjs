import { symmetric } from "retell-sdk/lib/webhook_auth";

export default [
  {
    package: "retell-sdk",
    hook: { provider: "retell" },
    timed: true,
    sign: async ({ body, secret, time }) => ({
      "x-retell-signature": await symmetric.sign(body, secret, time * 1000),
    }),
    verify: ({ body, headers, secret }) => symmetric.verify(body, secret, headers["x-retell-signature"]),
  },
];
