//! The sweep: what it ends, what it wakes, and what it leaves alone.

use std::time::{Duration, SystemTime};

use harness::{Pipehook, alone, until};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;

use super::table::{action_of, becomes, damage, head, hook_of, latest_hook_of, pipeline_of, status, sweep};

const LONG_AGO: &str = "2026-01-01T00:00:00.000Z";

/// Makes `action-start` and `action-sweep` do all that they may.
pub(crate) async fn everything_of_the_ledger(stack: &Pipehook) {
    let ann = stack.user().await;
    let pipeline = pipeline_of(&ann, 1).await;
    let hooks = [hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 43, pipeline.id).await];
    let first = action_of(&hooks[0].push().send().await);
    becomes(stack, first, "pending").await;
    let second = action_of(&hooks[1].push().send().await);
    until("it waits at the gate", async || head(stack, second).await["at_gate"]["BOOL"] == true).await;
    // Behind a duplicate, which is ended without a turn.
    for _ in 0..2 {
        hooks[1].push().header("x-github-delivery", "d-1").send().await.accepted();
    }
    until("the duplicate is skipped", async || {
        stack.heads(ann.project).await.iter().any(|head| head["status"]["S"] == "skipped")
    })
    .await;
    let hook = latest_hook_of(&ann, 44, pipeline_of(&ann, 0).await.id).await;
    let gives_way = action_of(&hook.push().send().await);
    becomes(stack, gives_way, "pending").await;
    hook.push().send().await.accepted();
    becomes(stack, gives_way, "skipped").await;
    // Action-start may write an action between the damage and the sweep, or between the sweep's read and its write.
    for (id, attribute) in [(second, "created_at"), (first, "claim_at")] {
        until("the sweep ends it", async || {
            damage(stack, id, attribute, &json!({ "S": LONG_AGO })).await;
            assert_eq!(sweep(stack, &[id]).await["failed"], 0);
            status(stack, id).await == "failed"
        })
        .await;
    }
}

#[test]
fn an_action_whose_job_never_arrived_fails_after_15_days_and_not_before() {
    alone(async |stack| {
        stack.enable_mappings("ActionStart", false).await.unwrap();
        let ann = stack.user().await;
        let hook = hook_of(&ann, 42, pipeline_of(&ann, 0).await.id).await;
        let id = action_of(&hook.push().send().await);

        let early = sweep(stack, &[id]).await;
        assert_eq!((status(stack, id).await.as_str(), &early["ended"]), ("queued", &json!(0)));
        damage(stack, id, "created_at", &json!({ "S": LONG_AGO })).await;
        let late = sweep(stack, &[id]).await;

        assert_eq!((status(stack, id).await.as_str(), &late["ended"]), ("failed", &json!(1)));
        let head = head(stack, id).await;
        assert_eq!((&head["reason"]["S"], head.get("due")), (&json!("its job never arrived"), None));
        assert_eq!(sweep(stack, &[]).await["looked_at"], 0, "it is looked at no more");
    });
}

#[test]
fn a_pending_action_waits_for_a_worker_as_long_as_its_pipeline_says() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        let id = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        becomes(stack, id, "pending").await;

        assert_eq!(sweep(stack, &[id]).await["ended"], 0);
        assert!(head(stack, id).await["due"]["S"].as_str().unwrap() > LONG_AGO, "it is looked at later again");
        damage(stack, id, "claim_at", &json!({ "S": LONG_AGO })).await;
        assert_eq!(sweep(stack, &[id]).await["ended"], 1);

        assert_eq!(status(stack, id).await, "failed");
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
    });
}

#[test]
fn one_damaged_action_keeps_the_sweep_from_no_other() {
    alone(async |stack| {
        stack.enable_mappings("ActionStart", false).await.unwrap();
        let ann = stack.user().await;
        let hook = hook_of(&ann, 42, pipeline_of(&ann, 0).await.id).await;
        let damaged = action_of(&hook.push().send().await);
        let other = action_of(&hook.push().send().await);
        damage(stack, damaged, "type", &json!({ "S": "explode" })).await;
        damage(stack, other, "created_at", &json!({ "S": LONG_AGO })).await;

        let swept = sweep(stack, &[damaged, other]).await;

        assert_eq!((&swept["failed"], &swept["ended"]), (&json!(1), &json!(1)), "{swept}");
        assert_eq!(status(stack, other).await, "failed");
    });
}

/// So many days ago.
fn days_ago(days: u64) -> Json {
    let now = Timestamp::from(SystemTime::now());
    json!({ "S": now.minus(Duration::from_hours(days * 24)).to_string() })
}

#[test]
fn an_action_that_waits_for_its_turn_fails_after_40_days_and_not_before_and_holds_up_no_other() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 1).await;
        let (hook, other) = (hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 43, pipeline.id).await);
        let running = action_of(&hook.push().send().await);
        becomes(stack, running, "pending").await;
        let (waits, gate) = (action_of(&hook.push().send().await), action_of(&other.push().send().await));
        becomes(stack, waits, "waiting").await;
        until("it waits at the gate", async || head(stack, gate).await["at_gate"]["BOOL"] == true).await;

        for (days, expected) in [(39, "waiting"), (41, "failed")] {
            for id in [waits, gate] {
                until("the sweep has seen it so old", async || {
                    damage(stack, id, "created_at", &days_ago(days)).await;
                    assert_eq!(sweep(stack, &[id]).await["failed"], 0);
                    status(stack, id).await == expected
                })
                .await;
            }
        }

        let left: Vec<_> = stack.items("ActionsTable").await;
        assert!(!left.iter().any(|item| item["sk"]["S"].as_str().unwrap().starts_with("W#")), "{left:#?}");
        assert_eq!(head(stack, waits).await["reason"]["S"], "its turn did not come within 40 days");
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "1", "the turn of the first one is its own");
    });
}

#[test]
fn an_action_that_runs_for_40_days_is_left_to_its_worker_until_its_lease_is_over() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 1).await;
        let id = pipeline.pending(stack, 42).await;
        let token = ann.claimed(id).await;
        damage(stack, id, "created_at", &days_ago(40)).await;
        damage(stack, id, "started_at", &days_ago(40)).await;

        assert_eq!(sweep(stack, &[id]).await["ended"], 0);
        ann.report(id, &token, &json!({ "steps": [] })).await.is(200);
        assert_eq!(status(stack, id).await, "in-progress");
        stack.lapse(id).await;
        assert_eq!(sweep(stack, &[id]).await["ended"], 1);

        assert_eq!(status(stack, id).await, "failed");
        ann.report(id, &token, &json!({ "status": "completed" })).await.refused(409);
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
    });
}
