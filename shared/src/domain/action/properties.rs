//! What holds of an action whatever happens to it, in whatever order, on whatever clocks.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::hook::{ActionType, Resource, ResourceType};
use crate::domain::id::{EnvironmentId, PipelineId, ProjectId, RequestId, ResourceId};
use crate::domain::machine::MachineRules;

/// Something that happens to an action that has its turn.
#[derive(Debug, Clone)]
enum Event {
    /// A worker asks. If it gets the action, it holds this lease.
    Asked { lease: u8, seconds: i64, run_again: bool },
    /// The holder of a lease reports that a step goes on so.
    Reported { lease: u8, order: usize, status: Status },
    /// The holder of a lease reports the end.
    Ended { lease: u8, completed: bool },
    /// A user does not want it any more.
    Cancelled,
    /// The sweep comes.
    Swept,
    /// Its execution is so, as an event or the sweep's question says: `None` if it does not exist.
    Executed(Option<ExecutionState>),
}

fn event() -> impl Strategy<Value = Event> {
    let status = prop::sample::select(vec![Status::InProgress, Status::Completed, Status::Failed, Status::Skipped]);
    prop_oneof![
        4 => (0..4u8, 30..3_600i64, any::<bool>())
            .prop_map(|(lease, seconds, run_again)| Event::Asked { lease, seconds, run_again }),
        6 => (0..4u8, 1..4usize, status)
            .prop_map(|(lease, order, status)| Event::Reported { lease, order, status }),
        1 => (0..4u8, any::<bool>()).prop_map(|(lease, completed)| Event::Ended { lease, completed }),
        1 => Just(Event::Cancelled),
        3 => Just(Event::Swept),
        2 => execution().prop_map(Event::Executed),
    ]
}

/// That there is none, that it runs, or how it has ended.
fn execution() -> impl Strategy<Value = Option<ExecutionState>> {
    let ends = [ExecutionEnd::Succeeded, ExecutionEnd::Failed, ExecutionEnd::TimedOut, ExecutionEnd::Aborted];
    let outcome = |end| Outcome { end, output: None, error: Some("E".to_owned()), cause: None };
    let ended = prop::sample::select(ends.to_vec()).prop_map(move |end| ExecutionState::Ended(outcome(end)));
    prop::option::of(prop_oneof![1 => Just(ExecutionState::Running), 4 => ended])
}

/// Each event, and how many seconds lie before it: mostly few, now and then hours or days, and sometimes less than none,
/// as each function has a clock of its own.
fn story() -> impl Strategy<Value = Vec<(i64, Event)>> {
    let seconds = prop_oneof![6 => 0..60i64, 3 => 0..7_200i64, 1 => 0..50 * 86_400i64, 1 => -60..0i64];
    prop::collection::vec((seconds, event()), 1..40)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(1_800_000_000 + seconds)
}

/// One that waits for its turn.
fn waiting() -> Action {
    let resource = Resource { kind: ResourceType::Application, id: ResourceId::new(42).unwrap() };
    let new = NewAction {
        job: RequestId::at(at(0), [7; 10]),
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        resource,
        pipeline_id: PipelineId::new(1 << 52).unwrap(),
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::User {
            user_id: UserId::new(1).unwrap(),
            name: "Ann".to_owned(),
            email: "ann@example.com".to_owned(),
            ip_address: None,
            comment: None,
        },
        retry_of: None,
        only_latest: false,
        created_at: at(0),
    };
    Action {
        status: Status::Waiting,
        sequence: Some("1".parse().unwrap()),
        ..Action::queued(ActionId::new(1).unwrap(), new)
    }
}

/// One that waits for a worker.
fn pending() -> Action {
    Turn::Worker("".parse().unwrap()).of(&waiting(), at(0))
}

/// One that Step Functions runs.
fn executing() -> Action {
    let machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy".parse().unwrap();
    Turn::Execution { machine, step: None }.of(&waiting(), at(0))
}

/// What the ledger makes of it, as long as each write finds what was read.
fn after(action: &Action, event: &Event, now: Timestamp) -> Action {
    match event {
        Event::Asked { lease, seconds, run_again } => {
            let seconds = LeaseSeconds::new(*seconds).unwrap();
            let until = now.plus(seconds.duration());
            let lease = Lease { hash: LeaseHash([*lease; 32]), until, seconds, worker: "builder".parse().unwrap() };
            let steps = vec![ActionStep::pending(None); 3];
            let claim = Claim { lease, steps, run_again: *run_again };
            match decide_claim(action, now) {
                ClaimDecision::Claim | ClaimDecision::TakeOver => claim.of(action, now),
                ClaimDecision::Lost => Ending::lost(action).of(action, now),
                ClaimDecision::Leave => action.clone(),
            }
        }
        Event::Reported { lease, order, status } => {
            let steps = vec![StepReport { order: *order, status: *status, reason: None }];
            match report(*lease, steps).of(action, now) {
                Ok(Reported::Changed(action)) => *action,
                Ok(Reported::Unchanged | Reported::EndedBefore) | Err(_) => action.clone(),
            }
        }
        Event::Ended { lease, completed } => match report(*lease, Vec::new()).of(action, now) {
            Ok(Reported::Changed(reported)) => Ending::reported(&reported, *completed, None).of(action, now),
            Ok(Reported::Unchanged) => Ending::reported(action, *completed, None).of(action, now),
            Ok(Reported::EndedBefore) | Err(_) => action.clone(),
        },
        Event::Cancelled => match decide_cancel(action.status) {
            CancelDecision::EndUnrun | CancelDecision::Finish => {
                Ending::cancelled(UserId::new(1).unwrap()).of(action, now)
            }
            CancelDecision::Ask => action.cancel_asked(UserId::new(1).unwrap(), now),
            CancelDecision::Ended => action.clone(),
        },
        Event::Swept => swept(action, now),
        Event::Executed(state) => executed(action, state.clone(), now),
    }
}

