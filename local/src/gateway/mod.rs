//! An HTTP API of API Gateway (version 2) with its `$default` stage.
//!
//! [`route`] finds the function, [`event`] is what it gets (payload format 2.0), [`answer`] is what the caller gets.

mod answer;
mod event;
mod route;
mod watch;

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, request::Parts};
use tokio::sync::broadcast;

pub use self::watch::ApiCall;
use self::{event::Incoming, route::Routes, watch::Watch};
use crate::{
    error::Error,
    host,
    lambda::{Function, Functions, Outcome},
    server::{self, Handler, HangUp, browser},
};

/// Where a real API has ten letters and digits.
pub(crate) const API_ID: &str = "local";

/// Lambda's limit for an event, as it is sent: a body in base64 counts a third more.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;

/// The limit of an HTTP API for the request line and the values of all headers together, in bytes.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const HEAD_LIMIT: usize = 10_240;

#[derive(Debug)]
pub(crate) struct Gateway {
    address: SocketAddr,
    /// Under which a tunnel brings calls, next to the names of this machine.
    public_host: Option<String>,
    routes: Routes<Arc<Function>>,
    watch: Watch,
}

impl Gateway {
    pub(crate) fn new(address: SocketAddr, public_host: Option<String>, functions: &Functions) -> Result<Self, Error> {
        let mut routes = Routes::default();
        for function in functions.iter() {
            for (method, path) in &function.declared.events.routes {
                let resource = function.declared.id.clone();
                routes
                    .add(method, path, Arc::clone(function))
                    .map_err(|message| Error::Resource { resource, message })?;
            }
        }
        Ok(Self { address, public_host, routes, watch: Watch::default() })
    }

    /// Each answer, from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<ApiCall> {
        self.watch.subscribe()
    }
}

impl Handler for Gateway {
    const BODY_LIMIT: usize = 10 * 1024 * 1024;

    /// Its own pages call it.
    const IS_FOR_BROWSERS: bool = true;

    async fn handle(self: Arc<Self>, request: Request<Bytes>, client: SocketAddr) -> Result<Response<Bytes>, HangUp> {
        let (mut parts, body) = request.into_parts();
        let response = self.answer(&mut parts, &body, client).await;
        self.watch.tell(parts.method.as_str(), parts.uri.path(), &response);
        Ok(response)
    }
}

impl Gateway {
    async fn answer(&self, parts: &mut Parts, body: &[u8], client: SocketAddr) -> Response<Bytes> {
        // On AWS, a name belongs to one API, and calls for any other are answered 403.
        let refusal = browser::refusal_at_api(&parts.method, &parts.headers, self.public_host.as_deref());
        if let Some(reason) = refusal {
            return server::message(StatusCode::FORBIDDEN, &reason);
        }
        if head_size(parts) > HEAD_LIMIT {
            // That this is the answer is a guess: AWS documents the limit alone.
            let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            return server::message(status, "Request Header Fields Too Large");
        }
        let Some(found) = self.routes.find(&parts.method, parts.uri.path()) else {
            return server::message(StatusCode::NOT_FOUND, "Not Found");
        };
        let trace = host::new_trace();
        forwarded(&mut parts.headers, client, self.address, &trace);
        let event = event::build(&Incoming { parts, body, client, address: self.address, found: &found });
        if event.len() > EVENT_LIMIT {
            return server::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        match found.target.invoke(event.into(), trace).await {
            Outcome::Answer(payload) => answer::decode(&payload).unwrap_or_else(broken),
            Outcome::Error(_) => broken(),
            Outcome::TimedOut(_) => server::message(StatusCode::GATEWAY_TIMEOUT, "Endpoint request timed out"),
        }
    }
}

/// What counts towards [`HEAD_LIMIT`].
fn head_size(parts: &Parts) -> usize {
    let line = format!("{} {} {:?}", parts.method, parts.uri, parts.version);
    line.len() + parts.headers.values().map(HeaderValue::len).sum::<usize>()
}

/// The function failed, or its answer is not one. AWS documents a 5xx for this, 500 for errors of the function among
/// them, but not each case; which one a deployed HTTP API gives was not tried here. 502, and 504 after a timeout,
/// cannot be mistaken for a 500 of the product itself.
fn broken() -> Response<Bytes> {
    server::message(StatusCode::BAD_GATEWAY, "Internal Server Error")
}

/// Adds what API Gateway tells of the connection. What the client claims about the protocol does not count.
fn forwarded(headers: &mut HeaderMap, client: SocketAddr, address: SocketAddr, trace: &str) {
    let before = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let addresses = before.map_or_else(|| client.ip().to_string(), |before| format!("{before}, {}", client.ip()));
    for (name, value) in [
        ("x-forwarded-for", addresses),
        ("x-forwarded-port", address.port().to_string()),
        ("x-forwarded-proto", "http".to_owned()),
        ("x-amzn-trace-id", trace.to_owned()),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}
