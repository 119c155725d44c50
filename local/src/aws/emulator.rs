//! One way to call three emulators.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri, uri::Scheme};
use http_body_util::Full;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustack_secretsmanager_core::handler::RustackSecretsManagerHandler;
use rustack_sqs_core::handler::RustackSqsHandler;
use serde_json::{Value as Json, json};

use crate::{
    host,
    server::{self, HangUp},
};

const TARGET: &str = "x-amz-target";

#[derive(Debug)]
pub(super) enum Emulator {
    /// dynoxide gives no access to its handler, only to its server.
    DynamoDb {
        address: SocketAddr,
        client: Client<HttpConnector, Full<Bytes>>,
    },
    Sqs(RustackSqsHandler),
    SecretsManager(RustackSecretsManagerHandler),
}

impl Emulator {
    pub(super) fn dynamodb(address: SocketAddr) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self::DynamoDb {
            address,
            client: Client::builder(TokioExecutor::new()).build(connector),
        }
    }

    /// Answers a request in AWS's JSON protocol.
    pub(super) async fn answer(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        match self {
            Self::DynamoDb { address, client } => {
                *request.uri_mut() = to(*address, request.uri());
                let (parts, body) = client
                    .request(request.map(Full::new))
                    .await
                    .map_err(|_| HangUp)?
                    .into_parts();
                Ok(Response::from_parts(
                    parts,
                    server::bytes(body).await.map_err(|_| HangUp)?,
                ))
            }
            Self::Sqs(handler) => {
                use rustack_sqs_http::{
                    dispatch::dispatch_operation, response::error_to_response, router::resolve_operation,
                };
                let outcome = match resolve_operation(request.headers()) {
                    Ok(operation) => dispatch_operation(handler, operation, request.into_body()).await,
                    Err(error) => Err(error),
                };
                let response = outcome.unwrap_or_else(|error| error_to_response(&error, &new_id()));
                let (parts, body) = response.into_parts();
                Ok(Response::from_parts(
                    parts,
                    server::bytes(body).await.map_err(|_| HangUp)?,
                ))
            }
            Self::SecretsManager(handler) => {
                use rustack_secretsmanager_http::{
                    dispatch::dispatch_operation, response::error_to_response, router::resolve_operation,
                };
                let outcome = match resolve_operation(request.headers()) {
                    Ok(operation) => dispatch_operation(handler, operation, request.into_body()).await,
                    Err(error) => Err(error),
                };
                let response = outcome.unwrap_or_else(|error| error_to_response(&error, &new_id()));
                let (parts, body) = response.into_parts();
                Ok(Response::from_parts(
                    parts,
                    server::bytes(body).await.map_err(|_| HangUp)?,
                ))
            }
        }
    }

    /// Calls an operation, which [`Gate`](super::Gate) does not see. The error is the service's message.
    pub(super) async fn call(&self, operation: &str, body: &Json) -> Result<Json, String> {
        let prefix = match self {
            Self::DynamoDb { .. } => "DynamoDB_20120810",
            Self::Sqs(_) => "AmazonSQS",
            Self::SecretsManager(_) => "secretsmanager",
        };
        let request = Request::post("/")
            .header(TARGET, format!("{prefix}.{operation}"))
            .body(Bytes::from(body.to_string()))
            .map_err(|error| error.to_string())?;
        let response = self.answer(request).await.map_err(|error| error.to_string())?;
        let answer: Json = serde_json::from_slice(response.body()).unwrap_or_else(|_| json!({}));
        if response.status() == StatusCode::OK {
            return Ok(answer);
        }
        let message = answer
            .get("message")
            .or_else(|| answer.get("Message"))
            .and_then(Json::as_str);
        Err(message.unwrap_or("refused without a reason").to_owned())
    }
}

/// What a request asks for, from `X-Amz-Target: <service>.<operation>`.
pub(super) fn operation(request: &Request<Bytes>) -> &str {
    let target = request
        .headers()
        .get(TARGET)
        .map_or(Ok(""), HeaderValue::to_str)
        .unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

fn to(address: SocketAddr, uri: &Uri) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = address.to_string().parse().ok();
    Uri::from_parts(parts).unwrap_or_default()
}

fn new_id() -> String {
    host::new_uuid().to_string()
}
