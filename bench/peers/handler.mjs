// The least function of Node that does what `hook-trigger` does first: it proves the call with GitHub's own package,
// looks at the branch, and sends a message. It has the shape of the webhook of github-aws-runners. It holds its one
// secret from the start, and keeps no log of calls.
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { Webhooks } from "@octokit/webhooks";

const sqs = new SQSClient();
const webhooks = new Webhooks({ secret: process.env.WEBHOOK_SECRET });

export async function handler({ headers, body }) {
  const signature = headers["x-hub-signature-256"];
  if (!signature || !(await webhooks.verify(body, signature))) {
    return answer(401, "The signature does not match.");
  }
  const push = JSON.parse(body);
  if (headers["x-github-event"] !== "push" || push.ref !== "refs/heads/main") {
    return answer(200, "The call was ignored.");
  }
  const message = {
    branch: push.ref,
    commit: push.head_commit.id,
    repository: push.repository.full_name,
    first_author: push.commits[0]?.author.username,
    changed_files: push.head_commit.modified,
    forced: push.forced,
  };
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: process.env.JOBS_QUEUE_URL,
      MessageBody: JSON.stringify(message),
      MessageGroupId: "1.application.42",
      MessageDeduplicationId: headers["x-github-delivery"],
    }),
  );
  return answer(200, "The job was queued.");
}

function answer(statusCode, message) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify({ message }) };
}
