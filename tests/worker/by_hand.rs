//! Actions that a user starts, all the way to their steps.

use harness::{nothing_broke, shared, shell};
use serde_json::json;

use super::Setting;

#[test]
fn the_steps_of_an_action_by_hand_and_of_its_retry_see_its_variables() {
    shared(async |stack| {
        let Setting { ann, pipeline, token, .. } = Setting::new(stack).await;
        pipeline.add_step(&shell("echo \"$PIPEHOOK_BRANCH $PIPEHOOK_COUNT $PIPEHOOK_FLAG $PIPEHOOK_LIST\"")).await;
        pipeline.add_step(&shell("grep -o '\"user_id\":[0-9]*'; test \"$PIPEHOOK_BRANCH\" = good")).await;
        let worker = stack.worker("builder-1", &token).await;
        let variables = json!({ "branch": "bad", "count": 3, "flag": true, "list": [1.10, "x"] });

        let id = pipeline.start(&json!({ "variables": variables })).await;
        let action = ann.ended(id).await;
        let again = ann.retry_action(id).await.is(201)["id"].as_i64().unwrap();
        let repeated = ann.ended(again).await;

        assert_eq!(
            (&action["status"], &repeated["status"]),
            (&json!("failed"), &json!("failed")),
            "{}",
            worker.printed()
        );
        assert_eq!((&repeated["retry_of"], &action["retry_of"]), (&json!(id), &json!(null)));
        for id in [id, again] {
            assert_eq!(ann.output(id, 1).await, "bad 3 true [1.1,\"x\"]\n", "{id}");
            assert_eq!(ann.output(id, 2).await, format!("\"user_id\":{}\n", ann.id), "{id}");
        }
        let good = pipeline.start(&json!({ "variables": { "branch": "good" } })).await;
        assert_eq!(ann.ended(good).await["status"], "completed");
        nothing_broke(stack);
    });
}

#[test]
fn what_a_user_writes_is_never_run() {
    shared(async |stack| {
        let Setting { ann, pipeline, token, .. } = Setting::new(stack).await;
        pipeline.add_step(&shell("printf %s \"$PIPEHOOK_BRANCH$PIPEHOOK_SOURCE_REF\"")).await;
        let _worker = stack.worker("builder-1", &token).await;
        let directory = tempfile::tempdir().unwrap();
        let touch = format!("touch {}/made", directory.path().display());
        let branch = format!("$({touch})'\"\n`{touch}`; {touch}\n'; {touch} #\\\" && {touch}\n");
        let (source, name) = (format!("$({touch})"), format!("a$({touch})"));
        let variables = json!({ "branch": branch, name: "x" });

        let asked = json!({ "variables": variables, "source_ref": source, "trigger_comment": format!("$({touch})") });
        let id = pipeline.start(&asked).await;

        assert_eq!(ann.ended(id).await["status"], "completed");
        assert_eq!(ann.output(id, 1).await, format!("{branch}{source}"));
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    });
}

#[test]
fn a_value_that_no_environment_can_hold_fails_before_the_first_step() {
    shared(async |stack| {
        let Setting { ann, pipeline, token, .. } = Setting::new(stack).await;
        let directory = tempfile::tempdir().unwrap();
        pipeline.add_step(&shell(&format!("touch {}/made", directory.path().display()))).await;
        let _worker = stack.worker("builder-1", &token).await;
        for value in ["a\u{0}b".to_owned(), "x".repeat(128 * 1024)] {
            let id = pipeline.start(&json!({ "variables": { "branch": value } })).await;
            let ended = ann.ended(id).await;
            assert_eq!(ended["status"], "failed");
            assert!(ended["status_reason_human_readable"].as_str().unwrap().contains("branch"), "{ended}");
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    });
}
