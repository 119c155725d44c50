// JSON Web Tokens (RFC 7519), for vendors whose packages only verify them.

import { createHash, createHmac } from "node:crypto";

const part = (json) => Buffer.from(JSON.stringify(json)).toString("base64url");

export function hs256(claims, secret) {
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

export const sha256 = (text, encoding) => createHash("sha256").update(text).digest(encoding);
