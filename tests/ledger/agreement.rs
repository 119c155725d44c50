//! The adapter and the model get the same thousands of random calls. Some callers know an action only as it was a while
//! ago. The tables agree with the model after each call.

use std::time::Duration;

use harness::{Pipehook, alone, soak};
use serde_json::json;
use shared::aws::ActionsTable;
use shared::domain::action::{
    Action, ActionStep, Claim, Ending, Lane, Lease, LeaseHash, LeaseSeconds, NewAction, Reason, Report, Reported,
    Sequence, Status, StepReport, TriggeredFrom, Turn,
};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId, UserId};
use shared::domain::pipeline::Label;
use shared::domain::timestamp::Timestamp;
use shared::ports::{
    Arrival, AskCancel, Change, ClaimAction, Consistency, EndUnrun, EndUnsent, FindAction, FinishAction, ReadGate,
    ReadLane, RegisterAction, Registered, ReportStep, SupersedeAction, TakeOver, TakeTurn, WaitAtGate, WriteAction,
};

use super::dice::Dice;
use super::model::{Arrived, Head, LANE, LEASE, Model, queued};
use super::table::table;

/// How many stories each test tells, unless the search is long, and how many calls each has.
const STORIES: u64 = 15;
const CALLS: usize = 40;

/// One story: a project of its own, the model, and what callers have seen of each action.
struct Story<'s> {
    stack: &'s Pipehook,
    table: &'s ActionsTable,
    model: Model,
    new: [NewAction; 3],
    seen: [Vec<(Head, Action)>; 3],
    now: i64,
    leases: u8,
}

