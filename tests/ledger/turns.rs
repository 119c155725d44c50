//! From a call to the turn of its action.

use std::time::Duration;

use harness::{alone, nothing_broke, until};
use serde_json::json;

use super::table::{action_of, becomes, head, hook_of, pipeline_of, status, sweep};

#[test]
fn actions_of_a_resource_have_their_turn_one_after_the_other_and_others_do_not_wait() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        let (hook, other) = (hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 43, pipeline.id).await);

        let first = action_of(&hook.push().send().await);
        let second = action_of(&hook.push().send().await);
        let third = action_of(&other.push().send().await);

        for (id, expected) in [(first, "pending"), (second, "waiting"), (third, "pending")] {
            becomes(stack, id, expected).await;
        }
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "2");
        assert_eq!(head(stack, first).await["claim"]["S"], format!("{}#", ann.project));
        nothing_broke(stack);
    });
}

#[test]
fn a_pipeline_runs_as_many_actions_as_it_may_and_its_bound_wakes_the_others() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 1).await;
        let (hook, other) = (hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 43, pipeline.id).await);
        let first = action_of(&hook.push().send().await);
        becomes(stack, first, "pending").await;
        let second = action_of(&other.push().send().await);
        until("it waits at the gate", async || head(stack, second).await["at_gate"]["BOOL"] == true).await;

        super::table::damage(stack, first, "claim_at", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
        let swept = sweep(stack, &[first]).await;

        assert_eq!((&swept["ended"], &swept["failed"]), (&json!(1), &json!(0)), "{swept}");
        assert_eq!(head(stack, first).await["reason"]["S"], "no worker asked for it");
        becomes(stack, second, "pending").await;
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "1");
        nothing_broke_but_an_end(stack);
    });
}

fn nothing_broke_but_an_end(stack: &harness::Pipehook) {
    let errors: Vec<_> = stack.logs().into_iter().filter(|line| line.text.contains("\"level\":\"ERROR\"")).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn a_delivery_that_comes_again_runs_once_and_names_the_first_action() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, 42, pipeline_of(&ann, 0).await.id).await;
        let call = hook.push().header("x-github-delivery", "d-1");
        let first = action_of(&call.send().await);
        becomes(stack, first, "pending").await;

        let second = action_of(&call.send().await);

        becomes(stack, second, "skipped").await;
        assert_eq!(head(stack, second).await["superseded_by"]["N"], first.to_string());
        assert_eq!(status(stack, first).await, "pending");
        nothing_broke(stack);
    });
}

#[test]
fn an_action_whose_pipeline_is_gone_fails_with_that_reason_and_holds_up_no_other() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (gone, stays) = (pipeline_of(&ann, 0).await, pipeline_of(&ann, 0).await);
        let (hook, other) = (hook_of(&ann, 42, gone.id).await, hook_of(&ann, 42, stays.id).await);
        assert_eq!(gone.delete().await.status, 204);

        let failed = action_of(&hook.push().send().await);
        let pending = action_of(&other.push().send().await);

        becomes(stack, failed, "failed").await;
        assert_eq!(head(stack, failed).await["reason"]["S"], "the pipeline was deleted");
        becomes(stack, pending, "pending").await;
    });
}

#[test]
fn a_message_that_cannot_be_read_ends_on_the_dead_letter_queue_and_holds_up_no_other_resource() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, 42, pipeline_of(&ann, 0).await.id).await;
        for (number, body) in ["no JSON", "{}", r#"{"wake": "1.nothing.2"}"#, r#"{"version": 2}"#].iter().enumerate() {
            let message = json!({
                "QueueUrl": stack.physical_id("ActionsQueue"), "MessageBody": body, "MessageGroupId": "bad",
                "MessageDeduplicationId": number.to_string(),
            });
            stack.sqs("SendMessage", &message).await;
        }

        let id = action_of(&hook.push().send().await);

        becomes(stack, id, "pending").await;
        until("all of them are put aside", async || {
            stack.advance_sqs(Duration::from_secs(181)).await;
            stack.queued("ActionsDeadLetterQueue").await.0 == 4
        })
        .await;
        assert_eq!(stack.heads(ann.project).await.len(), 1);
    });
}
