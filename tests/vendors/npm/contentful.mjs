import { signRequest, verifyRequest } from "@contentful/node-apps-toolkit";

const request = (url, body, headers) => {
  const { pathname, search } = new URL(url);
  return { method: "POST", path: pathname + search, headers, body };
};

export default [
  {
    package: "@contentful/node-apps-toolkit",
    hook: { provider: "contentful" },
    secret: "hex",
    url: "https://hooks.example.com/contentful?space=a%20b&x=1",
    timed: true,
    tolerance: 30,
    sign: ({ body, secret, url, time, id }) => {
      const headers = {
        "x-contentful-topic": "ContentManagement.Entry.publish",
        "x-contentful-webhook-name": "one; two: three",
        "x-contentful-idempotency-key": id,
      };
      return { ...headers, ...signRequest(secret, request(url, body, headers), time * 1000) };
    },
    verify: ({ body, headers, secret, url }) => verifyRequest(secret, request(url, body, headers), 30),
  },
];
