//! A Lambda Runtime API for one process, which notes when the process asks for work and when it answers.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};

/// What the process did.
#[derive(Debug)]
pub(crate) enum Said {
    /// It asked for an event.
    Next(Instant),
    /// It answered one with this.
    Answer(Instant, Bytes),
    /// It failed, and says why.
    Error(String),
}

/// One process's Runtime API.
pub(crate) struct RuntimeApi {
    /// What goes into `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) address: SocketAddr,
    /// What the process says.
    pub(crate) said: mpsc::UnboundedReceiver<Said>,
    /// What it is given, one for each time that it asks.
    pub(crate) events: mpsc::UnboundedSender<Bytes>,
}

struct Shared {
    said: mpsc::UnboundedSender<Said>,
    events: Mutex<mpsc::UnboundedReceiver<Bytes>>,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(crate) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (say, said) = mpsc::unbounded_channel();
        let (events, waiting) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { said: say, events: Mutex::new(waiting) });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Ok(Self { address, said, events })
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let now = Instant::now();
    let path = request.uri().path().to_owned();
    if path.ends_with("/invocation/next") {
        let _ = shared.said.send(Said::Next(now));
        let event = shared.events.lock().await.recv().await.unwrap_or_default();
        return Ok(next(event));
    }
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let said = if path.ends_with("/response") {
        Said::Answer(Instant::now(), body)
    } else {
        Said::Error(String::from_utf8_lossy(&body).into_owned())
    };
    let _ = shared.said.send(said);
    let mut accepted = Response::new(Full::default());
    *accepted.status_mut() = StatusCode::ACCEPTED;
    Ok(accepted)
}

fn next(event: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(event));
    let headers = response.headers_mut();
    let far = hyper::header::HeaderValue::from_static("9999999999999");
    headers.insert("lambda-runtime-deadline-ms", far);
    for (name, value) in [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0"),
        ("content-type", "application/json"),
    ] {
        headers.insert(name, hyper::header::HeaderValue::from_static(value));
    }
    response
}
