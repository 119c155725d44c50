//! What providers publish, read with the HTTP client of the SDK: a second one would be a second TLS stack in the binary.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::HttpError;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Limited};

use super::{IDLE_TIMEOUT, source};
use crate::domain::secret::SecretString;
use crate::domain::signature::Question;
use crate::ports::{AskError, AskProvider, Source};

/// For connection, request and answer together. Google Pub/Sub waits ten seconds for us, SNS fifteen.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The largest document that is read. Google's key set has 2 KB, that of Microsoft's bots 60, a certificate 2.
const MAX_BYTES: usize = 128 * 1024;

/// The servers of providers. The client is made when the first one is asked: most sandboxes never ask.
#[derive(Debug)]
pub struct Providers {
    proxy: Option<String>,
    client: OnceLock<Connector>,
}

impl Providers {
    /// Asks them directly, or through the proxy that `HTTPS_PROXY` names, which sees no more than the host. `variable`
    /// reads the environment.
    pub fn new(variable: impl Fn(&'static str) -> Option<String>) -> Self {
        Self { proxy: variable("HTTPS_PROXY").or_else(|| variable("https_proxy")), client: OnceLock::new() }
    }

    async fn read(&self, question: &Question) -> Result<Bytes, AskError> {
        let url = &question.at;
        let unavailable = |source| AskError::Unavailable { url: url.clone(), source };
        let client = self.client().map_err(unavailable)?;
        let mut request = HttpRequest::get(url.as_str()).map_err(|error| unavailable(source(error)))?;
        if let Some(json) = &question.json {
            post(&mut request, json).map_err(|error| unavailable(source(error)))?;
        }
        let response = client.call(request).await.map_err(|error| unavailable(source(error)))?;
        match response.status().as_u16() {
            200 => {}
            // Too many requests.
            429 => return Err(unavailable("it was answered with status 429".into())),
            status @ 400..500 => return Err(AskError::Refused { url: url.clone(), status }),
            status => return Err(unavailable(format!("it was answered with status {status}").into())),
        }
        let body: SdkBody = response.into_body();
        Ok(Limited::new(body, MAX_BYTES).collect().await.map_err(unavailable)?.to_bytes())
    }

    fn client(&self) -> Result<&Connector, Source> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let proxy = match &self.proxy {
            Some(proxy) => ProxyConfig::https(proxy.as_str()).map_err(source)?,
            None => ProxyConfig::disabled(),
        };
        let builder: ConnectorBuilder<_> = Connector::builder().proxy_config(proxy).pool_idle_timeout(IDLE_TIMEOUT);
        let client = builder.tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build();
        Ok(self.client.get_or_init(|| client))
    }
}

fn post(request: &mut HttpRequest, json: &SecretString) -> Result<(), HttpError> {
    request.set_method("POST")?;
    request.headers_mut().try_insert("content-type", "application/json")?;
    *request.body_mut() = SdkBody::from(json.expose());
    Ok(())
}

impl AskProvider for Providers {
    fn ask<'a>(&'a self, question: &'a Question) -> Pin<Box<dyn Future<Output = Result<Bytes, AskError>> + Send + 'a>> {
        Box::pin(async move {
            let read = tokio::time::timeout(TIMEOUT, self.read(question)).await;
            let late = |elapsed| AskError::Unavailable { url: question.at.clone(), source: source(elapsed) };
            read.unwrap_or_else(|elapsed| Err(late(elapsed)))
        })
    }
}
