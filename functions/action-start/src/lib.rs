//! The one consumer of the queue of actions. It registers each job that arrives, in the order of its message group, and
//! gives out the turns of the lane. Nothing but it gives out turns, so a wake-up is all that others send.

mod message;

use shared::domain::action::{Ending, Lane, NewAction};
use shared::domain::timestamp::Timestamp;
use shared::ledger::advance;
use shared::ports::{
    Arrival, EndUnrun, FindAction, FindPipeline, ReadLane, RegisterAction, Registered, StoreError, TakeTurn, WaitAtGate,
};
use shared::start::{Consumer, Delivered};
use shared::telemetry::Chain;

use crate::message::{Message, Unreadable};

/// The function and what it needs.
pub struct ActionStart<Actions, Pipelines> {
    /// The ledger.
    pub actions: Actions,
    /// Where pipelines are.
    pub pipelines: Pipelines,
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

impl<Actions, Pipelines> Consumer for ActionStart<Actions, Pipelines>
where
    Actions: EndUnrun + FindAction + ReadLane + RegisterAction + TakeTurn + WaitAtGate,
    Pipelines: FindPipeline,
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
            && let Err(error) = advance(&self.actions, &self.pipelines, lane, clock).await
        {
            tracing::error!(cause = %Chain(&error), "Turns were not given out");
        }
        (done, outcome)
    }
}

impl<Actions: EndUnrun + RegisterAction, Pipelines: Send + Sync> ActionStart<Actions, Pipelines> {
    /// Registers the job, if the message is one. The lane that it is about.
    async fn take(&self, delivered: &Delivered<'_>, clock: fn() -> Timestamp) -> Result<Lane, StartError> {
        let (action, job) = match Message::read(delivered.body)? {
            Message::Wake(lane) => return Ok(lane),
            Message::Job(action) => (action, delivered.body),
        };
        let retry_of = delivered.attribute("retry_of").map(str::parse).transpose();
        let action = NewAction { retry_of: retry_of.map_err(|_| Unreadable("the action that it repeats"))?, ..*action };
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
