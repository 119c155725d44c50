//! From the call to the turn, on real functions: whatever fails on the way, one action of a delivery runs.

use std::time::{Duration, Instant};

use harness::{Answer, Call, Hook, Pipehook, User, alone, deployment, github_hook};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

/// Longer than any caller waits, and than any test takes.
const NEVER: Duration = Duration::from_mins(5);

/// A user, and a hook that runs a pipeline of the user's.
async fn setting(stack: &Pipehook) -> (User<'_>, Hook<'_>) {
    let ann = stack.user().await;
    let pipeline = ann.create_pipeline(&deployment()).await;
    let mut hook = github_hook();
    hook["pipeline_id"] = pipeline.id.into();
    let hook = ann.create_hook(&hook).await;
    (ann, hook)
}

/// The actions of these calls.
async fn actions(stack: &Pipehook, ann: &User<'_>, calls: &[&Answer]) -> Vec<Json> {
    let mut heads = stack.heads(ann.project).await;
    heads.retain(|head| calls.iter().any(|call| head["job"]["S"] == call.request_id()));
    heads
}

fn is_live(head: &Json) -> bool {
    ["waiting", "pending"].iter().any(|status| head["status"]["S"] == **status)
}

/// Waits until one of the calls' actions is in its lane and no other one is to come.
async fn settled(stack: &Pipehook, ann: &User<'_>, calls: &[&Answer], accepted: &Answer) -> Vec<Json> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let heads = actions(stack, ann, calls).await;
        let own = heads.iter().find(|head| head["job"]["S"] == accepted.request_id());
        if own.is_some_and(|own| own["status"]["S"] != "queued") {
            return heads;
        }
        assert!(Instant::now() < deadline, "{heads:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One action of the delivery runs. If it is not that of the accepted call, that one says which it is.
async fn one_runs(stack: &Pipehook, ann: &User<'_>, calls: &[&Answer], accepted: &Answer, what: &str) {
    let heads = settled(stack, ann, calls, accepted).await;
    let live: Vec<_> = heads.iter().filter(|head| is_live(head)).collect();
    assert_eq!(live.len(), 1, "{what}: {heads:#?}");
    let own = heads.iter().find(|head| head["job"]["S"] == accepted.request_id()).unwrap();
    assert_eq!(own["id"]["N"], accepted.action_id().unwrap().to_string());
    if !is_live(own) {
        assert_eq!(own["status"]["S"], "skipped", "{what}: {own:#?}");
        assert_eq!(own["superseded_by"], live[0]["id"], "{what}");
    }
}

#[test]
fn a_providers_retry_runs_nothing_and_names_the_action_that_runs() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let call = hook.push().header("x-github-delivery", "d-1");
        let (first, second) = (call.send().await, call.send().await);
        first.accepted();
        second.accepted();

        one_runs(stack, &ann, &[&first, &second], &second, "sent twice").await;

        let heads = actions(stack, &ann, &[&first]).await;
        assert!(is_live(&heads[0]), "the first one runs: {heads:?}");
    });
}

#[test]
fn one_action_of_a_delivery_runs_whatever_fails_while_it_is_sent() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let put = |fault: Fault| (Service::DynamoDb, fault.on("PutItem").about("ActionsTable"));
        let send = |fault: Fault| (Service::Sqs, fault.on("SendMessage"));
        for (number, (service, fault)) in [
            send(Fault::hang_up()),
            send(Fault::throttle()),
            send(Fault::lose_answer()),
            // The job arrives while the trigger waits for the answer of SQS.
            send(Fault::delay_answer(NEVER)),
            put(Fault::hang_up()),
            put(Fault::lose_answer()),
            put(Fault::delay(Duration::from_secs(1))),
        ]
        .into_iter()
        .enumerate()
        {
            let call = hook.push().header("x-github-delivery", format!("d-{number}"));
            stack.fault(service, fault.clone());
            let first = call.send().await;
            stack.fault(service, None);
            assert!([200, 503].contains(&first.status), "{first:?}");

            let again = call.send().await;

            again.accepted();
            one_runs(stack, &ann, &[&first, &again], &again, &format!("{fault:?}")).await;
        }
    });
}

/// Sends a call whose function dies as soon as the queue has its job.
async fn killed_when_sent(stack: &Pipehook, call: &Call<'_>) -> Answer {
    let mut landed = stack.watch_messages();
    let kill = async {
        landed.recv().await.unwrap();
        stack.kill("HookTrigger").unwrap();
    };
    let (answer, ()) = tokio::join!(call.send(), kill);
    assert_eq!(answer.status, 502, "{answer:?}");
    answer
}

#[test]
fn one_action_of_a_delivery_runs_when_the_trigger_dies_after_its_job_was_sent() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, (service, fault)) in [
            (Service::Sqs, Fault::delay_answer(NEVER).on("SendMessage")),
            (Service::DynamoDb, Fault::delay(NEVER).on("PutItem").about("ActionsTable")),
            (Service::DynamoDb, Fault::delay_answer(NEVER).on("PutItem").about("RequestsTable")),
        ]
        .into_iter()
        .enumerate()
        {
            let call = hook.push().header("x-github-delivery", format!("d-{number}"));
            stack.fault(service, fault.clone());
            killed_when_sent(stack, &call).await;
            stack.fault(service, None);

            let again = call.send().await;

            again.accepted();
            let heads = settled(stack, &ann, &[&again], &again).await;
            assert_eq!(heads[0]["status"]["S"], "skipped", "{fault:?}: the job that was sent runs");
            let first = &heads[0]["superseded_by"]["N"];
            let all = stack.heads(ann.project).await;
            let live: Vec<_> = all.iter().filter(|head| head["id"]["N"] == *first).collect();
            assert!(live.len() == 1 && is_live(live[0]), "{fault:?}: {live:?}");
            assert_eq!(all.iter().filter(|head| is_live(head)).count(), number + 1, "{fault:?}");
        }
    });
}

#[test]
fn what_a_user_runs_again_is_known_also_when_the_action_is_written_late() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let first = hook.push().header("x-github-delivery", "d-1").send().await;
        first.accepted();
        for fault in [None, Some(Fault::hang_up().on("PutItem").about("ActionsTable"))] {
            stack.fault(Service::DynamoDb, fault);
            let again = ann.retry(first.request_id()).await;
            stack.fault(Service::DynamoDb, None);

            assert_eq!(again.is(201)["action_id"], json!(again.action_id()));
            let heads = settled(stack, &ann, &[&again], &again).await;
            assert!(is_live(&heads[0]), "{heads:?}");
            assert_eq!(heads[0]["retry_of"]["N"], first.action_id().unwrap().to_string());
        }
    });
}
