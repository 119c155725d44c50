//! Bulk retries whose function dies, or whose services fail, at any request: no call runs twice, and none is lost without
//! being named.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use harness::{Hook, Pipehook, User, alone, deployment, github_hook, killed_when, nothing_broke, shell, soak, until};
use local::{Fault, Moment, Service};
use serde_json::{Value as Json, json};
use shared::domain::id::RequestId;
use shared::domain::timestamp::Timestamp;
use tokio::select;

use super::bulk::{ALL, each, first_step};

const FUNCTION: &str = "RequestRetryMany";

/// Past the time for which SQS knows duplicates.
const FORGOTTEN: Duration = Duration::from_mins(6);

const PERHAPS: &str = "its job may have been sent";

/// A hook of this resource with so many calls, and the filters that choose them.
async fn called<'s>(ann: &User<'s>, draft: &Json, calls: usize) -> (Hook<'s>, String) {
    let hook = ann.create_hook(draft).await;
    for _ in 0..calls {
        hook.push().send().await.accepted();
    }
    let filters = format!("{ALL}&filter[hook_id]={}", hook.id);
    (hook, filters)
}

/// Sends the step until it is answered; a function that died is told by the gateway.
async fn until_answered(ann: &User<'_>, filters: &str, step: &Json) -> Json {
    loop {
        let answer = ann.retry_many(filters, step).await;
        if answer.status == 200 {
            return answer.json();
        }
        assert_eq!(answer.status, 502, "{answer:?}");
    }
}

/// Sends the step, kills the function at its request number `nth`, and sends the step again. Whether there is such a
/// request, and what was answered in the end.
async fn killed_at(
    stack: &Pipehook,
    ann: &User<'_>,
    (filters, step): (&str, &Json),
    (nth, moment): (usize, Moment),
) -> (bool, Json) {
    let mut hold = stack.hold(FUNCTION, nth, moment);
    let mut stepping = pin!(until_answered(ann, filters, step));
    let early = select! {
        biased;
        () = hold.reached() => None,
        answer = &mut stepping => Some(answer),
    };
    if early.is_none() {
        stack.kill(FUNCTION).unwrap();
    }
    drop(hold);
    match early {
        Some(answer) => (false, answer),
        None => (true, stepping.await),
    }
}

/// Which requests are tried: each one in a long run, else every fourth, and both moments in turn.
fn moments() -> impl Iterator<Item = (usize, Moment)> {
    let all = (1..).flat_map(|nth| [(nth, Moment::Sent), (nth, Moment::Done)]);
    all.step_by(if soak() > 1 { 1 } else { 7 })
}

#[test]
fn wherever_the_function_dies_each_call_has_one_job_and_the_step_again_says_which() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (_, filters) = called(&ann, &github_hook(), 3).await;
        // Ends before what is retried comes.
        let to = ann.retry_many(&filters, &json!({})).await.is(200)["to"].as_str().unwrap().to_owned();
        let filters = filters.replace("2099-01-01T00:00:00Z", &to);
        let mut kills = 0;
        for at in moments() {
            let before = ann.jobs().await.len();
            let step = first_step(stack, &ann, &filters).await;
            assert_eq!(step["count"], 3);

            let (was_killed, answer) = killed_at(stack, &ann, (&filters, &step), at).await;

            let ran = each(&answer, "retried", "request_id");
            let jobs = ann.jobs().await;
            let jobs: Vec<_> = jobs[before..].iter().map(|job| job.body["id"].as_str().unwrap()).collect();
            assert_eq!(jobs, ran, "{at:?}");
            assert_eq!((ran.len(), &answer["not_retried"]), (3, &json!([])), "{at:?}");
            assert_eq!(ann.retry_many(&filters, &step).await.is(200), answer, "{at:?}");
            if !was_killed {
                break;
            }
            kills += 1;
        }
        assert!(kills >= 4, "{kills}");
        nothing_broke(stack);
    });
}

