//! `GET /hooks/incoming/{hook_id}/requests`: lists the calls of a hook of the caller's project, the newest first.

use shared::auth::AccessTokens;
use shared::domain::request::Outcome;
use shared::http::hook::find_own;
use shared::http::request::RequestRelationBody;
use shared::http::{ApiError, Call, Endpoint, FieldErrors, Keyset, Response};
use shared::ports::{FindHook, ListRequests, RequestQuery};

const OUTCOME: &str = "filter[outcome]";

/// The endpoint and what it needs.
pub struct RequestList<Hooks, Requests> {
    /// Where the hook is.
    pub hooks: Hooks,
    /// Where the calls are.
    pub requests: Requests,
    /// What verifies access tokens.
    pub tokens: AccessTokens,
    /// Where the API is reached, if not where the call came to.
    pub public_url: Option<String>,
}

impl<Hooks: FindHook, Requests: ListRequests> Endpoint for RequestList<Hooks, Requests> {
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        let identity = call.authenticate(&self.tokens).await?;
        let (keyset, outcomes) = choice(call)?;
        let hook = find_own(&self.hooks, &identity, call.path_parameter("hook_id", "The hook")?).await?;

        let filter = filter(&outcomes);
        let (hook, before, now) = (hook.relation.id, keyset.before(), call.received_at());
        let query = RequestQuery { hook, outcomes, before, now, limit: keyset.limit() };
        let found = self.requests.list_requests(&query).await?;

        let base_url = call.base_url(self.public_url.as_deref());
        let list_url = format!("{base_url}{}", call.path());
        Ok(keyset.respond(&found, &list_url, &filter, |request| RequestRelationBody::new(request, &base_url)))
    }
}

/// The page and the outcomes that the query asks for. A filter that we do not know is refused: the list would show what
/// it was to leave out.
fn choice(call: &Call) -> Result<(Keyset, Vec<Outcome>), ApiError> {
    let mut errors = FieldErrors::default();
    let keyset = Keyset::of_query(call, &mut errors);
    let mut outcomes = Vec::new();
    for (name, value) in call.query_parameters().filter(|(name, _)| name.starts_with("filter[")) {
        if name == OUTCOME {
            for outcome in value.split(',') {
                outcome.parse().map_or_else(|invalid| errors.add(OUTCOME, invalid), |outcome| outcomes.push(outcome));
            }
        } else {
            errors.add(&name, format!("is not a filter of this list; `{OUTCOME}` is one"));
        }
    }
    if errors.is_empty() { Ok((keyset, outcomes)) } else { Err(ApiError::Invalid(errors)) }
}

/// The filter as the links of a page repeat it.
fn filter(outcomes: &[Outcome]) -> Vec<(&'static str, String)> {
    let names: Vec<_> = outcomes.iter().map(|outcome| outcome.as_str()).collect();
    if names.is_empty() { Vec::new() } else { vec![(OUTCOME, names.join(","))] }
}
