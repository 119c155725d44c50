//! What becomes of an action that a user cancels.

use harness::{deployment, nothing_broke, shared, shell};
use serde_json::json;

#[test]
fn what_has_not_begun_ends_at_once_and_gives_its_turn_back() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let queued = pipeline.queued(stack, 1).await;
        let waiting = pipeline.waiting(stack, 2).await;
        let pending = pipeline.pending(stack, 3).await;
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "1");
        for id in [queued, waiting, pending] {
            let cancelled = ann.cancel(id).await.is(202);
            assert_eq!((&cancelled["id"], &cancelled["status"]), (&json!(id), &json!("skipped")));
            let reason = format!("Skipped: cancelled by user {}", ann.id);
            assert_eq!(cancelled["status_reason_human_readable"], reason);
            assert_eq!(cancelled, ann.action(id).await);
            let before = stack.items_of_action(id).await;
            ann.cancel(id).await.refused(409);
            assert_eq!(stack.items_of_action(id).await, before);
        }
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
        assert_eq!(ann.claim(&json!({})).await.status, 204);
        nothing_broke(stack);
    });
}

#[test]
fn the_worker_of_an_action_is_told_to_stop_and_its_report_ends_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        let token = ann.claimed(id).await;
        ann.report(id, &token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await.is(200);

        let asked = ann.cancel(id).await.is(202);
        assert_eq!((&asked["status"], &asked["cancelled"]), (&json!("in-progress"), &json!(true)));
        ann.cancel(id).await.is(202);
        assert_eq!(ann.report(id, &token, &json!({})).await.is(200)["cancel"], true);
        ann.report(id, &token, &json!({ "status": "failed", "reason": "killed" })).await.is(200);
        let action = ann.action(id).await;
        assert_eq!(action["status_reason_human_readable"], format!("Failed: cancelled by user {}", ann.id));
        ann.cancel(id).await.refused(409);
    });
}

#[test]
fn a_cancelled_action_whose_worker_is_silent_is_not_handed_out_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        ann.claimed(id).await;
        ann.cancel(id).await.is(202);
        stack.lapse(id).await;
        assert_eq!(ann.claim(&json!({})).await.status, 204);
        assert_eq!(ann.action(id).await["status"], "failed");
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
    });
}
