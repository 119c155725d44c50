//! Every order in which what happens to three actions of a lane can happen, on the model of the ledger and with the
//! functions that decide: which of them give way to newer ones of their hook.
//!
//! A step is one request of a process to the ledger. Between two of them, a process may rest for as long as it likes, or
//! die. Two of `action-start` run at a time, and a worker and a user do what makes sense for what they have read.

use std::collections::{HashMap, VecDeque};

use harness::soak;
use shared::domain::action::{
    Action, CancelDecision, LaneState, NewAction, Status, Superseded, TriggeredFrom, Waiter, decide_cancel,
};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId};
use shared::domain::timestamp::Timestamp;
use shared::ports::Taken;

use super::model::{Head, Model, queued};

/// What is searched. The actions are numbered in the order of their calls.
#[derive(Debug, Clone, Copy, Default)]
struct Setting {
    /// In which order their jobs arrive.
    arrive: [usize; 3],
    /// Which of them are of the hook that wants only its newest action to run.
    latest: [bool; 3],
    crashes: u8,
    cancels: u8,
    /// Whether Step Functions runs them.
    executed: bool,
    without: Option<Rule>,
}

/// A rule that is left out, to see that it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    NewerStillWaits,
    OlderIsAsItWasRead,
}

/// What a run of `action-start` does next.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Next {
    Register(usize),
    ReadLane,
    ReadHolder(usize, Vec<usize>),
    /// The older and the newer of each pair, the next one first.
    ReadOlder(Vec<(usize, usize)>),
    Supersede(u32, Vec<(usize, usize)>),
    ReadFirst(usize),
    Take(usize, u32),
}

/// A run of `action-start`, with the first so many messages of the queue.
type Run = (Next, usize);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    model: Model,
    queue: Vec<usize>,
    runs: Vec<Run>,
    /// The action that it wants, and its version when it was read.
    worker: Option<(usize, u32)>,
    user: Option<(usize, u32)>,
    ran: [bool; 3],
    cancelled: [bool; 3],
    crashes: u8,
    cancels: u8,
}

/// What came of a step: whether it is one without which nothing would go on, and the world after it.
type Steps = Vec<(bool, World)>;

struct Search {
    setting: Setting,
    actions: [Action; 3],
    /// What each action was, by its version: a process keeps what it has read.
    read: HashMap<(usize, u32), Head>,
}

impl Search {
    fn new(setting: Setting) -> Self {
        Self { setting, actions: [0, 1, 2].map(|number| action(number, setting)), read: HashMap::new() }
    }

    fn steps(&mut self, world: &World) -> Steps {
        let mut steps = Vec::new();
        steps_of_lambda(world, &mut steps);
        for (at, run) in world.runs.iter().enumerate() {
            let mut without = world.clone();
            without.runs.remove(at);
            if world.crashes > 0 {
                steps.push((false, World { crashes: world.crashes - 1, ..without.clone() }));
            }
            steps.push((true, self.run(without, run.clone())));
        }
        for action in 0..3 {
            self.steps_of_others(world, action, &mut steps);
        }
        steps
    }

    fn run(&mut self, mut world: World, (next, messages): Run) -> World {
        let model = &mut world.model;
        let next = match next {
            Next::Register(at) => {
                model.register(world.queue[at]);
                // Each of the calls is of a delivery of its own.
                model.mark = None;
                Some(if at + 1 < messages { Next::Register(at + 1) } else { Next::ReadLane })
            }
            Next::ReadLane => {
                let waiters = model.waiters[0].clone();
                match model.holders[0] {
                    Some(holder) => Some(Next::ReadHolder(holder, waiters)),
                    None => self.decide(None, &waiters),
                }
            }
            Next::ReadHolder(holder, waiters) => self.decide(model.heads[holder].map(|head| (holder, head)), &waiters),
            Next::ReadOlder(pairs) => Some(Next::Supersede(self.note(&world, pairs[0].0), pairs)),
            Next::Supersede(version, mut pairs) => {
                let (older, newer) = pairs.remove(0);
                self.supersede(&mut world, older, newer, version);
                Some(if pairs.is_empty() { Next::ReadLane } else { Next::ReadOlder(pairs) })
            }
            Next::ReadFirst(action) => Some(Next::Take(action, self.note(&world, action))),
            Next::Take(action, version) => {
                let taken = model.take(action, self.read[&(action, version)], self.setting.executed);
                world.ran[action] |= self.setting.executed && taken == Taken::Taken;
                None
            }
        };
        if let Some(next) = next {
            return with(world, (next, messages));
        }
        world.queue.drain(..messages);
        world
    }

