//! A call that runs a pipeline of ours: its job, its action, and what tells one from the other.

use std::time::{Duration, Instant};

use harness::{Answer, Hook, OURS, Pipehook, User, alone, github_hook, open_hook, until};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

/// A user, and a hook of the user's that runs a pipeline of ours.
async fn setting(stack: &Pipehook) -> (User<'_>, Hook<'_>) {
    let ann = stack.user().await;
    let hook = ann.create_hook(&github_hook()).await;
    hook.runs(OURS).await;
    stack.pause_actions().await;
    (ann, hook)
}

/// The stored action with this id.
async fn head(stack: &Pipehook, ann: &User<'_>, id: i64) -> Json {
    let key = format!("A#{id}");
    let heads = stack.heads(ann.project).await;
    heads.into_iter().find(|head| head["pk"]["S"] == key).unwrap()
}

#[test]
fn the_answer_the_job_the_log_and_the_ledger_name_the_same_action() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;

        let answer = hook.push().header("x-github-delivery", "d-1").send().await;

        answer.accepted();
        let id = answer.action_id().unwrap();
        let head = head(stack, &ann, id).await;
        assert_eq!((&head["status"]["S"], &head["job"]["S"]), (&json!("queued"), &json!(answer.request_id())));
        assert_eq!(ann.log_of(&answer).await["action_id"], id);
        assert_eq!(ann.log_of(&answer).await["response_headers"]["x-devopness-action-id"], id.to_string());
        assert_eq!(ann.calls_of(&hook).await[0]["action_id"], id);
        let [job] = <[_; 1]>::try_from(stack.take_action_jobs().await).unwrap();
        assert_eq!((&job.body["action_id"], &job.body["pipeline_id"]), (&json!(id), &json!(OURS)));
        assert_eq!(
            (job.group, job.deduplication),
            (format!("{}.application.42", ann.project), answer.request_id().into())
        );
        assert_eq!(ann.jobs().await.len(), 0, "consumers get no job of a pipeline of ours");
    });
}

#[test]
fn a_call_that_runs_no_pipeline_of_ours_starts_no_action() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut consumers = github_hook();
        consumers["pipeline_id"] = (OURS - 1).into();
        for hook in [consumers, open_hook()] {
            let hook = ann.create_hook(&hook).await;
            let answer = hook.push().send().await;
            answer.accepted();
            assert_eq!(answer.action_id(), None);
            assert_eq!(ann.log_of(&answer).await["action_id"], Json::Null);
        }
        let jobs = ann.jobs().await;
        assert_eq!(jobs.iter().map(|job| &job.body["action_id"]).collect::<Vec<_>>(), [&Json::Null; 2]);
        assert_eq!((stack.take_action_jobs().await.len(), stack.items("ActionsTable").await.len()), (0, 0));
    });
}

#[test]
fn a_sender_may_choose_a_pipeline_of_ours_that_the_hook_allows() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut hook = github_hook();
        hook["settings"] = json!({ "variables": [{ "name": "pipeline_id", "type": "integer" }] });
        let hook = ann.create_hook(&hook).await;
        stack.pause_actions().await;
        hook.damage("pipelines", &json!({ "L": [{ "N": OURS.to_string() }, { "N": (OURS + 1).to_string() }] })).await;

        let allowed = hook.signed(json!({ "pipeline_id": OURS + 1 }).to_string()).send().await;
        let foreign = hook.signed(json!({ "pipeline_id": OURS + 2 }).to_string()).send().await;

        allowed.accepted();
        assert_eq!(foreign.invalid(), ["pipeline_id"]);
        assert_eq!((foreign.action_id(), stack.heads(ann.project).await.len()), (None, 1));
        let [job] = <[_; 1]>::try_from(stack.take_action_jobs().await).unwrap();
        assert_eq!((&job.body["action_id"], &job.body["pipeline_id"]), (&json!(allowed.action_id()), &json!(OURS + 1)));
    });
}

