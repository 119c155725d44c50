//! Nothing is lost and nothing runs twice, whatever fails while a call is served, and wherever the function dies.

use std::time::{Duration, Instant};

use harness::{Answer, Call, Hook, Pipehook, User, alone_copying, github_hook, killed_when, together, until};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

/// Longer than any caller waits, and than any test takes.
const NEVER: Duration = Duration::from_mins(5);

/// Past the time in which SQS drops duplicates.
const LATER: Duration = Duration::from_secs(301);

async fn setting(stack: &Pipehook) -> (User<'_>, Hook<'_>) {
    let ann = stack.user().await;
    let hook = ann.create_hook(&github_hook()).await;
    (ann, hook)
}

fn delivery<'s>(hook: &Hook<'s>, id: &str) -> Call<'s> {
    hook.push().header("x-github-delivery", id)
}

/// Asserts that the answer asks the provider to come again.
fn asks_to_come_again(answer: &Answer) {
    answer.refused(503);
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
}

/// What a provider does that was not answered 2xx: it sends the delivery again, and then the pipeline has run once,
/// however often the delivery still comes. Sent again by hand, later, it runs again.
async fn runs_once_when_it_is_sent_again(stack: &Pipehook, ann: &User<'_>, call: &Call<'_>, before: usize) {
    call.send().await.accepted();
    assert_eq!(ann.jobs().await.len(), before + 1);
    call.send().await.accepted();
    assert_eq!(ann.jobs().await.len(), before + 1, "a duplicate within five minutes is dropped");
    stack.advance_sqs(LATER).await;
    call.send().await.accepted();
    assert_eq!(ann.jobs().await.len(), before + 2, "a redelivery after five minutes runs");
}

#[test]
fn a_delivery_that_a_fault_stopped_is_answered_503_and_runs_once_when_it_is_sent_again() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, (service, fault, queued)) in [
            (Service::DynamoDb, Fault::hang_up().on("GetItem"), 0),
            (Service::DynamoDb, Fault::throttle().on("GetItem"), 0),
            (Service::DynamoDb, Fault::lose_answer().on("GetItem"), 0),
            (Service::Sqs, Fault::hang_up().on("SendMessage"), 0),
            (Service::Sqs, Fault::status(500).on("SendMessage"), 0),
            (Service::Sqs, Fault::throttle().on("SendMessage"), 0),
            (Service::Sqs, Fault::lose_answer().on("SendMessage"), 1),
        ]
        .into_iter()
        .enumerate()
        {
            let call = delivery(&hook, &format!("d-{number}"));
            let before = ann.jobs().await.len();

            stack.fault(service, fault.clone());
            let answer = call.send().await;
            stack.fault(service, None);

            asks_to_come_again(&answer);
            assert_eq!(ann.jobs().await.len(), before + queued, "{fault:?}");
            runs_once_when_it_is_sent_again(stack, &ann, &call, before).await;
        }
    });
}

#[test]
fn a_delivery_that_meets_a_passing_fault_runs_once() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, fault) in
            [Fault::hang_up(), Fault::status(503), Fault::throttle(), Fault::lose_answer()].into_iter().enumerate()
        {
            stack.fault(Service::DynamoDb, fault.clone().first(2));
            stack.fault(Service::Sqs, fault.first(2));
            let call = delivery(&hook, &format!("d-{number}"));

            call.send().await.accepted();
            call.send().await.accepted();

            assert_eq!(ann.jobs().await.len(), number + 1);
        }
    });
}

#[test]
fn a_call_is_neither_refused_nor_taken_when_its_hook_cannot_be_read() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        hook.push().send().await.accepted();
        let unknown = stack.post("/hooks/00000000-0000-4000-8000-000000000000/trigger").body("{}");
        for (call, status) in [(hook.push().body("{}"), 401), (unknown, 404)] {
            stack.fault(Service::DynamoDb, Fault::hang_up().on("GetItem"));
            asks_to_come_again(&call.send().await);
            stack.fault(Service::DynamoDb, None);
            call.send().await.refused(status);
        }
        assert_eq!(ann.jobs().await.len(), 1, "nothing was queued but the first");
        assert_eq!(stack.logged_items(&hook).await.len(), 2, "the first and the one that was refused");
    });
}

