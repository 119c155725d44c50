import { validateSignature } from "@line/bot-sdk";
import { createHmac } from "node:crypto";

export default [
  {
    package: "@line/bot-sdk", // It only verifies.
    hook: { provider: "line" },
    sign: ({ body, secret }) => ({
      "x-line-signature": createHmac("sha256", secret).update(body).digest("base64"),
    }),
    verify: ({ body, headers, secret }) => validateSignature(body, secret, headers["x-line-signature"]),
  },
];
