//! Answers of the API, and what every one of them must be.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// What a function that was invoked directly would have API Gateway answer. The body must be text.
    pub(crate) fn of_function(payload: &Json) -> Self {
        let headers = payload["headers"].as_object().into_iter().flatten();
        let header =
            |(name, value): (&String, &Json)| (name.parse().unwrap(), value.as_str().unwrap().parse().unwrap());
        Self {
            status: payload["statusCode"].as_u64().unwrap().try_into().unwrap(),
            headers: headers.map(header).collect::<Vec<(HeaderName, HeaderValue)>>().into_iter().collect(),
            body: payload["body"].as_str().unwrap_or_default().to_owned().into(),
        }
    }

    /// The value of a header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, which must be JSON.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The id of this call, which stands in a header of every answer.
    pub fn request_id(&self) -> &str {
        let id = self.header("x-request-id");
        assert!(id.len() == 36 && id.as_bytes()[14] == b'7', "no UUIDv7 as X-Request-Id: {self:?}");
        id
    }

    /// Asserts the status of a success, and what every answer of a function has.
    #[track_caller]
    pub fn is(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        self.request_id();
        self.json()
    }

    /// Asserts an error of the shape that the published clients parse, and returns its message.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        let body = self.is(status);
        assert_eq!(body["request_id"], self.request_id());
        assert_eq!(body.get("errors").is_some(), status == 422, "{body}");
        let message = body["message"].as_str().unwrap_or_else(|| panic!("no message: {body}"));
        assert!(!message.is_empty());
        message.to_owned()
    }

    /// Asserts a 422, and returns the fields at fault, in alphabetical order.
    #[track_caller]
    pub fn invalid(&self) -> Vec<String> {
        self.refused(422);
        let errors: BTreeMap<String, Vec<String>> = serde_json::from_value(self.json()["errors"].clone()).unwrap();
        for (field, messages) in &errors {
            assert!(!messages.is_empty(), "{field}");
            assert!(messages.iter().all(|message| message.contains(field)), "{field}: {messages:?}");
        }
        errors.into_keys().collect()
    }

    /// Asserts that a webhook call was accepted, whether it was queued or ignored, and returns the message.
    #[track_caller]
    pub fn accepted(&self) -> String {
        let body = self.is(200);
        let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["errors", "message", "request_id"]);
        assert_eq!(body["errors"], Json::Null);
        assert_eq!(body["request_id"], self.request_id());
        body["message"].as_str().unwrap().to_owned()
    }
}
