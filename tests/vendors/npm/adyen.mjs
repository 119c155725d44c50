import adyen from "@adyen/api-library";

const validator = new adyen.hmacValidator();

// Every item of a batch is signed by itself. The text that was made up is what the merchant calls the payment.
const item = (reference, number) => ({
  pspReference: `${reference}${number}`,
  originalReference: number % 2 ? `${reference}0` : "",
  merchantAccountCode: "TestMerchant",
  amount: { value: 100 * number, currency: "EUR" },
  eventCode: "AUTHORISATION",
  success: number % 2 ? "false" : "true",
});

function signed(text, secret, reference, number) {
  const unsigned = { ...item(reference, number), merchantReference: text };
  return { ...unsigned, additionalData: { hmacSignature: validator.calculateHmac(unsigned, secret) } };
}

const batch = (items) => items.map((found) => ({ NotificationRequestItem: found }));

export default [
  {
    package: "@adyen/api-library",
    hook: { provider: "adyen" },
    secret: "hex",
    content_type: "application/json",
    proven: '"merchantReference":"((?:[^"\\\\]|\\\\.)*)"',
    signature: '"hmacSignature":"([^"]*)"',
    sign: ({ body, secret, id }) => {
      const items = Array.from({ length: 1 + (body.length % 3) }, (_, number) => signed(body, secret, id, number));
      return { ":body": JSON.stringify({ live: "false", notificationItems: batch(items) }) };
    },
    verify: ({ body, secret }) => {
      const items = JSON.parse(body).notificationItems;
      return items.every(({ NotificationRequestItem: found }) => validator.validateHMAC(found, secret));
    },
  },
  {
    package: "@adyen/api-library",
    hook: { provider: "adyen-platforms" },
    secret: "hex",
    sign: ({ body, secret }) => ({ hmacsignature: validator.calculateHmac(body, secret) }),
    verify: ({ body, headers, secret }) => validator.validateHMACSignature(secret, headers.hmacsignature, body),
  },
];
