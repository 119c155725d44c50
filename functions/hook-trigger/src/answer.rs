//! What the provider is told.

use serde::Serialize;
use shared::domain::variable::VariableError;
use shared::http::{ApiError, Call, FieldErrors, Response, ResponseExt as _};
use tracing::Span;

use crate::facts::HandshakeAnswer;

/// The shape of every 200; `errors` is there because the published clients look for it.
#[derive(Serialize)]
struct TriggerBody<'a> {
    message: &'a str,
    errors: Option<()>,
    request_id: String,
}

#[derive(Serialize)]
struct ChallengeBody<'a> {
    challenge: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenBody<'a> {
    plain_token: &'a str,
    encrypted_token: &'a str,
}

/// The queue has the job.
pub(crate) fn queued(call: &Call) -> Response {
    answer(call, "queued", "The pipeline job was queued.")
}

/// The call was authentic, but is not to run the pipeline.
pub(crate) fn ignored(call: &Call, why: &str) -> Response {
    answer(call, "ignored", &format!("The call was ignored. {why}"))
}

/// The provider asked whether the URL is there.
pub(crate) fn handshake(call: &Call, handshake: &HandshakeAnswer<'_>) -> Response {
    match handshake {
        HandshakeAnswer::Pong => answer(call, "ignored", "The hook is ready."),
        HandshakeAnswer::Challenge(challenge) => {
            Span::current().record("outcome", "ignored");
            Response::ok(&ChallengeBody { challenge })
        }
        HandshakeAnswer::Token { plain, encrypted } => {
            Span::current().record("outcome", "ignored");
            Response::ok(&TokenBody { plain_token: plain, encrypted_token: encrypted })
        }
    }
}

/// The payload does not give the variables what they need: one message for each.
pub(crate) fn variables_at_fault(faults: Vec<VariableError>) -> ApiError {
    let mut errors = FieldErrors::default();
    for fault in faults {
        errors.add(fault.name.as_str(), fault.reason);
    }
    ApiError::Invalid(errors)
}

fn answer(call: &Call, outcome: &'static str, message: &str) -> Response {
    Span::current().record("outcome", outcome);
    Response::ok(&TriggerBody { message, errors: None, request_id: call.id().to_string() })
}
