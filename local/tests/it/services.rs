//! The emulated services behave like AWS where the product depends on it.

use std::time::{Duration, Instant};

use crate::support::{aws, dynamodb, options, receive, send, sqs, start};
use http::StatusCode;
use local::{Fault, Options, Service, Stack};
use serde_json::{Value as Json, json};

fn item(id: &str, name: &str) -> Json {
    json!({ "id": { "S": id }, "owner": { "S": "me" }, "name": { "S": name }, "hidden": { "S": "x" } })
}

async fn put(stack: &Stack, id: &str, name: &str) {
    let answer = dynamodb(stack, "PutItem", json!({ "TableName": stack.physical_id("Items"), "Item": item(id, name) }));
    assert_eq!(answer.await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_failed_condition_returns_the_item_that_is_there() {
    let stack = start().await;
    put(&stack, "1", "first").await;

    let answer = dynamodb(
        &stack,
        "PutItem",
        json!({
            "TableName": stack.physical_id("Items"),
            "Item": item("1", "second"),
            "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }),
    )
    .await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.json()["__type"], "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException");
    assert_eq!(answer.json()["Item"], item("1", "first"));
}

#[tokio::test]
async fn a_transaction_is_all_or_nothing_and_tells_why() {
    let stack = start().await;
    put(&stack, "1", "first").await;
    let table = stack.physical_id("Items");
    let new = |id: &str| {
        json!({ "Put": {
            "TableName": table, "Item": item(id, "new"), "ConditionExpression": "attribute_not_exists(id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        } })
    };

    let answer = dynamodb(&stack, "TransactWriteItems", json!({ "TransactItems": [new("2"), new("1")] })).await;

    let error = answer.json();
    assert_eq!(error["__type"], "com.amazonaws.dynamodb.v20120810#TransactionCanceledException");
    let reasons = error["CancellationReasons"].as_array().unwrap();
    assert_eq!((&reasons[0]["Code"], &reasons[1]["Code"]), (&json!("None"), &json!("ConditionalCheckFailed")));
    assert_eq!(reasons[1]["Item"], item("1", "first"));
    let second = dynamodb(&stack, "GetItem", json!({ "TableName": table, "Key": { "id": { "S": "2" } } })).await;
    assert_eq!(second.json().get("Item"), None, "the other item is not written either");
}

#[tokio::test]
async fn an_index_shows_what_it_projects_and_no_more() {
    let stack = start().await;
    put(&stack, "1", "first").await;

    let answer = dynamodb(
        &stack,
        "Query",
        json!({
            "TableName": stack.physical_id("Items"), "IndexName": "by-owner",
            "KeyConditionExpression": "#o = :o", "ExpressionAttributeNames": { "#o": "owner" },
            "ExpressionAttributeValues": { ":o": { "S": "me" } },
        }),
    )
    .await;

    assert_eq!(
        answer.json()["Items"],
        json!([{ "id": { "S": "1" }, "owner": { "S": "me" }, "name": { "S": "first" } }])
    );
}

#[tokio::test]
async fn a_duplicate_is_dropped_within_its_group_only() {
    let stack = start().await;

    let first = send(&stack, "a", "1", "one").await;
    let again = send(&stack, "a", "1", "one, again").await;
    let other_group = send(&stack, "b", "1", "two").await;

    assert_eq!(first["MessageId"], again["MessageId"]);
    assert_ne!(first["MessageId"], other_group["MessageId"]);
    assert_eq!(receive(&stack, "Jobs", true).await, ["one", "two"]);
    assert_eq!(receive(&stack, "Jobs", true).await, [""; 0]);
}

#[tokio::test]
async fn after_five_minutes_a_duplicate_is_a_new_message() {
    let stack = start().await;
    send(&stack, "a", "1", "one").await;

    stack.advance_sqs(Duration::from_secs(299)).await;
    send(&stack, "a", "1", "too early").await;
    stack.advance_sqs(Duration::from_secs(2)).await;
    send(&stack, "a", "1", "again").await;

    assert_eq!(receive(&stack, "Jobs", true).await, ["one"]);
    assert_eq!(receive(&stack, "Jobs", true).await, ["again"]);
}

#[tokio::test]
async fn a_group_is_delivered_in_order() {
    let stack = start().await;
    for body in ["1", "2", "3"] {
        send(&stack, "a", body, body).await;
    }

    for body in ["1", "2", "3"] {
        assert_eq!(receive(&stack, "Jobs", true).await, [body]);
    }
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letters() {
    let stack = start().await;
    send(&stack, "a", "1", "poison").await;

    for _ in 0..2 {
        assert_eq!(receive(&stack, "Jobs", false).await, ["poison"]);
    }
    assert_eq!(receive(&stack, "Jobs", false).await, [""; 0]);

    let deadline = Instant::now() + Duration::from_secs(5);
    while receive(&stack, "Dead", true).await != ["poison"] {
        assert!(Instant::now() < deadline);
    }
}

#[tokio::test]
async fn a_secret_is_as_the_template_asks() {
    let stack = start().await;

    let key = key(&stack).await.as_str().unwrap().to_owned();

    assert!(key.len() == 64 && key.chars().all(|char| char.is_ascii_alphanumeric()), "{key}");
}

#[tokio::test]
async fn a_message_is_shown_as_it_lands_and_can_still_be_received() {
    let stack = start().await;
    let mut landed = stack.watch_messages();

    send(&stack, "a", "1", "one").await;
    send(&stack, "a", "1", "one, again").await;
    send(&stack, "b", "2", "two").await;

    let mut next = || landed.try_recv().map(|message| (message.queue, message.group.unwrap(), message.body));
    let queue = "pipehook-jobs.fifo".to_owned();
    assert_eq!(next(), Ok((queue.clone(), "a".into(), "one".into())));
    assert_eq!(next(), Ok((queue, "b".into(), "two".into())), "a duplicate does not land");
    assert_eq!(receive(&stack, "Jobs", true).await.len(), 2);
}

#[tokio::test]
async fn every_call_is_counted() {
    let stack = start().await;

    put(&stack, "1", "first").await;
    send(&stack, "a", "1", "one").await;

    let calls: Vec<_> = stack.aws_calls().into_iter().map(|call| (call.service, call.operation)).collect();
    assert_eq!(calls, [(Service::DynamoDb, "PutItem".to_owned()), (Service::Sqs, "SendMessage".to_owned())]);
}

#[tokio::test]
async fn a_fault_strikes_until_it_is_taken_away() {
    let stack = start().await;
    let (url, request) = (stack.sqs_url(), json!({ "QueueUrl": stack.physical_id("Jobs"), "AttributeNames": ["All"] }));
    let call = || aws(&url, "AmazonSQS.GetQueueAttributes", request.clone());

    stack.fault(Service::Sqs, Fault::status(503).on("GetQueueAttributes"));
    assert_eq!(call().await.unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
    send(&stack, "a", "1", "other operations work").await;
    put(&stack, "1", "other services work").await;

    stack.fault(Service::Sqs, Fault::throttle());
    assert_eq!(call().await.unwrap().json()["__type"], "com.amazonaws.sqs#RequestThrottled");

    stack.fault(Service::Sqs, Fault::hang_up());
    assert!(call().await.is_err());

    let start = Instant::now();
    stack.fault(Service::Sqs, Fault::delay(Duration::from_millis(200)));
    assert_eq!(call().await.unwrap().status, StatusCode::OK);
    assert!(start.elapsed() >= Duration::from_millis(200));

    stack.fault(Service::Sqs, None);
    assert_eq!(call().await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn a_lost_answer_is_one_whose_request_was_processed() {
    let stack = start().await;
    stack.fault(Service::Sqs, Fault::lose_answer().on("SendMessage").first(1));
    let request = json!({
        "QueueUrl": stack.physical_id("Jobs"), "MessageBody": "one", "MessageGroupId": "a",
        "MessageDeduplicationId": "1",
    });

    assert!(aws(&stack.sqs_url(), "AmazonSQS.SendMessage", request.clone()).await.is_err());
    sqs(&stack, "SendMessage", request).await;

    assert_eq!(receive(&stack, "Jobs", true).await, ["one"], "the second attempt is a duplicate");
}

#[tokio::test]
async fn a_delayed_request_is_processed_later_and_a_delayed_answer_now_even_if_no_caller_waits_for_it() {
    let stack = start().await;
    let is_there = async |id: &str| {
        let request = json!({ "TableName": stack.physical_id("Items"), "Key": { "id": { "S": id } } });
        dynamodb(&stack, "GetItem", request).await.json().get("Item").is_some()
    };
    for (id, fault, at_once) in [
        ("later", Fault::delay(Duration::from_millis(700)), false),
        ("now", Fault::delay_answer(Duration::from_mins(1)), true),
    ] {
        stack.fault(Service::DynamoDb, fault.on("PutItem"));
        let request = json!({ "TableName": stack.physical_id("Items"), "Item": item(id, "x") });

        let url = stack.dynamodb_url();
        let put = aws(&url, "DynamoDB_20120810.PutItem", request);
        tokio::time::timeout(Duration::from_millis(100), put).await.unwrap_err();

        assert_eq!(is_there(id).await, at_once, "{id}");
        let deadline = Instant::now() + Duration::from_secs(5);
        while !is_there(id).await {
            assert!(Instant::now() < deadline, "{id}");
        }
    }
}

async fn key(stack: &Stack) -> Json {
    let request = json!({ "SecretId": stack.physical_id("Key") });
    let answer = aws(&stack.secrets_manager_url(), "secretsmanager.GetSecretValue", request).await.unwrap();
    answer.json()["SecretString"].clone()
}

#[tokio::test]
async fn a_data_directory_keeps_items_keys_and_undelivered_messages() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().join("data")), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    put(&stack, "1", "first").await;
    send(&stack, "a", "1", "deleted").await;
    receive(&stack, "Jobs", true).await;
    send(&stack, "a", "2", "received").await;
    receive(&stack, "Jobs", false).await;
    send(&stack, "a", "3", "waiting").await;
    let first_key = key(&stack).await;
    stack.stop().await;

    for _ in 0..2 {
        let stack = Stack::start(options()).await.unwrap();
        let request = json!({ "TableName": stack.physical_id("Items"), "Key": { "id": { "S": "1" } } });
        assert_eq!(dynamodb(&stack, "GetItem", request).await.json()["Item"], item("1", "first"));
        assert_eq!(key(&stack).await, first_key);
        stack.stop().await;
    }
    let stack = Stack::start(options()).await.unwrap();
    for body in ["received", "waiting"] {
        assert_eq!(receive(&stack, "Jobs", true).await, [body]);
    }
}

#[tokio::test]
async fn a_data_directory_keeps_a_key_that_was_put_in_the_place_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    let request = json!({ "SecretId": stack.physical_id("Key"), "SecretString": "new, old" });
    aws(&stack.secrets_manager_url(), "secretsmanager.PutSecretValue", request).await.unwrap();
    let refused = json!({ "SecretId": "Unknown", "SecretString": "nothing" });
    aws(&stack.secrets_manager_url(), "secretsmanager.PutSecretValue", refused).await.unwrap();
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();

    assert_eq!(key(&stack).await, "new, old");
}

#[tokio::test]
async fn a_data_directory_belongs_to_one_stack_at_a_time() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let _first = Stack::start(options()).await.unwrap();

    let second = Stack::start(options()).await.unwrap_err();

    assert_eq!(second.to_string(), format!("{} is in use by another stack", directory.path().display()));
}
