//! `GET /providers`: the providers that a hook can name, and what it needs for each; last, `custom`.
//! `GET /providers/{name}`: one of them, with the steps that connect it, and with calls as it sends them. They are part of
//! the code, so this function touches nothing.

use samples::Sample;
use shared::domain::signature::provider::Provider;
use shared::domain::signature::providers;
use shared::http::provider::{ProviderBody, ProviderDetails, SampleBody};
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};

/// For how long an answer may be kept, in seconds. It changes with a release alone.
const MAX_AGE: u32 = 3600;

/// The endpoint, which needs nothing.
pub struct ProviderList;

impl Endpoint for ProviderList {
    /// All of them, because they are few and known: a page of a list that no one adds to would only cost more calls.
    async fn handle(&self, call: &Call) -> Result<Response, ApiError> {
        if let Some(name) = call.optional_path_parameter::<String>("name", "The provider")? {
            let provider = listed().find(|provider| provider.name == name).ok_or(ApiError::NotFound("The provider"))?;
            return Ok(Response::ok(&details(provider)).cached_by_all(MAX_AGE));
        }
        let providers: Vec<_> = listed().map(ProviderBody::new).collect();
        Ok(Response::ok(&providers).cached_by_all(MAX_AGE))
    }
}

fn listed() -> impl Iterator<Item = &'static Provider> {
    providers::listed().chain([&providers::CUSTOM])
}

/// A sender whose scheme the hook's owner describes has no samples.
fn details(provider: &'static Provider) -> ProviderDetails {
    if provider == &providers::CUSTOM {
        return ProviderDetails::new(provider, Vec::new());
    }
    let Sample { known, event, tests } = Sample::of(provider.main());
    let body = |call: samples::Call, is_test| {
        let event = samples::event(known.scheme, &call);
        SampleBody { event, is_test, headers: call.headers, query: call.query, body: call.body }
    };
    // What other methods ask is no delivery, and has no body to try rules with.
    let tests = tests.into_iter().filter(|call| call.method == "POST").map(|call| body(call, true));
    ProviderDetails::new(provider, [body(event, false)].into_iter().chain(tests).collect())
}
