//! How the log of calls is stored, because each kilobyte that is written is paid for.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Answer, Hook, Pipehook, alone, github_hook, open_hook, shared};
use local::Service;
use serde_json::{Value as Json, json};

/// DynamoDB bills a write by the kilobyte, begun or full.
const WRITE_UNIT_BYTES: usize = 1024;

/// The size of an item as DynamoDB counts it: names, and values.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>
fn size(item: &Json) -> usize {
    let value = |value: &Json| match value.as_object().unwrap().iter().next().unwrap() {
        (kind, value) if kind == "B" => BASE64_STANDARD.decode(value.as_str().unwrap()).unwrap().len(),
        // Some two digits a byte, and one or two bytes.
        (kind, value) if kind == "N" => value.as_str().unwrap().len().div_ceil(2) + 2,
        (_, value) => value.as_str().unwrap().len(),
    };
    item.as_object().unwrap().iter().map(|(name, attribute)| name.len() + value(attribute)).sum()
}

/// The items of a call: its own, and that of its body.
async fn items(stack: &Pipehook, hook: &Hook<'_>, call: &Answer) -> (Json, Option<Json>) {
    let mut items = stack.logged_items(hook).await;
    items.retain(|item| item["id"]["S"] == call.request_id());
    let at = items.iter().position(|item| item.get("exchange").is_some()).unwrap();
    let item = items.remove(at);
    (item, items.pop())
}

/// The body of a delivery of `events/`.
fn delivery(name: &str) -> String {
    let path = format!("{}/../events/hook-trigger/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let event: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    event["body"].as_str().unwrap().to_owned()
}

#[test]
fn the_entry_of_a_usual_delivery_is_two_write_units() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let body = delivery("github-push");
        assert!(body.len() > 8 * 1024);

        let answer = hook.signed(body).send().await;

        let (item, apart) = items(stack, &hook, &answer).await;
        assert_eq!((size(&item).div_ceil(WRITE_UNIT_BYTES), apart), (2, None), "{}", size(&item));
    });
}

#[test]
fn a_large_body_stands_apart_so_that_a_list_need_not_read_it() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let text = |length: usize| json!({ "a": "x".repeat(length) });
        // With `{"a":""}`, 32 KiB and one byte more.
        let (inline, apart) = (text(32 * 1024 - 8), text(32 * 1024 - 7));

        let small = hook.unsigned(inline.to_string()).send().await;
        let before = stack.aws_calls().len();
        let large = hook.unsigned(apart.to_string()).send().await;

        let calls = &stack.aws_calls()[before..];
        let writes = calls.iter().filter(|call| call.service == Service::DynamoDb && call.operation == "PutItem");
        assert_eq!((writes.count(), calls.len()), (2, 4));
        assert_eq!(items(stack, &hook, &small).await.1, None);
        let (item, body) = items(stack, &hook, &large).await;
        let body = body.unwrap();
        assert_eq!(harness::inflated(&body, "body"), apart.to_string());
        assert!(!harness::inflated(&item, "exchange").contains("xxx"));
        assert_eq!(body["expires_at"], item["expires_at"]);
        assert_eq!(ann.calls_of(&hook).await.len(), 2);
        assert_eq!(ann.log_of(&small).await["request_body"], inline);
        assert_eq!(ann.log_of(&large).await["request_body"], apart);
        assert_eq!(ann.retry(large.request_id()).await.is(201)["request_body"], apart);
    });
}

#[test]
fn a_body_that_could_not_be_written_is_said_to_be_lost_and_cannot_be_retried() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let answer = hook.unsigned(json!({ "a": "x".repeat(40_000) }).to_string()).send().await;
        let (_, body) = items(stack, &hook, &answer).await;
        let key = body.map(|body| json!({ "hook_tag": body["hook_tag"], "id": body["id"] })).unwrap();
        stack.delete_item("RequestsTable", &key).await;
        let before = ann.jobs().await.len();

        let shown = ann.log_of(&answer).await;

        assert_eq!((&shown["request_body"], &shown["request_body_omitted"]), (&json!({}), &json!("lost")));
        ann.retry(answer.request_id()).await.refused(409);
        assert_eq!(ann.jobs().await.len(), before);
    });
}

#[test]
fn a_hook_with_the_same_tag_has_a_list_of_its_own() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let (hook, other) = (ann.create_hook(&open_hook()).await, bob.create_hook(&open_hook()).await);
        let answer = hook.unsigned("{}").send().await;
        let (mut item, _) = items(stack, &hook, &answer).await;
        item["hook_id"]["S"] = json!(other.id);
        item["project_id"]["N"] = json!(bob.project.to_string());
        // One millisecond digit further on, so that it is another call.
        let id = format!("{}f{}", &answer.request_id()[..17], &answer.request_id()[18..]);
        item["id"]["S"] = json!(id);
        stack.put_item("RequestsTable", &item).await;

        assert_eq!(ann.calls_of(&hook).await.len(), 1);
        ann.get(&format!("/hook-requests/{id}")).send().await.refused(404);
        assert_eq!(bob.get(&format!("/hook-requests/{id}")).send().await.is(200)["hook_id"], other.id);
    });
}

#[test]
fn the_id_of_a_call_and_of_its_retry_end_with_the_tag_of_the_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (hook, other) = (ann.create_hook(&open_hook()).await, ann.create_hook(&open_hook()).await);
        let call = hook.unsigned("{}").send().await.request_id().to_owned();
        let retry = ann.retry(&call).await.is(201)["id"].as_str().unwrap().to_owned();
        let others = other.unsigned("{}").send().await.request_id().to_owned();
        assert_eq!(call[26..], retry[26..]);
        assert_ne!(call[26..], others[26..]);
        assert_ne!(call, retry);
    });
}
