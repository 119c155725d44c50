//! A client of the API: the demo is set up as anyone would do it.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value as Json, json};

/// Logged in as a user. Errors are a line of text.
pub(crate) struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
    token: String,
}

impl Api {
    pub(crate) async fn log_in(url: String, email: &str, password: &str) -> Result<Self, String> {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let stranger = Self { client, url, token: String::new() };
        let tokens = stranger.post("/users/login", &json!({ "email": email, "password": password })).await?;
        let token = tokens["access_token"].as_str().unwrap_or_default().to_owned();
        Ok(Self { token, ..stranger })
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Json, String> {
        self.send(Method::GET, path, String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Json) -> Result<Json, String> {
        self.send(Method::POST, path, body.to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Json, String> {
        self.send(Method::DELETE, path, String::new()).await
    }

    async fn send(&self, method: Method, path: &str, body: String) -> Result<Json, String> {
        let what = format!("{method} {path}");
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body));
        let request = request.map_err(|error| format!("{what}: {error}"))?;
        let response = self.client.request(request).await.map_err(|error| format!("{what}: {error}"))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| format!("{what}: {error}"))?.to_bytes();
        let answer: Json = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        Err(format!("{what}: {status}: {}", answer["message"].as_str().unwrap_or_default()))
    }
}
