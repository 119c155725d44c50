//! Who gets an action, and what becomes of one that no worker can run.

use harness::{ApiToken, Pipehook, alone, deployment, nothing_broke, shared, shell, together};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind::Project;

const REPORT: i64 = 2;

fn with(more: &Json) -> Json {
    let mut pipeline = deployment();
    pipeline.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    pipeline
}

/// How many actions have the turn of the pipeline.
async fn running(pipeline: &harness::Pipeline<'_>, stack: &Pipehook) -> String {
    pipeline.gate(stack).await["running"]["N"].as_str().unwrap_or("0").to_owned()
}

#[test]
fn a_worker_gets_what_it_has_to_run() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let named = json!({ "name": "build", "command": "make build", "runner": "custom", "run_as_user": "builder" });
        pipeline.add_step(&named).await;
        pipeline.add_step(&shell("make install")).await;
        let id = pipeline.pending(stack, 1).await;

        let worker = ApiToken::of(stack, &ann, Project, REPORT).await;
        let ask = json!({ "worker": "builder-7", "lease_seconds": 60 });
        let answer = worker.call("POST", "/actions/claim").json(&ask).send().await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let claimed = answer.is(200);
        let step = |order: i64, name: Json, command: &str, user: &str| json!({ "order": order, "name": name, "runner": "custom", "command": command, "run_as_user": user });
        let expected =
            json!([step(1, json!("build"), "make build", "builder"), step(2, json!(null), "make install", "")]);
        assert_eq!(claimed["steps"], expected);
        assert_eq!(claimed["job"], json!({ "version": 1, "action_id": id, "variables": { "ref": "main" } }));
        assert_eq!((&claimed["lease_seconds"], &claimed["attempt"]), (&json!(60), &json!(1)));
        assert_eq!(claimed["action"], ann.action(id).await);
        assert_eq!(claimed["action"]["targets"][0]["total_steps"], 2);
        assert_eq!(claimed["lease_token"].as_str().unwrap().len(), 43);

        let nothing = worker.call("POST", "/actions/claim").json(&ask).send().await;
        assert_eq!((nothing.status, nothing.header("retry-after")), (204, "5"));
    });
}

#[test]
fn of_workers_that_ask_at_once_one_gets_the_action() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        for application in 1..=3 {
            let id = pipeline.pending(stack, application).await;
            let answers = together((0..6).map(async |_| ann.claim(&json!({})).await)).await;
            let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!((won.len(), answers.iter().filter(|answer| answer.status == 204).count()), (1, 5));
            assert_eq!(won[0].json()["action"]["id"], id);
            let action = stack.stored_action(id).await;
            assert_eq!(action.attempt, 1);
            let token = won[0].json()["lease_token"].as_str().unwrap().to_owned();
            ann.report(id, &token, &json!({ "status": "completed" })).await.is(200);
        }
        assert_eq!(running(&pipeline, stack).await, "0");
    });
}

#[test]
fn the_token_of_a_lease_is_nowhere_but_in_the_answer() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        let token = ann.claimed(id).await;
        ann.report(id, &token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await.is(200);
        ann.report(id, "wrong", &json!({})).await.refused(409);
        ann.report(id, &token, &json!({ "steps": [{ "order": 2, "status": "completed" }] })).await.invalid();

        let stored = stack.items("ActionsTable").await;
        assert!(stored.iter().any(|item| item.get("lease").is_some()));
        assert!(!json!(stored).to_string().contains(&token));
        assert!(!ann.action(id).await.to_string().contains(&token));
        let logs = stack.logs();
        assert!(logs.len() > 5);
        assert!(!logs.iter().any(|line| line.text.contains(&token) || line.text.contains("lease_token")));
    });
}

#[test]
fn a_worker_gets_actions_of_its_labels_only_and_the_one_that_waited_longest_first() {
    shared(async |stack| {
        let ann = stack.user().await;
        let plain = ann.create_pipeline(&deployment()).await;
        let gpu = ann.create_pipeline(&with(&json!({ "label": "gpu" }))).await;
        for pipeline in [&plain, &gpu] {
            pipeline.add_step(&shell("make build")).await;
        }
        let first = gpu.pending(stack, 1).await;
        let second = plain.pending(stack, 2).await;
        let third = gpu.pending(stack, 3).await;

        assert_eq!(ann.claim(&json!({ "labels": ["cpu"] })).await.status, 204);
        for (labels, expected) in [(json!(["", "gpu"]), first), (json!(["gpu", ""]), second), (json!(["gpu"]), third)] {
            let claimed = ann.claim(&json!({ "labels": labels })).await.is(200);
            assert_eq!(claimed["action"]["id"], expected, "{labels}");
        }
        assert_eq!(ann.claim(&json!({ "labels": ["", "gpu"] })).await.status, 204);
    });
}