impl Story<'_> {
    fn pipeline(&self) -> (ProjectId, PipelineId) {
        (self.new[0].project_id, self.new[0].pipeline_id)
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.now)
    }

    fn id(&self, action: usize) -> ActionId {
        ActionId::of_job(self.new[action].job, 0)
    }

    async fn set_gate(&self) {
        let (project, pipeline) = self.pipeline();
        let mut gate = json!({
            "pk": { "S": format!("GATE#{project}#{pipeline}") }, "sk": { "S": "GATE" },
            "max": { "N": self.model.max.to_string() }, "running": { "N": self.model.running.to_string() },
        });
        if self.model.deleted {
            gate["deleted"] = json!({ "BOOL": true });
        }
        self.stack.put_item("ActionsTable", &gate).await;
    }

    /// What a caller has seen of the action: mostly as it is, sometimes as it was.
    fn look(&self, action: usize, dice: &mut Dice) -> (Head, Action) {
        let seen = &self.seen[action];
        match seen.last() {
            None => (queued(), Action::queued(self.id(action), self.new[action].clone())),
            Some(_) if dice.one_in(4) => seen[dice.index(seen.len())].clone(),
            Some(newest) => newest.clone(),
        }
    }

    async fn step(&mut self, dice: &mut Dice) -> String {
        let action = dice.index(3);
        let (head, seen) = self.look(action, dice);
        // Mostly what makes sense for what was seen, so that the stories get somewhere.
        let stage = if dice.one_in(4) { dice.below(4) } else { stage(head.status) };
        if matches!(stage, 1 | 2) && dice.one_in(6) {
            return self.supersede(action, head, &seen, dice).await;
        }
        match stage {
            0 => self.step_of_new(action, dice).await,
            1 => self.step_of_waiting(action, head, &seen, dice).await,
            2 => self.step_of_turn(action, head, &seen, dice).await,
            _ if dice.one_in(2) => {
                self.now += i64::try_from(dice.below(400)).unwrap();
                format!("it is {}", self.now)
            }
            _ => {
                self.model.max = i64::try_from(dice.below(3)).unwrap();
                self.model.deleted |= dice.one_in(20);
                self.set_gate().await;
                format!("max {}, deleted {}", self.model.max, self.model.deleted)
            }
        }
    }

    /// What happens to an action until it waits.
    async fn step_of_new(&mut self, action: usize, dice: &mut Dice) -> String {
        let (table, new) = (self.table, &self.new[action]);
        match dice.below(6) {
            0 | 1 => {
                self.model.write(action);
                assert_eq!(table.write_action(new).await.unwrap(), self.id(action));
                format!("write {action}")
            }
            2 if dice.one_in(4) => {
                self.model.end_unsent(action);
                table.end_unsent(new).await.unwrap();
                format!("end_unsent {action}")
            }
            _ => self.register(action).await,
        }
    }

    /// What happens to an action until it has its turn.
    async fn step_of_waiting(&mut self, action: usize, head: Head, seen: &Action, dice: &mut Dice) -> String {
        let (table, at) = (self.table, self.at());
        match dice.below(6) {
            0 if dice.one_in(3) => {
                let expected = self.model.end_unrun(action, head);
                let ending = Ending::cancelled(UserId::new(3).unwrap());
                self.agree("end_unrun", action, &table.end_unrun(seen, &ending, at).await.unwrap(), expected)
            }
            0..=3 => {
                let executed = dice.one_in(3);
                let expected = self.model.take(action, head, executed);
                let with_turn = turn(executed).of(seen, at);
                assert_eq!(table.take_turn(seen, &with_turn).await.unwrap(), expected);
                format!("take {action}, executed {executed}: {expected:?}")
            }
            _ => {
                let expected = self.model.full(action, head);
                assert_eq!(table.wait_at_gate(seen, at).await.unwrap(), expected);
                format!("full {action}: {expected}")
            }
        }
    }

    /// What happens to an action that has its turn.
    async fn step_of_turn(&mut self, action: usize, head: Head, seen: &Action, dice: &mut Dice) -> String {
        let (table, at, now) = (self.table, self.at(), self.now);
        match dice.below(6) {
            0..=2 => {
                let (claim, lease, run_again) = self.claim_for(dice);
                if head.status == Status::InProgress {
                    let expected = self.model.take_over(action, head, lease, now);
                    self.agree("take_over", action, &table.take_over(seen, &claim, at).await.unwrap(), expected)
                } else {
                    let expected = self.model.claim(action, head, lease, run_again, now);
                    self.agree("claim", action, &table.claim_action(seen, &claim, at).await.unwrap(), expected)
                }
            }
            3 => self.report(action, head, seen).await,
            4 => {
                let expected = self.model.ask_cancel(action, head);
                let asked = table.ask_cancel(seen, UserId::new(3).unwrap(), at).await.unwrap();
                self.agree("ask_cancel", action, &asked, expected)
            }
            _ => {
                let lost = dice.one_in(2);
                let expected = self.model.finish(action, head, lost, now);
                let ending = if lost { Ending::lost(seen) } else { Ending::failed("it went wrong") };
                let finished = table.finish_action(seen, &ending, at).await.unwrap();
                self.agree(if lost { "finish lost" } else { "finish" }, action, &finished, expected)
            }
        }
    }

    async fn register(&mut self, action: usize) -> String {
        let expected = self.model.register(action);
        let sequence: Sequence = (action + 1).to_string().parse().unwrap();
        let new = &self.new[action];
        let delivery = format!("{}-delivery", new.project_id);
        let arrival = Arrival {
            action: new,
            job: r#"{"version": 1}"#,
            sequence: &sequence,
            delivery: (action < 2).then_some(delivery.as_str()),
            now: self.at(),
        };
        let arrived = match self.table.register_action(arrival).await.unwrap() {
            Registered::Waiting(id) => {
                assert_eq!(id, self.id(action));
                Arrived::Waiting
            }
            Registered::Before(_) => Arrived::Before,
            Registered::Duplicate { first, .. } => {
                Arrived::Duplicate((0..3).find(|action| self.id(*action) == first).unwrap())
            }
        };
        assert_eq!(arrived, expected);
        format!("register {action}: {expected:?}")
    }

    async fn supersede(&mut self, action: usize, head: Head, seen: &Action, dice: &mut Dice) -> String {
        let by = (action + 1 + dice.index(2)) % 3;
        let expected = self.model.supersede(action, head, by);
        assert_eq!(self.table.supersede_action(seen, self.id(by), self.at()).await.unwrap(), expected);
        format!("supersede {action} by {by}: {expected}")
    }

    async fn report(&mut self, action: usize, head: Head, seen: &Action) -> String {
        let Some(lease) = seen.lease.as_ref().filter(|_| head.status == Status::InProgress) else {
            return format!("no report of {action}");
        };
        let step = StepReport { order: 1, status: Status::InProgress, reason: None };
        let report = Report { lease: lease.hash, steps: vec![step], url: None };
        match report.of(seen, self.at()).unwrap() {
            Reported::Changed(reported) => {
                let expected = self.model.report(action, head, self.now);
                let change = self.table.report_step(seen, &reported).await.unwrap();
                self.agree("report", action, &change, expected)
            }
            Reported::Unchanged | Reported::EndedBefore => format!("nothing to report of {action}"),
        }
    }

    fn claim_for(&mut self, dice: &mut Dice) -> (Claim, u8, bool) {
        self.leases = self.leases.wrapping_add(1);
        let run_again = dice.one_in(2);
        let lease = Lease {
            hash: LeaseHash([self.leases; 32]),
            until: self.at().plus(Duration::from_secs(LEASE.unsigned_abs())),
            seconds: LeaseSeconds::new(LEASE).unwrap(),
            worker: "builder-1".parse().unwrap(),
        };
        (Claim { lease, steps: vec![ActionStep::pending(None)], run_again }, self.leases, run_again)
    }

    fn agree(&self, what: &str, action: usize, change: &Change, expected: bool) -> String {
        // What would write just what is there counts as written: its answer may have been lost.
        let is_there = |made: &Action| self.seen[action].last().is_some_and(|(_, newest)| newest == made);
        let made = matches!(change, Change::Made(made) if expected || !is_there(made));
        assert_eq!(made, expected, "{what} {action}: {change:?}\n{:?}", self.model);
        format!("{what} {action}: {expected}")
    }

    /// The tables are as the model is, and what callers can see of the actions is noted.
    async fn compare(&mut self) {
        self.model.check();
        for action in 0..3 {
            let found = self.table.find_action(self.id(action), Consistency::Strong).await.unwrap();
            assert_eq!(found.is_some(), self.model.heads[action].is_some(), "{action}");
            let (Some(found), Some(head)) = (found, self.model.heads[action]) else { continue };
            assert_eq!(self.as_head(&found, head.version), head, "{action}: {found:?}");
            assert_eq!(found.new, self.new[action]);
            if self.seen[action].last().is_none_or(|(newest, _)| newest.version != head.version) {
                self.seen[action].push((head, found));
            }
        }
        let (project, pipeline) = self.pipeline();
        for (lane, action) in [(0, 0), (1, 2)] {
            let state = self.table.read_lane(&self.new[action].lane()).await.unwrap();
            assert_eq!(state.holder, self.model.holders[lane].map(|holder| self.id(holder)));
            let waiters: Vec<_> = state.waiters.iter().map(|waiter| waiter.action).collect();
            assert_eq!(waiters, self.model.waiters[lane].iter().map(|waiter| self.id(*waiter)).collect::<Vec<_>>());
            assert!(state.waiters.iter().all(|waiter| waiter.succession == self.new[action].succession()));
        }
        let gate = self.table.read_gate(project, pipeline).await.unwrap().unwrap();
        assert_eq!((gate.running, gate.max, gate.deleted), (self.model.running, self.model.max, self.model.deleted));
        let waiters: Vec<(ActionId, Lane)> = gate.waiters.iter().map(|waiter| (waiter.action, waiter.lane)).collect();
        let mut expected: Vec<_> =
            self.model.gate_waiters.iter().map(|action| (self.id(*action), self.new[*action].lane())).collect();
        // They wait by their ids. Jobs of the same moment have theirs in any order.
        expected.sort_by_key(|(action, _)| action.get());
        assert_eq!(waiters, expected);
    }

    /// The action in the words of the model.
    fn as_head(&self, action: &Action, version: u32) -> Head {
        Head {
            status: action.status,
            registered: action.sequence.is_some(),
            at_gate: action.waiting_for == Reason::Pipeline,
            lease: action.lease.as_ref().map(|lease| (lease.hash.0[0], lease.until.unix_seconds())),
            executed: action.execution.is_some(),
            started: action.started,
            run_again: action.run_again,
            cancelled: action.cancel.is_some(),
            superseded_by: action.superseded_by.map(|by| (0..3).find(|other| self.id(*other) == by).unwrap()),
            attempt: action.attempt,
            version,
        }
    }
}

