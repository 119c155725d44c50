//! Every order in which what happens to two actions of a lane can happen that Step Functions runs, on the model of the
//! ledger and with the functions that decide.
//!
//! A step is one request of a process, to the ledger or to Step Functions. Between two of them, a process may rest for as
//! long as it likes, or die. An event may come at any time after the end of an execution, any number of times, or never.

use std::collections::{HashMap, VecDeque};

use harness::soak;
use shared::domain::action::{
    Action, ExecutionEnd, ExecutionState, ExecutionSweep, NewAction, Outcome, Status, TriggeredFrom, Turn,
    decide_execution,
};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId, UserId};
use shared::domain::timestamp::Timestamp;
use shared::ports::Taken;

use super::model::{Head, Model};

/// What Step Functions knows of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Known {
    Nothing,
    Runs,
    Ended,
}

/// What a process does next, with the action and the head of it that it has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Next {
    /// `action-start`.
    ReadFirst,
    Take(usize, u32),
    Start(usize, u32),
    /// `action-sweep`.
    Ask(usize, u32),
    StartForgotten(usize, u32),
    StopUnwanted(usize),
    /// `action-sweep` and `action-finish`.
    Finish(usize, u32),
    /// `action-cancel`.
    Cancel(usize, u32),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    model: Model,
    known: [Known; 2],
    runs: Vec<Next>,
    crashes: u8,
    cancels: u8,
}

/// A rule that is left out, to see that it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// What was cancelled and has no execution is started all the same.
    CancelledIsStarted,
    /// The turn is taken before the execution starts.
    TurnComesFirst,
}

struct Search {
    without: Option<Rule>,
    read: HashMap<(usize, u32), Head>,
}

/// Whether a step is one without which nothing would go on, and the world after it.
type Steps = Vec<(bool, World)>;

impl Search {
    fn steps(&mut self, world: &World) -> Steps {
        let mut steps = Vec::new();
        for (at, run) in world.runs.iter().enumerate() {
            let mut without = world.clone();
            without.runs.remove(at);
            if world.crashes > 0 {
                steps.push((false, World { crashes: world.crashes - 1, ..without.clone() }));
            }
            steps.push((true, self.run(without, *run)));
        }
        if world.runs.len() < 2 {
            self.beginnings(world, &mut steps);
        }
        for action in [0, 1] {
            if world.known[action] == Known::Runs {
                let mut ended = world.clone();
                ended.known[action] = Known::Ended;
                steps.push((true, ended));
            }
        }
        steps
    }

    /// The processes that may begin.
    fn beginnings(&mut self, world: &World, steps: &mut Steps) {
        if !world.model.waiters[0].is_empty() {
            steps.push((true, with(world.clone(), Next::ReadFirst)));
        }
        for action in [0, 1] {
            let Some(head) = world.model.heads[action] else { continue };
            if head.status != Status::InProgress {
                continue;
            }
            let version = self.note(action, head);
            steps.push((true, with(world.clone(), Next::Ask(action, version))));
            if world.known[action] == Known::Ended {
                steps.push((false, with(world.clone(), Next::Finish(action, version))));
            }
            if world.cancels > 0 {
                let world = World { cancels: world.cancels - 1, ..world.clone() };
                steps.push((false, with(world, Next::Cancel(action, version))));
            }
        }
    }

    fn run(&mut self, mut world: World, next: Next) -> World {
        match next {
            Next::ReadFirst => self.read_first(world),
            Next::Take(action, version) => {
                let taken = world.model.take(action, self.read[&(action, version)], true);
                match world.model.heads[action] {
                    Some(head) if taken == Taken::Taken && world.known[action] == Known::Nothing => {
                        let version = self.note(action, head);
                        with(world, Next::Start(action, version))
                    }
                    Some(_) | None => world,
                }
            }
            Next::Start(action, version) if self.without == Some(Rule::TurnComesFirst) => {
                start(&mut world, action);
                if world.model.heads[action].is_some_and(|head| head.status == Status::Waiting) {
                    world = with(world, Next::Take(action, version));
                }
                world
            }
            Next::Start(action, _) => {
                start(&mut world, action);
                world
            }
            Next::Ask(action, version) => self.ask(world, action, version),
            Next::StartForgotten(action, version) => {
                start(&mut world, action);
                let cancelled = self.read[&(action, version)].cancelled;
                if cancelled { with(world, Next::StopUnwanted(action)) } else { world }
            }
            Next::StopUnwanted(action) => {
                stop(&mut world, action);
                world
            }
            Next::Finish(action, version) => self.finish(world, action, version),
            Next::Cancel(action, version) => {
                let asked = world.model.ask_cancel(action, self.read[&(action, version)]);
                if asked { with(world, Next::StopUnwanted(action)) } else { world }
            }
        }
    }

    fn read_first(&mut self, world: World) -> World {
        let first = world.model.waiters[0].first().copied().filter(|_| world.model.holders[0].is_none());
        let Some(action) = first else { return world };
        let version = self.note(action, world.model.heads[action].unwrap());
        let starts_first = self.without == Some(Rule::TurnComesFirst);
        with(world, if starts_first { Next::Start(action, version) } else { Next::Take(action, version) })
    }

