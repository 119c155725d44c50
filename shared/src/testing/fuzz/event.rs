//! Events of API Gateway, from their bytes to what a handler takes from them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lambda_http::Request;
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_http::request::LambdaRequest;

use crate::auth::{AccessTokens, Identity};
use crate::domain::id::{EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId, SessionId, UserId};
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;
use crate::http::hook::read_draft;
use crate::http::{Call, Page};
use crate::ports::Random;

/// What API Gateway takes of a request line and its headers, in bytes.
const MAX_HEAD_BYTES: usize = 10_240;

/// When every call arrives, in Unix seconds.
const NOW: i64 = 1_773_051_000;

/// An event as the function gets it; in it, `{{access_token}}` becomes a token that is valid. No bytes make
/// `lambda_http` panic while it reads the event. If API Gateway can have written it, none make it panic while it
/// becomes a request either, nothing that a handler asks of the call panics, the body is the bytes that were sent, and
/// only the valid token is.
///
/// Some other events do make `lambda_http` panic, all of them while it builds the request's address or decodes its
/// body, and are left out:
///
/// - a `Host`, or for want of one a `domainName`, that is no name of a host: API Gateway finds the API by it;
/// - an `X-Forwarded-Proto` that cannot be a scheme: API Gateway writes the header itself, as `http` or `https`;
/// - a `rawPath` without a slash at its beginning;
/// - a `rawQueryString` with a character that cannot stand in a request line: a control character, a space, `"`, `<`
///   or `>`;
/// - all of these together being longer than 65,534 bytes: API Gateway takes 10,240;
/// - a `body` that `isBase64Encoded` says is base64, and is not.
///
/// # Panics
///
/// When one of this does not hold.
pub fn gateway_events(input: &[u8]) {
    let Some((tokens, token)) = tokens() else { return };
    let input = replace(input, b"{{access_token}}", token.expose().as_bytes());
    let Ok(LambdaRequest::ApiGatewayV2(event)) = serde_json::from_slice(&input) else { return };
    let Some(body) = body(&event).filter(|_| is_of_gateway(&event)) else { return };
    let domain = event.request_context.domain_name.clone();
    let request = Request::from(LambdaRequest::ApiGatewayV2(event));
    let call = Call::new(request, Timestamp::from_unix_seconds(NOW), Random::new(|bytes| bytes.fill(7)));

    assert_eq!(call.body(), body);
    check_address(&call, domain.as_deref());
    check_parameters(&call);
    let _ = (call.gateway_id(), call.source_ip(), call.received_at());
    if let Ok(fields) = call.fields() {
        assert!(body.is_empty() || serde_json::from_slice::<&serde_json::value::RawValue>(&body).is_ok());
        let _ = read_draft(fields, PipelineId::new(7).ok());
    }
    if call.authenticate(&tokens).is_ok() {
        assert!(call.header("authorization").is_some_and(|value| value.trim_end().ends_with(token.expose())));
    }
}

/// The host of the base URL is the domain that API Gateway names, never one that the caller does.
fn check_address(call: &Call, domain: Option<&str>) {
    assert!(call.path().starts_with('/'), "{}", call.path());
    let scheme = if call.header("x-forwarded-proto") == Some("http") { "http" } else { "https" };
    assert_eq!(call.base_url(None), format!("{scheme}://{}", domain.unwrap_or("localhost")));
    assert_eq!(call.base_url(Some("https://example.com//")), "https://example.com");
    for name in call.headers().keys() {
        let values: Vec<_> = call.headers().get_all(name).iter().collect();
        let expected = if let [value] = *values { value.to_str().ok() } else { None };
        assert_eq!(call.header(name.as_str()), expected, "{name}");
    }
}

fn check_parameters(call: &Call) {
    let _ = call.path_parameter::<HookId>("hook_id", "The hook").map(|id| id.to_string());
    let _ = call.path_parameter::<RequestId>("request_id", "The request").map(|id| id.created_at().to_string());
    let _ = call.path_parameter::<ResourceId>("resource_id", "The resource").map(|id| assert!(id.get() > 0));
    let _ = call.optional_path_parameter::<PipelineId>("pipeline_id", "The pipeline");
    let _ = (Page::of_query(call), call.query_parameter("page"), call.query_parameter(""));
}

