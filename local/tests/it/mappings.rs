//! A queue invokes a function, as Lambda polls it; and so does the time.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use local::{Fault, Options, Service, Stack};
use serde_json::{Value as Json, json};

use crate::support::{options, receive, sqs, start};

/// Longer than the visibility timeout of the queue.
const VISIBLE_AGAIN: Duration = Duration::from_secs(21);

async fn send(stack: &Stack, group: &str, body: &str) -> Json {
    let request = json!({
        "QueueUrl": stack.physical_id("Work"), "MessageBody": body, "MessageGroupId": group,
        "MessageDeduplicationId": body,
        "MessageAttributes": { "kind": { "DataType": "String", "StringValue": "deploy" } },
    });
    sqs(stack, "SendMessage", request).await
}

/// What the function has printed, without the events that it got.
fn steps(stack: &Stack) -> Vec<String> {
    printed(stack).into_iter().filter(|line| !line.starts_with("got ")).collect()
}

/// The events that the function got.
fn events(stack: &Stack) -> Vec<Json> {
    let lines = printed(stack);
    lines
        .iter()
        .filter_map(|line| line.strip_prefix("got "))
        .map(|event| serde_json::from_str(event).unwrap())
        .collect()
}

fn printed(stack: &Stack) -> Vec<String> {
    stack.logs().into_iter().filter(|line| line.function == "Consume").map(|line| line.text).collect()
}

