import { verifySignature } from "@vonage/jwt";
import { hs256, sha256 } from "../jwt.mjs";

export default [
  {
    package: "@vonage/jwt", // It verifies a token, and leaves its claims to the receiver.
    hook: { provider: "vonage" },
    timed: true,
    judges_time: false,
    sign: ({ body, secret, time, id }) => ({
      authorization: `Bearer ${hs256({ iss: "Vonage", iat: time, jti: id, payload_hash: sha256(body, "hex") }, secret)}`,
    }),
    verify: ({ body, headers, secret }) => {
      const token = headers.authorization.split(" ")[1];
      const { payload_hash } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      return verifySignature(token, secret) && payload_hash === sha256(body, "hex");
    },
  },
];
