//! HTTP over TLS, directly or through the proxy that the environment names.

use std::{error::Error, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::{
        legacy::{
            Client,
            connect::{HttpConnector, proxy::Tunnel},
        },
        proxy::matcher::Matcher,
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::crypto::aws_lc_rs;

use super::{Address, Failure};

/// Lambda passes on no larger one. A call of the log comes near it.
const LARGEST_ANSWER: usize = 6 << 20;

/// Longer than the pause between two reports, shorter than what API Gateway and its kin keep an idle connection for.
const IDLE: Duration = Duration::from_secs(30);

/// To open a connection, of the time that a call may take.
const CONNECT: Duration = Duration::from_secs(5);

/// The client, with the connections that it keeps.
#[derive(Debug)]
pub(crate) enum Transport {
    Direct(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
    Proxy(Client<HttpsConnector<Tunnel<HttpConnector>>, Full<Bytes>>),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum TransportError {
    #[error("cannot read the certificates that this machine trusts: {0}")]
    Certificates(#[from] std::io::Error),
    #[error("the proxy that the environment names must begin with http://")]
    Proxy,
}

impl Transport {
    /// What the machine trusts is trusted, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name. `HTTPS_PROXY`, `ALL_PROXY`
    /// and `NO_PROXY` are read as curl reads them; a proxy sees only where the connection goes.
    pub(crate) fn new(address: &Address) -> Result<Self, TransportError> {
        let connector = connector();
        let destination = address.with_path("/");
        let is_https = destination.scheme() == Some(&http::uri::Scheme::HTTPS);
        let Some(proxy) = Matcher::from_env().intercept(&destination).filter(|_| is_https) else {
            return Ok(Self::Direct(http_client(connector)?));
        };
        if proxy.uri().scheme() != Some(&http::uri::Scheme::HTTP) {
            return Err(TransportError::Proxy);
        }
        let tunnel = Tunnel::new(proxy.uri().clone(), connector);
        let tunnel = proxy.basic_auth().cloned().into_iter().fold(tunnel, Tunnel::with_auth);
        Ok(Self::Proxy(http_client(tunnel)?))
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
        let response = match self {
            Self::Direct(client) => client.request(request).await,
            Self::Proxy(client) => client.request(request).await,
        };
        let response: Response<Incoming> = response.map_err(|error| Failure::Unreachable(innermost(&error)))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await;
        let body = body.map_err(|error| Failure::Unreachable(innermost(&*error)))?;
        Ok((head.status, head.headers, body.to_bytes()))
    }
}

/// What opens connections, to any host.
fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT));
    connector.set_nodelay(true);
    connector
}

/// A client that needs no proxy.
pub(crate) fn direct_client() -> Result<Client<HttpsConnector<HttpConnector>, Full<Bytes>>, TransportError> {
    http_client(connector())
}

/// A client that trusts what the machine trusts.
fn http_client<C>(connector: C) -> Result<Client<HttpsConnector<C>, Full<Bytes>>, TransportError>
where
    HttpsConnector<C>: hyper_util::client::legacy::connect::Connect + Clone,
{
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(Arc::new(aws_lc_rs::default_provider()))?
        .https_or_http()
        .enable_http1()
        .wrap_connector(connector);
    let mut builder = Client::builder(TokioExecutor::new());
    Ok(builder.pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).build(https))
}

/// What went wrong in the end: an outer error says only that there is an inner one.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
