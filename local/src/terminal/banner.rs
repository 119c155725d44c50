//! What a newcomer sees first: where everything is, and commands to paste.

use local::Stack;

use super::demo::{Demo, EMAIL};

pub(crate) fn text(stack: &Stack, demo: &Demo, is_without_worker: bool) -> String {
    let mut text = tour(&stack.api_url(), demo);
    if is_without_worker {
        text += "There is no worker: the action waits until you start one. docs/worker.md says how.\n";
    }
    format!("{text}\n{}", services(stack))
}

fn tour(api: &str, demo: &Demo) -> String {
    let Demo { password, pipeline, .. } = demo;
    format!(
        r#"
Pipehook is running. Ctrl-C stops it.

  API       {api}
  Reference {api}/docs
  E-mail    {EMAIL}
  Password  {password}
  Pipeline  {pipeline} of application 42: its step prints the variables

Log in, create a hook that runs the pipeline on application 42, and list it:

  export URL={api}
  field() {{ sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }}

  TOKEN=$(curl -s "$URL/users/login" -H 'Content-Type: application/json' \
    --data '{{"email": "{EMAIL}", "password": "{password}"}}' |
    tee /dev/stderr | field access_token)

  HOOK=$(curl -s "$URL/hooks/incoming" -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    --data '{{
      "name": "deploy main on application 42",
      "requires_secret": true, "secret_algorithm": "sha256", "secret_header_name": "x-hub-signature-256",
      "action_type": "deploy", "resource_type": "application", "resource_id": 42,
      "settings": {{ "variables": [
        {{ "name": "branch", "type": "string", "required": false, "default_value": "main" }},
        {{ "name": "pipeline_id", "type": "integer", "required": false, "default_value": {pipeline} }}
      ] }}
    }}'); echo "$HOOK"

  curl -s "$URL/applications/42/hooks" -H "Authorization: Bearer $TOKEN"

Call the hook as GitHub does. The call, its job and what the worker does with it appear here:

  BODY='{{"ref": "refs/heads/main", "branch": "main"}}'
  SIGNATURE=$(printf %s "$BODY" | openssl dgst -sha256 -hmac "$(echo "$HOOK" | field secret)" | sed 's/.* //')
  ACTION=$(curl -s "$(echo "$HOOK" | field url)" -D - -o /dev/stderr -H 'Content-Type: application/json' \
    -H 'X-GitHub-Event: push' -H "X-GitHub-Delivery: $(date +%s)" -H "X-Hub-Signature-256: sha256=$SIGNATURE" \
    --data "$BODY" | tr -d '\r' | sed -n 's/^x-devopness-action-id: //p')

See how the action ended:

  curl -s "$URL/actions/$ACTION" -H "Authorization: Bearer $TOKEN"
"#
    )
}

fn services(stack: &Stack) -> String {
    format!(
        "\
Look behind it with the aws command:

  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
  export AWS_ENDPOINT_URL_DYNAMODB={}
  export AWS_ENDPOINT_URL_SQS={}
  export AWS_ENDPOINT_URL_SECRETS_MANAGER={}
  export AWS_ENDPOINT_URL_LAMBDA={}
  export AWS_ENDPOINT_URL_SFN={}
  export QUEUE={}
  aws sqs receive-message --queue-url \"$QUEUE\" --wait-time-seconds 20

Make another user; without a password in it, the answer has a generated one:

  curl -s \"$AWS_ENDPOINT_URL_LAMBDA/2015-03-31/functions/UserPut/invocations\" --data '{{
    \"email\": \"ann@example.com\", \"name\": \"Ann\", \"project_id\": 1, \"environment_id\": 1 }}'
",
        stack.dynamodb_url(),
        stack.sqs_url(),
        stack.secrets_manager_url(),
        stack.lambda_url(),
        stack.step_functions_url(),
        stack.physical_id("JobsQueue"),
    )
}