    /// What `action-start` does about a lane that it has read.
    fn decide(&self, holder: Option<(usize, Head)>, waiters: &[usize]) -> Option<Next> {
        let waiter = |number: &usize| {
            let action = &self.actions[*number];
            let sequence = (self.setting.arrive.iter().position(|it| it == number).unwrap() + 1).to_string();
            Waiter { sequence: sequence.parse().unwrap(), action: action.id, succession: action.new.succession() }
        };
        let waiters: Vec<_> = waiters.iter().map(waiter).collect();
        let lane = LaneState { holder: holder.map(|(number, _)| self.actions[number].id), waiters };
        let holder = holder.map(|(number, head)| {
            let sequence = Some("1".parse().unwrap());
            Action { status: head.status, sequence, ..self.actions[number].clone() }
        });
        let number = |id: ActionId| self.actions.iter().position(|action| action.id == id).unwrap();
        let pair = |Superseded { action, by }: Superseded| (number(action), number(by));
        let pairs: Vec<_> = lane.superseded(holder.as_ref()).into_iter().map(pair).collect();
        if pairs.is_empty() {
            lane.next().map(|first| Next::ReadFirst(number(first.action)))
        } else {
            Some(Next::ReadOlder(pairs))
        }
    }

    fn supersede(&self, world: &mut World, older: usize, newer: usize, version: u32) {
        let waits =
            |head: Option<Head>| head.is_some_and(|head| matches!(head.status, Status::Waiting | Status::Pending));
        let before = world.model.clone();
        let mut seen = self.read[&(older, version)];
        match self.setting.without {
            Some(Rule::NewerStillWaits) => {
                world.model.heads[newer] = Some(Head { status: Status::Waiting, ..queued() });
            }
            Some(Rule::OlderIsAsItWasRead) if before.heads[older].is_some_and(|head| head.status.has_turn()) => {
                seen = Head { status: Status::Pending, ..before.heads[older].unwrap() };
                world.model.heads[older] = Some(seen);
            }
            Some(Rule::OlderIsAsItWasRead) | None => {}
        }
        let is_made = world.model.supersede(older, seen, newer);
        world.model.heads[newer] = before.heads[newer];
        if is_made {
            assert!(waits(before.heads[newer]), "the newer one waits: {before:?}");
            assert!(waits(before.heads[older]), "the older one waits: {before:?}");
            assert!(older < newer, "{newer} was called before {older}");
            assert!(self.setting.latest[older] && self.setting.latest[newer], "{older} gives way to {newer}");
        } else {
            world.model.heads[older] = before.heads[older];
        }
    }

    /// What a worker, a user and the step of an action do.
    fn steps_of_others(&mut self, world: &World, action: usize, steps: &mut Steps) {
        let Some(head) = world.model.heads[action] else { return };
        if head.status == Status::Pending && world.worker.is_none() {
            let version = self.note(world, action);
            steps.push((true, World { worker: Some((action, version)), ..world.clone() }));
        }
        if head.status == Status::InProgress {
            let mut ended = world.clone();
            assert!(ended.model.finish(action, head, false, 0));
            steps.push((true, ended));
        }
        if !head.status.is_ended() && world.cancels > 0 && world.user.is_none() {
            let (user, cancels) = (Some((action, self.note(world, action))), world.cancels - 1);
            steps.push((false, World { user, cancels, ..world.clone() }));
        }
        if let Some((wanted, version)) = world.worker.filter(|(wanted, _)| *wanted == action) {
            let mut claimed = World { worker: None, ..world.clone() };
            claimed.ran[wanted] |= claimed.model.claim(wanted, self.read[&(wanted, version)], 1, false, 0);
            steps.push((true, claimed));
        }
        if let Some((unwanted, version)) = world.user.filter(|(unwanted, _)| *unwanted == action) {
            steps.push((true, self.cancel(world.clone(), unwanted, version)));
        }
    }

    /// A user who is refused reads again, and then cancels what is there.
    fn cancel(&mut self, mut world: World, action: usize, version: u32) -> World {
        let seen = self.read[&(action, version)];
        let is_made = match decide_cancel(seen.status) {
            CancelDecision::EndUnrun => world.model.end_unrun(action, seen),
            CancelDecision::Finish => world.model.finish(action, seen, false, 0),
            CancelDecision::Ask => world.model.ask_cancel(action, seen),
            CancelDecision::Ended => return World { user: None, ..world },
        };
        world.cancelled[action] |= is_made;
        world.user = if is_made { None } else { Some((action, self.note(&world, action))) };
        world
    }

    fn note(&mut self, world: &World, action: usize) -> u32 {
        let head = world.model.heads[action].unwrap_or(queued());
        // Two heads of an action that differ are of different versions or statuses.
        self.read.entry((action, key(head))).or_insert(head);
        key(head)
    }