#[test]
fn wherever_the_function_dies_each_call_has_one_action() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let mut draft = github_hook();
        draft["pipeline_id"] = pipeline.id.into();
        stack.pause_actions().await;
        let (_, filters) = called(&ann, &draft, 2).await;
        let to = ann.retry_many(&filters, &json!({})).await.is(200)["to"].as_str().unwrap().to_owned();
        let filters = filters.replace("2099-01-01T00:00:00Z", &to);
        stack.take_action_jobs().await;
        for at in moments() {
            let before = stack.heads(ann.project).await.len();
            let step = first_step(stack, &ann, &filters).await;

            let (was_killed, answer) = killed_at(stack, &ann, (&filters, &step), at).await;

            let named: Vec<_> =
                answer["retried"].as_array().unwrap().iter().map(|it| it["action_id"].clone()).collect();
            let jobs: Vec<_> = stack.take_action_jobs().await.iter().map(|job| job.body["action_id"].clone()).collect();
            assert_eq!(jobs, named, "{at:?}");
            assert_eq!(stack.heads(ann.project).await.len(), before + 2, "{at:?}");
            if !was_killed {
                break;
            }
        }
        nothing_broke(stack);
    });
}

/// Dies when the queue has the job of the first of the hook's calls, and the log does not say so.
async fn dies_before_the_log(stack: &Pipehook, ann: &User<'_>, (filters, step): (&str, &Json)) {
    let mut landed = stack.watch_messages();
    let puts = |stack: &Pipehook| {
        let calls = stack.aws_calls();
        calls.iter().filter(|call| call.function.as_deref() == Some(FUNCTION) && call.operation == "PutItem").count()
    };
    let before = puts(stack);
    stack.fault(Service::DynamoDb, Fault::delay(Duration::from_mins(5)).on("PutItem").of(FUNCTION).about("QUEUED#"));
    let mut there = false;
    killed_when(stack, FUNCTION, ann.retry_many(filters, step), async || {
        there |= landed.try_recv().is_ok();
        // The operation, the beginning of the call, and the log.
        there && puts(stack) >= before + 3
    })
    .await;
    stack.fault(Service::DynamoDb, None);
}

/// Makes the call that has begun to run have begun so much earlier.
async fn began_earlier(stack: &Pipehook, by: Duration) {
    let items = stack.items("RequestsTable").await;
    let begun: Vec<_> = items.iter().filter(|item| item.get("repeated_as").is_some()).collect();
    assert_eq!(begun.len(), 1, "{begun:?}");
    let id: RequestId = begun[0]["repeated_as"]["S"].as_str().unwrap().parse().unwrap();
    let earlier = RequestId::at(Timestamp::from(SystemTime::now()).minus(by), [7; 10]).tagged(id.tag());
    let key = json!({ "pk": begun[0]["pk"], "id": begun[0]["id"] });
    stack.damage("RequestsTable", &key, "repeated_as", &json!({ "S": earlier.to_string() })).await;
}

#[test]
fn a_call_that_may_have_been_sent_long_ago_is_named_and_not_sent_again() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (_, filters) = called(&ann, &github_hook(), 3).await;
        let step = first_step(stack, &ann, &filters).await;
        dies_before_the_log(stack, &ann, (&filters, &step)).await;
        assert_eq!(ann.jobs().await.len(), 4, "its job was sent");
        began_earlier(stack, Duration::from_secs(241)).await;
        stack.advance_sqs(FORGOTTEN).await;

        let answer = ann.retry_many(&filters, &step).await.is(200);

        let reasons = each(&answer, "not_retried", "reason");
        assert!(reasons.len() == 1 && reasons[0].contains(PERHAPS), "{answer}");
        assert_eq!(each(&answer, "retried", "outcome"), ["queued"; 2], "the others run");
        assert_eq!(ann.jobs().await.len(), 6);
        assert_eq!(ann.retry_many(&filters, &step).await.is(200), answer);
        assert_eq!(ann.jobs().await.len(), 6);
    });
}

