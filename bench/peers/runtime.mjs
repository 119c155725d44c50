// Asks the Runtime API for events, one after the other, and does nothing else: less than Lambda's own client for Node,
// which a deployed function loads too. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import http from "node:http";

import { handler } from "./handler.mjs";

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function request(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { hostname, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}` };
    const sent = http.request(options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function serve() {
  for (;;) {
    const { headers, body } = await request("GET", "next");
    const id = headers["lambda-runtime-aws-request-id"];
    try {
      await request("POST", `${id}/response`, JSON.stringify(await handler(JSON.parse(body))));
    } catch (error) {
      const failure = { errorType: error.name, errorMessage: error.message };
      await request("POST", `${id}/error`, JSON.stringify(failure));
    }
  }
}

serve();
