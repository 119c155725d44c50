//! Actions that a user runs again.

use harness::{ApiToken, Pipehook, Pipeline, User, alone, deployment, nothing_broke, open_hook, shared, shell};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind::Project;

const REPORT: i64 = 2;

/// A user with a pipeline, on a stack whose consumer of the queue of actions is paused.
async fn setting(stack: &Pipehook) -> (User<'_>, Pipeline<'_>) {
    let ann = stack.user().await;
    let pipeline = ann.create_pipeline(&deployment()).await;
    pipeline.add_step(&shell("make build")).await;
    stack.pause_actions().await;
    (ann, pipeline)
}

/// Everything that is stored of actions, and on their way.
async fn stored(stack: &Pipehook) -> (Vec<Json>, usize) {
    (stack.items("ActionsTable").await, stack.take_action_jobs().await.len())
}

/// An action on this application that has ended, with the status that its worker reported.
async fn ended(stack: &Pipehook, ann: &User<'_>, pipeline: &Pipeline<'_>, application: i64, status: &str) -> i64 {
    let id = pipeline.pending(stack, application).await;
    let token = ann.claimed(id).await;
    ann.report(id, &token, &json!({ "status": status })).await.is(200);
    id
}

#[test]
fn a_call_runs_again_with_all_its_variables_for_the_user_who_asks_and_so_does_that_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let mut draft = open_hook();
        draft["pipeline_id"] = pipeline.id.into();
        let kinds = [("text", "string"), ("count", "integer"), ("flag", "boolean"), ("list", "array")];
        let variables = kinds.map(|(name, kind)| json!({ "name": name, "type": kind }));
        draft["settings"] = json!({ "variables": variables });
        let hook = ann.create_hook(&draft).await;
        let sent = r#"{"text": "$(id)\u0000\uffff\"'\n", "count": -9223372036854775808, "flag": false, "list": [1.10, {"a": "\u00e9"}]}"#;
        let first = hook.unsigned(sent).send().await.action_id().unwrap();

        let mut earlier = (first, Json::Null, run(&ann).await);
        assert_eq!(earlier.2["action_id"], first);
        for _ in 0..2 {
            let answer = ann.retry_action(earlier.0).await;
            let (action, id) = (answer.is(201), answer.action_id().unwrap());
            assert!(answer.header("location").ends_with(&format!("/actions/{id}")), "{answer:?}");
            assert_eq!((&action["id"], &action["retry_of"]), (&json!(id), &json!(earlier.0)));
            let from = &action["triggered_from"];
            assert_eq!(
                (&from["trigger_type"], &from["user_id"], &from["hook_id"]),
                (&json!("manual"), &json!(ann.id), &Json::Null)
            );

            let job = run(&ann).await;

            assert_eq!((&job["action_id"], &job["id"]), (&json!(id), &json!(answer.request_id())));
            for same in ["variables", "action_type", "resource", "pipeline_id", "project_id", "environment_id"] {
                assert_eq!(job[same], earlier.2[same], "{same}");
            }
            assert_eq!(job["triggered_from"]["user_id"], ann.id);
            assert_eq!(harness::job_faults(&job), [""; 0]);
            assert_eq!(ann.action(id).await["retry_of"], earlier.0);
            earlier = (id, action, job);
        }
        nothing_broke(stack);
    });
}

