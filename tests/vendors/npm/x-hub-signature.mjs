// Of no vendor: what GitHub's first header, Bitbucket and WebSub have in common.

import XHubSignature from "x-hub-signature";

const entry = (algorithm, forms, others) => ({
  package: "x-hub-signature",
  hook: { secret_header_name: "x-hub-signature", secret_algorithm: algorithm },
  forms,
  sign: ({ body, secret, id }) => ({
    "x-hub-signature": new XHubSignature(algorithm, secret).sign(body),
    ...others(id),
  }),
  verify: ({ body, headers, secret }) =>
    new XHubSignature(algorithm, secret).verify(headers["x-hub-signature"], body),
});

export default [
  entry("sha1", "payload", (id) => ({ "x-github-delivery": id, "x-github-event": "push" })),
  entry("sha256", undefined, (id) => ({ "x-request-uuid": id, "x-event-key": "repo:push" })),
  entry("sha512", undefined, () => ({})),
];
