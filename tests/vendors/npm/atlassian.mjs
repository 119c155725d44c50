import atlassian from "atlassian-jwt";

const hash = (url) => atlassian.createQueryStringHash(atlassian.fromMethodAndUrl("POST", url));

export default [
  {
    package: "atlassian-jwt",
    hook: { provider: "atlassian-connect" },
    url: "https://example.com/hooks/jira",
    proves_body: false,
    sign: ({ secret, url, time }) => {
      const claims = { iss: "a client key", iat: time, exp: time + 180, qsh: hash(url) };
      return { authorization: `JWT ${atlassian.encodeSymmetric(claims, secret)}` };
    },
    verify: ({ headers, secret, url }) => {
      const claims = atlassian.decodeSymmetric(headers.authorization.split(" ")[1], secret, "HS256");
      return claims.qsh === hash(url);
    },
  },
];
