//! The one consumer of the queue of actions. It registers each job that arrives, in the order of its message group, skips
//! what gives way to newer actions, and gives out the turns of the lane. What Step Functions runs, it starts. Nothing but it
//! gives out turns, so a wake-up is all that others send.

mod message;

use shared::domain::action::{Ending, Lane, NewAction};
use shared::domain::machine::MachineRules;
use shared::domain::timestamp::Timestamp;
use shared::ledger::Turns;
use shared::ports::{
    Arrival, EndUnrun, FindAction, FindJob, FindPipeline, FindStateMachine, FinishAction, ReadGate, ReadLane,
    RegisterAction, Registered, SendWake, StartExecution, StoreError, SupersedeAction, TakeTurn, WaitAtGate,
};
use shared::start::{Consumer, Delivered};
use shared::telemetry::Chain;

use crate::message::{Message, Unreadable};

/// The function and what it needs.
pub struct ActionStart<Actions, Pipelines, Queue, Executions> {
    /// The ledger.
    pub actions: Actions,
    /// Where pipelines are.
    pub pipelines: Pipelines,
    /// Where wake-ups go.
    pub queue: Queue,
    /// Step Functions.
    pub executions: Executions,
    /// Which state machines may be started.
    pub rules: MachineRules,
}

/// Why a message was not dealt with.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It is neither a job nor a wake-up.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Its job could not be registered.
    #[error("the job was not registered")]
    Store(#[from] StoreError),
}

impl<Actions, Pipelines, Queue, Executions> Consumer for ActionStart<Actions, Pipelines, Queue, Executions>
where
    Actions: EndUnrun
        + FindAction
        + FindJob
        + FinishAction
        + ReadGate
        + ReadLane
        + RegisterAction
        + SupersedeAction
        + TakeTurn
        + WaitAtGate,
    Pipelines: FindPipeline,
    Queue: SendWake,
    Executions: FindStateMachine + StartExecution,
{
    type Error = StartError;

    /// The jobs come first, and the turns once for all of them. A turn that could not be given out is only logged: the
    /// next wake-up or the sweep comes for it, and the messages are dealt with.
    async fn consume(&self, group: &[Delivered<'_>], clock: fn() -> Timestamp) -> (usize, Result<(), StartError>) {
        let (mut lane, mut done, mut outcome) = (None, 0, Ok(()));
        for delivered in group {
            match self.take(delivered, clock).await {
                Ok(its) => (lane, done) = (Some(its), done + 1),
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        if let Some(lane) = lane
            && let Err(error) = self.turns().advance(lane, clock).await
        {
            tracing::error!(cause = %Chain(&error), "Turns were not given out");
        }
        (done, outcome)
    }
}

impl<Actions, Pipelines, Queue, Executions> ActionStart<Actions, Pipelines, Queue, Executions> {
    fn turns(&self) -> Turns<'_, Actions, Pipelines, Queue, Executions> {
        let Self { actions, pipelines, queue, executions, rules } = self;
        Turns { actions, pipelines, queue, executions, rules }
    }
}

impl<Actions, Pipelines, Queue, Executions> ActionStart<Actions, Pipelines, Queue, Executions>
where
    Actions: EndUnrun + RegisterAction,
    Pipelines: Send + Sync,
    Queue: Send + Sync,
    Executions: Send + Sync,
{
    /// Registers the job, if the message is one. The lane that it is about.
    async fn take(&self, delivered: &Delivered<'_>, clock: fn() -> Timestamp) -> Result<Lane, StartError> {
        let (action, job) = match Message::read(delivered.body)? {
            Message::Wake(lane) => return Ok(lane),
            Message::Job(action) => (action, delivered.body),
        };
        let retry_of = delivered.attribute("retry_of").map(str::parse).transpose();
        let retry_of = retry_of.map_err(|_| Unreadable("the action that it repeats"))?;
        let only_latest = delivered.attribute("only_latest").is_some();
        let action = NewAction { retry_of, only_latest, ..*action };
        let sequence = delivered.sequence.parse().map_err(|_| Unreadable("its sequence number"))?;
        let delivery = delivered.attribute("delivery");
        let arrival = Arrival { action: &action, job, sequence: &sequence, delivery, now: clock() };
        if let Registered::Duplicate { action, first } = self.actions.register_action(arrival).await? {
            // Refused, it has been ended before.
            self.actions.end_unrun(&action, &Ending::duplicate(first), clock()).await?;
        }
        Ok(action.lane())
    }
}
