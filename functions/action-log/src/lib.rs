//! `GET /actions/{action_id}/targets/{action_target_id}/steps/{action_step_order}/logs`: shows what a step of an action
//! of the caller's project has printed.

use shared::auth::AccessTokens;
use shared::domain::id::ActionId;
use shared::http::action::{LogBody, StepOrder, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{FindAction, FindLog};

/// The endpoint and what it needs.
pub struct ActionLog<Actions> {
    /// Where the action and its output are.
    pub actions: Actions,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
}

impl<Actions: FindAction + FindLog> Endpoint for ActionLog<Actions> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let action = find_own(&self.actions, &identity, call.path_parameter("action_id", "The action")?).await?;
        // An action has one target, which has the action's id.
        let target: ActionId = call.path_parameter("action_target_id", "The target")?;
        if target != action.id {
            return Err(ApiError::NotFound("The target"));
        }
        let order = call.path_parameter::<StepOrder>("action_step_order", "The step")?.get();
        let step = action.steps.get(order - 1).ok_or(ApiError::NotFound("The step"))?;

        let log = self.actions.find_log(action.id, order).await?;
        Ok(Response::ok(&LogBody::new(order, step, log.as_ref())).never_stored())
    }
}
