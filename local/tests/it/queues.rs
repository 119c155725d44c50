//! What the stack adds to the emulator of SQS: moving dead letters back, and messages of 1 MiB.

use std::time::{Duration, Instant};

use aws_sdk_sqs::{
    Client,
    error::ProvideErrorMetadata,
    types::{Message, MessageAttributeValue, SendMessageBatchRequestEntry},
};
use local::{Options, Stack};
use serde_json::{Value as Json, json};

use crate::support::{aws, options, receive, send, sqs, start};

const KIB: usize = 1024;

fn arn(queue: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:pipehook-{queue}.fifo")
}

/// Sends messages of one group, and lets them fail.
async fn kill(stack: &Stack, group: &str, bodies: &[&str]) {
    for body in bodies {
        send(stack, group, body, body).await;
    }
    let all = number(stack, "Jobs").await + number(stack, "Dead").await;
    fail_all(stack, all).await;
}

/// Lets each message fail, until so many are among the dead letters.
async fn fail_all(stack: &Stack, expected: usize) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while number(stack, "Dead").await < expected {
        assert!(Instant::now() < deadline, "the messages do not reach the dead letters");
        receive(stack, "Jobs", false).await;
    }
}

async fn number(stack: &Stack, queue: &str) -> usize {
    let request = json!({ "QueueUrl": stack.physical_id(queue), "AttributeNames": ["ApproximateNumberOfMessages"] });
    let answer = sqs(stack, "GetQueueAttributes", request).await;
    answer["Attributes"]["ApproximateNumberOfMessages"].as_str().unwrap().parse().unwrap()
}

async fn start_move(stack: &Stack, more: Json) -> Json {
    let mut request = json!({ "SourceArn": arn("Dead") });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    sqs(stack, "StartMessageMoveTask", request).await["TaskHandle"].clone()
}

async fn latest_move(stack: &Stack) -> Json {
    sqs(stack, "ListMessageMoveTasks", json!({ "SourceArn": arn("Dead") })).await["Results"][0].clone()
}

