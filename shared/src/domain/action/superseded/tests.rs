//! Which actions give way to which.

use proptest::prelude::*;

use super::*;
use crate::domain::action::lane::Waiter;
use crate::domain::action::{NewAction, TriggeredFrom};
use crate::domain::id::{HookId, PipelineId, RequestId};
use crate::domain::timestamp::Timestamp;
use crate::fixtures;

/// A waiting action of the hook with this number.
#[derive(Debug, Clone, Copy)]
struct Called {
    hook: Option<u8>,
    pipeline: i64,
    /// The millisecond of its call.
    at: i64,
    random: u8,
}

impl Called {
    fn new(hook: Option<u8>, at: i64) -> Self {
        Self { hook, pipeline: 0, at, random: 0 }
    }

    fn action(self, status: Status, place: usize) -> Action {
        let relation = fixtures::hook().relation;
        let job = RequestId::at(Timestamp::from_unix_millis(1_800_000_000_000 + self.at), [self.random; 10]);
        let new = NewAction {
            job,
            project_id: relation.project_id,
            environment_id: relation.environment_id,
            resource: relation.resource,
            pipeline_id: PipelineId::new((1 << 52) + self.pipeline).unwrap(),
            action_type: relation.action_type,
            triggered_from: TriggeredFrom::Hook {
                hook_id: HookId::from_random([self.hook.unwrap_or_default(); 16]),
                name: "deploy the shop".to_owned(),
                request_id: job,
                ip_address: None,
            },
            retry_of: None,
            only_latest: self.hook.is_some(),
            created_at: job.created_at(),
        };
        let sequence = Some(sequence(place));
        Action { status, sequence, ..Action::queued(ActionId::of_job(job, 0), new) }
    }

    fn waiter(self, place: usize) -> Waiter {
        let action = self.action(Status::Waiting, place);
        Waiter { sequence: sequence(place), action: action.id, succession: action.new.succession() }
    }
}

fn sequence(place: usize) -> Sequence {
    place.to_string().parse().unwrap()
}

/// These actions in this order, the first of them with the turn if it is of this status. For each that gives way, its
/// place and that of the one it gives way to.
fn skipped(holder: Option<Status>, called: &[Called]) -> Vec<(usize, usize)> {
    let holder = holder.map(|status| called[0].action(status, 0));
    let waiting = called.iter().enumerate().skip(usize::from(holder.is_some()));
    let waiters = waiting.map(|(place, called)| called.waiter(place)).collect();
    let lane = LaneState { holder: holder.as_ref().map(|action| action.id), waiters };
    let place = |id: ActionId| (0..called.len()).find(|at| called[*at].waiter(*at).action == id).unwrap();
    let superseded = lane.superseded(holder.as_ref());
    superseded.iter().map(|Superseded { action, by }| (place(*action), place(*by))).collect()
}

#[test]
fn of_the_waiting_actions_of_a_hook_all_give_way_to_the_newest() {
    let hook = |at| Called::new(Some(1), at);
    assert_eq!(skipped(None, &[hook(1), hook(2), hook(3)]), [(0, 2), (1, 2)]);
    assert_eq!(skipped(None, &[hook(1)]), []);
    assert_eq!(skipped(None, &[]), []);
}

#[test]
fn other_hooks_other_pipelines_and_hooks_that_run_all_are_left_alone() {
    let (hook, other, all) = (Called::new(Some(1), 1), Called::new(Some(2), 2), Called::new(None, 3));
    let elsewhere = Called { pipeline: 7, at: 4, ..hook };
    assert_eq!(skipped(None, &[hook, other, all, elsewhere, all]), []);
    let newer = Called { at: 5, ..hook };
    assert_eq!(skipped(None, &[hook, other, all, elsewhere, newer]), [(0, 4)]);
}

#[test]
fn what_waits_for_a_worker_gives_way_too_and_what_a_worker_has_does_not() {
    let (first, second) = (Called::new(Some(1), 1), Called::new(Some(1), 2));
    for status in Status::ALL {
        let expected: &[_] = if status == Status::Pending { &[(0, 1)] } else { &[] };
        assert_eq!(skipped(Some(status), &[first, second]), expected, "{status}");
    }
}

#[test]
fn an_old_call_that_arrives_late_gives_way_to_a_newer_one_before_it() {
    let (old, new) = (Called::new(Some(1), 1), Called::new(Some(1), 2));
    assert_eq!(skipped(None, &[new, old]), [(1, 0)]);
    assert_eq!(skipped(Some(Status::Pending), &[new, old]), [(1, 0)]);
    assert_eq!(skipped(Some(Status::InProgress), &[new, old]), [], "what runs is not what it would have done");
}

#[test]
fn within_a_millisecond_the_later_place_is_the_newer_one() {
    for random in 0..20 {
        let (one, other) =
            (Called { random, ..Called::new(Some(1), 1) }, Called { random: 99, ..Called::new(Some(1), 1) });
        assert_eq!(skipped(None, &[one, other]), [(0, 1)]);
        assert_eq!(skipped(None, &[other, one]), [(0, 1)]);
    }
}

#[test]
fn another_action_than_the_lanes_holder_decides_nothing() {
    let (first, second) = (Called::new(Some(1), 1), Called::new(Some(1), 2));
    let lane = LaneState { holder: None, waiters: vec![second.waiter(1)] };
    assert_eq!(lane.superseded(Some(&first.action(Status::Pending, 0))), []);
}

#[test]
fn a_succession_is_read_as_it_was_printed() {
    let succession = Called::new(Some(1), 1).action(Status::Waiting, 1).new.succession().unwrap();
    assert_eq!(succession.to_string().parse(), Ok(succession));
    for text in ["", "#", "x#1", &format!("{}#", succession.hook_id), &format!("{}#0", succession.hook_id)] {
        assert!(text.parse::<Succession>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn one_of_each_succession_is_left_and_none_gives_way_to_one_that_is_skipped(
        called in prop::collection::vec((prop::option::of(0..3u8), 0..2i64, 0..5i64), 0..12),
        holder in prop::option::of(prop::sample::select(Status::ALL.to_vec())),
    ) {
        let called: Vec<_> =
            called.into_iter().enumerate().map(|(at, (hook, pipeline, moment))| {
                Called { hook, pipeline, at: moment, random: u8::try_from(at).unwrap() }
            }).collect();
        let holder = holder.filter(|_| !called.is_empty());
        let skipped = skipped(holder, &called);
        let of = |at: usize| called[at].action(Status::Waiting, at).new.succession();
        for (place, by) in &skipped {
            prop_assert!(of(*place).is_some() && of(*place) == of(*by), "{:?}", skipped);
            prop_assert!(called[*by].at >= called[*place].at, "a newer one: {:?}", skipped);
            prop_assert!(skipped.iter().all(|(other, _)| other != by), "the newest is left: {:?}", skipped);
        }
        // The first is no candidate if it has the turn and does not wait for a worker.
        let waits = |at: usize| at > 0 || holder.is_none_or(|status| status == Status::Pending);
        for at in (0..called.len()).filter(|at| waits(*at) && of(*at).is_some()) {
            let alike = (0..called.len()).filter(|other| waits(*other) && of(*other) == of(at));
            let left = alike.filter(|other| skipped.iter().all(|(place, _)| place != other)).count();
            prop_assert_eq!(left, 1, "{:?}", called);
        }
    }
}
