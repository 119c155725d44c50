//! A trigger that dies while it starts an action: no job is lost that its sender was told of, and none runs twice.

use std::time::Duration;

use harness::{Call, Hook, OURS, Pipehook, User, alone, github_hook, killed_when};
use local::{Fault, Service};

/// Longer than any caller waits, and than any test takes.
const NEVER: Duration = Duration::from_mins(5);

/// Sends a call whose function dies as soon as `moment` has come. The gateway tells the provider so.
async fn trigger_killed_when(stack: &Pipehook, call: &Call<'_>, moment: impl AsyncFnMut() -> bool) {
    killed_when(stack, "HookTrigger", call.send(), moment).await;
    stack.fault(Service::DynamoDb, None);
    stack.fault(Service::Sqs, None);
}

async fn setting(stack: &Pipehook) -> (User<'_>, Hook<'_>) {
    let ann = stack.user().await;
    let hook = ann.create_hook(&github_hook()).await;
    hook.runs(OURS).await;
    stack.pause_actions().await;
    hook.push().send().await.accepted();
    assert_eq!(stack.take_action_jobs().await.len(), 1);
    (ann, hook)
}

fn calls(stack: &Pipehook, operation: &str) -> usize {
    stack.aws_calls().iter().filter(|call| call.operation == operation).count()
}

/// What the provider does that was answered 502. All jobs of one delivery have one mark, so that one of them runs.
async fn sent_again(stack: &Pipehook, call: &Call<'_>, queued: usize) {
    let before = stack.take_action_jobs().await;
    assert_eq!(before.len(), queued);
    let again = call.send().await;
    again.accepted();
    let jobs = stack.take_action_jobs().await;
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].body["action_id"].as_i64(), again.action_id());
    assert!(before.iter().all(|job| job.delivery.is_some() && job.delivery == jobs[0].delivery), "{before:?}");
}

#[test]
fn a_trigger_that_dies_before_the_queue_has_the_job_leaves_an_action_without_a_job() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let call = hook.push().header("x-github-delivery", "d-1");
        let (sends, heads) = (calls(stack, "SendMessage"), stack.heads(ann.project).await.len());
        stack.fault(Service::Sqs, Fault::delay(NEVER).on("SendMessage"));

        trigger_killed_when(stack, &call, async || {
            calls(stack, "SendMessage") > sends && stack.heads(ann.project).await.len() > heads
        })
        .await;

        sent_again(stack, &call, 0).await;
        assert!(stack.heads(ann.project).await.iter().all(|head| head["status"]["S"] == "queued"));
    });
}

#[test]
fn a_trigger_that_dies_after_the_queue_has_the_job_leaves_a_job_whose_action_can_be_written_later() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, (service, fault, written)) in [
            // The send is not known to have succeeded.
            (Service::Sqs, Fault::delay_answer(NEVER).on("SendMessage"), 1),
            // The action is not written.
            (Service::DynamoDb, Fault::delay(NEVER).on("PutItem").about("ActionsTable"), 0),
            // The log is not written.
            (Service::DynamoDb, Fault::delay(NEVER).on("PutItem").about("RequestsTable"), 1),
            // All is done, and the answer is not given.
            (Service::DynamoDb, Fault::delay_answer(NEVER).on("PutItem"), 1),
        ]
        .into_iter()
        .enumerate()
        {
            let call = hook.push().header("x-github-delivery", format!("d-{number}"));
            let (puts, heads) = (calls(stack, "PutItem"), stack.heads(ann.project).await.len());
            let mut landed = stack.watch_messages();
            let mut there = false;
            stack.fault(service, fault.clone());

            trigger_killed_when(stack, &call, async || {
                there |= landed.try_recv().is_ok();
                let heads = stack.heads(ann.project).await.len() - heads;
                there && calls(stack, "PutItem") >= puts + 2 && heads == written
            })
            .await;

            assert_eq!(stack.heads(ann.project).await.len(), heads + written, "{fault:?}");
            sent_again(stack, &call, 1).await;
        }
    });
}

#[test]
fn a_trigger_that_dies_before_it_has_ended_the_action_of_an_unsent_job_leaves_it_queued() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let call = hook.push().header("x-github-delivery", "d-1");
        let heads = stack.heads(ann.project).await.len();
        stack.fault(Service::Sqs, Fault::status(500).on("SendMessage"));
        let stall = async {
            while stack.heads(ann.project).await.len() == heads {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            stack.fault(Service::DynamoDb, Fault::delay(NEVER).on("PutItem"));
            calls(stack, "PutItem")
        };
        let mut puts = None;
        let mut stall = Box::pin(stall);

        trigger_killed_when(stack, &call, async || {
            if puts.is_none() {
                puts = Some(stall.as_mut().await);
            }
            calls(stack, "PutItem") >= puts.unwrap() + 2
        })
        .await;

        assert!(stack.heads(ann.project).await.iter().all(|head| head["status"]["S"] == "queued"));
        sent_again(stack, &call, 0).await;
    });
}