    fn ask(&mut self, world: World, action: usize, version: u32) -> World {
        let head = self.read[&(action, version)];
        let state = match world.known[action] {
            Known::Nothing => None,
            Known::Runs => Some(ExecutionState::Running),
            Known::Ended => Some(ExecutionState::Ended(outcome())),
        };
        match decide_execution(&executed(action, head), state, at()) {
            ExecutionSweep::Start { then_stop: true } if self.without == Some(Rule::CancelledIsStarted) => {
                with(world, Next::Finish(action, version))
            }
            ExecutionSweep::Start { .. } => with(world, Next::StartForgotten(action, version)),
            ExecutionSweep::Stop => with(world, Next::StopUnwanted(action)),
            ExecutionSweep::Leave => world,
            ExecutionSweep::End(_) | ExecutionSweep::GiveUp(_) => with(world, Next::Finish(action, version)),
        }
    }

    /// One that was refused decides again, as `ledger::end_execution` does.
    fn finish(&mut self, mut world: World, action: usize, version: u32) -> World {
        if world.model.finish(action, self.read[&(action, version)], false, 0) {
            return world;
        }
        match world.model.heads[action].filter(|head| !head.status.is_ended()) {
            Some(head) => {
                let version = self.note(action, head);
                with(world, Next::Finish(action, version))
            }
            None => world,
        }
    }

    fn note(&mut self, action: usize, head: Head) -> u32 {
        let version = head.version * 16 + head.status as u32;
        self.read.entry((action, version)).or_insert(head);
        version
    }

    /// How many worlds there are. From each of them, all actions can end without a further fault, and without an event.
    fn all(mut self, crashes: u8, cancels: u8) -> usize {
        let mut model = Model::new(0, false);
        for action in [0, 1] {
            model.mark = None;
            model.register(action);
        }
        let first = World { model, known: [Known::Nothing; 2], runs: Vec::new(), crashes, cancels };
        let (mut numbers, mut before, mut ends) = (HashMap::from([(first.clone(), 0)]), vec![Vec::new()], Vec::new());
        let mut todo = VecDeque::from([(0, first)]);
        while let Some((number, world)) = todo.pop_front() {
            check(&world);
            if [0, 1].iter().all(|action| world.model.heads[*action].is_some_and(|head| head.status.is_ended())) {
                ends.push(number);
            }
            for (is_ordinary, after) in self.steps(&world) {
                let next = numbers.len();
                let next = *numbers.entry(after.clone()).or_insert_with(|| {
                    before.push(Vec::new());
                    todo.push_back((next, after));
                    next
                });
                if is_ordinary {
                    before[next].push(number);
                }
            }
        }
        let mut can_end = vec![false; before.len()];
        while let Some(number) = ends.pop() {
            if !std::mem::replace(&mut can_end[number], true) {
                ends.extend(&before[number]);
            }
        }
        let stuck = numbers.iter().find(|(_, number)| !can_end[**number]);
        assert!(stuck.is_none(), "an action can never end: {stuck:?}");
        numbers.len()
    }
}

/// A name starts once.
fn start(world: &mut World, action: usize) {
    if world.known[action] == Known::Nothing {
        world.known[action] = Known::Runs;
    }
}

fn stop(world: &mut World, action: usize) {
    if world.known[action] == Known::Runs {
        world.known[action] = Known::Ended;
    }
}

/// What holds in each state.
fn check(world: &World) {
    world.model.check();
    for action in [0, 1] {
        let status = world.model.heads[action].map(|head| head.status);
        let runs = world.known[action] == Known::Runs;
        assert!(!runs || status == Some(Status::InProgress), "what runs has the turn: {world:?}");
        let ended = status.is_some_and(Status::is_ended);
        assert!(!ended || world.known[action] == Known::Ended, "what ends has run: {world:?}");
    }
}

fn with(mut world: World, next: Next) -> World {
    world.runs.push(next);
    world.runs.sort_unstable();
    world
}

fn at() -> Timestamp {
    Timestamp::from_unix_seconds(1_900_000_000)
}

fn outcome() -> Outcome {
    Outcome { end: ExecutionEnd::Aborted, output: None, error: None, cause: None }
}

/// The action with this number as a process has read it.
fn executed(number: usize, head: Head) -> Action {
    let job = RequestId::at(at(), [u8::try_from(number).unwrap(); 10]);
    let new = NewAction {
        job,
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(42).unwrap() },
        pipeline_id: PipelineId::new(1 << 52).unwrap(),
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::Hook {
            hook_id: HookId::from_random([1; 16]),
            name: "deploy the shop".to_owned(),
            request_id: job,
            ip_address: None,
        },
        retry_of: None,
        only_latest: false,
        created_at: at(),
    };
    let machine = "arn:aws:states:us-east-1:000000000000:stateMachine:deploy".parse().unwrap();
    let action = Turn::Execution { machine, step: None }.of(&Action::queued(ActionId::of_job(job, 0), new), at());
    Action { cancel: head.cancelled.then(|| UserId::new(1).unwrap()), ..action }
}

#[test]
fn in_every_order_an_execution_runs_only_while_its_action_has_the_turn_and_all_end_without_any_event() {
    let faults = if soak() > 1 { vec![(2, 2)] } else { vec![(1, 1), (2, 0)] };
    for (crashes, cancels) in faults {
        let worlds = Search { without: None, read: HashMap::new() }.all(crashes, cancels);
        assert!(worlds > 500, "{crashes}, {cancels}: {worlds}");
    }
}

#[test]
#[should_panic(expected = "what ends has run")]
fn without_starting_what_was_cancelled_the_search_fails() {
    Search { without: Some(Rule::CancelledIsStarted), read: HashMap::new() }.all(0, 1);
}

#[test]
#[should_panic(expected = "what runs has the turn")]
fn without_taking_the_turn_first_the_search_fails() {
    Search { without: Some(Rule::TurnComesFirst), read: HashMap::new() }.all(0, 0);
}