/// Whether API Gateway can have written the event, as far as `lambda_http` relies on it.
fn is_of_gateway(event: &ApiGatewayV2httpRequest) -> bool {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (path, query, stage) =
        (text(&event.raw_path), text(&event.raw_query_string), text(&event.request_context.stage));
    let header = |name: &str| event.headers.get(name).and_then(|value| value.to_str().ok());
    let hosts = [header("host"), event.request_context.domain_name.as_deref()];
    path.starts_with('/')
        && path.len() + query.len() + stage.len() <= MAX_HEAD_BYTES
        && query.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>".contains(&byte))
        && hosts.into_iter().flatten().all(is_host)
        && header("x-forwarded-proto").is_none_or(|scheme| ["http", "https"].contains(&scheme))
}

/// Whether `text` is a domain name with at most a port. Names that end in a number would be read as addresses, and
/// `xn--` has a meaning: the domain of an API is neither.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let is_label = |label: &str| {
        let inner = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        inner && (1..=63).contains(&label.len()) && !label.to_ascii_lowercase().starts_with("xn--")
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_number = !last.starts_with(|first: char| first.is_ascii_alphabetic());
    name.len() <= 253 && name.split('.').all(is_label) && !is_number && port.parse::<u16>().is_ok()
}

/// The bytes that the caller sent; `None` when the event does not say.
fn body(event: &ApiGatewayV2httpRequest) -> Option<Vec<u8>> {
    let text = event.body.as_deref().unwrap_or_default();
    if event.is_base64_encoded { STANDARD.decode(text).ok() } else { Some(text.as_bytes().to_vec()) }
}

/// The tokens of a test, and one that is valid.
fn tokens() -> Option<(AccessTokens, SecretString)> {
    let identity = Identity {
        user_id: UserId::new(3).ok()?,
        session_id: SessionId::from_random([1; 16]),
        project_id: ProjectId::new(1).ok()?,
        environment_id: EnvironmentId::new(2).ok()?,
    };
    let tokens = AccessTokens::derive(&SecretString::new("k".repeat(64))).ok()?;
    let token = tokens.issue(&identity, Timestamp::from_unix_seconds(NOW)).ok()?;
    Some((tokens, token))
}

/// The input with the first `placeholder` replaced.
fn replace(input: &[u8], placeholder: &[u8], text: &[u8]) -> Vec<u8> {
    let at = input.windows(placeholder.len()).position(|window| window == placeholder);
    at.map_or(input.to_vec(), |at| [&input[..at], text, &input[at + placeholder.len()..]].concat())
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    /// A small event; `fields` and `context` are members that it has besides, each with its comma.
    fn event(path: &str, fields: &str, context: &str) -> String {
        let head = format!(r#"{{"rawPath":"{path}",{fields}"requestContext":{{{context}"http":{{"method":"POST"}}}}"#);
        if fields.contains("headers") { head + "}" } else { head + r#","headers":{}}"# }
    }

    fn panics(event: &str) -> bool {
        let request: LambdaRequest = serde_json::from_str(event).unwrap();
        catch_unwind(|| Request::from(request)).is_err()
    }

    fn left_out() -> Vec<String> {
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
        events.push(event("/", r#""body":"e30","isBase64Encoded":true,"#, ""));
        events
    }

    #[test]
    fn what_the_target_leaves_out_makes_lambda_http_panic() {
        for event in left_out() {
            assert!(panics(&event), "{event}");
            gateway_events(event.as_bytes());
        }
    }

    #[test]
    fn what_the_target_leaves_in_reaches_the_call() {
        let body = r#""body":"e30=","isBase64Encoded":true,"rawQueryString":"a=%20&{|}[]^`","#;
        for event in [event("/", "", ""), event("/a b?<>#%\u{e9}", body, r#""domainName":"a.b","stage":"s t","#)] {
            let LambdaRequest::ApiGatewayV2(read) = serde_json::from_str(&event).unwrap() else { panic!("{event}") };
            assert!(is_of_gateway(&read) && super::body(&read).is_some(), "{event}");
            gateway_events(event.as_bytes());
        }
    }
}
