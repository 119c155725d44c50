import { verifyKey } from "discord-interactions";
import { sign } from "node:crypto";

export default [
  {
    package: "discord-interactions", // It only verifies, and does not mind the time.
    hook: { provider: "discord" },
    secret: "ed25519-hex",
    timed: true,
    judges_time: false,
    sign: ({ body, secret, time }) => ({
      "x-signature-timestamp": `${time}`,
      "x-signature-ed25519": sign(null, `${time}${body}`, secret).toString("hex"),
    }),
    verify: ({ body, headers, secret }) =>
      verifyKey(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], secret),
  },
];
