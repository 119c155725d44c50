//! How the log of calls is stored, because each kilobyte that is written is paid for.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Answer, Hash, Hook, Pipehook, User, alone, alone_copying, github_hook, hmac, open_hook, shared};
use local::{Fault, Service};
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

/// Digits of which compression leaves half.
fn noise(digits: usize) -> Json {
    let some = |number: u32| hex::encode(hmac(Hash::Sha256, "k", &number.to_be_bytes()));
    let text: String = (0..).map(some).take(digits.div_ceil(64)).collect();
    json!({ "a": text[..digits] })
}

/// A body of more than 32 KiB.
fn large() -> String {
    json!({ "a": "x".repeat(40_000) }).to_string()
}

#[test]
fn a_large_body_stands_apart_so_that_a_list_need_not_read_it() {
    // Without copies of hooks, which would spare a read or not.
    alone_copying(0, async |stack| {
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
fn a_body_that_does_not_compress_stands_apart_before_it_makes_lists_slow() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let body = noise(30_000);

        let answer = hook.unsigned(body.to_string()).send().await;

        let (item, apart) = items(stack, &hook, &answer).await;
        assert!(size(&item) < 2 * 1024 && size(&apart.unwrap()) > 12 * 1024);
        assert_eq!(ann.log_of(&answer).await["request_body"], body);
    });
}

/// Asserts that a call is in the log without its body, and that nothing can run it again.
async fn has_lost_its_body(ann: &User<'_>, answer: &Answer) {
    let before = ann.jobs().await.len();
    let shown = ann.log_of(answer).await;
    assert_eq!((&shown["request_body"], &shown["request_body_omitted"]), (&json!({}), &json!("lost")));
    ann.retry(answer.request_id()).await.refused(409);
    assert_eq!(ann.jobs().await.len(), before);
}

#[test]
fn a_call_whose_body_cannot_be_written_is_logged_and_said_to_have_lost_it() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        for (number, fault) in
            [Fault::hang_up(), Fault::status(400), Fault::throttle(), Fault::delay(Duration::from_mins(5))]
                .into_iter()
                .enumerate()
        {
            stack.fault(Service::DynamoDb, fault.clone().on("PutItem").about("BODY#"));
            let answer = hook.unsigned(large()).send().await;
            stack.fault(Service::DynamoDb, None);

            answer.accepted();
            assert_eq!(ann.jobs().await.len(), number + 1, "{fault:?}");
            has_lost_its_body(&ann, &answer).await;
            let logs = stack.logs().into_iter().filter(|line| line.text.contains(answer.request_id()));
            assert_eq!(logs.filter(|line| line.text.contains("The call could not be logged")).count(), 1, "{fault:?}");
        }
    });
}

#[test]
fn a_body_without_its_call_is_in_no_list_and_under_no_id() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;

        stack.fault(Service::DynamoDb, Fault::status(400).on("PutItem").about("QUEUED#"));
        let answer = hook.unsigned(large()).send().await;
        stack.fault(Service::DynamoDb, None);

        answer.accepted();
        assert_eq!(stack.logged_items(&hook).await.len(), 1, "the body");
        assert!(ann.calls_of(&hook).await.is_empty());
        ann.get(&format!("/hook-requests/{}", answer.request_id())).send().await.refused(404);
        ann.retry(answer.request_id()).await.refused(404);
    });
}

#[test]
fn a_body_whose_receipt_is_lost_is_written_once_and_stays_when_its_call_fails_after_all() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;

        stack.fault(Service::DynamoDb, Fault::lose_answer().on("PutItem").about("BODY#").first(1));
        stack.fault(Service::Sqs, Fault::throttle().on("SendMessage"));
        let answer = hook.unsigned(large()).send().await;
        stack.fault(Service::Sqs, None);

        answer.refused(503);
        let logs = stack.logs().into_iter().filter(|line| line.text.contains(answer.request_id()));
        assert_eq!(logs.filter(|line| line.text.contains("The call could not be logged")).count(), 0);
        let shown = ann.log_of(&answer).await;
        assert_eq!((&shown["outcome"], shown["request_body"].to_string()), (&json!("failed"), large()));
        assert_eq!(stack.logged_items(&hook).await.len(), 3, "the call, its body, and what took its place");
        assert_eq!(ann.calls_of(&hook).await.len(), 1);
    });
}

#[test]
fn a_function_that_dies_between_both_writes_leaves_a_call_that_has_lost_its_body() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let mut landed = stack.watch_messages();
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_mins(5)).on("PutItem").about("BODY#"));
        let kill = async {
            while stack.logged_items(&hook).await.is_empty() || landed.try_recv().is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stack.kill("HookTrigger").unwrap();
        };

        let call = hook.unsigned(large());
        let (answer, ()) = tokio::time::timeout(Duration::from_secs(20), async { tokio::join!(call.send(), kill) })
            .await
            .expect("the job is on the queue and the call is logged");

        assert_eq!(answer.status, 502);
        stack.fault(Service::DynamoDb, None);
        assert_eq!(ann.jobs().await.len(), 1);
        let id = ann.calls_of(&hook).await[0]["id"].as_str().unwrap().to_owned();
        ann.retry(&id).await.refused(409);
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
        assert_eq!(call[28..], retry[28..]);
        assert_ne!(call[28..], others[28..]);
        assert_ne!(call, retry);
    });
}
