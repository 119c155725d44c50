//! What becomes of an action whose steps run, fail or are cancelled.

use harness::{nothing_broke, process_ends, process_in, shared, shell};
use serde_json::json;

use super::{Setting, call};

#[test]
fn a_call_runs_the_steps_with_its_variables() {
    shared(async |stack| {
        let Setting { ann, pipeline, hook, token } = Setting::new(stack).await;
        pipeline.add_step(&shell("echo \"branch: $PIPEHOOK_BRANCH\"; touch built")).await;
        pipeline.add_step(&shell("test -f built && echo found >&2")).await;
        let worker = stack.worker("builder-1", &token).await;

        let id = call(&hook, "refs/heads/main").await;

        let action = ann.ended(id).await;
        assert_eq!((&action["status"], &action["attempt"]), (&json!("completed"), &json!(1)), "{}", worker.printed());
        let steps = &action["targets"][0]["steps"];
        assert_eq!((&steps[0]["status"], &steps[1]["status"]), (&json!("completed"), &json!("completed")));
        assert_eq!(ann.output(id, 1).await, "branch: refs/heads/main\n");
        assert_eq!(ann.output(id, 2).await, "found\n");
        let printed = worker.printed();
        assert!(printed.contains("branch: refs/heads/main") && !printed.contains(&token), "{printed}");
        nothing_broke(stack);
    });
}

#[test]
fn what_a_sender_writes_is_never_run() {
    shared(async |stack| {
        let Setting { ann, pipeline, hook, token } = Setting::new(stack).await;
        pipeline.add_step(&shell("printf %s \"$PIPEHOOK_BRANCH\"")).await;
        let _worker = stack.worker("builder-1", &token).await;
        let directory = tempfile::tempdir().unwrap();
        let touch = format!("touch {}/made", directory.path().display());
        let branch = format!("$({touch})'\"\n`{touch}`; {touch}\n'; {touch} #\\\" && {touch}\n");

        let id = call(&hook, &branch).await;

        assert_eq!(ann.ended(id).await["status"], "completed");
        assert_eq!(ann.output(id, 1).await, branch);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    });
}

#[test]
fn a_step_that_fails_ends_the_action_and_the_next_one_runs_for_the_next_call() {
    shared(async |stack| {
        let Setting { ann, pipeline, hook, token } = Setting::new(stack).await;
        let directory = tempfile::tempdir().unwrap();
        let made = directory.path().join("made");
        pipeline.add_step(&shell("echo \"$PIPEHOOK_BRANCH\"; test \"$PIPEHOOK_BRANCH\" = good || exit 3")).await;
        pipeline.add_step(&shell(&format!("touch {}", made.display()))).await;
        let _worker = stack.worker("builder-1", &token).await;

        let id = call(&hook, "bad").await;

        let action = ann.ended(id).await;
        assert_eq!(action["status"], "failed");
        assert_eq!(action["status_reason_human_readable"], "Failed: step 1 failed with exit status 3");
        let steps = &action["targets"][0]["steps"];
        assert_eq!((&steps[0]["status"], &steps[1]["status"]), (&json!("failed"), &json!("skipped")));
        assert_eq!(ann.output(id, 1).await, "bad\n");
        assert!(!made.exists());
        let next = call(&hook, "good").await;
        assert_eq!(ann.ended(next).await["status"], "completed");
        assert!(made.exists());
    });
}

#[test]
fn the_processes_of_a_cancelled_action_end_and_it_fails() {
    shared(async |stack| {
        let Setting { ann, pipeline, hook, token } = Setting::new(stack).await;
        let directory = tempfile::tempdir().unwrap();
        let (step, child) = (directory.path().join("step"), directory.path().join("child"));
        let (step_file, child_file) = (step.display(), child.display());
        let command = format!("sleep 600 & echo $! > {child_file}; echo $$ > {step_file}; wait");
        pipeline.add_step(&shell(&command)).await;
        let _worker = stack.worker("builder-1", &token).await;
        let id = call(&hook, "main").await;
        let processes = [process_in(&step).await, process_in(&child).await];

        ann.cancel(id).await.is(202);

        let action = ann.ended(id).await;
        assert_eq!(action["status"], "failed");
        assert_eq!(action["status_reason_human_readable"], format!("Failed: cancelled by user {}", ann.id));
        for process in processes {
            process_ends(process).await;
        }
    });
}
