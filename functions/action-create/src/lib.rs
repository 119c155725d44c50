//! `POST /pipelines/{pipeline_id}/actions`: starts an action of a pipeline of the caller's project by hand.

use shared::auth::AccessTokens;
use shared::domain::job::Job;
use shared::http::action::{MAX_ACTION_BODY_BYTES, asked, read_action, start_action, started};
use shared::http::pipeline::find_own;
use shared::http::user::find_caller;
use shared::http::{ApiError, Call, Endpoint, Response};
use shared::ports::{EndUnsent, FindPipeline, FindUser, PushJob, WriteAction};

/// The endpoint and what it needs.
pub struct ActionCreate<Users, Pipelines, Queue, Actions> {
    /// Where the caller is looked up.
    pub users: Users,
    /// Where the pipeline is.
    pub pipelines: Pipelines,
    /// Where the job goes.
    pub queue: Queue,
    /// Where the action goes.
    pub actions: Actions,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Users, Pipelines, Queue, Actions> Endpoint for ActionCreate<Users, Pipelines, Queue, Actions>
where
    Users: FindUser,
    Pipelines: FindPipeline,
    Queue: PushJob,
    Actions: WriteAction + EndUnsent,
{
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let id = call.path_parameter("pipeline_id", "The pipeline")?;
        let pipeline = find_own(&self.pipelines, &identity, id).await?.relation;
        let draft = read_action(call.fields_up_to(MAX_ACTION_BODY_BYTES)?)?;
        let user = find_caller(&self.users, &identity).await?;

        let job = Job::of_pipeline(&pipeline, draft.variables, asked(call, &user), draft.comment);
        let action = start_action(&job, &self.queue, &self.actions, call.measurements()).await?;

        Ok(started(&action, &call.base_url(self.public_url.as_deref())))
    }
}