#[test]
fn a_delivery_that_comes_twice_is_sent_twice_under_one_mark_because_the_ledger_tells_which_is_first() {
    alone(async |stack| {
        let (_, hook) = setting(stack).await;
        let call = hook.push().header("x-github-delivery", "d-1");

        let ids = [call.send().await, call.send().await].map(|answer| answer.action_id().unwrap());

        assert_ne!(ids[0], ids[1]);
        let jobs = stack.take_action_jobs().await;
        assert_eq!(jobs.iter().map(|job| &job.body["action_id"]).collect::<Vec<_>>(), [ids[0], ids[1]].each_ref());
        assert!(jobs[0].delivery.is_some() && jobs[0].delivery == jobs[1].delivery, "{jobs:?}");
        assert_ne!(jobs[0].deduplication, jobs[1].deduplication);
    });
}

#[test]
fn a_call_without_a_delivery_and_one_that_a_user_runs_again_have_no_mark() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let first = hook.push().header("x-github-delivery", "d-1").send().await;
        let id = first.action_id().unwrap();
        hook.push().send().await.accepted();
        let again = ann.retry(first.request_id()).await;

        assert_eq!(again.is(201)["action_id"], json!(again.action_id()));
        assert_eq!(ann.log_of(&again).await["action_id"], json!(again.action_id()));
        let repeated = head(stack, &ann, again.action_id().unwrap()).await;
        assert_eq!(repeated["retry_of"]["N"], id.to_string());
        let jobs = stack.take_action_jobs().await;
        assert_eq!(jobs.iter().map(|job| job.delivery.is_some()).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(jobs.iter().map(|job| job.retry_of.clone()).collect::<Vec<_>>(), [None, None, Some(id.to_string())]);
        assert_eq!(stack.heads(ann.project).await.len(), 3);
    });
}

#[test]
fn the_job_of_an_action_has_at_most_256_kib_and_a_larger_one_leaves_nothing_behind() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        let body = |length: usize| json!({ "ref": "x".repeat(length) }).to_string();
        hook.signed(body(0)).send().await.accepted();
        let rest = stack.take_action_jobs().await[0].body.to_string().len();
        let most = 256 * 1024 - rest;

        let large = hook.signed(body(most + 1)).send().await;
        let fits = hook.signed(body(most)).send().await;
        // As large as a job may be, and an attribute beside it. `"d-1"` is a byte longer than `null`.
        let marked = hook.signed(body(most - 1)).header("x-github-delivery", "d-1").send().await;

        assert_eq!(large.invalid(), ["settings.variables"]);
        assert_eq!((large.action_id(), ann.log_of(&large).await["action_id"].clone()), (None, Json::Null));
        fits.accepted();
        marked.accepted();
        let jobs = stack.take_action_jobs().await;
        let ids: Vec<_> = jobs.iter().map(|job| job.body["action_id"].as_i64()).collect();
        assert_eq!(ids, [fits.action_id(), marked.action_id()]);
        assert_eq!(stack.heads(ann.project).await.len(), 3);
    });
}

#[test]
fn the_job_the_action_and_the_log_are_written_at_the_same_time() {
    alone(async |stack| {
        let (_, hook) = setting(stack).await;
        hook.push().send().await.accepted();
        let slow = Duration::from_millis(400);
        stack.fault(Service::DynamoDb, Fault::delay(slow).on("PutItem"));
        stack.fault(Service::Sqs, Fault::delay(slow).on("SendMessage"));

        let sent = Instant::now();
        hook.push().send().await.accepted();

        let took = sent.elapsed();
        assert!(took >= slow && took < slow * 2, "{took:?}");
    });
}

/// The lines of a call's log with this level.
fn lines(stack: &Pipehook, answer: &Answer, level: &str) -> Vec<String> {
    let level = format!("\"level\":\"{level}\"");
    let lines = stack.logs().into_iter().map(|line| line.text);
    lines.filter(|line| line.contains(answer.request_id()) && line.contains(&level)).collect()
}

