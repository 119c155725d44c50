//! `POST /actions/{action_id}/retry`: runs an action of the caller's project again that has ended, with the variables
//! that it had.

use shared::auth::{AccessTokens, Identity};
use shared::domain::action::Action;
use shared::domain::job::Job;
use shared::domain::variable::{VariableName, VariableValue};
use shared::http::action::{asked, find_own, start_action, started, variables_of};
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response};
use shared::ports::{Consistency, EndUnsent, FindAction, FindJob, FindPipeline, FindUser, PushJob, WriteAction};

/// The endpoint and what it needs.
pub struct ActionRetry<Users, Pipelines, Queue, Actions> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// Where the job goes.
    pub queue: Queue,
    /// Where the action is, and where the new one goes.
    pub actions: Actions,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users, Pipelines, Queue, Actions> Endpoint for ActionRetry<Users, Pipelines, Queue, Actions>
where
    Users: FindUser,
    Pipelines: FindPipeline,
    Queue: PushJob,
    Actions: FindAction + FindJob + WriteAction + EndUnsent,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("action_id", "The action")?;
        let ended = find_own(&self.actions, &identity, id).await?;
        let variables = self.find_variables(&ended, &identity).await?;
        let user = find_caller(&self.users, &identity).await?;

        let job = Job::of_action(&ended, variables, asked(call, &user));
        let action = start_action(&job, &self.queue, &self.actions, call.measurements()).await?;

        Ok(started(&action, &call.base_url(self.public_url.as_deref())))
    }
}

impl<Users, Pipelines: FindPipeline, Queue, Actions: FindJob> ActionRetry<Users, Pipelines, Queue, Actions> {
    /// The variables of an action that can be retried.
    async fn find_variables(
        &self,
        action: &Action,
        caller: &Identity,
    ) -> Result<Vec<(VariableName, VariableValue)>, ApiError> {
        if !action.status.is_ended() {
            return Err(ApiError::Conflict("The action has not ended: wait for its end, or cancel it first.".into()));
        }
        let pipeline = action.new.pipeline_id;
        if self.pipelines.find_pipeline(caller.project_id, pipeline, Consistency::Strong).await?.is_none() {
            return Err(ApiError::Conflict("The pipeline was deleted, so its actions cannot be retried.".into()));
        }
        let job = self.actions.find_job(action.id).await?;
        let job = job.ok_or_else(|| {
            ApiError::Conflict("The job of this action was not kept, so it cannot be retried.".into())
        })?;
        Ok(variables_of(action.id, &job)?)
    }
}