/// Claims the next action as soon as there is one, and completes it; its job.
async fn run(ann: &User<'_>) -> Json {
    loop {
        let claimed = ann.claim(&json!({})).await;
        if claimed.status == 200 {
            let claimed = claimed.json();
            let (id, token) = (claimed["action"]["id"].as_i64().unwrap(), claimed["lease_token"].as_str().unwrap());
            ann.report(id, token, &json!({ "status": "completed" })).await.is(200);
            return claimed["job"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[test]
fn an_action_that_has_not_ended_is_not_run_again() {
    alone(async |stack| {
        let (ann, pipeline) = setting(stack).await;
        let queued = pipeline.queued(stack, 1).await;
        let pending = pipeline.pending(stack, 2).await;
        let waiting = pipeline.waiting(stack, 2).await;
        ann.claimed(pending).await;
        let other = pipeline.pending(stack, 3).await;
        let before = stored(stack).await;
        for id in [queued, waiting, pending, other] {
            let message = ann.retry_action(id).await.refused(409);
            assert_eq!(message, "The action has not ended: wait for its end, or cancel it first.");
        }
        assert_eq!(stored(stack).await, before);
        ann.cancel(other).await.is(202);
        ann.retry_action(other).await.is(201);
    });
}

#[test]
fn each_retry_runs_once_more_whatever_the_outcome_was() {
    alone(async |stack| {
        let (ann, pipeline) = setting(stack).await;
        for (application, status) in [(1, "completed"), (2, "failed")] {
            let id = ended(stack, &ann, &pipeline, application, status).await;
            let before = stack.items_of_action(id).await;
            let (one, other) = tokio::join!(ann.retry_action(id), ann.retry_action(id));
            assert_ne!(one.is(201)["id"], other.is(201)["id"]);
            let jobs = stack.take_action_jobs().await;
            let of: Vec<_> = jobs.iter().map(|job| (job.retry_of.clone(), job.delivery.clone())).collect();
            assert_eq!(of, vec![(Some(id.to_string()), None); 2]);
            assert!(jobs.iter().all(|job| job.group == format!("{}.application.{application}", ann.project)));
            assert_eq!(stack.items_of_action(id).await, before, "what has ended never changes");
        }
    });
}

#[test]
fn an_action_whose_pipeline_or_job_is_gone_is_not_run_again() {
    alone(async |stack| {
        let (ann, pipeline) = setting(stack).await;
        let jobless = pipeline.queued(stack, 1).await;
        ann.cancel(jobless).await.is(202);
        let id = ended(stack, &ann, &pipeline, 2, "completed").await;
        stack.take_action_jobs().await;
        let before = stored(stack).await;
        let message = ann.retry_action(jobless).await.refused(409);
        assert_eq!(message, "The job of this action was not kept, so it cannot be retried.");
        assert_eq!(stored(stack).await, before);

        assert_eq!(pipeline.delete().await.status, 204);
        let before = stored(stack).await;
        let message = ann.retry_action(id).await.refused(409);
        assert_eq!(message, "The pipeline was deleted, so its actions cannot be retried.");
        assert_eq!(stored(stack).await, before);
    });
}

#[test]
fn a_kept_job_that_does_not_decode_is_a_failure_of_ours_and_starts_nothing() {
    alone(async |stack| {
        let (ann, pipeline) = setting(stack).await;
        let id = ended(stack, &ann, &pipeline, 1, "completed").await;
        stack.take_action_jobs().await;
        let key = json!({ "pk": { "S": format!("A#{id}") }, "sk": { "S": "JOB" } });
        stack.damage("ActionsTable", &key, "job", &json!({ "B": "AAAA" })).await;
        let before = stored(stack).await;
        ann.retry_action(id).await.refused(500);
        assert_eq!(stored(stack).await, before);
    });
}

#[test]
fn an_action_of_another_project_and_one_asked_for_by_a_worker_are_not_run_again() {
    alone(async |stack| {
        let (ann, pipeline) = setting(stack).await;
        let bob = stack.user().await;
        let id = ended(stack, &ann, &pipeline, 1, "failed").await;
        stack.take_action_jobs().await;
        let before = stored(stack).await;
        let path = format!("/actions/{id}/retry");
        let absent = bob.retry_action(5).await.refused(404);
        assert_eq!(bob.retry_action(id).await.refused(404), absent);
        assert_eq!(ann.post("/actions/x/retry").send().await.refused(404), absent);
        let worker = ApiToken::of(stack, &ann, Project, REPORT).await;
        worker.call("POST", &path).send().await.refused(403);
        stack.post(&path).send().await.refused(401);
        assert_eq!(stored(stack).await, before);
    });
}

#[test]
fn a_job_that_only_the_name_of_the_caller_makes_too_large_is_not_run_again() {
    alone(async |stack| {
        let (ann, pipeline) = setting(stack).await;
        stack.enable_mappings("ActionStart", true).await.unwrap();
        let mut draft = open_hook();
        draft["pipeline_id"] = pipeline.id.into();
        draft["name"] = "x".into();
        draft["settings"] = json!({ "variables": [{ "name": "text", "type": "string" }] });
        let hook = ann.create_hook(&draft).await;
        let call = async |length: usize| hook.unsigned(json!({ "text": "x".repeat(length) }).to_string()).send().await;
        call(0).await.accepted();
        let most = 256 * 1024 - run(&ann).await.to_string().len();
        call(most).await.accepted();
        let job = run(&ann).await;
        assert_eq!(job.to_string().len(), 256 * 1024);
        let id = job["action_id"].as_i64().unwrap();
        let user = json!({ "email": ann.email, "name": "😀".repeat(60), "project_id": ann.project, "environment_id": ann.project });
        stack.put_user(&user).await.unwrap();
        let heads = stack.heads(ann.project).await.len();

        assert_eq!(ann.retry_action(id).await.invalid(), ["variables"]);
        assert_eq!(stack.heads(ann.project).await.len(), heads);

        let user =
            json!({ "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": ann.project });
        stack.put_user(&user).await.unwrap();
        ann.retry_action(id).await.is(201);
    });
}
