//! The loop around a handler: one log line per call, and errors turned into answers.

use std::convert::Infallible;
use std::future::Future;
use std::time::{Duration, SystemTime};

use lambda_http::http::HeaderName;
use lambda_http::{Request, service_fn};
use tracing::{Instrument as _, field};

use super::call::Call;
use super::error::ApiError;
use super::response::{Response, ResponseExt as _};
use crate::domain::timestamp::Timestamp;
use crate::ports::Random;

/// What a function does with a call.
pub trait Endpoint: Send + Sync {
    /// Answers one call.
    fn handle(&self, call: &Call) -> impl Future<Output = Result<Response, ApiError>> + Send;
}

/// Serves the endpoint until Lambda ends the sandbox.
pub async fn serve<E: Endpoint>(
    endpoint: E,
    clock: fn() -> SystemTime,
    random: Random,
) -> Result<(), lambda_http::Error> {
    let endpoint = &endpoint;
    lambda_http::run(service_fn(move |request: Request| async move {
        let started = clock();
        let call = Call::new(request, Timestamp::from(started), random);
        let elapsed = || clock().duration_since(started).unwrap_or_default();
        Ok::<_, Infallible>(answer(endpoint, &call, elapsed).await)
    }))
    .await
}

/// Answers one call, whatever happens, and logs it in one line.
async fn answer<E: Endpoint>(endpoint: &E, call: &Call, elapsed: impl Fn() -> Duration) -> Response {
    let request_id = call.id().to_string();
    // The route and not the path: the id of a hook that takes calls from everybody is all that it takes to call it, so
    // only the trigger records it, and only that of a hook which exists.
    let span = tracing::info_span!(
        "call",
        request_id,
        gateway_request_id = call.gateway_id(),
        route = call.route(),
        hook_id = field::Empty,
        outcome = field::Empty
    );
    let answer = endpoint.handle(call).instrument(span.clone()).await;
    let _in_span = span.enter();
    let response = answer.unwrap_or_else(|error| {
        error.log();
        error.to_response(&request_id)
    });
    let milliseconds = elapsed().as_secs_f64() * 1_000.0;
    tracing::info!(status = response.status().as_u16(), milliseconds, "Answered");
    response.with_header(HeaderName::from_static("x-request-id"), &request_id)
}
