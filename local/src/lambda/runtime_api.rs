//! The Lambda Runtime API, from which the processes take events and to which they give answers.
//!
//! On Lambda every sandbox has an address of its own. Here they share one port, and the first part of the path tells
//! them apart: `AWS_LAMBDA_RUNTIME_API=http://127.0.0.1:<port>/<sandbox>`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Outcome, failure, log::Log};
use crate::{
    error::Error,
    host,
    server::{self, Handler, HangUp},
    tasks::{Tasks, lock},
};

/// Lambda's 6 MB for an answer, as the function gives it: a body in it is a JSON string, or base64.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// One event on its way to a process.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) id: Uuid,
    pub(super) event: Bytes,
    pub(super) trace: String,
    pub(super) timeout: Duration,
    /// Told when the process takes the event: its time runs from then.
    pub(super) taken: oneshot::Sender<()>,
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// What a process finds at its address.
#[derive(Debug)]
pub(super) struct Desk {
    function_arn: String,
    log: Log,
    events: tokio::sync::Mutex<mpsc::Receiver<Call>>,
    current: Mutex<Option<(Uuid, oneshot::Sender<Outcome>)>>,
    /// What the process reported when it could not start.
    init_error: Mutex<Option<Bytes>>,
}

impl Desk {
    pub(super) fn init_error(&self) -> Option<Bytes> {
        lock(&self.init_error).clone()
    }
}

#[derive(Debug)]
pub(super) struct RuntimeApi {
    address: SocketAddr,
    desks: Mutex<HashMap<Uuid, Arc<Desk>>>,
}

impl RuntimeApi {
    pub(super) async fn start(tasks: &Arc<Tasks>) -> Result<Arc<Self>, Error> {
        let (listener, address) = server::bind(None).await?;
        let api = Arc::new(Self { address, desks: Mutex::default() });
        server::serve(tasks, listener, Arc::clone(&api));
        Ok(api)
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API` for a sandbox.
    pub(super) fn address_of(&self, sandbox: Uuid) -> String {
        format!("http://{}/{sandbox}", self.address)
    }

    pub(super) fn open(&self, sandbox: Uuid, function_arn: &str, log: Log) -> (mpsc::Sender<Call>, Arc<Desk>) {
        let (sender, events) = mpsc::channel(1);
        let desk = Arc::new(Desk {
            function_arn: function_arn.to_owned(),
            log,
            events: events.into(),
            current: Mutex::default(),
            init_error: Mutex::default(),
        });
        lock(&self.desks).insert(sandbox, Arc::clone(&desk));
        (sender, desk)
    }

    pub(super) fn close(&self, sandbox: Uuid) {
        lock(&self.desks).remove(&sandbox);
    }
}

impl Handler for RuntimeApi {
    /// Above [`ANSWER_LIMIT`], so that a function learns what is wrong with its answer.
    const BODY_LIMIT: usize = 32 * 1024 * 1024;

    async fn handle(self: Arc<Self>, request: Request<Bytes>, _: SocketAddr) -> Result<Response<Bytes>, HangUp> {
        let (parts, body) = request.into_parts();
        let mut path = parts.uri.path().trim_start_matches('/').splitn(2, '/');
        let sandbox = path.next().and_then(|id| id.parse().ok());
        let desk = sandbox.and_then(|id: Uuid| lock(&self.desks).get(&id).cloned());
        let Some(desk) = desk else {
            return Ok(server::message(StatusCode::FORBIDDEN, "no such sandbox"));
        };

        let action = path.next().and_then(|path| path.strip_prefix("2018-06-01/runtime/")).unwrap_or_default();
        match (&parts.method, action.split('/').collect::<Vec<_>>().as_slice()) {
            (&Method::GET, ["invocation", "next"]) => desk.next().await,
            (&Method::POST, ["invocation", id, "response"]) => Ok(desk.answer(id, body)),
            (&Method::POST, ["invocation", id, "error"]) => Ok(desk.reply(id, Outcome::Error(body))),
            (&Method::POST, ["init", "error"]) => {
                *lock(&desk.init_error) = Some(body);
                Ok(accepted())
            }
            _ => Ok(server::message(StatusCode::NOT_FOUND, "not part of the Runtime API")),
        }
    }
}

impl Desk {
    /// Waits for an event.
    async fn next(&self) -> Result<Response<Bytes>, HangUp> {
        let call = self.events.lock().await.recv().await.ok_or(HangUp)?;
        let mut response = server::respond(StatusCode::OK, "application/json", call.event);
        let deadline = (host::now() + call.timeout).as_millis().to_string();
        for (name, value) in [
            ("lambda-runtime-aws-request-id", call.id.to_string()),
            ("lambda-runtime-deadline-ms", deadline),
            ("lambda-runtime-invoked-function-arn", self.function_arn.clone()),
            ("lambda-runtime-trace-id", call.trace),
        ] {
            let value = HeaderValue::try_from(value).map_err(|_| HangUp)?;
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        *lock(&self.current) = Some((call.id, call.reply));
        // Who called may have given up.
        let _ = call.taken.send(());
        Ok(response)
    }

    /// Takes an answer, unless it is larger than Lambda passes on: then the call has failed.
    fn answer(&self, id: &str, answer: Bytes) -> Response<Bytes> {
        if answer.len() <= ANSWER_LIMIT {
            return self.reply(id, Outcome::Answer(answer));
        }
        let size = answer.len();
        let message = format!(
            "Response payload size ({size} bytes) exceeded maximum allowed payload size ({ANSWER_LIMIT} bytes)."
        );
        self.log.write(&format!("RequestId: {id} Error: {message}"));
        self.reply(id, failure("Function.ResponseSizeTooLarge", &message));
        server::message(StatusCode::PAYLOAD_TOO_LARGE, &message)
    }

    fn reply(&self, id: &str, outcome: Outcome) -> Response<Bytes> {
        let current = lock(&self.current).take_if(|(current, _)| current.to_string() == id);
        let Some((_, sender)) = current else {
            return server::message(StatusCode::BAD_REQUEST, "this is not the current invocation");
        };
        let _ = sender.send(outcome);
        accepted()
    }
}

fn accepted() -> Response<Bytes> {
    server::json(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
}
