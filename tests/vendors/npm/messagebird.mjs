import { createSecretKey } from "node:crypto";
import signature from "messagebird/lib/webhook-signature-jwt.js";
import { hs256, sha256 } from "../jwt.mjs";

export default [
  {
    package: "messagebird", // It only verifies.
    hook: { provider: "bird" },
    url: "https://example.com/hooks/bird?environment=production",
    timed: true,
    tolerance: 320, // The tokens are valid for 300 seconds, and the package grants 5 more.
    sign: ({ body, secret, url, time, id }) => ({
      [signature.SIGNATURE_HEADER_NAME]: hs256(
        {
          iss: "MessageBird",
          nbf: time,
          exp: time + 300,
          jti: id,
          url_hash: sha256(url, "hex"),
          ...(body && { payload_hash: sha256(body, "hex") }),
        },
        secret,
      ),
    }),
    verify: ({ body, headers, secret, url }) =>
      signature.verify(
        url,
        Buffer.from(body),
        headers[signature.SIGNATURE_HEADER_NAME],
        createSecretKey(Buffer.from(secret)),
      ),
  },
];
