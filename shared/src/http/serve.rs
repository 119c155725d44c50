//! The loop around a handler: events turned into calls, errors into answers, and one log line per call.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_http::http::{HeaderName, HeaderValue, StatusCode};
use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;
use tracing::{Instrument as _, field};

use super::call::Call;
use super::error::ApiError;
use super::response::{Body, Response, ResponseExt as _};
use crate::domain::id::RequestId;
use crate::domain::request::Outcome;
use crate::domain::timestamp::Timestamp;
use crate::ports::Random;
use crate::telemetry::{self, Answered, Status};

/// What a function does with a call.
pub trait Endpoint: Send + Sync {
    /// Whether its calls are webhook calls, which are counted by outcome and provider.
    const TAKES_WEBHOOKS: bool = false;

    /// Answers one call.
    fn handle(&self, call: &Call) -> impl Future<Output = Result<Response, ApiError>> + Send;
}

/// Serves the endpoint until Lambda ends the sandbox.
pub async fn serve(
    endpoint: impl Endpoint + 'static,
    clock: fn() -> SystemTime,
    random: Random,
) -> Result<(), lambda_http::Error> {
    run(Box::new(endpoint), clock, random).await
}

/// An endpoint behind a pointer, so that what surrounds it is compiled once and not in every function. Its future is on
/// the heap: that of a call which is queued and logged at the same time is large.
trait Handle: Send + Sync {
    fn takes_webhooks(&self) -> bool;

    fn handle<'a>(&'a self, call: &'a Call) -> Handling<'a>;
}

type Handling<'a> = Pin<Box<dyn Future<Output = Result<Response, ApiError>> + Send + 'a>>;

impl<E: Endpoint> Handle for E {
    fn takes_webhooks(&self) -> bool {
        E::TAKES_WEBHOOKS
    }

    fn handle<'a>(&'a self, call: &'a Call) -> Handling<'a> {
        Box::pin(Endpoint::handle(self, call))
    }
}

type Serving = Pin<Box<dyn Future<Output = Result<(), lambda_http::Error>>>>;

fn run(endpoint: Box<dyn Handle>, clock: fn() -> SystemTime, random: Random) -> Serving {
    Box::pin(async move {
        let endpoint = &*endpoint;
        telemetry::ready();
        let respond = move |event: LambdaEvent<Box<RawValue>>| async move {
            Ok::<_, Infallible>(Answer::from(respond(endpoint, &event.payload, clock, random).await))
        };
        lambda_runtime::run(service_fn(respond)).await
    })
}

async fn respond(endpoint: &dyn Handle, event: &RawValue, clock: fn() -> SystemTime, random: Random) -> Response {
    let received_at = Timestamp::from(clock());
    let id = RequestId::at(received_at, random.bytes());
    match Call::read(event.get(), id, received_at) {
        Ok(call) => answer(endpoint, &call).await,
        Err(reason) => {
            tracing::warn!(request_id = %id, %reason, "What arrived is no event of API Gateway");
            let error = ApiError::BadRequest("The request cannot be read.".into());
            error.to_response(&id.to_string()).with_header(X_REQUEST_ID, &id.to_string())
        }
    }
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A response as API Gateway takes it (payload format 2.0).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    body: String,
    is_base64_encoded: bool,
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = head.headers.iter().map(header).collect();
        let (body, is_base64_encoded) = match body {
            Body::Text(text) => (text, false),
            Body::Bytes(bytes) => (STANDARD.encode(bytes), true),
        };
        Self { status_code: head.status.as_u16(), headers, body, is_base64_encoded }
    }
}

/// Answers one call, whatever happens, and logs it in one line.
async fn answer(endpoint: &dyn Handle, call: &Call) -> Response {
    let request_id = call.id().to_string();
    // The route and not the path: the id of a hook without a secret is enough to call it, so only the trigger records
    // it, and only if the hook exists. At the level of an error: the lines of errors must name their call, whatever the
    // log level.
    let span = tracing::error_span!(
        "call",
        request_id,
        gateway_request_id = call.gateway_id(),
        route = call.route(),
        hook_id = field::Empty,
        action_id = field::Empty,
        outcome = field::Empty
    );
    let answer = endpoint.handle(call).instrument(span.clone()).await;
    let _in_span = span.enter();
    let mut response = answer.unwrap_or_else(|error| {
        error.log();
        error.to_response(&request_id)
    });
    if call.method() == "HEAD" {
        *response.body_mut() = Body::EMPTY;
    }
    call.measurements().finish(&Answered {
        request_id: &request_id,
        gateway_request_id: call.gateway_id(),
        route: call.route(),
        status: Status::Http(response.status().as_u16()),
        webhook: endpoint.takes_webhooks().then(|| outcome_without_hook(response.status())),
    });
    response.with_header(X_REQUEST_ID, &request_id)
}

/// How a webhook call is counted that ended before it came to its hook. What is no call of a hook, such as a look at its
/// URL with a browser, is as one of a hook that does not exist.
fn outcome_without_hook(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "unknown",
        _ => Outcome::Failed.as_str(),
    }
}
