import { Webhook } from "svix";

export default [
  {
    package: "svix",
    hook: { secret_header_name: "svix-signature" },
    secret: "whsec",
    timed: true,
    sign: ({ body, secret, time, id }) => ({
      "svix-id": id,
      "svix-timestamp": `${time}`,
      "svix-signature": new Webhook(secret).sign(id, new Date(time * 1000), body),
    }),
    verify: ({ body, headers, secret }) => {
      try {
        new Webhook(secret).verify(body, headers);
      } catch (error) {
        // It parses what it has verified.
        if (!(error instanceof SyntaxError)) throw error;
      }
    },
  },
];
