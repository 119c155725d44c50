//! Hooks that want only their newest action to run.

use harness::{Hook, Pipehook, User, alone, nothing_broke, shell, until};
use serde_json::{Value as Json, json};

use super::table::{action_of, becomes, head, hook_of, latest_hook_of, pipeline_of, status};

/// The action of a call of the hook, once it is in its lane.
async fn called(stack: &Pipehook, hook: &Hook<'_>, expected: &str) -> i64 {
    let action = action_of(&hook.push().send().await);
    becomes(stack, action, expected).await;
    action
}

/// A worker has the action from now on.
async fn begun(ann: &User<'_>, action: i64) -> String {
    let token = ann.claimed(action).await;
    ann.report(action, &token, &json!({ "steps": [{ "order": 1, "status": "in-progress" }] })).await.is(200);
    token
}

async fn end(ann: &User<'_>, action: i64, token: &str) {
    let end = json!({ "steps": [{ "order": 1, "status": "completed" }], "status": "completed" });
    ann.report(action, token, &end).await.is(200);
}

/// The action was skipped, and names this one, to its owner too.
async fn gave_way(stack: &Pipehook, ann: &User<'_>, action: i64, by: i64) {
    becomes(stack, action, "skipped").await;
    assert_eq!(head(stack, action).await["superseded_by"]["N"], by.to_string());
    let shown = ann.action(action).await;
    assert_eq!(shown["superseded_by"], by);
    assert_eq!(shown["status_reason_human_readable"], "Skipped: a newer call of the hook took its place");
    assert_eq!((&shown["started_at"], &shown["cancelled"]), (&json!(null), &json!(false)));
}

#[test]
fn of_the_calls_that_wait_while_one_runs_only_the_newest_runs_and_those_of_other_hooks_do_too() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        pipeline.add_step(&shell("make build")).await;
        let hook = latest_hook_of(&ann, 42, pipeline.id).await;
        let (other, all) = (latest_hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 42, pipeline.id).await);
        let elsewhere = latest_hook_of(&ann, 43, pipeline.id).await;

        let first = called(stack, &hook, "pending").await;
        let token = begun(&ann, first).await;
        let second = called(stack, &hook, "waiting").await;
        let mut kept = vec![called(stack, &other, "waiting").await];
        for _ in 0..2 {
            kept.push(called(stack, &all, "waiting").await);
        }
        let apart = called(stack, &elsewhere, "pending").await;
        let third = called(stack, &hook, "waiting").await;

        gave_way(stack, &ann, second, third).await;
        assert_eq!(status(stack, first).await, "in-progress", "a worker has it");
        assert_eq!(status(stack, apart).await, "pending", "it is of another resource");
        let token_apart = begun(&ann, apart).await;
        end(&ann, apart, &token_apart).await;
        kept.push(third);
        end(&ann, first, &token).await;
        for action in kept {
            becomes(stack, action, "pending").await;
            let token = begun(&ann, action).await;
            end(&ann, action, &token).await;
        }
        let listed = ann.get("/actions?filter[status]=skipped").send().await.is(200);
        let listed: Vec<_> = listed.as_array().unwrap().iter().map(|it| (&it["id"], &it["superseded_by"])).collect();
        assert_eq!(listed, [(&json!(second), &json!(third))]);
        nothing_broke(stack);
    });
}

#[test]
fn what_no_worker_has_claimed_gives_way_too_and_gives_its_turns_back() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 1).await;
        let (hook, other) = (latest_hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 43, pipeline.id).await);
        let first = called(stack, &hook, "pending").await;
        let at_gate = called(stack, &other, "waiting").await;
        until("it waits at the gate", async || head(stack, at_gate).await["at_gate"]["BOOL"] == true).await;

        let second = action_of(&hook.push().send().await);

        gave_way(stack, &ann, first, second).await;
        // Whichever of the two is the first at the gate has the turn.
        until("one of them has the turn", async || {
            let both = [status(stack, second).await, status(stack, at_gate).await];
            both == ["pending", "waiting"] || both == ["waiting", "pending"]
        })
        .await;
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "1");
        nothing_broke(stack);
    });
}

