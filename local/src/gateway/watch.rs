//! What the API has answered, for those who watch.

use bytes::Bytes;
use http::{HeaderValue, Response};
use serde_json::Value as Json;
use tokio::sync::broadcast;

/// A request to the API that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiCall {
    /// Such as `POST`.
    pub method: String,
    /// Without the query, which may hold a token.
    pub path: String,
    /// Of the answer.
    pub status: u16,
    /// The answer's `X-Request-Id`: the lines of the function have it as `request_id`.
    pub request_id: Option<String>,
    /// What the answer says about itself: the messages of its `errors`, else its `message`.
    pub reason: Option<String>,
}

#[derive(Debug)]
pub(super) struct Watch(broadcast::Sender<ApiCall>);

impl Default for Watch {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Watch {
    pub(super) fn subscribe(&self) -> broadcast::Receiver<ApiCall> {
        self.0.subscribe()
    }

    pub(super) fn tell(&self, method: &str, path: &str, response: &Response<Bytes>) {
        if self.0.receiver_count() == 0 {
            return;
        }
        let request_id = response.headers().get("x-request-id").map(HeaderValue::to_str);
        // An error means that the last receiver has just gone.
        let _ = self.0.send(ApiCall {
            method: method.to_owned(),
            path: path.to_owned(),
            status: response.status().as_u16(),
            request_id: request_id.and_then(Result::ok).map(str::to_owned),
            reason: reason(response.body()),
        });
    }
}

fn reason(body: &[u8]) -> Option<String> {
    let body: Json = serde_json::from_slice(body).ok()?;
    let of_fields = body["errors"].as_object().into_iter().flat_map(|errors| errors.values());
    let of_fields: Vec<_> = of_fields.filter_map(Json::as_array).flatten().filter_map(Json::as_str).collect();
    if of_fields.is_empty() { body["message"].as_str().map(str::to_owned) } else { Some(of_fields.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_the_answer_says_of_fields_or_as_a_whole() {
        for (body, expected) in [
            (r#"{"message":"Queued.","errors":null}"#, Some("Queued.")),
            (r#"{"message":"m","errors":{"a":["A is 1.","A is 2."],"b":["B."]}}"#, Some("A is 1. A is 2. B.")),
            (r#"{"message":"m","errors":{}}"#, Some("m")),
            (r#"[{"message":"m"}]"#, None),
            (r#"{"access_token":"secret"}"#, None),
            ("<html>", None),
        ] {
            assert_eq!(reason(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn an_answer_is_told_to_those_who_watch() {
        let watch = Watch::default();
        let response = Response::builder().status(401).header("x-request-id", "r").body(Bytes::from("{}")).unwrap();
        watch.tell("GET", "/", &response);
        let mut calls = watch.subscribe();

        watch.tell("POST", "/users/login", &response);

        let call = calls.try_recv().unwrap();
        assert_eq!((call.method.as_str(), call.path.as_str(), call.status), ("POST", "/users/login", 401));
        assert_eq!((call.request_id.as_deref(), call.reason), (Some("r"), None));
        assert!(calls.try_recv().is_err());
    }
}