/// The lines of a call's log with this level.
fn lines(stack: &Pipehook, answer: &Answer, level: &str) -> Vec<String> {
    let logs = stack.logs().into_iter().map(|line| line.text);
    let level = format!("\"level\":\"{level}\"");
    logs.filter(|line| line.contains(answer.request_id()) && line.contains(&level)).collect()
}

#[test]
fn a_log_that_cannot_be_written_is_a_warning_and_never_fails_a_call_whose_job_is_queued() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, (fault, written)) in [
            (Fault::hang_up(), 0),
            (Fault::status(500), 0),
            (Fault::status(400), 0),
            (Fault::throttle(), 0),
            (Fault::delay(NEVER), 0),
            (Fault::lose_answer(), 1),
        ]
        .into_iter()
        .enumerate()
        {
            let call = delivery(&hook, &format!("d-{number}"));
            let items = stack.logged_items(&hook).await.len();

            stack.fault(Service::DynamoDb, fault.clone().on("PutItem"));
            let answer = call.send().await;
            stack.fault(Service::DynamoDb, None);

            answer.accepted();
            assert_eq!(ann.jobs().await.len(), number + 1, "{fault:?}");
            assert_eq!(stack.logged_items(&hook).await.len(), items + written, "{fault:?}");
            let warnings = lines(stack, &answer, "WARN");
            assert_eq!(warnings.len(), 1, "{warnings:?}");
            assert!(warnings[0].contains("The call could not be logged"), "{warnings:?}");
            assert_eq!(lines(stack, &answer, "ERROR"), [""; 0]);
            call.send().await.accepted();
            assert_eq!(ann.jobs().await.len(), number + 1, "{fault:?}");
        }
    });
}

#[test]
fn a_log_whose_receipt_is_lost_is_written_once() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("PutItem").first(1));

        let answer = hook.push().send().await;

        answer.accepted();
        assert_eq!(ann.calls_of(&hook).await.len(), 1);
        assert_eq!(lines(stack, &answer, "WARN"), [""; 0]);
    });
}

/// The outcome and the status in the log of a call, as the list and the table have them.
async fn logged(stack: &Pipehook, ann: &User<'_>, hook: &Hook<'_>, answer: &Answer) -> (String, String) {
    let items = stack.logged_items(hook).await;
    let item = items.iter().find(|item| item["id"]["S"] == answer.request_id()).unwrap();
    let shown = ann.log_of(answer).await;
    assert_eq!(item["outcome"]["S"], shown["outcome"]);
    assert_eq!(item["status"]["N"], shown["response_status_code"].to_string());
    assert_eq!(shown["response_body"], answer.json(), "what the provider was told");
    (shown["outcome"].as_str().unwrap().to_owned(), shown["response_status_code"].to_string())
}

#[test]
fn the_log_of_a_failed_send_says_failed_with_the_answer_that_was_given() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        for fault in [Fault::hang_up(), Fault::status(500), Fault::throttle(), Fault::lose_answer()] {
            stack.fault(Service::Sqs, fault.clone().on("SendMessage"));
            let answer = hook.push().send().await;
            stack.fault(Service::Sqs, None);

            asks_to_come_again(&answer);
            assert_eq!(logged(stack, &ann, &hook, &answer).await, ("failed".into(), "503".into()), "{fault:?}");
        }
        let listed = async |outcome: &str| {
            let path = format!("/hooks/incoming/{}/requests?filter[outcome]={outcome}", hook.id);
            ann.get(&path).send().await.is(200).as_array().unwrap().len()
        };
        assert_eq!((listed("queued").await, listed("failed").await, ann.calls_of(&hook).await.len()), (0, 4, 4));
    });
}

