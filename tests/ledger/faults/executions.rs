//! Actions that Step Functions runs: whichever function dies, and whatever becomes of an event, each starts once and ends
//! once.

use harness::{Answer, alone_with_machines, at_once, endless, until};
use serde_json::{Value as Json, json};

use super::super::table::{action_of, becomes, damage, head};
use super::everywhere::{all, killed_everywhere, unavailable_everywhere};
use super::world::{LONG_AGO, World};

/// Kills `action-start` while it deals with the messages that `prepare` leaves on its queue.
async fn start_killed(world: &World<'_>, prepare: impl AsyncFn() -> Vec<Answer>) -> usize {
    killed_everywhere(world, "ActionStart", all(), prepare, async |accepted: &Vec<Answer>| {
        world.resume().await;
        world.dealt_with().await;
        accepted.clone()
    })
    .await
}

#[test]
fn action_start_may_die_anywhere_on_the_way_to_an_execution() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({ "max_parallel_actions": 1 }), &at_once()).await;
        let last = start_killed(&world, async || {
            world.pause().await;
            let hook = world.hook().await;
            vec![hook.push().send().await, hook.push().send().await]
        });
        assert!(last.await >= 8);
    });
}

#[test]
fn action_start_may_die_anywhere_while_it_ends_what_no_machine_is_there_for() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({}), &at_once()).await;
        let last = start_killed(&world, async || {
            world.pause().await;
            let untagged = stack.create_machine(&format!("deploy-{}-untagged", stack.number()), &at_once(), None).await;
            let refused = world.ann.create_machine_pipeline(&untagged, &json!({})).await;
            let hook = world.hook_of(refused.id).await;
            vec![hook.push().send().await, hook.push().send().await]
        });
        assert!(last.await >= 7);
    });
}

#[test]
fn aws_may_fail_anywhere_on_the_way_to_an_execution() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({}), &at_once()).await;
        unavailable_everywhere(
            &world,
            "ActionStart",
            async || {
                world.pause().await;
                vec![world.hook().await.push().send().await]
            },
            async |accepted: &Vec<Answer>| {
                world.resume().await;
                world.dealt_with().await;
                accepted.clone()
            },
        )
        .await;
    });
}

/// An action whose execution has ended, and one behind it for the same resource.
struct Ended {
    action: i64,
    event: Json,
    accepted: Vec<Answer>,
}

async fn ended(world: &World<'_>) -> Ended {
    world.resume().await;
    world.stack.enable_rules("ActionFinish", false).unwrap();
    world.stack.take_undelivered("ActionFinish").unwrap();
    let hook = world.hook().await;
    let accepted = vec![hook.push().send().await, hook.push().send().await];
    let mut events = Vec::new();
    until("its execution has ended", async || {
        events.extend(world.stack.take_undelivered("ActionFinish").unwrap());
        !events.is_empty()
    })
    .await;
    world.dealt_with().await;
    Ended { action: action_of(&accepted[0]), event: events.remove(0), accepted }
}

#[test]
fn action_finish_may_die_anywhere_and_its_event_may_come_again() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({ "max_parallel_actions": 1 }), &at_once()).await;
        let last = killed_everywhere(
            &world,
            "ActionFinish",
            all(),
            async || ended(&world).await,
            async |case: &Ended| {
                for _ in 0..2 {
                    // Killed, it gives no answer.
                    drop(stack.invoke("ActionFinish", case.event.to_string()).await);
                }
                stack.enable_rules("ActionFinish", true).unwrap();
                case.accepted.clone()
            },
        );
        assert!(last.await >= 4);
    });
}

#[test]
fn aws_may_fail_anywhere_while_an_execution_ends() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({}), &at_once()).await;
        unavailable_everywhere(
            &world,
            "ActionFinish",
            async || ended(&world).await,
            async |case: &Ended| {
                drop(stack.invoke("ActionFinish", case.event.to_string()).await);
                case.accepted.clone()
            },
        )
        .await;
    });
}

/// Kills the sweep at each request for the action that is due, from the query that finds it on.
async fn sweep_killed(world: &World<'_>, requests: usize, prepare: impl AsyncFn() -> Ended) {
    let first = |case: &Ended| usize::try_from(case.action % 16).unwrap() + 1;
    let due = async || {
        let case = prepare().await;
        damage(world.stack, case.action, "due", &json!({ "S": LONG_AGO })).await;
        case
    };
    let last = killed_everywhere(world, "ActionSweep", (first, requests), due, async |case: &Ended| {
        drop(world.stack.invoke("ActionSweep", "{}").await);
        case.accepted.clone()
    });
    assert!(last.await >= requests - 1);
}

#[test]
fn the_sweep_may_die_anywhere_while_it_ends_what_no_event_has_come_for() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({}), &at_once()).await;
        sweep_killed(&world, 6, async || ended(&world).await).await;
    });
}

#[test]
fn the_sweep_may_die_anywhere_while_it_starts_and_stops_what_was_cancelled_before() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({}), &endless()).await;
        sweep_killed(&world, 6, async || {
            world.resume().await;
            stack.enable_rules("ActionFinish", true).unwrap();
            stack.fault(local::Service::StepFunctions, local::Fault::status(500).on("StartExecution"));
            let accepted = vec![world.hook().await.push().send().await];
            let action = action_of(&accepted[0]);
            becomes(stack, action, "in-progress").await;
            world.dealt_with().await;
            stack.fault(local::Service::StepFunctions, None);
            world.ann.cancel(action).await.is(202);
            Ended { action, event: Json::Null, accepted }
        })
        .await;
    });
}

#[test]
fn action_cancel_may_die_anywhere_and_the_execution_is_stopped_all_the_same() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({}), &endless()).await;
        let running = async || {
            let call = world.hook().await.push().send().await;
            let id = action_of(&call);
            becomes(stack, id, "in-progress").await;
            world.dealt_with().await;
            call
        };
        let last = killed_everywhere(&world, "ActionCancel", all(), running, async |call: &Answer| {
            let id = action_of(call);
            loop {
                let answer = world.ann.cancel(id).await;
                if answer.status == 202 || answer.status == 409 {
                    assert_eq!(head(stack, id).await["cancel"]["N"], world.ann.id.to_string());
                    return vec![call.clone()];
                }
                assert_eq!(answer.status, 502, "{answer:?}");
            }
        });
        assert!(last.await >= 2);
    });
}
