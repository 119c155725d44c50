import twilio from "twilio";

const parameters = (form) => Object.fromEntries(new URLSearchParams(form));

const entry = (algorithm, hook, facts) => ({
  package: "twilio",
  hook: { provider: "twilio", ...hook },
  url: "https://hooks.example.com/twilio?foo=1&bar=2",
  ...facts(algorithm),
});

const forms = (algorithm) => ({
  forms: "fields",
  only: ["fields"],
  sign: ({ body, secret, url, id }) => ({
    "x-twilio-signature": twilio.getExpectedTwilioSignature(secret, url, parameters(body), algorithm),
    "i-twilio-idempotency-token": id,
  }),
  verify: ({ body, headers, secret, url }) =>
    twilio.validateRequest(secret, headers["x-twilio-signature"], url, parameters(body), algorithm),
});

// Of any other body, the address is signed with the digest of the body in it.
const json = (algorithm) => ({
  is_sampled: false, // The sample is a form.
  sign: ({ body, secret, url, id }) => {
    const query = `bodySHA256=${twilio.getExpectedBodyHash(body)}`;
    return {
      ":query": query,
      "x-twilio-signature": twilio.getExpectedTwilioSignature(secret, `${url}&${query}`, {}, algorithm),
      "i-twilio-idempotency-token": id,
    };
  },
  verify: ({ body, headers, secret, url, query }) =>
    twilio.validateRequestWithBody(secret, headers["x-twilio-signature"], `${url}&${query}`, body, algorithm),
});

const sha256 = { secret_algorithm: "sha256" };

export default [
  entry("HMAC_SHA1", {}, forms),
  entry("HMAC_SHA256", sha256, forms),
  entry("HMAC_SHA1", {}, json),
  entry("HMAC_SHA256", sha256, json),
];