/// For a worker, or for Step Functions.
fn turn(executed: bool) -> Turn {
    let machine = || "arn:aws:states:us-east-1:000000000000:stateMachine:deploy".parse().unwrap();
    if executed { Turn::Execution { machine: machine(), step: None } } else { Turn::Worker(Label::default()) }
}

/// Which of the steps make sense for an action of this status.
fn stage(status: Status) -> u64 {
    match status {
        Status::Queued => 0,
        Status::Waiting => 1,
        Status::Pending | Status::InProgress => 2,
        Status::Completed | Status::Failed | Status::Skipped => 3,
    }
}

fn new_action(project: i64, number: u8, created_at: Timestamp) -> NewAction {
    let job = RequestId::at(created_at, [number; 10]);
    NewAction {
        job,
        project_id: ProjectId::new(project).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        resource: Resource {
            kind: ResourceType::Application,
            id: ResourceId::new(1 + i64::try_from(LANE[usize::from(number)]).unwrap()).unwrap(),
        },
        pipeline_id: PipelineId::new((1 << 52) + 7).unwrap(),
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::Hook {
            hook_id: HookId::from_random([1; 16]),
            name: "deploy the shop".to_owned(),
            request_id: job,
            ip_address: Some("192.0.2.1".to_owned()),
        },
        retry_of: None,
        only_latest: project % 2 == 0,
        created_at,
    }
}