    /// What holds whenever nothing is to come any more, and in each state.
    fn check(&self, world: &World) {
        world.model.check();
        let newest = (0..3).rev().find(|action| self.setting.latest[*action]);
        for action in 0..3 {
            let Some(head) = world.model.heads[action] else { continue };
            let gave_way = head.superseded_by.is_some();
            assert!(!gave_way || Some(action) != newest, "the newest one gives way to none: {world:?}");
            assert!(!(gave_way && (world.ran[action] || world.cancelled[action])), "it ends once: {world:?}");
            if head.status.is_ended() {
                assert!(gave_way || world.ran[action] || world.cancelled[action], "it ends for a reason: {world:?}");
            }
        }
    }

    /// How many worlds there are. From each of them, all actions can end without a further fault.
    fn all(mut self) -> usize {
        let first = World {
            model: Model { lanes: [0; 3], places: self.places(), ..Model::new(0, false) },
            queue: self.setting.arrive.to_vec(),
            runs: Vec::new(),
            worker: None,
            user: None,
            ran: [false; 3],
            cancelled: [false; 3],
            crashes: self.setting.crashes,
            cancels: self.setting.cancels,
        };
        let (mut numbers, mut before, mut ends) = (HashMap::from([(first.clone(), 0)]), vec![Vec::new()], Vec::new());
        let mut todo = VecDeque::from([(0, first)]);
        while let Some((number, world)) = todo.pop_front() {
            self.check(&world);
            if world.model.heads.iter().all(|head| head.is_some_and(|head| head.status.is_ended())) {
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

    fn places(&self) -> [usize; 3] {
        [0, 1, 2].map(|action| self.setting.arrive.iter().position(|it| *it == action).unwrap())
    }
}

/// One run at a time has messages of the lane; the sweep may wake the lane whenever something waits.
fn steps_of_lambda(world: &World, steps: &mut Steps) {
    if world.runs.len() == 2 {
        return;
    }
    let is_in_flight = world.runs.iter().any(|(_, messages)| *messages > 0);
    if !is_in_flight && !world.queue.is_empty() {
        for messages in [1, world.queue.len()] {
            steps.push((true, with(world.clone(), (Next::Register(0), messages))));
        }
    }
    if !world.model.waiters[0].is_empty() {
        steps.push((true, with(world.clone(), (Next::ReadLane, 0))));
    }
}

/// Tells two heads of an action apart.
fn key(head: Head) -> u32 {
    head.version * 16 + head.status as u32
}

fn with(mut world: World, run: Run) -> World {
    world.runs.push(run);
    world.runs.sort_unstable();
    world
}

/// The action of the call with this number.
fn action(number: usize, setting: Setting) -> Action {
    let called_at = Timestamp::from_unix_millis(1_900_000_000_000 + i64::try_from(number).unwrap());
    let job = RequestId::at(called_at, [7; 10]);
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
        only_latest: setting.latest[number],
        created_at: called_at,
    };
    Action::queued(ActionId::of_job(job, 0), new)
}

const IN_ORDER: [usize; 3] = [0, 1, 2];
const ALL: [bool; 3] = [true; 3];

/// A function dies or a user cancels, and in a long search both.
#[test]
fn in_every_order_each_action_ends_once_and_gives_way_only_to_a_newer_one_that_waits() {
    let both = if soak() > 1 { vec![(1, 1)] } else { vec![(1, 0), (0, 1)] };
    for (crashes, cancels) in both {
        for executed in [false, true] {
            let setting = Setting { arrive: IN_ORDER, latest: ALL, crashes, cancels, executed, without: None };
            let worlds = Search::new(setting).all();
            assert!(worlds > 500, "{crashes}, {cancels}, {executed}: {worlds}");
        }
    }
}

#[test]
fn so_it_is_when_a_job_arrives_late_or_is_of_another_hook() {
    for (arrive, latest) in [([2, 0, 1], ALL), ([1, 0, 2], [true, false, true]), ([2, 1, 0], [true, false, true])] {
        let cancels = u8::from(soak() > 1);
        let worlds = Search::new(Setting { arrive, latest, cancels, ..Setting::default() }).all();
        assert!(worlds > 100, "{arrive:?}, {latest:?}: {worlds}");
    }
}

#[test]
#[should_panic(expected = "the newer one waits")]
fn without_asking_whether_the_newer_one_still_waits_the_search_fails() {
    let without = Some(Rule::NewerStillWaits);
    Search::new(Setting { arrive: IN_ORDER, latest: ALL, cancels: 1, without, ..Setting::default() }).all();
}

#[test]
#[should_panic(expected = "the older one waits")]
fn without_asking_whether_the_older_one_is_as_it_was_read_the_search_fails() {
    let without = Some(Rule::OlderIsAsItWasRead);
    Search::new(Setting { arrive: IN_ORDER, latest: ALL, without, ..Setting::default() }).all();
}
