import { AccessToken, TokenVerifier } from "livekit-server-sdk";
import { sha256 } from "../jwt.mjs";

// The id of the secret, which the samples have as their issuer.
const KEY = "sample";

// The package reads the clock itself, so that no call of another time can be made with it.
export default [
  {
    package: "livekit-server-sdk",
    hook: { provider: "livekit" },
    sign: async ({ body, secret }) => {
      const token = new AccessToken(KEY, secret, { ttl: "5m" });
      token.sha256 = sha256(body, "base64");
      return { authorization: await token.toJwt() };
    },
    // As its `WebhookReceiver` does, which takes no body that is not an event of LiveKit's.
    verify: async ({ body, headers, secret }) => {
      const claims = await new TokenVerifier(KEY, secret).verify(headers.authorization);
      return claims.sha256 === sha256(body, "base64");
    },
  },
];
