//! Every list of actions of the caller's project, the newest first: `GET /actions`, and those of a resource, of a
//! pipeline, of an environment and of a project.

use lambda_http::http::HeaderName;
use shared::auth::{AccessTokens, Identity};
use shared::domain::id::ProjectId;
use shared::http::action::{ActionRelationBody, ListRequest};
use shared::http::resource::{optional_resource_of, resource_type_of};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};
use shared::ports::{ActionFilter, ActionScope, ListActions, MOST_LISTED};

/// Says that there are older actions than the list goes back to.
const LIST_LIMIT: HeaderName = HeaderName::from_static("x-list-limit");

/// The endpoint and what it needs.
pub struct ActionList<Actions> {
    /// Where the actions are.
    pub actions: Actions,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Actions: ListActions> Endpoint for ActionList<Actions> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let (scope, of_path) = choice(call, &identity)?;
        let list = ListRequest::of_query(call, identity.project_id, of_path)?;

        let found = match list.query(scope) {
            Some(query) => self.actions.list_actions(&query).await?,
            None => ListRequest::nothing(),
        };

        let base_url = call.base_url(self.public_url.as_deref());
        let list_url = format!("{base_url}{}", call.path());
        let body = |action| ActionRelationBody::new(action, &base_url);
        let answer = list.page.respond_part(&found.actions, found.total, (&list_url, &list.repeated), body);
        Ok(if found.stopped { answer.with_header(LIST_LIMIT, &MOST_LISTED.to_string()) } else { answer })
    }
}

/// What the path names. A resource, a pipeline or an environment that does not exist has no actions.
fn choice(call: &Call, caller: &Identity) -> Result<(ActionScope, ActionFilter), ApiError> {
    let all = ActionFilter::default();
    if let Some(pipeline) = call.optional_path_parameter("pipeline_id", "The pipeline")? {
        return Ok((ActionScope::Pipeline(pipeline), all));
    }
    let project: Option<ProjectId> = call.optional_path_parameter("project_id", "The project")?;
    if project.is_some_and(|project| project != caller.project_id) {
        return Err(ApiError::NotFound("The project"));
    }
    if let Some(resource) = optional_resource_of(call)? {
        return Ok((ActionScope::Resource(resource), all));
    }
    let resource_type = resource_type_of(call)?;
    let environment_id = call.optional_path_parameter("environment_id", "The environment")?;
    Ok((ActionScope::Project, ActionFilter { environment_id, resource_type, ..all }))
}
