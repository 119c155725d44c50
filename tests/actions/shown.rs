//! One action, and the output of its steps.

use harness::{deployment, nothing_broke, shared, shell};
use serde_json::json;

#[test]
fn an_action_is_shown_from_the_moment_it_is_queued() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let queued = pipeline.queued(stack, 1).await;
        let waiting = pipeline.waiting(stack, 2).await;
        let pending = pipeline.pending(stack, 3).await;

        for (id, status, code, words) in [
            (queued, "queued", "QUEUED", "Queued"),
            (waiting, "waiting", "WAITING_CONCURRENCY_TARGET", "Waiting for another action on the same resource"),
            (pending, "pending", "PENDING", "Waiting for a worker"),
        ] {
            let action = ann.action(id).await;
            assert_eq!(action["status"], status);
            assert_eq!(
                (&action["status_reason_code"], &action["status_reason_human_readable"]),
                (&json!(code), &json!(words))
            );
            assert_eq!((&action["started_at"], &action["targets"][0]["total_steps"]), (&json!(null), &json!(null)));
            assert_eq!(action["summary"]["targets"]["pending"], 1);
        }
    });
}

#[test]
fn an_action_is_shown_as_its_worker_reports_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let pending = pipeline.pending(stack, 1).await;

        let token = ann.claimed(pending).await;
        ann.report(pending, &token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await.is(200);
        let action = ann.action(pending).await;
        let target = &action["targets"][0];
        assert_eq!(
            (&action["status"], &action["worker"], &action["attempt"]),
            (&json!("in-progress"), &json!("builder-1"), &json!(1))
        );
        assert_eq!(
            (&target["current_step"]["order"], &target["steps"][0]["status"]),
            (&json!(1), &json!("in-progress"))
        );
        assert_eq!(action["url_web_permalink"], format!("{}/console#/actions/{pending}", stack.api_url()));
        assert_eq!(action["hook_requests"]["incoming"]["action_id"], pending);

        let end =
            json!({ "steps": [{ "order": 1, "status": "failed", "reason": "exit status 2" }], "status": "failed" });
        ann.report(pending, &token, &end).await.is(200);
        let action = ann.action(pending).await;
        assert_eq!((&action["status"], &action["summary"]["targets"]["failed"]), (&json!("failed"), &json!(1)));
        let step = &action["targets"][0]["steps"][0];
        assert_eq!(step["status_reason_human_readable"], "Failed: exit status 2");
        nothing_broke(stack);
    });
}

#[test]
fn the_output_of_a_step_is_shown_as_far_as_it_came() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        let token = ann.claimed(id).await;
        let path = format!("/actions/{id}/targets/{id}/steps/1/logs");
        assert_eq!(ann.get(&path).send().await.is(200)["step"]["output"], json!(null));

        let part = |part: i64, text: &str| json!({ "output": { "order": 1, "part": part, "text": text } });
        for (number, text) in [(0, "one "), (0, "one two "), (1, "\u{1b}[31mthree\u{0}é\n")] {
            ann.report(id, &token, &part(number, text)).await.is(200);
        }
        let log = ann.get(&path).send().await;
        assert_eq!(log.header("cache-control"), "no-store");
        let log = log.is(200);
        assert_eq!(log["step"]["output"], "one two \u{1b}[31mthree\u{0}é\n");
        assert_eq!(log["step"]["output_truncated"], false);

        // A ring: the end is kept.
        let large = "\u{1}".repeat(32_768);
        for number in 2..12 {
            ann.report(id, &token, &part(number, &large)).await.is(200);
        }
        let log = ann.get(&path).send().await.is(200);
        assert_eq!(log["step"]["output"].as_str().unwrap(), large.repeat(9));
        assert_eq!(log["step"]["output_truncated"], true);

        for path in [
            format!("/actions/{id}/targets/{id}/steps/2/logs"),
            format!("/actions/{id}/targets/{id}/steps/01/logs"),
            format!("/actions/{id}/targets/{id}/steps/0/logs"),
            format!("/actions/{id}/targets/{}/steps/1/logs", id + 1),
        ] {
            ann.get(&path).send().await.refused(404);
        }
    });
}
