//! The small HTTP/1.1 server behind every port of the stack. Bodies are read whole, up to a limit.

pub(crate) mod browser;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Body, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::{error::Error, tasks::Tasks};

/// What answers the requests of one port.
pub(crate) trait Handler: Send + Sync + 'static {
    /// In bytes; what is over it is answered 413 without being handled.
    const BODY_LIMIT: usize;

    /// Whether it sees to it itself which pages in a browser may call it. No page may call any other port.
    const IS_FOR_BROWSERS: bool = false;

    fn handle(
        self: Arc<Self>,
        request: Request<Bytes>,
        client: SocketAddr,
    ) -> impl Future<Output = Result<Response<Bytes>, HangUp>> + Send;
}

/// Closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("hung up on purpose")]
pub(crate) struct HangUp;

/// Listens on the loopback interface, on a free port when none is asked for.
pub(crate) async fn bind(port: Option<u16>) -> Result<(TcpListener, SocketAddr), Error> {
    let port = port.unwrap_or(0);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            Error::PortInUse(port)
        } else {
            Error::Io { what: format!("cannot listen on port {port}"), source }
        }
    })?;
    let address = listener.local_addr().map_err(Error::io("cannot listen"))?;
    Ok((listener, address))
}

/// As [`bind`], on a free port when the preferred one belongs to another process.
pub(crate) async fn bind_preferably(port: Option<u16>) -> Result<(TcpListener, SocketAddr), Error> {
    match bind(port).await {
        Err(Error::PortInUse(_)) => bind(None).await,
        outcome => outcome,
    }
}

/// Serves until `tasks` stop.
pub(crate) fn serve<H: Handler>(tasks: &Arc<Tasks>, listener: TcpListener, handler: Arc<H>) {
    let connections = Arc::clone(tasks);
    tasks.spawn(async move {
        loop {
            // An error here concerns one connection that is gone already.
            if let Ok((stream, client)) = listener.accept().await {
                connections.spawn(converse(stream, client, Arc::clone(&handler)));
            }
        }
    });
}

async fn converse<H: Handler>(stream: TcpStream, client: SocketAddr, handler: Arc<H>) {
    // An answer waits for nothing: without this, small ones wait for the client's next acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: Request<Incoming>| {
        let handler = Arc::clone(&handler);
        async move {
            let (parts, body) = request.into_parts();
            let body = read(body, H::BODY_LIMIT).await;
            if !H::IS_FOR_BROWSERS
                && let Some(reason) = browser::refusal(&parts.headers)
            {
                return Ok(message(StatusCode::FORBIDDEN, reason).map(Full::new));
            }
            match body {
                Some(body) => {
                    handler.handle(Request::from_parts(parts, body), client).await.map(|answer| answer.map(Full::new))
                }
                None => Ok(message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large").map(Full::new)),
            }
        }
    });
    // An error ends the connection, which is all that can be done about it.
    let mut connection = http1::Builder::new();
    // hyper takes 100 unless told; AWS documents no number.
    connection.timer(TokioTimer::new()).max_headers(1_000);
    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
}

/// The whole body, or `None` when it is over the limit. Reads on even then: a client that is cut off while it still
/// sends may never see the answer.
async fn read(mut body: Incoming, limit: usize) -> Option<Bytes> {
    let mut whole = Some(BytesMut::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        match &mut whole {
            Some(bytes) if bytes.len() + data.len() <= limit => bytes.extend_from_slice(&data),
            _ => whole = None,
        }
    }
    whole.map(BytesMut::freeze)
}

/// `{"message": …}`, the shape in which API Gateway and Lambda tell an error.
pub(crate) fn message(status: StatusCode, message: &str) -> Response<Bytes> {
    json(status, &json!({ "message": message }))
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    respond(status, "application/json", body.to_string())
}

pub(crate) fn respond(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}

/// A response whose body is in memory.
pub(crate) async fn whole<B: Body<Data = Bytes>>(response: Response<B>) -> Result<Response<Bytes>, HangUp> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|_| HangUp)?;
    Ok(Response::from_parts(parts, body.to_bytes()))
}
