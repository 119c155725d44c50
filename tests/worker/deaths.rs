//! What becomes of an action whose worker was killed in the middle of a step.

use std::fs;
use std::path::Path;

use harness::{Pipehook, Worker, process_ends, process_in, shared, shell};
use serde_json::json;

use super::{Setting, call};

/// The first run of it goes on until it is killed.
fn endless_once(directory: &Path) -> String {
    let directory = directory.display();
    format!(
        "echo run >> {directory}/runs; test $(wc -l < {directory}/runs) = 2 || {{ echo $$ > {directory}/step; sleep 600; }}"
    )
}

/// Kills the worker in the middle of the step, which must not outlive it.
async fn kill_in_step(worker: &mut Worker, directory: &Path) {
    let step = process_in(&directory.join("step")).await;
    worker.kill();
    process_ends(step).await;
}

/// How it ends if the first worker is killed and a second one comes; and how often the step ran.
async fn told(stack: &Pipehook, on_lost: &str) -> (serde_json::Value, usize) {
    let Setting { ann, pipeline, hook, token } = Setting::with(stack, &json!({ "on_lost": on_lost })).await;
    let directory = tempfile::tempdir().unwrap();
    pipeline.add_step(&shell(&endless_once(directory.path()))).await;
    let mut lost = stack.worker("builder-1", &token).await;
    let id = call(&hook, "main").await;
    kill_in_step(&mut lost, directory.path()).await;
    assert_eq!(ann.action(id).await["status"], "in-progress", "its lease is not over");

    stack.lapse(id).await;
    let _second = stack.worker("builder-2", &token).await;

    let action = ann.ended(id).await;
    let next = call(&hook, "main").await;
    let runs = fs::read_to_string(directory.path().join("runs")).unwrap().lines().count();
    // The resource and the pipeline are free again.
    fs::write(directory.path().join("runs"), "run\n").unwrap();
    assert_eq!(ann.ended(next).await["status"], "completed");
    (action, runs)
}

#[test]
fn the_step_of_a_worker_that_was_killed_dies_and_its_action_fails_when_another_worker_asks() {
    shared(async |stack| {
        let (action, runs) = told(stack, "fail").await;

        assert_eq!((&action["status"], runs), (&json!("failed"), 1));
        assert_eq!(action["status_reason_human_readable"], "Failed: the worker builder-1 was lost");
    });
}

#[test]
fn an_action_that_may_run_again_does_so_when_its_worker_was_killed() {
    shared(async |stack| {
        let (action, runs) = told(stack, "run_again").await;

        assert_eq!((&action["status"], &action["attempt"], runs), (&json!("completed"), &json!(2), 2));
    });
}
