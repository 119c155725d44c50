//! What a call costs: each request to DynamoDB and SQS has a price and takes time.

use harness::{Call, OURS, Pipehook, alone, alone_copying, github_hook, open_hook};
use local::Service::{self, DynamoDb, SecretsManager, Sqs};
use serde_json::json;

/// The requests that a call makes, when it is not the first of its process.
async fn requests(stack: &Pipehook, call: Call<'_>, status: u16) -> Vec<(Service, String)> {
    assert_eq!(call.send().await.status, status);
    let before = stack.aws_calls().len();
    assert_eq!(call.send().await.status, status);
    // Some of them are made at the same time.
    let calls = &stack.aws_calls()[before..];
    let mut calls: Vec<_> = calls.iter().map(|call| (call.service, call.operation.clone())).collect();
    calls.sort_unstable();
    calls
}

/// In alphabetical order by service.
fn list(requests: &[(Service, &str)]) -> Vec<(Service, String)> {
    requests.iter().map(|(service, operation)| (*service, (*operation).to_owned())).collect()
}

#[test]
fn an_accepted_call_costs_one_read_one_message_and_one_entry_in_the_log() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let (github, open) = (ann.create_hook(&github_hook()).await, ann.create_hook(&open_hook()).await);
        let expected = list(&[(DynamoDb, "GetItem"), (DynamoDb, "PutItem"), (Sqs, "SendMessage")]);

        assert_eq!(requests(stack, github.push(), 200).await, expected);
        assert_eq!(requests(stack, open.unsigned("{}"), 200).await, expected);
    });
}

#[test]
fn a_call_that_runs_a_pipeline_of_ours_costs_its_action_more() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.runs(OURS).await;
        stack.pause_actions().await;

        let found = requests(stack, hook.push(), 200).await;

        let put = (DynamoDb, "PutItem");
        assert_eq!(found, list(&[(DynamoDb, "GetItem"), put, put, (Sqs, "SendMessage")]));
    });
}

#[test]
fn a_refused_call_costs_one_read_and_one_that_cannot_be_of_a_hook_nothing() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let read = list(&[(DynamoDb, "GetItem")]);
        let read_and_logged = list(&[(DynamoDb, "GetItem"), (DynamoDb, "PutItem")]);
        let unknown = stack.post("/hooks/00000000-0000-4000-8000-000000000000/trigger").body("{}");

        assert_eq!(requests(stack, unknown, 404).await, read);
        assert_eq!(requests(stack, hook.push().body("{}"), 401).await, read_and_logged);
        assert_eq!(requests(stack, hook.unsigned("{}"), 401).await, read_and_logged);
        assert_eq!(requests(stack, stack.post("/hooks/x/trigger").body("{}"), 404).await, []);
        assert_eq!(requests(stack, hook.unsigned("x".repeat(4 * 1024 * 1024 + 1)), 413).await, []);
    });
}

#[test]
fn an_ignored_call_costs_one_read_and_one_entry_in_the_log() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        let found = requests(stack, hook.push().with("x-github-event", "ping"), 200).await;

        assert_eq!(found, list(&[(DynamoDb, "GetItem"), (DynamoDb, "PutItem")]));
    });
}

#[test]
fn a_call_of_a_busy_hook_costs_no_read() {
    alone_copying(5_000, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let (message, logged) = ((Sqs, "SendMessage"), (DynamoDb, "PutItem"));

        assert_eq!(requests(stack, hook.push(), 200).await, list(&[logged, message]));
        assert_eq!(requests(stack, hook.push().with("x-github-event", "ping"), 200).await, list(&[logged]));
        assert_eq!(requests(stack, hook.unsigned("{}"), 401).await, list(&[logged]));
    });
}

#[test]
fn the_api_costs_what_it_stores_and_reads_and_nothing_for_a_token_that_is_not_valid() {
    alone(async |stack| {
        let ann = stack.user().await;
        let create = ann.post("/hooks/incoming").json(&github_hook());
        let get = ann.get("/applications/42/hooks");

        // The hook, and the count of its resource's hooks.
        let written = list(&[(DynamoDb, "GetItem"), (DynamoDb, "TransactWriteItems")]);
        assert_eq!(requests(stack, create.clone(), 201).await, written);
        assert_eq!(requests(stack, get.clone(), 200).await, list(&[(DynamoDb, "Query")]));
        assert_eq!(requests(stack, create.bearer("x"), 401).await, []);
        assert_eq!(requests(stack, get.bearer("x"), 401).await, []);
    });
}

#[test]
fn a_login_costs_the_same_whether_the_address_is_known_or_not() {
    alone(async |stack| {
        let ann = stack.user().await;
        let log_in = |email: &str, password: &str| {
            stack.post("/users/login").json(&json!({ "email": email, "password": password }))
        };
        let [read, write] = [(DynamoDb, "GetItem"), (DynamoDb, "UpdateItem")];
        let unknown = stack.unused_email();

        // The address, the user, and the counts of the network and of all networks.
        for email in [&ann.email, &unknown] {
            assert_eq!(requests(stack, log_in(email, "wrong"), 401).await, list(&[read, read, write, write]));
            for _ in 0..3 {
                log_in(email, "wrong").send().await;
            }
            assert_eq!(requests(stack, log_in(email, "wrong"), 429).await, list(&[read, read, write]));
        }

        // Both counts again, the session, and the time of the login.
        let bob = stack.user().await;
        let right = requests(stack, log_in(&bob.email, &bob.password), 200).await;
        assert_eq!(right, list(&[read, read, (DynamoDb, "PutItem"), write, write, write, write, write]));
    });
}

#[test]
fn the_keys_are_read_once_by_each_process() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        for _ in 0..3 {
            hook.push().send().await.accepted();
            ann.list("/applications/42/hooks").await;
        }

        let calls = stack.aws_calls();

        // UserLogin and HookList one each, HookCreate two, HookTrigger one.
        assert_eq!(calls.iter().filter(|call| call.service == SecretsManager).count(), 5);
    });
}
