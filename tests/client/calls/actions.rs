//! `pipehook actions`: runs of pipelines, by a real worker, watched to their end.

use std::time::Duration;

use harness::{Pipeline, User, deployment, shared, shell};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

/// A pipeline with these steps, and an action of it.
async fn started<'s>(ann: &User<'s>, steps: &[&str]) -> (Pipeline<'s>, String) {
    let pipeline = ann.create_pipeline(&deployment()).await;
    for step in steps {
        pipeline.add_step(&shell(step)).await;
    }
    let action = pipeline.start(&json!({})).await;
    (pipeline, action.to_string())
}

#[test]
fn an_action_is_watched_to_its_end_which_the_exit_status_tells() {
    shared(async |stack| {
        let ann = stack.user().await;
        let computer = stack.computer(&ann.access_token);
        let (_, good) = started(&ann, &["echo one; sleep 2; echo two", "echo three"]).await;
        let watching = computer.start(&["actions", "watch", &good, "--logs"]).await;
        sleep(Duration::from_secs(2)).await;
        let _worker = stack.worker("builder-1", &ann.report_token().await).await;

        let watched = watching.end().await;

        assert_eq!(watched.status, 0, "{watched:?}");
        let mut rest = &*watched.out;
        for text in ["Waiting for a worker", "In progress", "one", "two", "three", "step 2: Completed", "Completed"] {
            rest = rest.split_once(text).unwrap_or_else(|| panic!("{text}: {watched:?}")).1;
        }
        let (_, bad) = started(&ann, &["echo broken; exit 7"]).await;
        let watched = computer.run(&["actions", "watch", &bad]).await;
        assert_eq!(watched.status, 10, "{watched:?}");
        assert!(watched.err.contains("exit status 7."), "{watched:?}");
        assert!(watched.err.contains(&format!("pipehook actions logs {bad}")), "{watched:?}");

        let logs = computer.run(&["actions", "logs", &good]).await;
        assert_eq!((logs.status, &*logs.out), (0, "one\ntwo\nthree\n"));
        let failed = computer.json(&["actions", "list", "--status", "failed"]).await;
        assert_eq!((&failed[0]["id"].to_string(), failed.as_array().unwrap().len()), (&bad, 1));
        let again = computer.run(&["actions", "retry", &bad, "--watch", "--json"]).await;
        assert_eq!(again.status, 10, "{again:?}");
        let last: Json = serde_json::from_str(again.out.lines().last().unwrap()).unwrap();
        assert_eq!((&last["status"], &last["retry_of"].to_string()), (&json!("failed"), &bad));
    });
}

#[test]
fn a_cancelled_action_is_skipped_and_what_is_watched_goes_on_after_ctrl_c() {
    shared(async |stack| {
        let ann = stack.user().await;
        let computer = stack.computer(&ann.access_token);
        let (_, action) = started(&ann, &["echo never reached"]).await;
        let watching = computer.start(&["actions", "watch", &action]).await;
        sleep(Duration::from_secs(2)).await;
        watching.interrupt();
        let stopped = watching.end().await;
        let logs = computer.run(&["actions", "logs", &action]).await;

        let cancelled = computer.run(&["actions", "cancel", &action]).await;
        let watched = computer.run(&["actions", "watch", &action]).await;
        let twice = computer.run(&["actions", "cancel", &action]).await;

        assert_eq!(stopped.status, 130, "{stopped:?}");
        let next = format!("The action goes on. Watch it again: pipehook actions watch {action}");
        assert!(stopped.err.contains(&next), "{stopped:?}");
        assert_eq!(
            (logs.status, cancelled.status, watched.status, twice.status),
            (4, 0, 11, 5),
            "{watched:?} {twice:?}"
        );
        assert!(watched.err.contains("Skipped: cancelled by user"), "{watched:?}");
    });
}

#[test]
fn an_action_is_shown_with_its_steps_and_lists_choose() {
    shared(async |stack| {
        let ann = stack.user().await;
        let computer = stack.computer(&ann.access_token);
        let (pipeline, action) = started(&ann, &["echo never reached"]).await;
        let other = started(&ann, &["echo never reached"]).await.1;

        let shown = computer.run(&["actions", "show", &action]).await;
        let of_pipeline = computer.json(&["actions", "list", "--pipeline", &pipeline.id.to_string()]).await;
        let of_resource = computer.json(&["actions", "list", "--resource", "application/42", "--limit", "1"]).await;
        let missing = computer.run(&["actions", "show", "1"]).await;

        assert!(shown.out.contains("deploy application/42") && shown.out.contains(&action), "{shown:?}");
        assert_eq!(of_pipeline.as_array().unwrap().len(), 1);
        assert_eq!(of_pipeline[0]["id"].to_string(), action);
        assert_eq!(of_resource[0]["id"].to_string(), other);
        assert_eq!(missing.status, 4);
    });
}
