//! `action-sweep`.

use harness::{Answer, alone};
use serde_json::json;
use shared::domain::action::Ending;
use shared::domain::id::UserId;
use shared::ports::{Change, FinishAction as _};

use super::super::table::{action_of, becomes, damage, table};
use super::everywhere::killed_everywhere;
use super::world::{LONG_AGO, World};

/// What is due, and what was accepted.
struct Case {
    due: i64,
    accepted: Vec<Answer>,
}

/// Kills the sweep at each request for the action that is due, from the query that finds it on.
async fn killed(world: &World<'_>, requests: usize, prepare: impl AsyncFn() -> Case) {
    let first = |case: &Case| usize::try_from(case.due % 16).unwrap() + 1;
    let due = async || {
        let case = prepare().await;
        damage(world.stack, case.due, "due", &json!({ "S": LONG_AGO })).await;
        case
    };
    let last = killed_everywhere(world, "ActionSweep", (first, requests), due, async |case: &Case| {
        world.stack.invoke("ActionSweep", "{}").await.unwrap();
        case.accepted.clone()
    });
    assert!(last.await >= requests - 1);
}

/// Two calls for one resource.
async fn pending_and_waiting(world: &World<'_>) -> (i64, i64, Vec<Answer>) {
    let hook = world.hook().await;
    let accepted = vec![hook.push().send().await, hook.push().send().await];
    let (first, second) = (action_of(&accepted[0]), action_of(&accepted[1]));
    becomes(world.stack, first, "pending").await;
    becomes(world.stack, second, "waiting").await;
    (first, second, accepted)
}

#[test]
fn the_sweep_may_die_anywhere_while_it_wakes_a_lane_that_was_forgotten() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        killed(&world, 4, async || {
            let (first, due, accepted) = pending_and_waiting(&world).await;
            // Past the function, which would wake the lane.
            let (seen, ending) =
                (stack.stored_action(first).await, Ending::cancelled(UserId::new(world.ann.id).unwrap()));
            let ended = table(stack).finish_action(&seen, &ending, seen.updated_at).await.unwrap();
            assert!(matches!(ended, Change::Made(_)));
            Case { due, accepted }
        })
        .await;
    });
}

#[test]
fn the_sweep_may_die_anywhere_while_it_ends_what_no_worker_asks_for() {
    alone(async |stack| {
        let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
        killed(&world, 6, async || {
            let (due, _, accepted) = pending_and_waiting(&world).await;
            damage(stack, due, "claim_at", &json!({ "S": LONG_AGO })).await;
            Case { due, accepted }
        })
        .await;
    });
}

#[test]
fn the_sweep_may_die_anywhere_while_it_ends_what_has_lost_its_worker() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        killed(&world, 5, async || {
            let (due, _, accepted) = pending_and_waiting(&world).await;
            let (id, token) = world.claim().await.unwrap();
            assert!(world.begin(id, &token).await);
            stack.lapse(due).await;
            Case { due, accepted }
        })
        .await;
    });
}

#[test]
fn the_sweep_may_die_anywhere_while_it_ends_what_never_arrived() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        killed(&world, 5, async || {
            let due = world.pipeline.queued(stack, stack.number()).await;
            damage(stack, due, "created_at", &json!({ "S": LONG_AGO })).await;
            Case { due, accepted: Vec::new() }
        })
        .await;
    });
}
