//! What becomes of an action whose worker, or the supervisor of its step, was killed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use harness::{Pipehook, Worker, alone, kill, parent_of, process_ends, process_in, shared, shell, soak};
use local::Moment;
use serde_json::{Value as Json, json};
use tokio::{select, time::sleep};

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

#[test]
fn the_step_of_a_supervisor_that_was_killed_dies_and_its_action_fails() {
    shared(async |stack| {
        let Setting { ann, pipeline, hook, token } = Setting::new(stack).await;
        let directory = tempfile::tempdir().unwrap();
        pipeline.add_step(&shell(&endless_once(directory.path()))).await;
        let _worker = stack.worker("builder-1", &token).await;
        let id = call(&hook, "main").await;
        let step = process_in(&directory.path().join("step")).await;

        kill(parent_of(step));

        process_ends(step).await;
        assert_eq!(ann.ended(id).await["status"], "failed");
        let next = call(&hook, "main").await;
        assert_eq!(ann.ended(next).await["status"], "completed", "the worker goes on");
    });
}

/// How often the step of this branch has run.
fn runs(directory: &Path, branch: &str) -> usize {
    fs::read_to_string(directory.join(branch)).unwrap_or_default().lines().count()
}

/// One for each kill.
fn branch((function, nth, moment): (&str, usize, Moment)) -> String {
    format!("{function}-{nth}-{moment:?}")
}

/// Kills a worker when the function has sent so many requests for it. What it has asked for then goes on, or is lost
/// with it. Then lets another one come. Whether there were so many, and how the action has ended.
async fn killed_at(stack: &Pipehook, setting: &Setting<'_>, at: (&str, usize, Moment), goes_on: bool) -> (bool, Json) {
    let Setting { ann, hook, token, .. } = setting;
    let (function, nth, moment) = at;
    let id = call(hook, &branch(at)).await;
    let mut hold = stack.hold(function, nth, moment);
    let mut lost = stack.worker("builder-1", token).await;
    let is_over = select! {
        biased;
        () = hold.reached() => false,
        _ = ann.ended(id) => true,
    };
    lost.kill();
    if goes_on {
        hold.let_go();
    } else {
        stack.kill(function).unwrap();
        drop(hold);
    }
    let _second = stack.worker("builder-2", token).await;
    loop {
        let head = stack.stored_action(id).await;
        if head.status.is_ended() {
            return (!is_over, ann.action(id).await);
        }
        // Its last request may have come late, and then its lease is a new one.
        if head.lease.is_some_and(|lease| lease.worker.as_str() == "builder-1") {
            stack.lapse(id).await;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// Kills workers at each of the requests that a function sends for them; returns how many.
#[expect(clippy::print_stdout, reason = "`--show-output` shows how much was searched")]
async fn killed_everywhere(stack: &Pipehook, on_lost: &str, function: &str, goes_on: bool) -> usize {
    let setting = Setting::with(stack, &json!({ "on_lost": on_lost })).await;
    let directory = tempfile::tempdir().unwrap();
    setting.pipeline.add_step(&shell(&format!("echo run >> {}/$PIPEHOOK_BRANCH", directory.path().display()))).await;
    let mut kills = 0;
    for nth in (1..).step_by(if soak() > 1 { 1 } else { 3 }) {
        let moments = if soak() > 1 { [Moment::Sent, Moment::Done].as_slice() } else { &[Moment::Done] };
        let before = kills;
        for moment in moments {
            let at = (function, nth, *moment);
            let (was_killed, action) = killed_at(stack, &setting, at, goes_on).await;
            kills += usize::from(was_killed);
            let what = format!("{function}, {nth}, {moment:?}: {action}");
            let (runs, attempt) = (runs(directory.path(), &branch(at)), &action["attempt"]);
            assert!(runs <= if on_lost == "fail" { 1 } else { 2 }, "{runs} runs: {what}");
            assert!(runs > 0 || action["status"] == "failed", "{what}");
            assert!(attempt.as_u64().unwrap() <= 2 && (on_lost == "fail" || action["status"] == "completed"), "{what}");
            assert_eq!(setting.pipeline.gate(stack).await["running"]["N"], "0", "{what}");
        }
        if kills == before {
            break;
        }
    }
    println!("a worker was killed {kills} times in {function}");
    kills
}

#[test]
fn a_worker_may_die_at_any_request_and_its_step_runs_once() {
    alone(async |stack| {
        for goes_on in [true, false] {
            assert!(killed_everywhere(stack, "fail", "ActionClaim", goes_on).await >= 2);
            assert!(killed_everywhere(stack, "fail", "ActionReport", goes_on).await >= 3);
        }
    });
}

#[test]
fn a_worker_may_die_at_any_request_and_its_action_is_done_by_another_one_if_it_may_run_again() {
    alone(async |stack| assert!(killed_everywhere(stack, "run_again", "ActionReport", true).await >= 3));
}