fn swept(action: &Action, now: Timestamp) -> Action {
    match decide_sweep(action, Some(Duration::from_hours(72)), now) {
        Sweep::Leave => action.clone(),
        // The answer to a question is an event of its own.
        Sweep::LookAgain { at, wake: _ } | Sweep::Ask { execution: _, at } => {
            Action { due: Some(at), ..action.clone() }
        }
        Sweep::EndUnrun(ending) | Sweep::Finish(ending) => ending.of(action, now),
    }
}

/// What becomes of an action whose execution is so. One that a worker runs has none.
fn executed(action: &Action, state: Option<ExecutionState>, now: Timestamp) -> Action {
    if action.execution.is_none() || action.status.is_ended() {
        return action.clone();
    }
    match decide_execution(action, state, now) {
        ExecutionSweep::Start { .. } | ExecutionSweep::Stop | ExecutionSweep::Leave => action.clone(),
        ExecutionSweep::End(outcome) => Ending::executed(action, &outcome).of(action, now),
        ExecutionSweep::GiveUp(ending) => ending.of(action, now),
    }
}

fn report(lease: u8, steps: Vec<StepReport>) -> Report {
    Report { lease: LeaseHash([lease; 32]), steps, url: None }
}

/// Whether a worker holds the action at this time.
fn is_held(action: &Action, now: Timestamp) -> bool {
    action.status == Status::InProgress && action.lease.as_ref().is_some_and(|lease| !lease.is_over(now))
}

/// How many steps have begun.
fn begun(action: &Action) -> usize {
    action.steps.iter().filter(|step| step.started_at.is_some()).count()
}

