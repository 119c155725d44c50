//! The event of payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::net::SocketAddr;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, header, request::Parts};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};
use time::OffsetDateTime;

use super::{API_ID, route::Found};
use crate::{host, template::ACCOUNT};

/// A request that has found its route.
pub(super) struct Incoming<'a, T> {
    pub(super) parts: &'a Parts,
    pub(super) body: &'a [u8],
    pub(super) client: SocketAddr,
    /// Of the API.
    pub(super) address: SocketAddr,
    pub(super) found: &'a Found<'a, T>,
}

pub(super) fn build<T>(incoming: &Incoming<'_, T>) -> Vec<u8> {
    let Incoming { parts, body, found, .. } = incoming;
    // HTTP APIs decode the path, and leave the query as it is.
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    let query = parts.uri.query().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(&parts.headers),
        "requestContext": context(incoming, &path),
        "isBase64Encoded": false,
    });
    // What is empty is left out.
    let cookies: Vec<String> = parts.headers.get_all(header::COOKIE).iter().flat_map(split_cookies).collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !query.is_empty() {
        event["queryStringParameters"] = parameters(query).into();
    }
    if !found.variables.is_empty() {
        event["pathParameters"] = found.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    }
    if !body.is_empty() {
        let (text, is_base64) = encode(&parts.headers, body);
        event["body"] = text.into();
        event["isBase64Encoded"] = is_base64.into();
    }
    event.to_string().into_bytes()
}

fn context<T>(incoming: &Incoming<'_, T>, path: &str) -> Json {
    let Incoming { parts, client, address, found, .. } = incoming;
    let now = host::now_utc();
    json!({
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": address.to_string(),
        "domainPrefix": API_ID,
        "http": {
            "method": parts.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", parts.version),
            "sourceIp": client.ip().to_string(),
            "userAgent": parts.headers.get(header::USER_AGENT).map_or(String::new(), text),
        },
        "requestId": host::new_uuid().to_string(),
        "routeKey": found.key,
        "stage": "$default",
        "time": common_log_time(now),
        "timeEpoch": u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
    })
}

/// Lower-case names; several values of one name joined with commas; without cookies, which have a place of their own.
fn headers(headers: &HeaderMap) -> Map<String, Json> {
    let names = headers.keys().filter(|name| **name != header::COOKIE);
    names
        .map(|name| {
            let values: Vec<_> = headers.get_all(name).iter().map(text).collect();
            (name.as_str().to_owned(), values.join(",").into())
        })
        .collect()
}

/// Decoded; several values of one name joined with commas.
fn parameters(query: &str) -> Map<String, Json> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match parameters.get_mut(name.as_ref()) {
            Some(Json::String(values)) => values.extend([",", &*value]),
            _ => drop(parameters.insert(name.into_owned(), value.into_owned().into())),
        }
    }
    parameters
}

/// The body as the event has it, and whether that is base64.
///
/// Text is what API Gateway takes for text: forms, `*+json` and a body without a type are not.
fn encode(headers: &HeaderMap, body: &[u8]) -> (String, bool) {
    let content_type = headers.get(header::CONTENT_TYPE).map(text).unwrap_or_default().to_ascii_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is_text = media_type.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&media_type);
    match std::str::from_utf8(body) {
        Ok(text) if is_text => (text.to_owned(), false),
        _ => (BASE64_STANDARD.encode(body), true),
    }
}

fn split_cookies(value: &header::HeaderValue) -> Vec<String> {
    text(value).split(';').map(|cookie| cookie.trim().to_owned()).collect()
}

