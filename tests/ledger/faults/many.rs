//! Many actions that Step Functions runs, whose events are dropped, doubled and shuffled, while functions die.

use std::collections::BTreeMap;

use harness::{Answer, alone_with_machines, soak};
use serde_json::{Value as Json, json};

use super::super::dice::Dice;
use super::super::table::{action_of, status};
use super::world::World;

/// How many actions there are, unless the search is long, and how many resources they are of.
const ACTIONS: usize = 100;
const RESOURCES: usize = 20;

/// How many of them may run at a time.
const MOST: usize = 8;

/// An execution that takes a moment, so that two of them could overlap.
fn a_moment() -> Json {
    json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 1, "End": true } } })
}

/// Hands the events on that have come: some of them never, some twice, and the later ones first.
async fn deliver(world: &World<'_>, dice: &mut Dice) {
    let mut events = world.stack.take_undelivered("ActionFinish").unwrap();
    events.reverse();
    for event in events {
        for _ in 0..dice.below(3) {
            drop(world.stack.invoke("ActionFinish", event.to_string()).await);
        }
    }
}

#[test]
fn each_of_many_actions_starts_once_and_ends_once_in_order_and_within_the_bound() {
    alone_with_machines(async |stack| {
        let world = World::executing(stack, &json!({ "max_parallel_actions": MOST }), &a_moment()).await;
        stack.enable_rules("ActionFinish", false).unwrap();
        let mut dice = Dice(7);
        let mut hooks = Vec::new();
        for _ in 0..RESOURCES {
            hooks.push(world.hook().await);
        }
        let (mut calls, mut by_resource): (Vec<Answer>, Vec<Vec<i64>>) = (Vec::new(), vec![Vec::new(); RESOURCES]);
        for number in 0..ACTIONS * usize::try_from(soak()).unwrap() {
            let resource = dice.index(RESOURCES);
            let call = hooks[resource].push().send().await;
            by_resource[resource].push(action_of(&call));
            calls.push(call);
            if dice.one_in(8) {
                deliver(&world, &mut dice).await;
            }
            if number % 20 == 10 {
                let function = if dice.one_in(2) { "ActionStart" } else { "ActionFinish" };
                stack.kill(function).unwrap();
                world.is_disturbed.set(true);
            }
        }
        while !world.goes_on().await {
            deliver(&world, &mut dice).await;
        }
        world.rest(&calls.iter().collect::<Vec<_>>(), "many").await;

        for call in &calls {
            assert_eq!(status(stack, action_of(call)).await, "completed");
        }
        check_order(&world.spans().await, &by_resource);
    });
}

/// The executions of a resource follow one another in the order of their calls, and no more than may run at a time.
fn check_order(spans: &BTreeMap<i64, (f64, f64)>, by_resource: &[Vec<i64>]) {
    for actions in by_resource {
        for pair in actions.windows(2) {
            let [before, after] = [spans[&pair[0]], spans[&pair[1]]];
            assert!(before.1 <= after.0, "{pair:?}: {before:?}, {after:?}");
        }
    }
    for (start, _) in spans.values() {
        let running = spans.values().filter(|(from, to)| from <= start && start < to).count();
        assert!(running <= MOST, "{running} ran at {start}");
    }
}
