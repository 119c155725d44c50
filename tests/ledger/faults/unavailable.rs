//! DynamoDB or SQS is unavailable, throttles or loses an answer, at each request of a function.

use harness::{Answer, alone, soak};
use serde_json::json;

use super::super::table::{action_of, becomes, damage};
use super::everywhere::unavailable_everywhere;
use super::world::{LONG_AGO, World};

/// A call whose action has its turn, and one for the same resource behind it.
async fn two(world: &World<'_>) -> Vec<Answer> {
    world.resume().await;
    let hook = world.hook().await;
    let calls = vec![hook.push().send().await, hook.push().send().await];
    becomes(world.stack, action_of(&calls[0]), "pending").await;
    becomes(world.stack, action_of(&calls[1]), "waiting").await;
    calls
}

#[test]
fn a_service_may_fail_anywhere_while_a_call_is_taken_and_its_delivery_runs_once() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        unavailable_everywhere(
            &world,
            "HookTrigger",
            async || world.hook_of_one_delivery().await,
            async |hook| {
                let call = hook.push().header("x-github-delivery", "d-1");
                loop {
                    let answer = call.send().await;
                    if answer.status == 200 {
                        return vec![answer];
                    }
                    assert_eq!(answer.status, 503, "{answer:?}");
                }
            },
        )
        .await;
    });
}

#[test]
fn a_service_may_fail_anywhere_while_turns_are_given_out() {
    alone(async |stack| {
        let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        let held_back = async || {
            let mut calls = two(&world).await;
            world.dealt_with().await;
            world.pause().await;
            calls.push(world.hook().await.push().send().await);
            calls
        };
        unavailable_everywhere(&world, "ActionStart", held_back, async |accepted: &Vec<Answer>| {
            world.resume().await;
            world.dealt_with().await;
            accepted.clone()
        })
        .await;
    });
}

#[test]
fn a_service_may_fail_anywhere_while_a_worker_runs_an_action() {
    alone(async |stack| {
        // One for each, because a pipeline has at most 100 hooks.
        let world = async || World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        for function in ["ActionClaim", "ActionReport"] {
            let world = world().await;
            unavailable_everywhere(
                &world,
                function,
                async || two(&world).await,
                async |accepted: &Vec<Answer>| {
                    world.work().await;
                    accepted.clone()
                },
            )
            .await;
        }
        // It asks for each of its shards, which takes long.
        if soak() > 1 {
            let world = world().await;
            let lost = async || {
                let calls = two(&world).await;
                let (id, token) = world.claim().await.unwrap();
                assert!(world.begin(id, &token).await);
                stack.lapse(id).await;
                damage(stack, id, "due", &json!({ "S": LONG_AGO })).await;
                calls
            };
            unavailable_everywhere(&world, "ActionSweep", lost, async |accepted: &Vec<Answer>| {
                stack.invoke("ActionSweep", "{}").await.unwrap();
                accepted.clone()
            })
            .await;
        }
    });
}