#[test]
fn an_action_that_cannot_be_written_is_counted_and_never_fails_a_call_whose_job_is_queued() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        for fault in [Fault::hang_up(), Fault::status(500), Fault::throttle(), Fault::delay(Duration::from_mins(5))] {
            let before = stack.heads(ann.project).await.len();
            stack.fault(Service::DynamoDb, fault.clone().on("PutItem").about("ActionsTable"));
            let answer = hook.push().send().await;
            stack.fault(Service::DynamoDb, None);

            answer.accepted();
            let id = answer.action_id().unwrap();
            assert_eq!(stack.heads(ann.project).await.len(), before, "{fault:?}");
            let [job] = <[_; 1]>::try_from(stack.take_action_jobs().await).unwrap();
            assert_eq!((&job.body["action_id"], &ann.log_of(&answer).await["action_id"]), (&json!(id), &json!(id)));
            let warnings = lines(stack, &answer, "WARN");
            assert!(warnings.len() == 1 && warnings[0].contains("The action could not be written"), "{warnings:?}");
            let counted = lines(stack, &answer, "INFO").into_iter().find(|line| line.contains("Answered")).unwrap();
            assert!(counted.contains("\"ActionWriteFailures\":1.0"), "{counted}");
            assert!(!counted.contains("LogWriteFailures"), "{counted}");
        }
    });
}

#[test]
fn a_job_that_cannot_be_sent_is_answered_503_and_its_action_ends() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        for (number, (fault, sent)) in [
            (Fault::hang_up(), 0),
            (Fault::status(500), 0),
            (Fault::throttle(), 0),
            // The queue has the job. Its action has ended before it arrives, and the provider sends the delivery again.
            (Fault::lose_answer(), 1),
        ]
        .into_iter()
        .enumerate()
        {
            let call = hook.push().header("x-github-delivery", format!("d-{number}"));
            stack.fault(Service::Sqs, fault.clone().on("SendMessage"));
            let answer = call.send().await;
            stack.fault(Service::Sqs, None);

            answer.refused(503);
            assert_eq!(answer.action_id(), None, "the call was not accepted");
            let logged = ann.log_of(&answer).await;
            assert_eq!(logged["outcome"], "failed");
            let ended = head(stack, &ann, logged["action_id"].as_i64().unwrap()).await;
            assert_eq!(
                (&ended["status"]["S"], &ended["reason"]["S"]),
                (&json!("failed"), &json!("the queue was unavailable"))
            );
            assert_eq!(stack.take_action_jobs().await.len(), sent, "{fault:?}");

            let again = call.send().await;
            again.accepted();
            assert_eq!(head(stack, &ann, again.action_id().unwrap()).await["status"]["S"], "queued");
            assert_eq!(stack.take_action_jobs().await.len(), 1);
        }
    });
}

#[test]
fn an_action_whose_job_has_arrived_does_not_end_when_only_the_queues_answer_is_lost() {
    alone(async |stack| {
        let (ann, hook) = setting(stack).await;
        hook.push().send().await.accepted();
        let mut landed = stack.watch_messages();
        stack.fault(Service::Sqs, Fault::delay_answer(Duration::from_mins(5)).on("SendMessage"));

        let arrive = async {
            let job: Json = serde_json::from_str(&landed.recv().await.unwrap().body).unwrap();
            let id = job["action_id"].as_i64().unwrap();
            // The action is written beside its job, before or after it.
            until("the action was not written", async || !stack.items_of_action(id).await.is_empty()).await;
            stack.damage_action(id, "seq", &json!({ "S": "18850000000000000001" })).await;
            stack.damage_action(id, "status", &json!({ "S": "waiting" })).await;
            id
        };
        let call = hook.push();
        let (answer, id) = tokio::join!(call.send(), arrive);

        answer.refused(503);
        assert_eq!(head(stack, &ann, id).await["status"]["S"], "waiting", "it runs");
        assert_eq!(ann.log_of(&answer).await["action_id"], id);
    });
}
