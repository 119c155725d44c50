//! `POST /actions/{action_id}/cancel`: ends an action of the caller's project that has not begun, and has the worker or the
//! execution of one that runs stop.

use shared::auth::{AccessTokens, Identity};
use shared::domain::action::{Action, CancelDecision, Ending, decide_cancel};
use shared::domain::timestamp::Timestamp;
use shared::http::action::{ActionBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ledger::wake_after;
use shared::ports::{AskCancel, Change, EndUnrun, FindAction, FinishAction, ReadGate, SendWake, StopExecution};
use shared::telemetry::Chain;

/// How often it is tried while the action moves on. It can do so four times.
const TRIES: usize = 5;

/// The endpoint and what it needs.
pub struct ActionCancel<Actions, Queue, Executions> {
    /// Where the action is.
    pub actions: Actions,
    /// Where wake-ups go.
    pub queue: Queue,
    /// Step Functions.
    pub executions: Executions,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Actions, Queue, Executions> Endpoint for ActionCancel<Actions, Queue, Executions>
where
    Actions: FindAction + EndUnrun + FinishAction + AskCancel + ReadGate,
    Queue: SendWake,
    Executions: StopExecution,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("action_id", "The action")?;
        let mut action = find_own(&self.actions, &identity, id).await?;

        for _ in 0..TRIES {
            match self.cancel(&action, &identity, call.received_at()).await? {
                Change::Made(action) => {
                    let base_url = call.base_url(self.public_url.as_deref());
                    return Ok(Response::accepted(&ActionBody::new(&action, &base_url)));
                }
                Change::Refused(found) => action = *found,
            }
        }
        Err(ApiError::Conflict("Other requests changed the action at the same time: try again.".into()))
    }
}

impl<Actions, Queue, Executions> ActionCancel<Actions, Queue, Executions>
where
    Actions: FindAction + EndUnrun + FinishAction + AskCancel + ReadGate,
    Queue: SendWake,
    Executions: StopExecution,
{
    async fn cancel(&self, action: &Action, caller: &Identity, now: Timestamp) -> Result<Change, ApiError> {
        let user = caller.user_id;
        let change = match decide_cancel(action.status) {
            CancelDecision::Ended => return Err(ApiError::Conflict("The action has ended already.".into())),
            CancelDecision::Ask => {
                let change = self.actions.ask_cancel(action, user, now).await?;
                self.stop(&change).await;
                return Ok(change);
            }
            CancelDecision::EndUnrun => self.actions.end_unrun(action, &Ending::cancelled(user), now).await?,
            CancelDecision::Finish => self.actions.finish_action(action, &Ending::cancelled(user), now).await?,
        };
        if let Change::Made(ended) = &change {
            // Also after one that only waited: it may have stood at its pipeline's gate for its resource.
            wake_after(&self.actions, &self.queue, ended).await;
        }
        Ok(change)
    }
    /// Stops the execution of an action that is not wanted any more. A worker hears of it with its next report. What cannot
    /// be stopped now, or has not started yet, the sweep stops.
    async fn stop(&self, asked: &Change) {
        let Change::Made(action) = asked else { return };
        if let Some(execution) = &action.execution
            && let Err(error) = self.executions.stop_execution(execution).await
        {
            tracing::warn!(cause = %Chain(&error), action_id = action.id.get(), "An execution was not stopped");
        }
    }
}
