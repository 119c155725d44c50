import { Signature } from "@hubspot/api-client";

const options = (body, secret, url, timestamp) => ({ clientSecret: secret, requestBody: body, url, timestamp });

const unversioned = (version, url) => ({
  package: "@hubspot/api-client",
  hook: { provider: `hubspot-${version}` },
  url,
  sign: ({ body, secret, url }) => ({
    "x-hubspot-signature": Signature.getSignature("POST", version, options(body, secret, url)),
  }),
  verify: ({ body, headers, secret, url }) =>
    Signature.isValid({
      ...options(body, secret, url),
      signatureVersion: version,
      signature: headers["x-hubspot-signature"],
    }),
});

export default [
  unversioned("v1", ""),
  unversioned("v2", "https://hooks.example.com/hubspot?foo=1"),
  {
    package: "@hubspot/api-client",
    hook: { provider: "hubspot" },
    url: "https://hooks.example.com/hubspot?foo=1",
    timed: true,
    sign: ({ body, secret, url, time }) => ({
      "x-hubspot-request-timestamp": `${time * 1000}`,
      "x-hubspot-signature-v3": Signature.getSignature("POST", "v3", options(body, secret, url, time * 1000)),
    }),
    verify: ({ body, headers, secret, url }) =>
      Signature.isValid({
        ...options(body, secret, url, Number(headers["x-hubspot-request-timestamp"])),
        signatureVersion: "v3",
        signature: headers["x-hubspot-signature-v3"],
      }),
  },
];