/// What an action may become, and what it may not.
fn check(old: &Action, event: &Event, new: &Action, now: Timestamp) -> Result<(), TestCaseError> {
    let what = format!("{event:?} at {now}: {old:#?}, {new:#?}");
    prop_assert!(new.status == old.status || old.status.may_become(new.status), "{}", what);
    let looked = Action { due: old.due, ..new.clone() } == *old;
    prop_assert!(new.updated_at > old.updated_at || looked, "each change is a later one: {}", what);
    prop_assert!(!old.status.is_ended() || new == old, "what has ended does not change: {}", what);
    prop_assert!(new.attempt <= MOST_ATTEMPTS, "{}", what);

    let open = !new.status.is_ended();
    prop_assert_eq!(new.due.is_some(), open, "the sweep finds it until it has ended: {}", what);
    let by_worker = new.execution.is_none();
    prop_assert_eq!(new.claim_at.is_some() && new.label.is_some(), open && by_worker, "and workers do: {}", what);
    prop_assert!(by_worker || new.lease.is_none() && new.attempt == 1, "no worker gets what is executed: {}", what);
    prop_assert_eq!(&new.execution, &old.execution, "{}", what);
    prop_assert_eq!(new.completed_at.is_none(), open, "{}", what);
    prop_assert!(open || new.steps.iter().all(|step| step.status.is_ended()), "{}", what);

    if is_held(old, now) {
        let mine = matches!(event, Event::Reported { lease, .. } | Event::Ended { lease, .. }
            if old.lease.as_ref().is_some_and(|held| held.hash == LeaseHash([*lease; 32])));
        let asked = matches!(event, Event::Cancelled) && open;
        prop_assert!(mine || asked || looked, "a worker that holds it loses it to no one: {}", what);
    }
    let taken_over = old.attempt > 0 && new.attempt > old.attempt;
    prop_assert!(!taken_over || old.cancel.is_none(), "what was cancelled is not handed out: {}", what);
    prop_assert!(!taken_over || old.run_again || begun(old) == 0, "a step that had begun begins again: {}", what);
    prop_assert!(taken_over || new.steps.len() < 3 || begun(new) >= begun(old), "{}", what);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn an_action_only_goes_forward_and_what_has_begun_begins_again_only_if_it_may(story in story(), by_worker: bool) {
        let (mut action, mut seconds) = (if by_worker { pending() } else { executing() }, 0);
        for (passed, event) in story {
            seconds += passed;
            let next = after(&action, &event, at(seconds));
            check(&action, &event, &next, at(seconds))?;
            action = next;
        }
    }

    #[test]
    fn whatever_happened_the_sweep_alone_ends_an_action_that_no_one_reports_on(story in story()) {
        let (mut action, mut seconds) = (pending(), 0);
        for (passed, event) in story {
            seconds += passed;
            action = after(&action, &event, at(seconds));
        }
        for _ in 0..400 {
            let Some(due) = action.due else { break };
            let now = at(seconds).max(due.plus(Duration::from_millis(1)));
            let next = after(&action, &Event::Swept, now);
            prop_assert!(next.due.is_none_or(|due| due > now), "it is not looked at all the time: {:?}", next);
            action = next;
        }
        prop_assert!(action.status.is_ended(), "{:#?}", action);
    }

    #[test]
    fn the_sweep_ends_nothing_too_early(status in prop::sample::select(Status::ALL.to_vec()), days in 0..60u64, hours in 1..336u64) {
        let action = Action { status, ..pending() };
        let now = at(0).plus(Duration::from_hours(24) * u32::try_from(days).unwrap());
        let ends = matches!(
            decide_sweep(&action, Some(Duration::from_hours(hours)), now),
            Sweep::EndUnrun(_) | Sweep::Finish(_)
        );
        let expected = match status {
            Status::Queued => days >= 15,
            Status::Waiting => days >= 40,
            Status::Pending => days * 24 >= hours,
            // It has no lease: only damage makes such an action.
            Status::InProgress | Status::Completed | Status::Failed | Status::Skipped => false,
        };
        prop_assert_eq!(ends, expected);
    }

    #[test]
    fn only_the_first_waiter_of_a_free_lane_gets_a_turn(
        holder in prop::option::of(1..4i64),
        waiters in prop::collection::vec(1..4i64, 0..3),
        action in 1..4i64,
        status in prop::sample::select(Status::ALL.to_vec()),
    ) {
        let id = |id: i64| ActionId::new(id).unwrap();
        let waiter = |(place, action): (usize, &i64)| {
            Waiter { sequence: place.to_string().parse().unwrap(), action: id(*action), succession: None }
        };
        let lane = LaneState { holder: holder.map(id), waiters: waiters.iter().enumerate().map(waiter).collect() };
        let action = Action { id: id(action), status, ..pending() };
        let is_next = holder.is_none() && waiters.first().is_some_and(|first| id(*first) == action.id);
        // Without a pipeline, which stands for one that was deleted.
        let rules = MachineRules::default();
        let decided = decide_advance(&lane, Some(&action), None, &rules);
        prop_assert_eq!(decided != Advance::Stop, is_next && status == Status::Waiting);
        prop_assert_eq!(decide_advance(&lane, None, None, &rules), Advance::Stop);
    }

    #[test]
    fn an_execution_ends_as_step_functions_says_and_is_started_only_while_it_is_new(
        state in execution(),
        cancelled: bool,
        hours in 0..100i64,
    ) {
        let action = executing();
        let action = if cancelled { action.cancel_asked(UserId::new(1).unwrap(), at(1)) } else { action };
        let now = at(hours * 3_600);
        let ended = executed(&action, state.clone(), now);
        match state {
            Some(ExecutionState::Ended(Outcome { end: ExecutionEnd::Succeeded, .. })) => {
                prop_assert_eq!(ended.status, Status::Completed);
            }
            Some(ExecutionState::Ended(_)) => {
                prop_assert_eq!(ended.status, Status::Failed);
                let reason = ended.reason.unwrap();
                prop_assert_eq!(reason.as_str().starts_with("cancelled by user 1"), cancelled, "{:?}", reason);
            }
            Some(ExecutionState::Running) => prop_assert_eq!(ended.status, Status::InProgress),
            None => prop_assert_eq!(ended.status == Status::Failed, hours > 24),
        }
        let decided = decide_execution(&action, None, now);
        let starts = ExecutionSweep::Start { then_stop: cancelled };
        prop_assert_eq!(decided == starts, hours <= 24, "never an end while it may still be started");
        prop_assert_eq!(decide_execution(&action, Some(ExecutionState::Running), now) == ExecutionSweep::Stop, cancelled);
    }

    #[test]
    fn no_worker_gets_what_step_functions_runs_and_a_cancel_is_soon_looked_at(seconds in 0..5_000_000i64) {
        let (action, now) = (executing(), at(seconds));
        prop_assert_eq!(decide_claim(&action, now), ClaimDecision::Leave);
        let asks = matches!(decide_sweep(&action, None, now), Sweep::Ask { at, .. } if at > now);
        prop_assert!(asks);
        let asked = action.cancel_asked(UserId::new(1).unwrap(), now);
        prop_assert!(asked.due.is_some_and(|due| due <= now.plus(Duration::from_mins(2))));
    }
}