#[test]
fn a_newer_call_that_was_cancelled_before_takes_no_ones_place() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        pipeline.add_step(&shell("make build")).await;
        let hook = latest_hook_of(&ann, 42, pipeline.id).await;
        let first = called(stack, &hook, "pending").await;
        let token = begun(&ann, first).await;
        stack.pause_actions().await;
        let [older, newer] = [action_of(&hook.push().send().await), action_of(&hook.push().send().await)];
        ann.cancel(newer).await.is(202);
        stack.enable_mappings("ActionStart", true).await.unwrap();
        becomes(stack, older, "waiting").await;

        end(&ann, first, &token).await;

        becomes(stack, older, "pending").await;
        assert_eq!(status(stack, newer).await, "skipped");
        assert_eq!(head(stack, newer).await.get("superseded_by"), None);
        nothing_broke(stack);
    });
}

#[test]
fn what_a_user_runs_again_gives_way_to_no_call_and_takes_no_ones_place() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        pipeline.add_step(&shell("make build")).await;
        let hook = latest_hook_of(&ann, 42, pipeline.id).await;
        let first = called(stack, &hook, "pending").await;
        begun(&ann, first).await;
        let call = hook.push().send().await;
        let skipped = action_of(&call);
        becomes(stack, skipped, "waiting").await;
        let waits = called(stack, &hook, "waiting").await;
        gave_way(stack, &ann, skipped, waits).await;

        let again = ann.retry_action(skipped).await.is(201)["id"].as_i64().unwrap();
        let call_again = ann.retry(call.request_id()).await.action_id().unwrap();
        let test = ann.post(&format!("/hooks/incoming/{}/test", hook.id)).json(&json!({ "send": true }));
        let test = test.send().await.action_id().unwrap();
        for action in [again, call_again, test] {
            becomes(stack, action, "waiting").await;
        }
        assert_eq!(status(stack, waits).await, "waiting", "none of them takes its place");
        let newest = called(stack, &hook, "waiting").await;

        gave_way(stack, &ann, waits, newest).await;
        for action in [again, call_again, test] {
            assert_eq!(status(stack, action).await, "waiting", "it runs in any case");
        }
        nothing_broke(stack);
    });
}

#[test]
fn a_change_of_the_hook_is_for_later_calls() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        pipeline.add_step(&shell("make build")).await;
        let hook = hook_of(&ann, 42, pipeline.id).await;
        let first = called(stack, &hook, "pending").await;
        begun(&ann, first).await;
        let before = called(stack, &hook, "waiting").await;

        assert_eq!(ann.put_hook(&hook, &json!({ "only_latest": true })).await.status, 204);
        let on = called(stack, &hook, "waiting").await;
        assert_eq!(ann.put_hook(&hook, &json!({ "only_latest": false })).await.status, 204);
        let off = called(stack, &hook, "waiting").await;
        assert_eq!(ann.put_hook(&hook, &json!({ "only_latest": true })).await.status, 204);
        let newest = called(stack, &hook, "waiting").await;

        gave_way(stack, &ann, on, newest).await;
        for action in [before, off] {
            assert_eq!(status(stack, action).await, "waiting");
        }
        nothing_broke(stack);
    });
}

/// What a message of the queue says besides its job: nothing that a consumer would have to know.
#[test]
fn the_job_of_an_action_that_gives_way_is_like_any_other() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        let (latest, any) = (latest_hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 42, pipeline.id).await);
        stack.pause_actions().await;
        let mut jobs = Vec::new();
        for hook in [&latest, &any] {
            hook.push().send().await.accepted();
            jobs.push(stack.take_action_jobs().await.remove(0));
        }
        let keys = |job: &Json| job.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&jobs[0].body), keys(&jobs[1].body));
        assert_eq!((jobs[0].only_latest, jobs[1].only_latest), (true, false));
    });
}