#[test]
fn a_hook_that_was_changed_since_does_not_send_the_job_to_another_queue() {
    alone(async |stack| {
        let ann = stack.user().await;
        for change in [json!({ "resource_id": 43 }), json!({ "active": false }), Json::Null] {
            let (hook, filters) = called(&ann, &github_hook(), 2).await;
            let step = first_step(stack, &ann, &filters).await;
            dies_before_the_log(stack, &ann, (&filters, &step)).await;
            let sent = ann.jobs().await.len();
            let status = if change.is_null() {
                ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id)).send().await.status
            } else {
                ann.put_hook(&hook, &change).await.status
            };
            assert_eq!(status, 204);

            let answer = ann.retry_many(&filters, &step).await.is(200);

            assert!(each(&answer, "not_retried", "reason")[0].contains(PERHAPS), "{answer}");
            let also_run = usize::from(change.get("resource_id").is_some());
            assert_eq!(ann.jobs().await.len(), sent + also_run, "{change}");
        }
    });
}

#[test]
fn an_action_that_may_have_been_sent_long_ago_is_sent_again_and_is_one() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let mut draft = github_hook();
        draft["pipeline_id"] = pipeline.id.into();
        let (_, filters) = called(&ann, &draft, 1).await;
        let step = first_step(stack, &ann, &filters).await;
        dies_before_the_log(stack, &ann, (&filters, &step)).await;
        stack.advance_sqs(FORGOTTEN).await;

        let answer = ann.retry_many(&filters, &step).await.is(200);

        let action = answer["retried"][0]["action_id"].as_i64().unwrap();
        until("both jobs have arrived, and the second message of one", async || {
            stack.queued("ActionsQueue").await == (0, 0)
        })
        .await;
        let heads = stack.heads(ann.project).await;
        let ids: BTreeSet<_> = heads.iter().map(|head| head["pk"]["S"].as_str().unwrap().to_owned()).collect();
        assert!(ids.len() == 2 && ids.contains(&format!("A#{action}")), "{ids:?}: {answer}");
    });
}

#[test]
fn a_queue_that_is_unavailable_ends_the_step_and_the_step_again_runs_each_call_once() {
    alone(async |stack| {
        let ann = stack.user().await;
        for fault in [Fault::lose_answer(), Fault::hang_up(), Fault::throttle()] {
            let (_, filters) = called(&ann, &github_hook(), 3).await;
            let step = first_step(stack, &ann, &filters).await;
            let before = ann.jobs().await.len();
            stack.fault(Service::Sqs, fault.clone().on("SendMessage").of(FUNCTION).after(1));
            ann.retry_many(&filters, &step).await.refused(503);
            stack.fault(Service::Sqs, None);

            let answer = ann.retry_many(&filters, &step).await.is(200);

            let jobs = ann.jobs().await;
            let jobs: Vec<_> = jobs[before..].iter().map(|job| job.body["id"].as_str().unwrap()).collect();
            assert_eq!(jobs, each(&answer, "retried", "request_id"), "{fault:?}");
            assert_eq!(jobs.len(), 3, "{fault:?}");
        }
    });
}

#[test]
fn a_damaged_call_is_named_and_the_others_run() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (hook, filters) = called(&ann, &github_hook(), 2).await;
        let mut items = stack.logged_items(&hook).await;
        items.sort_by_key(|item| item["id"]["S"].to_string());
        let key = json!({ "pk": items[0]["pk"], "id": items[0]["id"] });
        stack.damage("RequestsTable", &key, "exchange", &json!({ "B": "eA==" })).await;

        let step = first_step(stack, &ann, &filters).await;
        let answer = ann.retry_many(&filters, &step).await.is(200);

        assert_eq!(each(&answer, "not_retried", "id"), [items[0]["id"]["S"].as_str().unwrap()]);
        assert!(each(&answer, "not_retried", "reason")[0].contains("damaged"));
        assert_eq!(each(&answer, "retried", "id"), [items[1]["id"]["S"].as_str().unwrap()]);
    });
}
