import twilio from "twilio";

const parameters = (form) => Object.fromEntries(new URLSearchParams(form));

export default [
  {
    package: "twilio",
    hook: { provider: "twilio" },
    url: "https://hooks.example.com/twilio?foo=1&bar=2",
    forms: "fields",
    only: ["fields"],
    sign: ({ body, secret, url, id }) => ({
      "x-twilio-signature": twilio.getExpectedTwilioSignature(secret, url, parameters(body)),
      "i-twilio-idempotency-token": id,
    }),
    verify: ({ body, headers, secret, url }) =>
      twilio.validateRequest(secret, headers["x-twilio-signature"], url, parameters(body)),
  },
];
