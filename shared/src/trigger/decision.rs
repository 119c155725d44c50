//! What the hook of a logged call makes of it, worked out when the call is shown: so no call costs anything for it.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Run;
use crate::domain::hook::Hook;
use crate::domain::request::Request;
use crate::http::ApiError;
use crate::http::request::RequestBody;
use crate::telemetry::Measurements;

/// How much of the values of variables is shown, in bytes of JSON: the answer has room for the call's body and little
/// else.
const MAX_SHOWN_VALUES: usize = 64 * 1024;

/// A call with what its hook makes of it.
#[derive(Serialize)]
pub struct ExplainedCall<'a> {
    #[serde(flatten)]
    call: RequestBody<'a>,
    decision: Option<Decision>,
}

/// Each condition and each variable of the hook as it is now, with what the call has there.
#[derive(Serialize)]
struct Decision {
    hook_changed_since: bool,
    /// Why nothing can be found in the payload.
    fault: Option<String>,
    conditions: Box<RawValue>,
    variables: Box<RawValue>,
}

impl<'a> ExplainedCall<'a> {
    /// The call under this address of the API. Nothing is decided about a call whose hook was deleted or whose body was not
    /// kept.
    pub fn new(
        call: &'a Request,
        hook: Option<&'a Hook>,
        base_url: &str,
        measurements: &Measurements,
    ) -> Result<Self, ApiError> {
        let decision = hook.and_then(|hook| Decision::of(call, hook, measurements)).transpose()?;
        Ok(Self { call: RequestBody::new(call, hook.map(|hook| &hook.relation), base_url), decision })
    }
}

impl Decision {
    fn of(call: &Request, hook: &Hook, measurements: &Measurements) -> Option<Result<Self, ApiError>> {
        let came_at = call.summary.id.created_at();
        // As a retry would have it.
        let received = call.again(call.summary.id, came_at)?;
        let look = Run::unsent(hook, &received, measurements).look(MAX_SHOWN_VALUES);
        Some(look.map_err(|error| ApiError::Internal(Box::new(error))).map(|look| Self {
            hook_changed_since: hook.relation.updated_at > came_at,
            fault: look.fault.map(|fault| ApiError::from(fault).in_words()),
            conditions: look.conditions,
            variables: look.variables,
        }))
    }
}
