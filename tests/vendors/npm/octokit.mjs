import { sign, verify } from "@octokit/webhooks-methods";

export default [
  {
    package: "@octokit/webhooks-methods",
    hook: { secret_header_name: "x-hub-signature-256" },
    forms: "payload",
    without: ["empty"], // It signs none.
    sign: async ({ body, secret, id }) => ({
      "x-hub-signature-256": await sign(secret, body),
      "x-github-delivery": id,
      "x-github-event": "push",
    }),
    verify: ({ body, headers, secret }) => verify(secret, body, headers["x-hub-signature-256"]),
  },
];