/// The task, once it has this status.
async fn finished(stack: &Stack, status: &str) -> Json {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let task = latest_move(stack).await;
        if task["Status"] == status {
            return task;
        }
        assert!(Instant::now() < deadline, "{task}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn refused(stack: &Stack, operation: &str, request: Json) -> (u16, Json) {
    let answer = aws(&stack.sqs_url(), &format!("AmazonSQS.{operation}"), request).await.unwrap();
    (answer.status.as_u16(), answer.json()["__type"].clone())
}

fn client(stack: &Stack) -> Client {
    Client::new(&shared_testing::connect_to(&stack.sqs_url()).unwrap())
}

async fn take(client: &Client, queue: &str) -> Message {
    let answer = client
        .receive_message()
        .queue_url(queue)
        .message_attribute_names("All")
        .message_system_attribute_names(aws_sdk_sqs::types::MessageSystemAttributeName::All);
    answer.send().await.unwrap().messages.unwrap().remove(0)
}

fn text(value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type("String").string_value(value).build().unwrap()
}

#[tokio::test]
async fn dead_letters_move_back_and_are_received_again() {
    let stack = start().await;
    kill(&stack, "a", &["1", "2"]).await;
    kill(&stack, "b", &["3"]).await;
    let mut landed = stack.watch_messages();

    start_move(&stack, json!({})).await;

    let task = finished(&stack, "COMPLETED").await;
    assert_eq!(task["ApproximateNumberOfMessagesToMove"], 3);
    assert_eq!(task["ApproximateNumberOfMessagesMoved"], 3);
    assert_eq!((task.get("DestinationArn"), task.get("TaskHandle")), (None, None));
    let mut shown: Vec<_> =
        std::iter::from_fn(|| landed.try_recv().ok()).map(|message| (message.queue, message.body)).collect();
    shown.sort();
    assert_eq!(shown, ["1", "2", "3"].map(|body| ("pipehook-jobs.fifo".to_owned(), body.to_owned())));
    assert_eq!(receive(&stack, "Dead", true).await, [""; 0]);
    assert_eq!(receive(&stack, "Jobs", true).await, ["1", "3"]);
    assert_eq!(receive(&stack, "Jobs", true).await, ["2"], "a group is still in order");
}

#[tokio::test]
async fn a_moved_message_is_a_new_one_with_the_old_contents() {
    let stack = start().await;
    let (client, jobs) = (client(&stack), stack.physical_id("Jobs"));
    let body = "x".repeat(900 * KIB);
    let sent = client.send_message().queue_url(&jobs).message_body(&body).message_group_id("a");
    let sent = sent.message_deduplication_id("1").message_attributes("kind", text("deploy")).send().await.unwrap();

    // Twice: what was moved once can be moved again within the five minutes of deduplication.
    let mut ids = vec![sent.message_id.unwrap()];
    for _ in 0..2 {
        fail_all(&stack, 1).await;
        start_move(&stack, json!({ "DestinationArn": "arn:aws:sqs:us-east-1:000000000000:pipehook-jobs.fifo" })).await;
        assert_eq!(finished(&stack, "COMPLETED").await["ApproximateNumberOfMessagesMoved"], 1);

        let message = take(&client, &jobs).await;
        assert_eq!(message.body.as_deref(), Some(body.as_str()));
        assert_eq!(message.message_attributes.unwrap()["kind"], text("deploy"));
        let system = message.attributes.unwrap();
        assert_eq!(system[&"MessageGroupId".into()], "a");
        assert_eq!(system[&"ApproximateReceiveCount".into()], "1");
        let id = message.message_id.unwrap();
        assert!(!ids.contains(&id));
        ids.push(id);
    }
}

#[tokio::test]
async fn a_move_keeps_its_pace_and_can_be_cancelled() {
    let stack = start().await;
    kill(&stack, "a", &["1", "2", "3"]).await;

    let handle = start_move(&stack, json!({ "MaxNumberOfMessagesPerSecond": 1 })).await;
    let running = finished(&stack, "RUNNING").await;
    assert_eq!((&running["TaskHandle"], &running["MaxNumberOfMessagesPerSecond"]), (&handle, &json!(1)));
    let second = refused(&stack, "StartMessageMoveTask", json!({ "SourceArn": arn("Dead") })).await;
    assert_eq!(second, (400, json!("InvalidParameterValue")), "one task at a time");

    sqs(&stack, "CancelMessageMoveTask", json!({ "TaskHandle": handle })).await;
    assert_eq!(finished(&stack, "CANCELLED").await["ApproximateNumberOfMessagesMoved"], 1);
    let again = refused(&stack, "CancelMessageMoveTask", json!({ "TaskHandle": handle })).await;
    assert_eq!(again, (400, json!("AWS.SimpleQueueService.UnsupportedOperation")));
    assert_eq!(receive(&stack, "Dead", true).await, ["2"]);
    assert_eq!(receive(&stack, "Jobs", true).await, ["1"]);
}

#[tokio::test]
async fn only_dead_letters_that_came_from_a_queue_move_back() {
    let stack = start().await;
    let jobs = "arn:aws:sqs:us-east-1:000000000000:pipehook-jobs.fifo";
    let start = |request| refused(&stack, "StartMessageMoveTask", request);

    let no_dead_letters = start(json!({ "SourceArn": jobs, "DestinationArn": arn("Dead") })).await;
    assert_eq!(no_dead_letters, (400, json!("InvalidParameterValue")));
    for request in
        [json!({ "SourceArn": arn("Nothing") }), json!({ "SourceArn": arn("Dead"), "DestinationArn": arn("Nothing") })]
    {
        assert_eq!(start(request).await, (404, json!("ResourceNotFoundException")));
    }
    let too_fast = start(json!({ "SourceArn": arn("Dead"), "MaxNumberOfMessagesPerSecond": 501 })).await;
    assert_eq!(too_fast, (400, json!("InvalidParameterValue")));
    assert_eq!(latest_move(&stack).await, json!(null), "nothing was started");

    let stray = json!({
        "QueueUrl": stack.physical_id("Dead"), "MessageBody": "stray", "MessageGroupId": "a",
        "MessageDeduplicationId": "1",
    });
    sqs(&stack, "SendMessage", stray).await;
    start_move(&stack, json!({})).await;
    assert_eq!(finished(&stack, "FAILED").await["FailureReason"], "CouldNotDetermineMessageSource");
    assert_eq!(receive(&stack, "Dead", true).await, ["stray"]);
}

#[tokio::test]
async fn a_moved_message_is_kept_once() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    kill(&stack, "a", &["consumed", "waiting"]).await;
    start_move(&stack, json!({})).await;
    finished(&stack, "COMPLETED").await;
    assert_eq!(receive(&stack, "Jobs", true).await, ["consumed"]);
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();

    assert_eq!(receive(&stack, "Jobs", true).await, ["waiting"]);
    assert_eq!(receive(&stack, "Jobs", true).await, [""; 0]);
    assert_eq!(receive(&stack, "Dead", true).await, [""; 0]);
}

