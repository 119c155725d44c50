import Mux from "@mux/mux-node";

const { webhooks } = new Mux({ tokenId: "none", tokenSecret: "none" });

export default [
  {
    package: "@mux/mux-node",
    hook: { provider: "mux" },
    timed: true,
    sign: async ({ body, secret, time }) => ({
      "mux-signature": `t=${time},v1=${await webhooks.computeSignature(`${time}.${body}`, secret)}`,
    }),
    verify: async ({ body, headers, secret }) => {
      await webhooks.verifySignature(body, headers, secret);
    },
  },
];
