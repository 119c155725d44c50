//! The ledger of actions: one port for each write, each of which is one conditional write or one transaction.
//!
//! A write that was answered has happened, also when only its answer was lost and it was sent again. A write whose
//! condition does not hold changes nothing, and gives what it found.

use std::future::Future;

use super::{Consistency, Source, StoreError};
use crate::domain::action::{Action, Claim, Ending, Gate, Lane, LaneState, NewAction, Sequence, Status};
use crate::domain::hook::{ActionType, Resource, ResourceType};
use crate::domain::id::{ActionId, EnvironmentId, PipelineId, ProjectId, UserId};
use crate::domain::pipeline::Label;
use crate::domain::timestamp::Timestamp;

/// What became of a write to an action that was read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The action is as it says now.
    Made(Box<Action>),
    /// Another request has changed the action, which is as it says; nothing was written. Read again and decide again.
    Refused(Box<Action>),
}

/// Writes an action whose job is being sent.
pub trait WriteAction: Send + Sync {
    /// Inserts the action as queued, unless it is there already, however far it has come. The id that it has: when
    /// another job's action has the same, the next one.
    fn write_action(&self, action: &NewAction) -> impl Future<Output = Result<ActionId, StoreError>> + Send;
}

/// Ends an action whose job could not be sent.
pub trait EndUnsent: Send + Sync {
    /// Inserts or ends the action as failed, if its job has not arrived. If it has, only the queue's answer was lost:
    /// the action runs, and stays as it is. Its id and what has become of it.
    fn end_unsent(&self, action: &NewAction) -> impl Future<Output = Result<(ActionId, Status), StoreError>> + Send;
}

/// A job that has arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Its action.
    pub action: &'a NewAction,
    /// The job itself, as JSON.
    pub job: &'a str,
    /// Its place in its message group.
    pub sequence: &'a Sequence,
    /// Names the delivery that asks for it, if a provider sent one.
    pub delivery: Option<&'a str>,
    /// When it arrived.
    pub now: Timestamp,
}

/// What became of a job that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// Its action waits in its lane.
    Waiting(ActionId),
    /// It had arrived before, or its action has ended: nothing was written.
    Before(Box<Action>),
    /// The provider had sent the delivery before. Nothing was written: end the action.
    Duplicate {
        /// The action of this job.
        action: Box<Action>,
        /// The one that runs for the delivery.
        first: ActionId,
    },
}

/// Registers an action whose job has arrived.
pub trait RegisterAction: Send + Sync {
    /// Puts the action in its lane, and keeps its job.
    fn register_action(&self, arrival: Arrival<'_>) -> impl Future<Output = Result<Registered, StoreError>> + Send;
}

/// What became of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The action has it.
    Taken,
    /// The action does not wait for it.
    NotWaiting,
    /// Another action of the lane has it.
    LaneHeld,
    /// The pipeline was deleted: end the action.
    PipelineGone,
    /// The pipeline runs as many actions as it may: wait at its gate.
    PipelineFull,
}

/// Takes the turn for an action.
pub trait TakeTurn: Send + Sync {
    /// Takes the lane's turn and one of the pipeline's, if both are free. Writes `with_turn` in the place of `seen` then:
    /// what a [`Turn`](crate::domain::action::Turn) made of it.
    fn take_turn(&self, seen: &Action, with_turn: &Action) -> impl Future<Output = Result<Taken, StoreError>> + Send;
}

