//! Events of API Gateway, from their bytes to what a handler takes from them.

use std::collections::BTreeMap;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use shared::auth::{AccessTokens, Login, SessionTokens};
use shared::domain::id::{EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId, SessionId, UserId};
use shared::domain::secret::SecretString;
use shared::domain::timestamp::Timestamp;
use shared::http::hook::{OfPipeline, read_draft};
use shared::http::{Call, Page};

use crate::keys::{SecretInMemory, now as ready};
use crate::tokens::TokensInMemory;

/// When every call arrives, in Unix seconds.
const NOW: i64 = 1_773_051_000;

/// An event as the function gets it; in it, `{{access_token}}` becomes a token that is valid. No bytes make reading it
/// panic, nor what a handler asks of the call. What was read is what a tree of the same JSON has: the bytes that were
/// sent, the headers, the domain that API Gateway names. Only the valid token authenticates.
///
/// # Panics
///
/// When one of this does not hold.
pub fn gateway_events(input: &[u8]) {
    let Some((tokens, token)) = tokens() else { return };
    let input = replace(input, b"{{access_token}}", token.expose().as_bytes());
    let Ok(text) = std::str::from_utf8(&input) else { return };
    let now = Timestamp::from_unix_seconds(NOW);
    let Ok(call) = Call::read(text, RequestId::at(now, [7; 10]), now) else { return };
    let event: Json = match serde_json::from_str(text) {
        Ok(event) => event,
        // A tree is not as deep as what is passed over may be, and has no numbers beyond its own.
        Err(_) => return,
    };

    assert_eq!(call.received().body, body(&event));
    check_address(&call, &event);
    check_headers(&call, &event);
    check_parameters(&call);
    let _ = (call.gateway_id(), &call.received().ip_address, call.received_at(), call.route());
    if let Ok(fields) = call.fields() {
        let body = &call.received().body;
        assert!(body.is_empty() || serde_json::from_slice::<&serde_json::value::RawValue>(body).is_ok());
        let _ = read_draft(fields, PipelineId::new(7).ok().map(OfPipeline::consumers));
    }
    if ready(call.authenticate(&tokens)).is_ok() {
        assert!(
            call.received().header("authorization").is_some_and(|value| value.trim_end().ends_with(token.expose()))
        );
    }
}

/// The host of the base URL is the domain that API Gateway names, never one that the caller does.
fn check_address(call: &Call, event: &Json) {
    assert_eq!(event["rawPath"], call.path());
    let domain = event["requestContext"]["domainName"].as_str();
    let scheme = if call.received().header("x-forwarded-proto") == Some("http") { "http" } else { "https" };
    assert_eq!(call.base_url(None), format!("{scheme}://{}", domain.unwrap_or("localhost")));
    assert_eq!(call.base_url(Some("https://example.com//")), "https://example.com");
}

/// Every header is there, under its name in lower case.
fn check_headers(call: &Call, event: &Json) {
    let mut expected = BTreeMap::<String, Vec<&str>>::new();
    for (name, value) in event["headers"].as_object().into_iter().flatten() {
        expected.entry(name.to_ascii_lowercase()).or_default().extend(value.as_str());
    }
    let mut expected: BTreeMap<_, _> = expected.into_iter().map(|(name, values)| (name, values.join(","))).collect();
    let cookies: Vec<_> = event["cookies"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    if !cookies.is_empty() {
        expected.insert("cookie".to_owned(), cookies.join("; "));
    }
    assert_eq!(call.received().headers, expected);
}

fn check_parameters(call: &Call) {
    let _ = call.path_parameter::<HookId>("hook_id", "The hook").map(|id| id.to_string());
    let _ = call.path_parameter::<RequestId>("request_id", "The request").map(|id| id.created_at().to_string());
    let _ = call.path_parameter::<ResourceId>("resource_id", "The resource").map(|id| assert!(id.get() > 0));
    let _ = call.optional_path_parameter::<PipelineId>("pipeline_id", "The pipeline");
    let _ = (Page::of_query(call), call.query_parameter("page"), call.query_parameter(""));
}

/// The bytes that the caller sent.
fn body(event: &Json) -> Vec<u8> {
    let text = event["body"].as_str().unwrap_or_default();
    let is_base64 = event["isBase64Encoded"].as_bool() == Some(true);
    if is_base64 { STANDARD.decode(text).unwrap_or_default() } else { text.as_bytes().to_vec() }
}

/// The tokens of a test, and one that is valid.
fn tokens() -> Option<(AccessTokens, SecretString)> {
    let login = Login {
        user_id: UserId::new(3).ok()?,
        session_id: SessionId::from_random([1; 16]),
        project_id: ProjectId::new(1).ok()?,
        environment_id: EnvironmentId::new(2).ok()?,
    };
    let sessions = ready(SessionTokens::read(SecretInMemory::new(&"k".repeat(64)), SystemTime::UNIX_EPOCH)).ok()?;
    let token = ready(sessions.issue(&login, Timestamp::from_unix_seconds(NOW))).ok()?;
    Some((AccessTokens::new(sessions, TokensInMemory::default(), TokensInMemory::default()), token))
}

/// The input with the first `placeholder` replaced.
fn replace(input: &[u8], placeholder: &[u8], text: &[u8]) -> Vec<u8> {
    let at = input.windows(placeholder.len()).position(|window| window == placeholder);
    at.map_or(input.to_vec(), |at| [&input[..at], text, &input[at + placeholder.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small event; `fields` and `context` are members that it has besides, each with its comma.
    fn event(path: &str, fields: &str, context: &str) -> String {
        format!(r#"{{"rawPath":"{path}",{fields}"requestContext":{{{context}"http":{{"method":"POST"}}}}}}"#)
    }

    /// What makes `lambda_http` 1.3 panic, and what else no address can be made of.
    fn hostile() -> Vec<String> {
        let header = |name: &str, value: &str| format!(r#""headers":{{"{name}":"{value}","host":"a.b"}},"#);
        let host = |host: &str| event("/", &format!(r#""headers":{{"host":"{host}"}},"#), "");
        let proto = |scheme: &str| event("/", &header("x-forwarded-proto", scheme), "");
        let query = |query: &str| event("/", &format!(r#""rawQueryString":"{query}","#), "");
        let hosts = ["", "a b", "a<b", "1.2.3.4.5", "a.999", "a.0x", "a:99999", "xn--a", "[::1", "a%"];
        let mut events: Vec<_> = hosts.map(host).into();
        events.extend(["", "a b", "https,http", "1", &"a".repeat(65)].map(proto));
        events.extend(["a b", "<", ">", r#"\""#, r"\u0001", r"\u007f"].map(query));
        events.push(event("/", "", r#""domainName":"a b","#));
        events.push(event(":a", "", ""));
        events.push(event("a b", "", r#""domainName":"a.b","#));
        events.push(event(&format!("/{}", "a".repeat(65_535)), "", ""));
        events.push(event("/a b?<>#%\u{e9}", r#""body":"e30=","isBase64Encoded":true,"#, r#""stage":"s t","#));
        events
    }

    #[test]
    fn no_caller_can_write_what_the_function_cannot_read() {
        for event in hostile() {
            let now = Timestamp::from_unix_seconds(NOW);
            assert!(Call::read(&event, RequestId::at(now, [7; 10]), now).is_ok(), "{event}");
            gateway_events(event.as_bytes());
        }
    }
}
