import braintree from "braintree";

const KIND = braintree.WebhookNotification.Kind.SubscriptionChargedSuccessfully;

const gateway = (privateKey) =>
  new braintree.BraintreeGateway({
    environment: braintree.Environment.Sandbox,
    merchantId: "none",
    publicKey: "sample", // As the sample has it.
    privateKey,
  });

const common = {
  package: "braintree",
  hook: { provider: "braintree", provider_options: { public_key: "sample" } },
  content_type: "application/x-www-form-urlencoded",
  proven: "bt_payload=([^&]*)",
  signature: "bt_signature=sample%7C([0-9a-f]*)",
};

const form = (fields) => ({ ":body": `${new URLSearchParams(fields)}` });
const fields = (body) => Object.fromEntries(new URLSearchParams(body));

export default [
  {
    ...common,
    sign: ({ body, secret }) => {
      const payload = `${Buffer.from(body).toString("base64")}\n`;
      return form({ bt_signature: gateway(secret).webhookTesting.sampleSignature(payload), bt_payload: payload });
    },
    // As `parse` does before it reads the payload, which it takes for XML of Braintree's.
    verify: ({ body, secret }) => {
      const { bt_signature, bt_payload } = fields(body);
      return gateway(secret).webhookNotification.validateSignature(bt_signature, bt_payload) === null;
    },
  },
  {
    ...common,
    only: ["object"],
    sign: ({ secret, id }) =>
      form(gateway(secret).webhookTesting.sampleNotification(KIND, id)),
    verify: async ({ body, secret }) => {
      const { bt_signature, bt_payload } = fields(body);
      const { kind } = await gateway(secret).webhookNotification.parse(bt_signature, bt_payload);
      return Object.values(braintree.WebhookNotification.Kind).includes(kind);
    },
  },
];
