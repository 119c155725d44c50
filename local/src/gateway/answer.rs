//! What a function's answer means to the caller.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: Map<String, Json>,
    #[serde(default)]
    cookies: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response, or `None` when the answer has neither form of payload format 2.0.
///
/// JSON with a `statusCode` is the complete form. Any other JSON is the body of a 200.
pub(super) fn decode(payload: &[u8]) -> Option<Response<Bytes>> {
    let json: Json = serde_json::from_slice(payload).ok()?;
    if json.get("statusCode").is_none() {
        let body = json.as_str().map_or_else(|| payload.to_vec(), |text| text.as_bytes().to_vec());
        return Some(crate::server::respond(StatusCode::OK, "application/json", body));
    }
    let answer: Answer = serde_json::from_value(json).ok()?;
    let body = match (answer.body, answer.is_base64_encoded) {
        (None, _) => Vec::new(),
        (Some(text), false) => text.into_bytes(),
        (Some(text), true) => BASE64_STANDARD.decode(text).ok()?,
    };
    let mut response = Response::builder().status(StatusCode::from_u16(answer.status_code).ok()?);
    for (name, value) in &answer.headers {
        // The length is counted again below.
        if let Some(value) = header_text(value)
            && !name.eq_ignore_ascii_case("content-length")
        {
            response = response.header(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
        }
    }
    for cookie in answer.cookies {
        response = response.header(header::SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
    }
    let mut response = response.body(Bytes::from(body)).ok()?;
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Some(response)
}

fn header_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers = Vec<(String, String)>;

    fn decoded(payload: &str) -> Option<(u16, Headers, Bytes)> {
        let (parts, body) = decode(payload.as_bytes())?.into_parts();
        let headers = parts.headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned())).collect();
        Some((parts.status.as_u16(), headers, body))
    }

    fn headers(list: &[(&str, &str)]) -> Headers {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_complete_form_is_taken_as_it_stands() {
        let payload = r#"{"statusCode":201,"headers":{"Location":"/x","Content-Type":"a/b","Content-Length":9},
            "cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#;

        let (status, mut found, body) = decoded(payload).unwrap();

        found.sort();
        let expected =
            headers(&[("content-type", "a/b"), ("location", "/x"), ("set-cookie", "a=1"), ("set-cookie", "b=2")]);
        assert_eq!((status, found, body.as_ref()), (201, expected, b"hi".as_slice()));
    }

    #[test]
    fn other_json_is_the_body_of_a_200() {
        let (status, found, body) = decoded(r#"{"hello":"world"}"#).unwrap();
        assert_eq!((status, found), (200, headers(&[("content-type", "application/json")])));
        assert_eq!(body, r#"{"hello":"world"}"#);

        assert_eq!(decoded(r#""plain""#).unwrap().2, "plain");
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for payload in [
            "",
            "not json",
            r#"{"statusCode":"abc"}"#,
            r#"{"statusCode":42}"#,
            r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
            r#"{"statusCode":200,"body":"*","isBase64Encoded":true}"#,
        ] {
            assert!(decoded(payload).is_none(), "{payload}");
        }
    }
}
