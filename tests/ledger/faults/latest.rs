//! Calls of a hook that wants only its newest action to run, while workers claim and a user cancels.

use std::time::Duration;

use harness::{alone, soak};
use serde_json::json;
use tokio::time::sleep;

use super::super::table::{action_of, head, status};
use super::world::World;

/// How many calls a round has.
const CALLS: usize = 8;

#[test]
fn however_calls_claims_and_cancels_meet_the_newest_runs_and_each_other_one_ends_once() {
    alone(async |stack| {
        for _ in 0..2 * soak() {
            let world = World::new(stack, &json!({ "max_parallel_actions": 1 })).await;
            let hook = world.latest_hook().await;
            let calling = async {
                let mut calls = Vec::new();
                for number in 0..CALLS {
                    calls.push(hook.push().send().await);
                    if number % 3 == 1 {
                        // It may have ended already.
                        let cancelled = world.ann.cancel(action_of(&calls[number - 1])).await.status;
                        assert!([202, 409].contains(&cancelled), "{cancelled}");
                    }
                }
                calls
            };
            let working = async {
                for _ in 0..CALLS {
                    world.work().await;
                    sleep(Duration::from_millis(30)).await;
                }
            };
            let (calls, ()) = tokio::join!(calling, working);

            world.rest(&calls.iter().collect::<Vec<_>>(), "at the same time").await;

            let (newest, older) = calls.split_last().unwrap();
            let newest = action_of(newest);
            assert_eq!(status(stack, newest).await, "completed");
            for call in older {
                let head = head(stack, action_of(call)).await;
                let by = head["superseded_by"]["N"].as_str().map(|by| by.parse::<i64>().unwrap());
                assert!(by.is_none_or(|by| by > action_of(call)), "{head:#?}");
            }
        }
    });
}
