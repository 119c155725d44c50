//! The functions that send a job: `hook-trigger`, and `request-retry` and `hook-test` for a user.

use harness::{Answer, alone};
use serde_json::json;

use super::everywhere::{all, killed_everywhere};
use super::world::World;

#[test]
fn the_trigger_may_die_anywhere_and_a_delivery_that_comes_again_runs_once() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed_everywhere(
            &world,
            "HookTrigger",
            all(),
            async || world.hook_of_one_delivery().await,
            // A provider sends it again if it gets no answer.
            async |hook| {
                let call = hook.push().header("x-github-delivery", "d-1");
                loop {
                    let answer = call.send().await;
                    if answer.status == 200 {
                        return vec![answer];
                    }
                    assert_eq!(answer.status, 502, "{answer:?}");
                }
            },
        );
        assert!(last.await >= 4);
    });
}

#[test]
fn what_a_user_runs_again_ends_once_wherever_the_function_dies_that_is_asked() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed_everywhere(
            &world,
            "RequestRetry",
            all(),
            async || world.hook().await.push().send().await,
            async |first: &Answer| {
                loop {
                    let again = world.ann.retry(first.request_id()).await;
                    if again.status == 201 {
                        return vec![first.clone()];
                    }
                    assert_eq!(again.status, 502, "{again:?}");
                }
            },
        );
        assert!(last.await >= 4);
    });
}

#[test]
fn what_a_user_runs_again_with_others_ends_once_wherever_the_function_dies_that_is_asked() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed_everywhere(
            &world,
            "RequestRetryMany",
            all(),
            async || {
                let hook = world.hook().await;
                let first = hook.push().send().await;
                let time = "filter[from]=2020-01-01T00:00:00Z&filter[to]=2099-01-01T00:00:00Z";
                (first, format!("{time}&filter[hook_id]={}", hook.id), stack.number())
            },
            async |(first, filters, number)| {
                let step = json!({ "operation_id": format!("00000000-0000-4000-8000-{number:012}"), "count": 1 });
                loop {
                    let answer = world.ann.retry_many(filters, &step).await;
                    if answer.status == 200 {
                        assert_eq!(answer.json()["retried"].as_array().unwrap().len(), 1, "{answer:?}");
                        return vec![first.clone()];
                    }
                    assert_eq!(answer.status, 502, "{answer:?}");
                }
            },
        );
        assert!(last.await >= 4);
    });
}

#[test]
fn what_a_user_makes_up_ends_once_wherever_the_function_dies_that_is_asked() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed_everywhere(
            &world,
            "HookTest",
            all(),
            async || world.hook().await,
            async |hook| {
                let path = format!("/hooks/incoming/{}/test", hook.id);
                loop {
                    let answer = world.ann.post(&path).json(&json!({ "send": true })).send().await;
                    if answer.status == 201 {
                        return vec![answer];
                    }
                    assert_eq!(answer.status, 502, "{answer:?}");
                }
            },
        );
        assert!(last.await >= 4);
    });
}
