//! `action-claim`, `action-report` and `action-cancel`. A worker that gets no answer asks or reports again.

use std::pin::pin;

use harness::{Answer, alone};
use local::Moment;
use serde_json::json;
use tokio::select;

use super::super::table::{action_of, becomes, status};
use super::everywhere::{all, killed_everywhere};
use super::world::World;

/// A call whose action has its turn, and one for the same resource behind it.
async fn two(world: &World<'_>) -> Vec<Answer> {
    let hook = world.hook().await;
    let calls = vec![hook.push().send().await, hook.push().send().await];
    becomes(world.stack, action_of(&calls[0]), "pending").await;
    becomes(world.stack, action_of(&calls[1]), "waiting").await;
    calls
}

/// The same, whose first action runs under a lease that is over.
async fn lost_in_step(world: &World<'_>, has_begun: bool) -> Vec<Answer> {
    let calls = two(world).await;
    let (id, token) = world.claim().await.unwrap();
    assert!(!has_begun || world.begin(id, &token).await);
    world.stack.lapse(id).await;
    calls
}

async fn claims(world: &World<'_>, prepare: impl AsyncFn() -> Vec<Answer>) -> usize {
    killed_everywhere(world, "ActionClaim", all(), prepare, async |accepted: &Vec<Answer>| {
        world.work().await;
        accepted.clone()
    })
    .await
}

#[test]
fn action_claim_may_die_anywhere_while_it_hands_out_an_action() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        assert!(claims(&world, async || two(&world).await).await >= 4);
    });
}

#[test]
fn action_claim_may_die_anywhere_while_it_takes_an_action_from_a_worker_that_was_lost() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        assert!(claims(&world, async || lost_in_step(&world, false).await).await >= 4, "no step had begun");
        let world = World::new(stack, &json!({ "on_lost": "run_again" })).await;
        assert!(claims(&world, async || lost_in_step(&world, true).await).await >= 4, "it may begin again");
    });
}

#[test]
fn action_claim_may_die_anywhere_while_it_ends_what_no_worker_can_run() {
    alone(async |stack| {
        let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        assert!(claims(&world, async || lost_in_step(&world, true).await).await >= 4);
    });
}

#[test]
fn action_report_may_die_anywhere_and_the_step_of_its_worker_begins_once() {
    alone(async |stack| {
        let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        let last = killed_everywhere(
            &world,
            "ActionReport",
            all(),
            async || two(&world).await,
            async |accepted: &Vec<Answer>| {
                world.work().await;
                accepted.clone()
            },
        );
        assert!(last.await >= 6);
    });
}

/// Cancels the action of the call with this place, and asks again if there is no answer.
async fn cancels(world: &World<'_>, which: usize, prepare: impl AsyncFn() -> Vec<Answer>) -> usize {
    killed_everywhere(world, "ActionCancel", all(), prepare, async |accepted: &Vec<Answer>| {
        loop {
            let status = world.ann.cancel(action_of(&accepted[which])).await.status;
            assert!([202, 409, 502].contains(&status), "{status}");
            if status != 502 {
                return accepted.clone();
            }
        }
    })
    .await
}

#[test]
fn action_cancel_may_die_anywhere() {
    alone(async |stack| {
        let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        assert!(cancels(&world, 0, async || two(&world).await).await >= 2, "pending");
        assert!(cancels(&world, 1, async || two(&world).await).await >= 2, "waiting");
        let running = async || {
            let calls = two(&world).await;
            world.claim().await.unwrap();
            calls
        };
        assert!(cancels(&world, 0, running).await >= 2, "in progress");
    });
}

#[test]
fn a_worker_that_reports_the_end_again_wakes_the_next_action_if_the_function_died_before_it_could() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let calls = two(&world).await;
        let (id, token) = world.claim().await.unwrap();
        assert!(world.begin(id, &token).await);
        // It has read the action, and written the output and the end.
        let mut hold = stack.hold("ActionReport", 3, Moment::Done);
        let mut end = pin!(world.end(id, &token));
        let is_held = select! {
            () = hold.reached() => true,
            () = &mut end => false,
        };
        assert!(is_held, "it sends more than that");
        assert_eq!(status(stack, id).await, "completed");
        stack.kill("ActionReport").unwrap();
        drop(hold);

        end.await;

        becomes(stack, action_of(&calls[1]), "pending").await;
    });
}
