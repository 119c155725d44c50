import { LogLevel, Paddle } from "@paddle/paddle-node-sdk";
import { createHmac } from "node:crypto";

const { webhooks } = new Paddle("none", { logLevel: LogLevel.none });

export default [
  {
    package: "@paddle/paddle-node-sdk", // It only verifies.
    hook: { secret_header_name: "paddle-signature" },
    timed: true,
    sign: ({ body, secret, time }) => ({
      "paddle-signature": `ts=${time};h1=${createHmac("sha256", secret).update(`${time}:${body}`).digest("hex")}`,
    }),
    verify: ({ body, headers, secret }) => webhooks.isSignatureValid(body, secret, headers["paddle-signature"]),
  },
];
