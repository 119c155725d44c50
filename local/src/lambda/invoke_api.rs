//! The Invoke API of Lambda: `POST /2015-03-31/functions/<function>/invocations`.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::{Functions, Invocation};
use crate::{
    error::Error,
    host,
    server::{self, Handler, HangUp},
    tasks::Tasks,
};

#[derive(Debug)]
pub(crate) struct InvokeApi {
    functions: Arc<Functions>,
}

impl InvokeApi {
    pub(crate) async fn serve(
        tasks: &Arc<Tasks>,
        functions: &Arc<Functions>,
        port: Option<u16>,
    ) -> Result<SocketAddr, Error> {
        let (listener, address) = server::bind_preferably(port).await?;
        server::serve(tasks, listener, Arc::new(Self { functions: Arc::clone(functions) }));
        Ok(address)
    }
}

impl Handler for InvokeApi {
    /// Lambda's limit for an event.
    const BODY_LIMIT: usize = 6 * 1024 * 1024;

    async fn handle(self: Arc<Self>, request: Request<Bytes>, _: SocketAddr) -> Result<Response<Bytes>, HangUp> {
        let (parts, body) = request.into_parts();
        let path: Vec<_> = parts.uri.path().split('/').collect();
        let (&Method::POST, ["", "2015-03-31", "functions", name, "invocations"]) = (&parts.method, path.as_slice())
        else {
            return Ok(refusal("UnknownOperationException", "only Invoke is served here"));
        };
        let function = match self.functions.get(&percent_decode_str(name).decode_utf8_lossy()) {
            Ok(function) => Arc::clone(function),
            Err(error) => return Ok(refusal("ResourceNotFoundException", &error.to_string())),
        };
        let event = if body.is_empty() { Bytes::from_static(b"{}") } else { body };
        match parts.headers.get("x-amz-invocation-type").map(HeaderValue::as_bytes) {
            Some(b"DryRun") => Ok(empty(StatusCode::NO_CONTENT)),
            Some(b"Event") => {
                let tasks = Arc::clone(&function.tasks);
                tasks.spawn(async move { drop(function.invoke(event, host::new_trace()).await) });
                Ok(empty(StatusCode::ACCEPTED))
            }
            _ => Ok(answer(function.invoke(event, host::new_trace()).await.into())),
        }
    }
}

fn answer(invocation: Invocation) -> Response<Bytes> {
    let mut response = server::respond(StatusCode::OK, "application/json", invocation.payload);
    let headers = response.headers_mut();
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    if invocation.function_error.is_some() {
        headers.insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
    }
    response
}

fn refusal(kind: &'static str, message: &str) -> Response<Bytes> {
    let mut response = server::json(StatusCode::NOT_FOUND, &json!({ "Type": "User", "Message": message }));
    response.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    response
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
