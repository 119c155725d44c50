import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";
import { getHmac } from "@shopify/shopify-api/test-helpers";

const app = (secret) =>
  shopifyApi({
    apiKey: "none",
    apiSecretKey: secret,
    apiVersion: ApiVersion.January26,
    hostName: "example.com",
    isEmbeddedApp: true,
    logger: { level: LogSeverity.Error, log: () => {} },
  });

export default [
  {
    package: "@shopify/shopify-api",
    hook: { secret_header_name: "x-shopify-hmac-sha256" },
    without: ["empty"], // It takes none.
    sign: ({ body, secret, id }) => ({
      "x-shopify-hmac-sha256": getHmac(body, secret),
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": "example.myshopify.com",
      "x-shopify-api-version": "2026-01",
      "x-shopify-webhook-id": id,
    }),
    verify: async ({ body, headers, secret }) => {
      const rawRequest = { method: "POST", url: "/", headers, socket: {} };
      return (await app(secret).webhooks.validate({ rawBody: body, rawRequest })).valid;
    },
  },
];
