//! What the emulators have in common.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::server::HangUp;

const TARGET: &str = "x-amz-target";

/// A service that speaks AWS's JSON protocol.
pub(super) trait Emulator: Send + Sync + 'static {
    /// What stands before the operation in `X-Amz-Target`.
    const TARGET: &str;

    /// The names of the tags of a resource, as far as roles may ask for them.
    fn tags(&self, _arn: &str) -> Vec<String> {
        Vec::new()
    }

    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, HangUp>> + Send;

    /// Calls an operation past the [`Gate`](super::Gate).
    fn call(&self, operation: &str, body: &Json) -> impl Future<Output = Result<Json, Refusal>> + Send {
        let request = Request::post("/")
            .header(TARGET, format!("{}.{operation}", Self::TARGET))
            .body(Bytes::from(body.to_string()));
        async {
            let request = request.map_err(|error| Refusal::new("InternalError", error.to_string()))?;
            let response = self.answer(request).await;
            let response = response.map_err(|error| Refusal::new("InternalError", error.to_string()))?;
            let answer: Json = serde_json::from_slice(response.body()).unwrap_or_else(|_| json!({}));
            if response.status() == StatusCode::OK {
                Ok(answer)
            } else {
                Err(Refusal::read(response.status(), &answer))
            }
        }
    }
}

/// What a request asks for, from `X-Amz-Target: <service>.<operation>`.
pub(super) fn operation(request: &Request<Bytes>) -> &str {
    let target = request.headers().get(TARGET).map_or(Ok(""), HeaderValue::to_str).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

/// Which attempt of an SDK a request is, from `Amz-Sdk-Request: attempt=2; max=3`. Other clients send none.
pub(super) fn attempt(request: &Request<Bytes>) -> u32 {
    let said = request.headers().get("amz-sdk-request").and_then(|said| said.to_str().ok()).unwrap_or_default();
    let attempt = said.split(';').find_map(|part| part.trim().strip_prefix("attempt="));
    attempt.and_then(|attempt| attempt.parse().ok()).unwrap_or(1)
}

/// An error in AWS's JSON protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct Refusal {
    status: StatusCode,
    /// The `__type`.
    pub(super) code: String,
    message: String,
}

impl Refusal {
    /// A fault of the sender: 400.
    pub(super) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: code.into(), message: message.into() }
    }

    /// What the request names does not exist: 404.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, ..Self::new("ResourceNotFoundException", message) }
    }

    /// The service cannot do its work now: 503.
    pub(super) fn unavailable(message: impl Into<String>) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, ..Self::new("ServiceUnavailable", message) }
    }

    fn read(status: StatusCode, answer: &Json) -> Self {
        let text = |name: &str| answer.get(name).and_then(Json::as_str);
        let message = text("message").or_else(|| text("Message")).unwrap_or("refused without a reason");
        Self { status, code: text("__type").unwrap_or_default().to_owned(), message: message.to_owned() }
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        let mut response = json_response(&json!({ "__type": self.code, "message": self.message }));
        *response.status_mut() = self.status;
        // For clients that know the codes of the older query protocol.
        let at_fault = if self.status.is_server_error() { "Receiver" } else { "Sender" };
        if let Ok(value) = HeaderValue::try_from(format!("{};{at_fault}", self.code)) {
            response.headers_mut().insert("x-amzn-query-error", value);
        }
        response
    }
}

pub(super) fn json_response(answer: &Json) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(answer.to_string()));
    let content_type = HeaderValue::from_static("application/x-amz-json-1.0");
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}
