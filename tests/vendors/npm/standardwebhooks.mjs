import { Webhook } from "standardwebhooks";

export default [
  {
    package: "standardwebhooks",
    hook: { secret_header_name: "webhook-signature" },
    secret: "whsec",
    timed: true,
    sign: ({ body, secret, time, id }) => ({
      "webhook-id": id,
      "webhook-timestamp": `${time}`,
      "webhook-signature": new Webhook(secret).sign(id, new Date(time * 1000), body),
    }),
    verify: ({ body, headers, secret }) => {
      new Webhook(secret).verify(body, headers, { jsonParse: false });
    },
  },
];
