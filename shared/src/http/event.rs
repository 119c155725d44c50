//! The event that API Gateway makes of a request (payload format 2.0), as far as it is read.
//!
//! `lambda_http` has a reader of its own, which first builds a whole address out of `Host`, `X-Forwarded-Proto` and the
//! query, and panics when they make none. The caller writes these, so that reader would let anyone turn a call into a
//! failed invocation. Here the parts are taken as they are, and anything that is not an event is an error.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Deserializer};

/// Why something is not an event. The text says where, never what is there.
#[derive(Debug, thiserror::Error)]
pub enum NotAnEvent {
    /// It has not the form of an event.
    #[error("it is not an event of payload format 2.0: see line {line}, column {column}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in bytes.
        column: usize,
    },
    /// The body is marked as base64, but is not.
    #[error("its body is not base64")]
    NotBase64,
}

/// A request, as API Gateway passes it on.
pub(super) struct Event {
    pub(super) path: String,
    pub(super) query: String,
    /// By name in lower case. API Gateway joins the values of one name with commas.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) path_parameters: BTreeMap<String, String>,
    pub(super) body: Bytes,
    pub(super) context: Context,
}

/// What API Gateway says of a request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) route_key: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) domain_name: Option<String>,
    pub(super) http: HttpContext,
}

/// The part of the context that no other kind of event has.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HttpContext {
    pub(super) method: Option<String>,
    pub(super) source_ip: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawEvent {
    raw_path: String,
    #[serde(default, deserialize_with = "or_default")]
    raw_query_string: String,
    #[serde(default, deserialize_with = "or_default")]
    headers: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    cookies: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    path_parameters: BTreeMap<String, String>,
    request_context: Context,
    #[serde(default, deserialize_with = "or_default")]
    body: String,
    #[serde(default, deserialize_with = "or_default")]
    is_base64_encoded: bool,
}

/// What is null counts as absent.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Event {
    /// Reads an event. What it has besides is not looked at.
    pub(super) fn read(json: &str) -> Result<Self, NotAnEvent> {
        let event: RawEvent = serde_json::from_str(json)
            .map_err(|error| NotAnEvent::Malformed { line: error.line(), column: error.column().max(1) })?;
        let body = if event.is_base64_encoded {
            STANDARD.decode(event.body).map_err(|_| NotAnEvent::NotBase64)?
        } else {
            event.body.into_bytes()
        };
        Ok(Self {
            path: event.raw_path,
            query: event.raw_query_string,
            headers: headers(event.headers, &event.cookies),
            path_parameters: event.path_parameters,
            body: body.into(),
            context: event.request_context,
        })
    }
}

/// The headers, with the cookies, which API Gateway takes out of them, back in their place.
fn headers(headers: BTreeMap<String, String>, cookies: &[String]) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        match joined.get_mut(&name.to_ascii_lowercase()) {
            Some(values) => values.extend([",", &value]),
            None => drop(joined.insert(name.to_ascii_lowercase(), value)),
        }
    }
    if !cookies.is_empty() {
        joined.insert("cookie".to_owned(), cookies.join("; "));
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_taken_as_it_stands_whatever_the_caller_wrote() {
        let event = Event::read(
            r#"{"version": "2.0", "rawPath": "a b\u0000/../%", "rawQueryString": "<\"> \u0001", "cookies": ["a=1", "b"],
            "headers": {"Host": "a b", "x-forwarded-proto": "", "X": "1", "x": "\u00e9\n"},
            "pathParameters": {"id": "/"}, "requestContext": {"domainName": "[::1", "http": {"method": "any thing"}},
            "body": "e30=", "isBase64Encoded": true, "more": [[]]}"#,
        )
        .unwrap();
        assert_eq!((event.path.as_str(), event.query.as_str()), ("a b\0/../%", "<\"> \u{1}"));
        let headers: Vec<_> = event.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [("cookie", "a=1; b"), ("host", "a b"), ("x", "1,\u{e9}\n"), ("x-forwarded-proto", "")];
        assert_eq!(headers, expected);
        assert_eq!((&*event.body, event.path_parameters["id"].as_str()), (b"{}".as_slice(), "/"));
    }

    #[test]
    fn what_is_absent_or_null_is_empty() {
        let least = r#"{"rawPath": "/", "requestContext": {"http": {}}"#;
        let nulls = r#","rawQueryString":null,"headers":null,"cookies":null,"pathParameters":null,"body":null,
            "isBase64Encoded":null}"#;
        for text in [format!("{least}}}"), format!("{least}{nulls}")] {
            let event = Event::read(&text).unwrap();
            assert!(event.query.is_empty() && event.headers.is_empty() && event.body.is_empty(), "{text}");
            assert!(event.path_parameters.is_empty() && event.context.route_key.is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let event = |more: &str| format!(r#"{{"rawPath": "/", "requestContext": {{"http": {{}}}}{more}}}"#);
        let mut texts = vec![event(r#", "body": "e30", "isBase64Encoded": true"#)];
        texts.extend([r#", "headers": []"#, r#", "headers": {"a": 1}"#, r#", "body": {}"#, ", \"x\": "].map(event));
        // Lambda takes any events: of other services, in other formats, from people.
        texts.extend(
            ["", "null", "[]", "{}", r#"{"rawPath": "/"}"#, r#"{"requestContext": {"http": {}}}"#].map(Into::into),
        );
        texts.push(r#"{"version": "1.0", "path": "/", "httpMethod": "GET", "requestContext": {"stage": "x"}}"#.into());
        for text in texts {
            assert!(Event::read(&text).is_err(), "{text}");
        }
    }
}
