//! What the three emulators have in common.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use serde_json::{Value as Json, json};

use crate::server::HangUp;

const TARGET: &str = "x-amz-target";

/// A service that speaks AWS's JSON protocol.
pub(super) trait Emulator: Send + Sync + 'static {
    /// What stands before the operation in `X-Amz-Target`.
    const TARGET: &str;

    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, HangUp>> + Send;

    /// Calls an operation past the [`Gate`](super::Gate). The error is the service's message.
    async fn call(&self, operation: &str, body: &Json) -> Result<Json, String> {
        let request = Request::post("/")
            .header(TARGET, format!("{}.{operation}", Self::TARGET))
            .body(Bytes::from(body.to_string()))
            .map_err(|error| error.to_string())?;
        let response = self.answer(request).await.map_err(|error| error.to_string())?;
        let answer: Json = serde_json::from_slice(response.body()).unwrap_or_else(|_| json!({}));
        if response.status() == StatusCode::OK {
            return Ok(answer);
        }
        let message = answer.get("message").or_else(|| answer.get("Message")).and_then(Json::as_str);
        Err(message.unwrap_or("refused without a reason").to_owned())
    }
}

/// What a request asks for, from `X-Amz-Target: <service>.<operation>`.
pub(super) fn operation(request: &Request<Bytes>) -> &str {
    let target = request.headers().get(TARGET).map_or(Ok(""), HeaderValue::to_str).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}
