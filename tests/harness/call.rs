//! Calls of the API.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full};
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::document::document;
use crate::stack::Pipehook;

/// A call which is being put together. It can be sent more than once.
#[derive(Debug, Clone)]
pub struct Call<'s> {
    stack: &'s Pipehook,
    method: Method,
    url: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl<'s> Call<'s> {
    pub(crate) fn new(stack: &'s Pipehook, method: Method, url: String) -> Self {
        let (headers, body) = (Vec::new(), Bytes::new());
        Self { stack, method, url, headers, body }
    }

    /// Adds a header. A second one of the same name stands beside the first.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.push((name.parse().unwrap(), value));
        self
    }

    /// Takes away every header of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Puts a header in the place of those of this name.
    #[must_use]
    pub fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).header(name, value)
    }

    /// Sends an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", format!("Bearer {token}"))
    }

    /// The bytes of the body. What was signed before stays signed as it was.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// JSON as the body.
    #[must_use]
    pub fn json(self, body: &Json) -> Self {
        self.with("content-type", "application/json").body(body.to_string())
    }

    /// Adds the text after the question mark.
    #[must_use]
    pub fn query(mut self, query: &str) -> Self {
        self.url = format!("{}?{query}", self.url);
        self
    }

    /// The value of a header that this call will carry.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        value.to_str().ok()
    }

    /// The method and the path.
    pub fn target(&self) -> (&str, &str) {
        let (_, rest) = self.url.split_once("://").unwrap();
        let path = rest.find('/').map_or("/", |start| &rest[start..]);
        (self.method.as_str(), path.split('?').next().unwrap())
    }

    /// Sends the call and waits for the answer, which must be one that docs/openapi.yaml has.
    pub async fn send(&self) -> Answer {
        let answer = self.exchange().await;
        let (method, path) = self.target();
        // What `local` says in the place of API Gateway when a function crashed or hangs is no answer of the product.
        if ![502, 504].contains(&answer.status) {
            let differences = document().differences(method, path, &answer);
            assert!(differences.is_empty(), "docs/openapi.yaml: {method} {path}: {differences:?}: {answer:?}");
        }
        answer
    }

    async fn exchange(&self) -> Answer {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.url.parse().unwrap();
        for (name, value) in &self.headers {
            request.headers_mut().append(name, value.clone());
        }
        let response = self.stack.http.request(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }
}