/// Bytes above ASCII are read as ISO 8859-1, so that none is lost.
fn text(value: &header::HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

/// `12/Mar/2020:19:03:58 +0000`
fn common_log_time(time: OffsetDateTime) -> String {
    let month = time.month().to_string();
    let (year, day, (hour, minute, second)) = (time.year(), time.day(), time.to_hms());
    format!("{day:02}/{month:.3}/{year}:{hour:02}:{minute:02}:{second:02} +0000")
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn event(request: Request<&[u8]>) -> Json {
        let (parts, body) = request.into_parts();
        let found =
            Found { key: "POST /hooks/{hook_id}/trigger", target: &(), variables: vec![("hook_id", "a b".into())] };
        let client = "192.0.2.7:5555".parse().unwrap();
        let address = "127.0.0.1:3000".parse().unwrap();
        let event = build(&Incoming { parts: &parts, body, client, address, found: &found });
        serde_json::from_slice(&event).unwrap()
    }

    #[test]
    fn an_event_has_every_part_of_the_request() {
        let request = Request::post("/hooks/a%20b/trigger?x=1&y=a%2Cb&x=2")
            .header("Content-Type", "application/json; charset=utf-8")
            .header("User-Agent", "GitHub-Hookshot/1")
            .header("X-Many", "one")
            .header("X-Many", "two")
            .header("Cookie", "a=1; b=2")
            .body(r#"{"ref":"refs/heads/main"}"#.as_bytes())
            .unwrap();

        let mut event = event(request);

        let context = event["requestContext"].take();
        assert_eq!(
            event,
            json!({
                "version": "2.0",
                "routeKey": "POST /hooks/{hook_id}/trigger",
                "rawPath": "/hooks/a b/trigger",
                "rawQueryString": "x=1&y=a%2Cb&x=2",
                "cookies": ["a=1", "b=2"],
                "headers": {
                    "content-type": "application/json; charset=utf-8",
                    "user-agent": "GitHub-Hookshot/1",
                    "x-many": "one,two",
                },
                "queryStringParameters": { "x": "1,2", "y": "a,b" },
                "pathParameters": { "hook_id": "a b" },
                "requestContext": null,
                "body": r#"{"ref":"refs/heads/main"}"#,
                "isBase64Encoded": false,
            })
        );
        assert_eq!(context["http"]["userAgent"], "GitHub-Hookshot/1");
    }

    #[test]
    fn the_context_tells_who_called_what_and_when() {
        let mut event = event(Request::post("/hooks/a%20b/trigger").body([].as_slice()).unwrap());

        let context = event["requestContext"].as_object_mut().unwrap();
        assert_eq!(context.remove("requestId").unwrap().as_str().unwrap().len(), 36);
        assert!(context.remove("time").unwrap().as_str().unwrap().ends_with(" +0000"));
        assert!(context.remove("timeEpoch").unwrap().as_u64().unwrap() > 1_600_000_000_000);
        assert_eq!(
            event["requestContext"],
            json!({
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "127.0.0.1:3000",
                "domainPrefix": "local",
                "http": {
                    "method": "POST",
                    "path": "/hooks/a b/trigger",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.7",
                    "userAgent": "",
                },
                "routeKey": "POST /hooks/{hook_id}/trigger",
                "stage": "$default",
            })
        );
    }

    #[test]
    fn only_text_json_xml_and_javascript_arrive_as_text() {
        for (content_type, is_base64) in [
            (Some("application/json"), false),
            (Some("Application/JSON; charset=utf-8"), false),
            (Some("text/plain"), false),
            (Some("application/xml"), false),
            (Some("application/javascript"), false),
            (Some("application/cloudevents+json"), true),
            (Some("application/x-www-form-urlencoded"), true),
            (Some("application/octet-stream"), true),
            (None, true),
        ] {
            let mut request = Request::post("/");
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let event = event(request.body(b"a=1".as_slice()).unwrap());

            let expected = if is_base64 { "YT0x" } else { "a=1" };
            assert_eq!(
                (&event["isBase64Encoded"], &event["body"]),
                (&json!(is_base64), &json!(expected)),
                "{content_type:?}"
            );
        }
    }

    #[test]
    fn text_that_is_no_text_is_kept_as_bytes() {
        let request = Request::post("/").header("content-type", "application/json").body([0xff].as_slice()).unwrap();

        assert_eq!(event(request)["body"], "/w==");
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let event = event(Request::post("/").body([].as_slice()).unwrap());

        for absent in ["body", "cookies", "queryStringParameters"] {
            assert!(event.get(absent).is_none(), "{absent}");
        }
        assert_eq!(event["rawQueryString"], "");
    }

    #[test]
    fn the_time_is_that_of_access_logs() {
        let time = OffsetDateTime::from_unix_timestamp(1_583_348_638).unwrap();

        assert_eq!(common_log_time(time), "04/Mar/2020:19:03:58 +0000");
    }
}