#[test]
fn what_is_no_question_for_an_action_is_refused_and_claims_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let id = pipeline.pending(stack, 1).await;
        let before = stack.items_of_action(id).await;
        let long = "x".repeat(61);
        for (claim, field) in [
            (json!({ "worker": null }), "worker"),
            (json!({ "worker": "" }), "worker"),
            (json!({ "worker": "x".repeat(101) }), "worker"),
            (json!({ "worker": "a\nb" }), "worker"),
            (json!({ "labels": [] }), "labels"),
            (json!({ "labels": ["a", "b", "c", "d", "e", "f"] }), "labels"),
            (json!({ "labels": [long] }), "labels"),
            (json!({ "labels": "gpu" }), "labels"),
            (json!({ "labels": [1] }), "labels"),
            (json!({ "lease_seconds": 29 }), "lease_seconds"),
            (json!({ "lease_seconds": 3601 }), "lease_seconds"),
            (json!({ "lease_seconds": "60" }), "lease_seconds"),
            (json!({ "project_id": 1 }), "project_id"),
        ] {
            assert_eq!(ann.claim(&claim).await.invalid(), [field], "{claim}");
        }
        assert_eq!(stack.items_of_action(id).await, before);
    });
}

#[test]
fn an_action_whose_worker_is_silent_goes_to_another_one_if_no_step_has_started() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        let lost = ann.claimed(id).await;
        assert_eq!(ann.claim(&json!({})).await.status, 204, "the lease is not over");

        stack.lapse(id).await;
        let token = ann.claimed(id).await;
        let action = ann.action(id).await;
        assert_eq!((&action["status"], &action["attempt"]), (&json!("in-progress"), &json!(2)));
        ann.report(id, &lost, &json!({ "status": "completed" })).await.refused(409);
        ann.report(id, &token, &json!({ "status": "completed" })).await.is(200);
        assert_eq!(
            (ann.action(id).await["status"].clone(), running(&pipeline, stack).await),
            (json!("completed"), "0".into())
        );
    });
}

#[test]
fn a_worker_that_takes_over_runs_the_steps_as_they_are_now() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        ann.claimed(id).await;
        pipeline.add_step(&shell("make install")).await;
        stack.lapse(id).await;
        let claimed = ann.claim(&json!({})).await.is(200);
        assert_eq!(claimed["steps"].as_array().unwrap().len(), 2);
        assert_eq!(claimed["action"]["targets"][0]["total_steps"], 2);
        let token = claimed["lease_token"].as_str().unwrap();
        ann.report(id, token, &json!({ "steps": [{ "order": 2, "status": "in-progress" }] })).await.is(200);
    });
}

#[test]
fn an_action_whose_worker_was_lost_in_a_step_fails_unless_its_pipeline_runs_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (on_lost, status) in [("fail", "failed"), ("run_again", "in-progress")] {
            let pipeline = ann.create_pipeline(&with(&json!({ "on_lost": on_lost }))).await;
            pipeline.add_step(&shell("make build")).await;
            let id = pipeline.pending(stack, 1).await;
            let token = ann.claimed(id).await;
            ann.report(id, &token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await.is(200);
            stack.lapse(id).await;

            let answer = ann.claim(&json!({})).await;
            assert_eq!(answer.status, if on_lost == "fail" { 204 } else { 200 }, "{answer:?}");
            let action = ann.action(id).await;
            assert_eq!(action["status"], status);
            if on_lost == "fail" {
                assert_eq!(action["status_reason_human_readable"], "Failed: the worker builder-1 was lost");
                assert_eq!(running(&pipeline, stack).await, "0");
                ann.report(id, &token, &json!({ "status": "completed" })).await.refused(409);
            } else {
                assert_eq!(action["targets"][0]["steps"][0]["status"], "pending", "it begins again");
            }
        }
    });
}

#[test]
fn an_action_that_loses_five_workers_is_handed_out_no_more() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        for _ in 0..5 {
            ann.claimed(id).await;
            stack.lapse(id).await;
        }
        assert_eq!(ann.claim(&json!({})).await.status, 204);
        let action = ann.action(id).await;
        assert_eq!((&action["status"], &action["attempt"]), (&json!("failed"), &json!(5)));
    });
}

#[test]
fn an_action_whose_pipeline_was_deleted_fails_when_a_worker_asks_for_it_and_the_worker_gets_the_next() {
    shared(async |stack| {
        let ann = stack.user().await;
        let gone = ann.create_pipeline(&deployment()).await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let (of_gone, next) = (gone.pending(stack, 1).await, pipeline.pending(stack, 2).await);
        assert_eq!(gone.delete().await.status, 204);

        ann.claimed(next).await;
        let action = ann.action(of_gone).await;
        assert_eq!((&action["status"], &action["attempt"]), (&json!("failed"), &json!(0)));
        assert_eq!(action["status_reason_human_readable"], "Failed: the pipeline was deleted");
        nothing_broke(stack);
    });
}

#[test]
fn one_damaged_action_keeps_no_other_from_the_workers() {
    // Alone, because it is logged as what must not happen.
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        for attribute in ["status", "job"] {
            let damaged = pipeline.pending(stack, stack.number()).await;
            let other = pipeline.pending(stack, stack.number()).await;
            stack.damage_action(damaged, attribute, &json!({ "S": "nonsense" })).await;

            ann.claimed(other).await;

            assert_eq!(ann.claim(&json!({})).await.status, 204);
        }
    });
}