async fn until(stack: &Stack, what: &str, holds: impl Fn(&[String]) -> bool) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let steps = steps(stack);
        if holds(&steps) {
            return steps;
        }
        assert!(Instant::now() < deadline, "not {what}: {steps:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until the function has printed this line so many times.
async fn times(stack: &Stack, line: &str, count: usize) -> Vec<String> {
    let holds = |steps: &[String]| steps.iter().filter(|step| *step == line).count() == count;
    until(stack, &format!("{count} times {line:?}"), holds).await
}

async fn number(stack: &Stack, queue: &str, state: &str) -> usize {
    let name = format!("ApproximateNumberOfMessages{state}");
    let request = json!({ "QueueUrl": stack.physical_id(queue), "AttributeNames": [name] });
    sqs(stack, "GetQueueAttributes", request).await["Attributes"][&name].as_str().unwrap().parse().unwrap()
}

/// Waits until the queue holds no message, also none that is invisible.
async fn is_empty(stack: &Stack) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while number(stack, "Work", "").await + number(stack, "Work", "NotVisible").await > 0 {
        assert!(Instant::now() < deadline, "messages are left");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_message_reaches_the_function_as_lambda_gives_it_and_is_deleted() {
    let stack = start().await;

    let sent = send(&stack, "a", "one").await;
    times(&stack, "ended one", 1).await;
    is_empty(&stack).await;

    let mut event = events(&stack).remove(0);
    let record = &mut event["Records"][0];
    let attributes = record["attributes"].as_object().unwrap();
    for (name, value) in [
        ("ApproximateReceiveCount", "1"),
        ("MessageGroupId", "a"),
        ("MessageDeduplicationId", "one"),
        ("SequenceNumber", sent["SequenceNumber"].as_str().unwrap()),
    ] {
        assert_eq!(attributes[name], value, "{name}");
    }
    for name in ["SentTimestamp", "ApproximateFirstReceiveTimestamp"] {
        assert!(attributes[name].as_str().unwrap().parse::<u64>().unwrap() > 1_700_000_000_000, "{name}");
    }
    assert!(attributes["SenderId"].is_string());
    assert!(!record["receiptHandle"].take().as_str().unwrap().is_empty());
    record["attributes"].take();
    let expected = json!({ "Records": [{
        "messageId": sent["MessageId"], "receiptHandle": null, "body": "one", "attributes": null,
        "messageAttributes": { "kind": {
            "dataType": "String", "stringValue": "deploy", "stringListValues": [], "binaryListValues": [],
        } },
        "md5OfBody": sent["MD5OfMessageBody"], "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:pipehook-Work.fifo", "awsRegion": "us-east-1",
    }] });
    assert_eq!(event, expected);
    assert!(stack.aws_calls().iter().all(|call| call.function.is_none()), "what Lambda asks does not count");
}

#[tokio::test]
async fn a_group_is_in_order_and_others_do_not_wait_for_it() {
    let stack = start().await;
    send(&stack, "a", "pause 1").await;
    send(&stack, "a", "pause 2").await;
    times(&stack, "began pause 1", 1).await;

    send(&stack, "b", "other").await;

    let steps = times(&stack, "ended pause 2", 1).await;
    let of_a: Vec<_> = steps.iter().filter(|step| step.contains("pause")).collect();
    assert_eq!(of_a, ["began pause 1", "ended pause 1", "began pause 2", "ended pause 2"]);
    let position = |line: &str| steps.iter().position(|step| step == line).unwrap();
    assert!(position("ended other") < position("ended pause 1"), "{steps:?}");
}

#[tokio::test]
async fn several_groups_share_a_batch_and_there_are_at_most_five_batches_at_a_time() {
    let stack = start().await;
    stack.enable_mappings("Consume", false).await.unwrap();
    for number in 0..20 {
        send(&stack, &format!("group {number}"), &format!("quick {number}")).await;
    }
    stack.enable_mappings("Consume", true).await.unwrap();
    until(&stack, "20 messages", |steps| steps.iter().filter(|step| step.starts_with("ended")).count() == 20).await;
    let sizes: Vec<_> = events(&stack).iter().map(|event| event["Records"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [10, 10]);

    for number in 0..8 {
        let body = format!("pause {number}");
        send(&stack, &body, &body).await;
        if number < 5 {
            times(&stack, &format!("began {body}"), 1).await;
        }
    }
    let steps = until(&stack, "8 pauses", |steps| steps.iter().filter(|step| step.starts_with("ended p")).count() == 8);
    let (mut open, mut most) = (0_usize, 0);
    for step in steps.await {
        match step.split(' ').collect::<Vec<_>>().as_slice() {
            ["began", "pause", _] => open += 1,
            ["ended", "pause", _] => open -= 1,
            _ => {}
        }
        most = most.max(open);
    }
    assert_eq!(most, 5);
}

#[tokio::test]
async fn what_fails_comes_again_when_it_is_visible_and_then_goes_to_the_dead_letters() {
    let stack = start().await;
    send(&stack, "a", "fail").await;
    send(&stack, "a", "behind").await;
    send(&stack, "b", "good").await;
    times(&stack, "ended good", 1).await;
    times(&stack, "ended fail", 1).await;

    stack.advance_sqs(VISIBLE_AGAIN).await;
    let steps = times(&stack, "ended fail", 2).await;
    assert!(!steps.contains(&"began behind".to_owned()), "{steps:?}");
    let counts: Vec<_> = events(&stack)
        .iter()
        .flat_map(|event| event["Records"].as_array().unwrap().clone())
        .filter(|record| record["body"] == "fail")
        .map(|record| record["attributes"]["ApproximateReceiveCount"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(counts, ["1", "2"]);

    stack.advance_sqs(VISIBLE_AGAIN).await;
    let steps = times(&stack, "ended behind", 1).await;
    assert_eq!(steps.iter().filter(|step| *step == "began fail").count(), 2);
    assert_eq!(steps.iter().filter(|step| *step == "began good").count(), 1);
    assert_eq!(receive(&stack, "Failed", true).await, ["fail"]);
    is_empty(&stack).await;
}

#[tokio::test]
async fn after_a_crash_or_a_timeout_the_whole_batch_comes_again() {
    let stack = start().await;
    stack.enable_mappings("Consume", false).await.unwrap();
    // In the order of their groups.
    for (group, body) in [("a", "good"), ("b", "crash"), ("c", "later")] {
        send(&stack, group, body).await;
    }
    stack.enable_mappings("Consume", true).await.unwrap();
    times(&stack, "began crash", 1).await;
    stack.advance_sqs(VISIBLE_AGAIN).await;
    let steps = times(&stack, "began crash", 2).await;
    assert_eq!(steps, ["began good", "ended good", "began crash", "began good", "ended good", "began crash"]);

    send(&stack, "d", "sleep").await;
    times(&stack, "began sleep", 1).await;
    tokio::time::sleep(Duration::from_millis(3200)).await;
    stack.advance_sqs(VISIBLE_AGAIN).await;
    let steps = times(&stack, "began sleep", 2).await;
    assert!(!steps.contains(&"ended sleep".to_owned()));
}

#[tokio::test]
async fn what_cannot_be_deleted_comes_again() {
    let stack = start().await;
    stack.fault(Service::Sqs, Fault::throttle().on("DeleteMessageBatch").first(3));
    send(&stack, "a", "one").await;
    times(&stack, "ended one", 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(number(&stack, "Work", "NotVisible").await, 1);

    stack.advance_sqs(VISIBLE_AGAIN).await;

    times(&stack, "ended one", 2).await;
    is_empty(&stack).await;
}

#[tokio::test]
async fn a_message_waits_while_sqs_is_unavailable_or_the_mapping_is_paused() {
    let stack = start().await;
    stack.fault(Service::Sqs, Fault::status(503).on("ReceiveMessage"));
    // A request that was there before takes a second at most.
    tokio::time::sleep(Duration::from_millis(1200)).await;
    send(&stack, "a", "one").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(steps(&stack), [""; 0]);
    stack.fault(Service::Sqs, None);
    times(&stack, "ended one", 1).await;

    stack.enable_mappings("Consume", false).await.unwrap();
    send(&stack, "a", "two").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(steps(&stack), ["began one", "ended one"]);
    assert_eq!(number(&stack, "Work", "").await, 1, "it is not lost on the way either");
    stack.enable_mappings("Consume", true).await.unwrap();
    times(&stack, "ended two", 1).await;
}

#[tokio::test]
async fn a_mapping_needs_a_role_that_may_poll_and_time_enough_to_answer() {
    let start = async |name: &str, value: &str| {
        let parameters = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Stack::start(Options { parameters, ..options() }).await.unwrap_err().to_string()
    };

    let refused = start("MayDelete", "false").await;
    let expected = "Consume: User: arn:aws:sts::000000000000:assumed-role/pipehook-ConsumeRole/pipehook-Consume is not \
                    authorized to perform: sqs:deletemessage on resource: \
                    arn:aws:sqs:us-east-1:000000000000:pipehook-Work.fifo";
    assert!(refused.starts_with(expected), "{refused}");
    let refused = start("Visibility", "2").await;
    assert_eq!(refused, "Consume: the VisibilityTimeout of pipehook-Work.fifo is 2, less than the Timeout 3");
}

#[tokio::test]
async fn sequence_numbers_of_a_kept_queue_grow_over_restarts_and_its_messages_come_again() {
    let directory = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(directory.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    stack.enable_mappings("Consume", false).await.unwrap();
    let mut numbers = Vec::new();
    for body in ["1", "2"] {
        numbers.push(send(&stack, "a", body).await["SequenceNumber"].as_str().unwrap().to_owned());
    }
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();

    assert_eq!(times(&stack, "ended 2", 1).await, ["began 1", "ended 1", "began 2", "ended 2"]);
    let records = events(&stack);
    numbers.extend(
        records.iter().map(|event| event["Records"][0]["attributes"]["SequenceNumber"].as_str().unwrap().to_owned()),
    );
    numbers.push(send(&stack, "a", "3").await["SequenceNumber"].as_str().unwrap().to_owned());
    assert!(numbers.is_sorted() && numbers.iter().all(|number| number.len() == 20), "{numbers:?}");
    numbers.dedup();
    assert_eq!(numbers.len(), 5);
    times(&stack, "ended 3", 1).await;
    is_empty(&stack).await;
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();
    send(&stack, "a", "4").await;
    assert_eq!(times(&stack, "ended 4", 1).await, ["began 4", "ended 4"], "what was deleted does not come again");
}

#[tokio::test]
async fn a_schedule_invokes_its_function_if_the_stack_is_told_to() {
    let (timed, quiet) = (Options { on_schedule: true, ..options() }, options());
    let (timed, quiet) = (Stack::start(timed).await.unwrap(), Stack::start(quiet).await.unwrap());
    assert_eq!(events(&timed), [json!(null); 0]);

    // While nothing is under way: a connection in use would have timed out with it.
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(1)).await;
    tokio::time::resume();
    until(&timed, "invoked", |_| !events(&timed).is_empty()).await;

    assert_eq!(events(&timed), [json!({ "tick": true })]);
    assert_eq!(events(&quiet), [json!(null); 0]);
    quiet.invoke("Consume", r#"{"by": "hand"}"#).await.unwrap();
    assert_eq!(events(&quiet), [json!({ "by": "hand" })]);
}