async fn tell(stack: &Pipehook, table: &ActionsTable, seed: u64) -> usize {
    let mut dice = Dice(seed);
    let project = i64::try_from(1_000 + seed).unwrap();
    // Two calls of one delivery are a retry within five minutes, and none after.
    let (start, retries) = (1_900_000_000 + i64::try_from(seed).unwrap() * 100_000, dice.one_in(2));
    let apart = if retries { 299 } else { 300 };
    let at = |seconds: i64| Timestamp::from_unix_seconds(start + seconds);
    let new = [(0, 0), (1, apart), (2, 300)].map(|(number, seconds)| new_action(project, number, at(seconds)));
    let model = Model::new(i64::try_from(dice.below(3)).unwrap(), retries);
    let now = start + 400;
    let mut story = Story { stack, table, model, new, seen: Default::default(), now, leases: 0 };
    story.set_gate().await;
    let (mut told, mut ended) = (Vec::new(), 0);
    for _ in 0..CALLS {
        let before = story.model.clone();
        told.push(story.step(&mut dice).await);
        story.compare().await;
        for (old, new) in before.heads.into_iter().zip(story.model.heads).filter_map(|(old, new)| old.zip(new)) {
            let moved = old.status == new.status || old.status.may_become(new.status);
            assert!(moved, "seed {seed}: {old:?}, {new:?}\n{told:#?}");
            ended += usize::from(!old.status.is_ended() && new.status.is_ended());
        }
    }
    ended
}

/// Tells some of the stories. Each part has a stack of its own, so that they are told at the same time.
fn agree_on(part: u64) {
    alone(async |stack| {
        let (table, stories) = (table(stack), STORIES * u64::from(soak()));
        let mut ended = 0;
        for seed in part * stories..(part + 1) * stories {
            ended += tell(stack, &table, seed).await;
        }
        assert!(ended > 15, "the stories have ends: {ended}");
    });
}

#[test]
fn the_adapter_and_the_model_agree_on_hundreds_of_random_calls() {
    agree_on(0);
}

#[test]
fn the_adapter_and_the_model_agree_on_hundreds_more() {
    agree_on(1);
}

#[test]
fn the_adapter_and_the_model_agree_on_further_hundreds() {
    agree_on(2);
}

#[test]
fn the_adapter_and_the_model_agree_on_yet_other_hundreds() {
    agree_on(3);
}