#[test]
fn a_write_that_comes_late_does_not_make_a_failed_call_look_queued() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        // The first attempt to write is given up after 0.8 seconds, and arrives when the failure has been written.
        let before = stack.aws_calls().len();
        stack.fault(Service::Sqs, Fault::hang_up().on("SendMessage"));
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(1_800)).on("PutItem").first(1));
        let sent = Instant::now();

        let answer = hook.push().send().await;

        let puts = stack.aws_calls().split_off(before).into_iter().filter(|call| call.operation == "PutItem");
        let mut attempts: Vec<_> = puts.map(|call| call.attempt).collect();
        attempts.sort_unstable();
        assert_eq!(attempts, [1, 1, 1, 2], "late, the failure, what takes the place of the first, and it again");
        asks_to_come_again(&answer);
        while sent.elapsed() < Duration::from_millis(2_200) {
            assert_eq!(logged(stack, &ann, &hook, &answer).await, ("failed".into(), "503".into()));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

/// Sends a call whose function dies as soon as `moment` has come. The gateway tells the provider so.
async fn trigger_killed_when(stack: &Pipehook, call: &Call<'_>, moment: impl AsyncFnMut() -> bool) {
    killed_when(stack, "HookTrigger", call.send(), moment).await;
    stack.fault(Service::DynamoDb, None);
    stack.fault(Service::Sqs, None);
}

fn calls(stack: &Pipehook, operation: &str) -> usize {
    stack.aws_calls().iter().filter(|call| call.operation == operation).count()
}

#[test]
fn a_function_that_dies_before_the_queue_has_the_job_has_queued_nothing() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        delivery(&hook, "warm").send().await.accepted();

        let call = delivery(&hook, "d-1");
        let reads = calls(stack, "GetItem");
        stack.fault(Service::DynamoDb, Fault::delay(NEVER).on("GetItem"));
        // The hook is being read.
        trigger_killed_when(stack, &call, async || calls(stack, "GetItem") > reads).await;
        assert_eq!(ann.jobs().await.len(), 1);
        assert_eq!(stack.logged_items(&hook).await.len(), 1);
        runs_once_when_it_is_sent_again(stack, &ann, &call, 1).await;

        let call = delivery(&hook, "d-2");
        let (sends, logged) = (calls(stack, "SendMessage"), stack.logged_items(&hook).await.len());
        stack.fault(Service::Sqs, Fault::delay(NEVER).on("SendMessage"));
        // The job is being sent, and the call logged.
        trigger_killed_when(stack, &call, async || {
            calls(stack, "SendMessage") > sends && stack.logged_items(&hook).await.len() > logged
        })
        .await;
        assert_eq!(ann.jobs().await.len(), 3);
        runs_once_when_it_is_sent_again(stack, &ann, &call, 3).await;
    });
}

#[test]
fn a_function_that_dies_after_the_queue_has_the_job_has_queued_it_once() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        delivery(&hook, "warm").send().await.accepted();
        for (number, (service, fault, written)) in [
            // The send is not known to have succeeded.
            (Service::Sqs, Fault::delay_answer(NEVER).on("SendMessage"), 1),
            // It is, and the log is not written.
            (Service::DynamoDb, Fault::delay(NEVER).on("PutItem"), 0),
            // All is done, and the answer is not given.
            (Service::DynamoDb, Fault::delay_answer(NEVER).on("PutItem"), 1),
        ]
        .into_iter()
        .enumerate()
        {
            let call = delivery(&hook, &format!("d-{number}"));
            let (jobs, puts) = (ann.jobs().await.len(), calls(stack, "PutItem"));
            let logged = stack.logged_items(&hook).await.len() + written;
            let mut landed = stack.watch_messages();
            let mut there = false;

            stack.fault(service, fault.clone());
            trigger_killed_when(stack, &call, async || {
                there |= landed.try_recv().is_ok();
                there && calls(stack, "PutItem") > puts && stack.logged_items(&hook).await.len() == logged
            })
            .await;

            assert_eq!(ann.jobs().await.len(), jobs + 1, "{fault:?}");
            assert_eq!(stack.logged_items(&hook).await.len(), logged, "{fault:?}");
            runs_once_when_it_is_sent_again(stack, &ann, &call, jobs).await;
        }
    });
}

