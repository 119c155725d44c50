//! `GET /actions/{action_id}`: shows an action of the caller's project, with its steps.

use shared::auth::AccessTokens;
use shared::http::action::{ActionBody, find_own};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::FindAction;

/// The endpoint and what it needs.
pub struct ActionGet<Actions> {
    /// Where the action is.
    pub actions: Actions,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Actions: FindAction> Endpoint for ActionGet<Actions> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let action = find_own(&self.actions, &identity, call.path_parameter("action_id", "The action")?).await?;
        let base_url = call.base_url(self.public_url.as_deref());
        Ok(Response::ok(&ActionBody::new(&action, &base_url)))
    }
}
