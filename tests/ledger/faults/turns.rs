//! `action-start`, from the message to the turn.

use harness::{Answer, Pipehook, alone, deployment};
use serde_json::json;

use super::super::table::{action_of, becomes};
use super::everywhere::{all, killed_everywhere};
use super::world::World;

/// Kills `action-start` while it deals with the messages that `prepare` leaves on its queue.
async fn killed(world: &World<'_>, prepare: impl AsyncFn() -> Vec<Answer>) -> usize {
    killed_everywhere(world, "ActionStart", all(), prepare, async |accepted: &Vec<Answer>| {
        world.resume().await;
        world.dealt_with().await;
        accepted.clone()
    })
    .await
}

/// Two calls for one resource. The first one has its turn, and the job of the second one is held back.
async fn one_behind(world: &World<'_>) -> Vec<Answer> {
    world.resume().await;
    let hook = world.hook().await;
    let first = hook.push().send().await;
    becomes(world.stack, action_of(&first), "pending").await;
    world.dealt_with().await;
    world.pause().await;
    vec![first, hook.push().send().await]
}

async fn first_of_lane(stack: &Pipehook) -> usize {
    let world = World::new(stack, &json!({})).await;
    killed(&world, async || {
        world.pause().await;
        vec![world.hook().await.push().send().await]
    })
    .await
}

#[test]
fn action_start_may_die_anywhere_on_the_way_to_a_turn() {
    alone(async |stack| assert!(first_of_lane(stack).await >= 4));
}

#[test]
fn action_start_may_die_anywhere_while_it_finds_a_lane_held_or_a_gate_full() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        assert!(killed(&world, async || one_behind(&world).await).await >= 2);

        let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        let last = killed(&world, async || {
            let mut accepted = one_behind(&world).await;
            accepted.push(world.hook().await.push().send().await);
            accepted
        });
        assert!(last.await >= 7);
    });
}

#[test]
fn action_start_may_die_anywhere_while_it_skips_a_delivery_that_comes_again() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed(&world, async || {
            world.pause().await;
            let hook = world.hook_of_one_delivery().await;
            let call = hook.push().header("x-github-delivery", "d-1");
            vec![call.send().await, call.send().await]
        });
        assert!(last.await >= 6);
    });
}

/// Two of three calls wait, the first of them for its turn or, if no worker has claimed an action, for a worker.
async fn three_calls(world: &World<'_>, one_runs: bool) -> Vec<Answer> {
    world.resume().await;
    let hook = world.latest_hook().await;
    let mut calls = vec![hook.push().send().await];
    becomes(world.stack, action_of(&calls[0]), "pending").await;
    if one_runs {
        world.claim().await.unwrap();
    }
    world.dealt_with().await;
    world.pause().await;
    for _ in 0..2 {
        calls.push(hook.push().send().await);
    }
    calls
}

#[test]
fn action_start_may_die_anywhere_while_it_skips_what_gives_way_to_a_newer_call() {
    alone(async |stack| {
        for (one_runs, requests) in [(true, 6), (false, 9)] {
            let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
            assert!(killed(&world, async || three_calls(&world, one_runs).await).await >= requests);
        }
    });
}

#[test]
fn action_start_may_die_anywhere_while_it_ends_what_no_pipeline_is_left_for_and_goes_on_to_the_next() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed(&world, async || {
            world.pause().await;
            let gone = world.ann.create_pipeline(&deployment()).await;
            let hook = world.hook_of(gone.id).await;
            let calls = vec![hook.push().send().await, hook.push().send().await];
            assert_eq!(gone.delete().await.status, 204);
            calls
        });
        assert!(last.await >= 7);
    });
}

#[test]
fn action_start_may_die_anywhere_after_a_wake_up() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let last = killed(&world, async || {
            let accepted = one_behind(&world).await;
            world.resume().await;
            world.dealt_with().await;
            world.pause().await;
            assert!(world.work().await);
            accepted
        });
        assert!(last.await >= 4);
    });
}