#[test]
fn twenty_calls_of_one_delivery_at_once_are_queued_once_also_when_answers_are_lost() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, fault) in
            [None, Some(Fault::lose_answer().first(25)), Some(Fault::throttle().first(25))].into_iter().enumerate()
        {
            let call = delivery(&hook, &format!("d-{number}"));
            stack.fault(Service::Sqs, fault.map(|fault| fault.on("SendMessage")));

            let answers = together((0..20).map(|_| call.send())).await;

            stack.fault(Service::Sqs, None);
            for answer in &answers {
                assert!([200, 503].contains(&answer.status), "{answer:?}");
            }
            call.send().await.accepted();
            assert_eq!(ann.jobs().await.len(), number + 1);
        }
    });
}

#[test]
fn a_retry_by_hand_that_finds_the_queue_away_says_so_and_can_be_made_again() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        let request = delivery(&hook, "d-1").send().await;
        request.accepted();

        stack.fault(Service::Sqs, Fault::hang_up().on("SendMessage"));
        let failed = ann.retry(request.request_id()).await;
        stack.fault(Service::Sqs, None);

        let failed_as = failed.is(201);
        assert_eq!((&failed_as["outcome"], &failed_as["response_status_code"]), (&json!("failed"), &json!(503)));
        assert_eq!(ann.jobs().await.len(), 1);
        assert_eq!(ann.log_of(&failed).await["outcome"], "failed");
        assert_eq!(ann.retry(failed.request_id()).await.is(201)["outcome"], "queued");
        assert_eq!(ann.jobs().await.len(), 2);

        stack.fault(Service::DynamoDb, Fault::hang_up().on("PutItem"));
        let unlogged = ann.retry(request.request_id()).await;
        stack.fault(Service::DynamoDb, None);
        assert_eq!(unlogged.is(201)["outcome"], "queued");
        assert_eq!(ann.jobs().await.len(), 3);
    });
}

#[test]
fn a_job_that_failed_five_times_is_put_aside_and_can_be_brought_back() {
    alone_copying(0, async |stack| {
        let (ann, hook) = setting(stack).await;
        let answer = delivery(&hook, "d-1").send().await;
        answer.accepted();

        let mut receives = Vec::new();
        until("the job is put aside", async || {
            receives.extend(stack.peek("JobsQueue").await);
            !stack.peek("JobsDeadLetterQueue").await.is_empty()
        })
        .await;
        assert_eq!(receives.len(), 5);
        let job = |message: &Json| serde_json::from_str::<Json>(message["Body"].as_str().unwrap()).unwrap();
        assert!(receives.iter().all(|message| job(message)["id"] == answer.request_id()));

        // It does not hold up the next job of the same resource.
        delivery(&hook, "d-2").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);

        let queue = stack.physical_id("JobsDeadLetterQueue");
        let arn = json!({ "QueueUrl": queue, "AttributeNames": ["QueueArn"] });
        let arn = stack.sqs("GetQueueAttributes", &arn).await["Attributes"]["QueueArn"].clone();
        stack.sqs("StartMessageMoveTask", &json!({ "SourceArn": arn })).await;
        until("the job is back", async || ann.jobs().await.len() == 2).await;
        let jobs = ann.jobs().await;
        assert_eq!(jobs[1].body, job(&receives[0]), "as it was");
        assert_eq!(jobs[1].group, jobs[0].group);
        assert_eq!(stack.peek("JobsDeadLetterQueue").await, [Json::Null; 0]);
    });
}