/// Lets an action wait for its pipeline.
pub trait WaitAtGate: Send + Sync {
    /// Puts the action among those that wait for the pipeline. `false` if the pipeline is not full any more, or the action
    /// does not wait: look at the lane again.
    fn wait_at_gate(&self, action: &Action, now: Timestamp) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Ends an action that has no turn.
pub trait EndUnrun: Send + Sync {
    /// Ends the action, if it is queued or waiting as it was read, or does not exist yet. Then wake its lane.
    fn end_unrun(
        &self,
        seen: &Action,
        ending: &Ending,
        now: Timestamp,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
}

/// Ends an action that gives way to a newer one.
pub trait SupersedeAction: Send + Sync {
    /// Skips the action, if it waits for its turn or for a worker as it was read, and the newer one, `by`, still does so
    /// too; gives its turn back, if it has it. Then wake its lane and those at the gate. `false` if one of them has changed
    /// meanwhile: look at the lane again.
    fn supersede_action(
        &self,
        seen: &Action,
        by: ActionId,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Gives an action to a worker.
pub trait ClaimAction: Send + Sync {
    /// Claims the action, if it is pending.
    fn claim_action(
        &self,
        seen: &Action,
        claim: &Claim,
        now: Timestamp,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
}

/// Gives the action of a lost worker to another one.
pub trait TakeOver: Send + Sync {
    /// Claims the action, if it still has the lease that was read, that one is over, and it may begin again.
    fn take_over(
        &self,
        seen: &Action,
        claim: &Claim,
        now: Timestamp,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
}

/// Writes what a worker reports.
pub trait ReportStep: Send + Sync {
    /// Writes `reported` in the place of `seen`, if that one is still there: what a
    /// [`Report`](crate::domain::action::Report) made of it.
    fn report_step(&self, seen: &Action, reported: &Action) -> impl Future<Output = Result<Change, StoreError>> + Send;
}

/// Asks what runs an action to stop.
pub trait AskCancel: Send + Sync {
    /// Notes that the user wants the action to end, if it is in progress. The first wish stays.
    fn ask_cancel(
        &self,
        seen: &Action,
        user: UserId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
}

/// Ends an action that has its turn.
pub trait FinishAction: Send + Sync {
    /// Ends the action, if it has the status and the lease or execution that were read, and gives its turns back. Then wake its lane
    /// and those at the gate.
    fn finish_action(
        &self,
        seen: &Action,
        ending: &Ending,
        now: Timestamp,
    ) -> impl Future<Output = Result<Change, StoreError>> + Send;
}

/// Says when the sweep is to look at an action again.
pub trait PostponeLook: Send + Sync {
    /// Writes `due`, unless another request has changed the action or its `due`.
    fn postpone_look(&self, seen: &Action, due: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Finds an action by its id, whatever its project: who may see it is the caller's decision.
pub trait FindAction: Send + Sync {
    /// The action, or `None` if it does not exist or is not kept any more.
    fn find_action(
        &self,
        id: ActionId,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Action>, StoreError>> + Send;
}

/// Finds the job of an action.
pub trait FindJob: Send + Sync {
    /// The job as JSON, or `None` if it has not arrived or is not kept any more.
    fn find_job(&self, id: ActionId) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;
}

/// Reads a lane.
pub trait ReadLane: Send + Sync {
    /// Who has the turn, and the first who wait. Sees every write that was answered.
    fn read_lane(&self, lane: &Lane) -> impl Future<Output = Result<LaneState, StoreError>> + Send;
}

/// Reads the gate of a pipeline.
pub trait ReadGate: Send + Sync {
    /// Its bound, and the first who wait. Sees every write that was answered. `None` if it does not exist.
    fn read_gate(
        &self,
        project: ProjectId,
        pipeline: PipelineId,
    ) -> impl Future<Output = Result<Option<Gate>, StoreError>> + Send;
}

/// A part of a step's output.
#[derive(Debug, Clone, Copy)]
pub struct LogPart<'a> {
    /// Whose.
    pub action: ActionId,
    /// The claim of the action that it belongs to.
    pub attempt: u32,
    /// The step's order, from 1.
    pub step: usize,
    /// Its number, from 0.
    pub part: u32,
    /// At most 32 KiB.
    pub text: &'a str,
}

/// Keeps output.
pub trait PutLog: Send + Sync {
    /// Keeps the part, in the place of what was sent of it before. The last 9 parts of a step are kept. A part that comes
    /// late, behind those that take its place, is dropped.
    fn put_log(&self, part: LogPart<'_>, now: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What is kept of a step's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLog {
    /// The parts that are kept, one after the other.
    pub text: String,
    /// How many parts came before them and are not kept.
    pub parts_left_out: u32,
    /// When the last of it was written.
    pub updated_at: Timestamp,
}

/// Finds output.
pub trait FindLog: Send + Sync {
    /// What is kept of the output of the step of this order, or `None` if nothing is.
    fn find_log(
        &self,
        action: ActionId,
        step: usize,
    ) -> impl Future<Output = Result<Option<KeptLog>, StoreError>> + Send;
}

/// Whose actions to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActionScope {
    /// The project's.
    Project,
    /// Those of a resource.
    Resource(Resource),
    /// Those of a pipeline.
    Pipeline(PipelineId),
}

/// Which actions to list of those.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActionFilter {
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those of this environment.
    pub environment_id: Option<EnvironmentId>,
    /// Only those of resources of this type.
    pub resource_type: Option<ResourceType>,
    /// Only those of resources of this id.
    pub resource_id: Option<i64>,
    /// Only those that do this.
    pub action_type: Option<ActionType>,
}

impl ActionFilter {
    /// Whether the action is one of them.
    pub fn lets_through(&self, action: &Action) -> bool {
        let new = &action.new;
        self.status.is_none_or(|status| status == action.status)
            && self.environment_id.is_none_or(|id| id == new.environment_id)
            && self.resource_type.is_none_or(|kind| kind == new.resource.kind)
            && self.resource_id.is_none_or(|id| id == new.resource.id.get())
            && self.action_type.is_none_or(|kind| kind == new.action_type)
    }
}

/// A part of a list of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionQuery {
    /// The tenant.
    pub project_id: ProjectId,
    /// Whose actions.
    pub scope: ActionScope,
    /// Which of them.
    pub filter: ActionFilter,
    /// How many of them come before this part.
    pub offset: usize,
    /// How many at most.
    pub limit: usize,
}

/// How many actions a list goes back: the cost of a query is bounded.
pub const MOST_LISTED: usize = 1_000;

/// A part of a list, the newest action first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPage {
    /// The actions.
    pub actions: Vec<Action>,
    /// How many the list has, all parts together.
    pub total: usize,
    /// Whether there are older ones that the list does not go back to: it looks at the newest [`MOST_LISTED`].
    pub stopped: bool,
}

/// Lists actions.
pub trait ListActions: Send + Sync {
    /// The newest actions. May miss those of the last second.
    fn list_actions(&self, query: &ActionQuery) -> impl Future<Output = Result<ActionPage, StoreError>> + Send;
}

/// An action that a worker may claim, as the list of them has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimable {
    /// Since when it may be claimed.
    pub since: Timestamp,
    /// Which one.
    pub action: ActionId,
}

/// Lists what a worker may claim.
pub trait ListClaimable: Send + Sync {
    /// At most `limit` actions of the project that wait for a worker with this label, or whose lease is over,
    /// those first that have waited longest. Read each consistently before it is claimed: the list may be behind.
    fn list_claimable(
        &self,
        project: ProjectId,
        label: &Label,
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Claimable>, StoreError>> + Send;
}

/// In how many parts the sweep lists what is due.
pub const SHARDS: i64 = 16;

/// Lists what the sweep is to look at.
pub trait ListDue: Send + Sync {
    /// The ids of at most `limit` actions of the shard that were due before `now`, the longest first.
    fn list_due(
        &self,
        shard: i64,
        now: Timestamp,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<ActionId>, StoreError>> + Send;
}

/// A wake-up was not sent.
#[derive(Debug, thiserror::Error)]
#[error("the queue of actions is unavailable")]
pub struct WakeError(#[source] pub Source);

/// Wakes lanes.
pub trait SendWake: Send + Sync {
    /// Has each of the lanes looked at, at most ten: one of its actions may have its turn. A wake-up that is lost costs
    /// time and nothing else, because the sweep comes.
    fn send_wakes(&self, lanes: &[Lane]) -> impl Future<Output = Result<(), WakeError>> + Send;
}
