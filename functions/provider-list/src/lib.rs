//! `GET /providers`: the providers that a hook can name, and what it needs for each; last, `custom`. They are part of the code, so this
//! function touches nothing.

use shared::domain::signature::providers;
use shared::http::provider::ProviderBody;
use shared::http::{ApiError, Call, Endpoint, Response, ResponseExt as _};

/// For how long an answer may be kept, in seconds. It changes with a release alone.
const MAX_AGE: u32 = 3600;

/// The endpoint, which needs nothing.
pub struct ProviderList;

impl Endpoint for ProviderList {
    /// All of them, because they are few and known: a page of a list that no one adds to would only cost more calls.
    async fn handle(&self, _: &Call) -> Result<Response, ApiError> {
        let providers: Vec<_> = providers::listed().chain([&providers::CUSTOM]).map(ProviderBody::new).collect();
        Ok(Response::ok(&providers).cached_by_all(MAX_AGE))
    }
}