#[tokio::test]
async fn messages_that_were_no_duplicates_when_they_were_sent_are_all_kept() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    for body in ["first", "second", "third"] {
        send(&stack, "a", "1", body).await;
        send(&stack, "a", "1", "a duplicate").await;
        stack.advance_sqs(Duration::from_mins(5)).await;
    }
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();

    for body in ["first", "second", "third"] {
        assert_eq!(receive(&stack, "Jobs", true).await, [body]);
    }
}

#[tokio::test]
async fn a_message_of_one_mebibyte_passes_and_a_longer_one_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    let mut landed = stack.watch_messages();
    let offer = |length: usize, attribute: &str| {
        let request = client(&stack).send_message().queue_url(stack.physical_id("Jobs")).message_group_id("a");
        let request = request.message_deduplication_id(length.to_string()).message_body("x".repeat(length));
        let attribute = Some(text(attribute)).filter(|_| !attribute.is_empty());
        request.set_message_attributes(attribute.map(|value| [("a".to_owned(), value)].into())).send()
    };

    // The name, the type and the value of an attribute count too.
    for refused in [offer(KIB * KIB + 1, ""), offer(KIB * KIB, "b")] {
        let refused = refused.await.unwrap_err().into_service_error();
        assert_eq!(refused.code(), Some("InvalidParameterValue"));
        let message = "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.";
        assert_eq!(refused.message(), Some(message));
    }
    let sent = offer(KIB * KIB, "").await.unwrap();

    let body = "x".repeat(KIB * KIB);
    assert_eq!(landed.try_recv().unwrap().body, body);
    assert!(landed.try_recv().is_err(), "what was refused did not land");
    stack.stop().await;
    let stack = Stack::start(options()).await.unwrap();
    let received = take(&client(&stack), &stack.physical_id("Jobs")).await;
    assert_eq!(received.body, Some(body));
    assert_eq!((received.message_attributes, received.md5_of_message_attributes), (None, None));
    assert_eq!(received.md5_of_body, sent.md5_of_message_body);
}

#[tokio::test]
async fn a_batch_is_refused_entry_by_entry_and_over_one_mebibyte_as_a_whole() {
    let stack = start().await;
    let (client, jobs) = (client(&stack), stack.physical_id("Jobs"));
    let batch = |lengths: &[usize]| {
        let entries = lengths.iter().enumerate().map(|(id, length)| {
            let entry = SendMessageBatchRequestEntry::builder().id(id.to_string()).message_body("x".repeat(*length));
            entry.message_group_id(id.to_string()).message_deduplication_id(id.to_string()).build().unwrap()
        });
        client.send_message_batch().queue_url(&jobs).set_entries(Some(entries.collect())).send()
    };

    let too_long = batch(&[600 * KIB, 600 * KIB]).await.unwrap_err().into_service_error();
    assert!(too_long.is_batch_request_too_long(), "{too_long:?}");

    let limit = json!({ "QueueUrl": jobs, "Attributes": { "MaximumMessageSize": (300 * KIB).to_string() } });
    sqs(&stack, "SetQueueAttributes", limit).await;
    let shown = json!({ "QueueUrl": jobs, "AttributeNames": ["MaximumMessageSize"] });
    let shown = sqs(&stack, "GetQueueAttributes", shown).await;
    assert_eq!(shown["Attributes"]["MaximumMessageSize"], "307200");
    let answer = batch(&[300 * KIB, 301 * KIB, KIB]).await.unwrap();
    let good: Vec<_> = answer.successful.iter().map(|result| result.id.as_str()).collect();
    assert_eq!(good, ["0", "2"]);
    assert_eq!((answer.failed[0].id.as_str(), answer.failed[0].code.as_str()), ("1", "InvalidParameterValue"));
    let lengths: Vec<_> = receive(&stack, "Jobs", true).await.iter().map(String::len).collect();
    assert_eq!(lengths, [300 * KIB, KIB]);
    let all_bad = batch(&[301 * KIB]).await.unwrap();
    assert_eq!((all_bad.successful.len(), all_bad.failed.len()), (0, 1));
}
