//! Public text: a page, a script, a document. It is sent compressed, and a client that already has it gets 304.

use std::borrow::Cow;
use std::io::{self, Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use lambda_http::http::{StatusCode, header};
use sha2::{Digest as _, Sha256};

use shared::http::{ApiError, Body, Call, Response, ResponseExt as _};

/// Text that anyone may read and cache.
#[derive(Debug)]
pub struct Content {
    media_type: &'static str,
    caching: Caching,
    /// Names the text, however it is encoded.
    digest: Cow<'static, str>,
    text: Stored,
}

/// For how long a copy is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caching {
    /// Until the next request, which is answered 304 if nothing has changed.
    Revalidated,
    /// For a year, the longest time that caches know: the address names the text, so another text has another address.
    Forever,
}

#[derive(Debug)]
enum Stored {
    Plain(String),
    Gzip(&'static [u8]),
}

impl Content {
    /// Text that was made for this call.
    pub fn plain(media_type: &'static str, text: String) -> Self {
        let digest = hex::encode(Sha256::digest(&text)).into();
        Self { media_type, caching: Caching::Revalidated, digest, text: Stored::Plain(text) }
    }

    /// Text that was compressed with gzip when the function was built. The digest is in the letters that an `ETag` may
    /// have.
    pub fn compressed(media_type: &'static str, caching: Caching, digest: &'static str, gzip: &'static [u8]) -> Self {
        Self { media_type, caching, digest: digest.into(), text: Stored::Gzip(gzip) }
    }

    /// 200 with the text, or 304 if the caller has it.
    pub fn respond(self, call: &Call) -> Result<Response, ApiError> {
        // Weak: the bytes that it names may be compressed or not.
        let etag = format!("W/\"{}\"", self.digest);
        let is_known = call.received().header("if-none-match").is_some_and(|known| names(known, &etag));
        let response = if is_known { not_modified() } else { self.send(call).map_err(internal)? };
        Ok(response
            .with_header(header::ETAG, &etag)
            .with_header(header::CACHE_CONTROL, self.caching.directive())
            .with_header(header::VARY, "accept-encoding")
            .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
    }

    fn send(&self, call: &Call) -> io::Result<Response> {
        let takes_gzip = call.received().header("accept-encoding").is_some_and(accepts_gzip);
        let body = match &self.text {
            Stored::Plain(text) if takes_gzip => Body::Bytes(compress(text)?.into()),
            Stored::Plain(text) => Body::Text(text.clone()),
            Stored::Gzip(bytes) if takes_gzip => Body::Bytes((*bytes).into()),
            Stored::Gzip(bytes) => Body::Text(decompress(bytes)?),
        };
        let response = Response::new(body).with_header(header::CONTENT_TYPE, self.media_type);
        Ok(if takes_gzip { response.with_header(header::CONTENT_ENCODING, "gzip") } else { response })
    }
}

impl Caching {
    fn directive(self) -> &'static str {
        match self {
            Self::Revalidated => "no-cache",
            Self::Forever => "public, max-age=31536000, immutable",
        }
    }
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::EMPTY);
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// Whether an `If-None-Match` names the tag. `W/` makes no difference here (RFC 9110, section 13.1.2).
fn names(known: &str, etag: &str) -> bool {
    let strong = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || known.split(',').any(|tag| strong(tag) == strong(etag))
}

/// Whether an `Accept-Encoding` has gzip, or anything, without forbidding it by a weight of 0 (RFC 9110, section
/// 12.5.3).
fn accepts_gzip(accepted: &str) -> bool {
    let weight_of = |coding: &str| {
        accepted.split(',').find_map(|item| {
            let (name, parameter) = item.split_once(';').unwrap_or((item, "q=1"));
            let weight = parameter.trim().strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(coding).then_some(weight.unwrap_or(0.0))
        })
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

fn compress(text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

fn decompress(bytes: &[u8]) -> io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text)?;
    Ok(text)
}

fn internal(error: io::Error) -> ApiError {
    ApiError::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use shared::domain::id::RequestId;
    use shared::domain::timestamp::Timestamp;

    use super::*;

    fn call(headers: &serde_json::Value) -> Call {
        let event = serde_json::json!({
            "rawPath": "/docs", "headers": headers, "requestContext": { "http": { "method": "GET" } }
        });
        let now = Timestamp::from(std::time::SystemTime::UNIX_EPOCH);
        Call::read(&event.to_string(), RequestId::at(now, [0; 10]), now).unwrap()
    }

    fn answer(headers: &serde_json::Value) -> Response {
        Content::plain("text/plain; charset=utf-8", "to be read".into()).respond(&call(headers)).unwrap()
    }

    fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn text_is_compressed_for_those_who_accept_it() {
        let compressed = answer(&serde_json::json!({ "accept-encoding": "br, gzip" }));
        let Body::Bytes(bytes) = compressed.body() else { panic!("{compressed:?}") };
        assert_eq!(decompress(bytes).unwrap(), "to be read");
        assert_eq!(header(&compressed, "content-encoding"), Some("gzip"));

        let plain = answer(&serde_json::json!({}));
        assert_eq!((plain.body().to_text().as_str(), header(&plain, "content-encoding")), ("to be read", None));
        for response in [compressed, plain] {
            assert_eq!(header(&response, "vary"), Some("accept-encoding"));
            assert_eq!(header(&response, "content-type"), Some("text/plain; charset=utf-8"));
            assert_eq!(header(&response, "x-content-type-options"), Some("nosniff"));
        }
    }

    #[test]
    fn text_that_was_stored_compressed_reaches_those_who_cannot_decompress() {
        let gzip = compress("a script").unwrap().leak();
        let content = || Content::compressed("text/javascript", Caching::Forever, "digest", gzip);

        let plain = content().respond(&call(&serde_json::json!({}))).unwrap();
        assert_eq!(plain.body().to_text(), "a script");
        assert_eq!(header(&plain, "etag"), Some("W/\"digest\""));
        assert_eq!(header(&plain, "cache-control"), Some("public, max-age=31536000, immutable"));

        let compressed = content().respond(&call(&serde_json::json!({ "accept-encoding": "gzip" }))).unwrap();
        assert!(matches!(compressed.body(), Body::Bytes(Cow::Borrowed(_))), "{compressed:?}");
    }

    #[test]
    fn who_has_the_text_is_not_sent_it_again() {
        let etag = header(&answer(&serde_json::json!({})), "etag").unwrap().to_owned();
        for known in [etag.clone(), etag.trim_start_matches("W/").into(), format!("\"other\", {etag}"), "*".into()] {
            let response = answer(&serde_json::json!({ "if-none-match": known }));
            assert_eq!(
                (response.status(), response.body().to_text().as_str()),
                (StatusCode::NOT_MODIFIED, ""),
                "{known}"
            );
            assert_eq!(header(&response, "etag"), Some(etag.as_str()));
            assert_eq!(header(&response, "cache-control"), Some("no-cache"));
        }
        for other in ["", "\"\"", "W/\"\"", "W/", ",", "\"other\"", "to be read", &etag.replace('"', "")] {
            assert_eq!(answer(&serde_json::json!({ "if-none-match": other })).status(), StatusCode::OK, "{other}");
        }
    }

    #[test]
    fn another_text_has_another_tag() {
        let tag = |text: &str| {
            let content = Content::plain("text/plain", text.into());
            header(&content.respond(&call(&serde_json::json!({}))).unwrap(), "etag").unwrap().to_owned()
        };
        assert_ne!(tag("one"), tag("two"));
    }

    #[test]
    fn gzip_is_accepted_when_it_is_named_and_not_forbidden() {
        for accepted in ["gzip", "GZIP", "deflate, gzip;q=1.0, *;q=0.5", "*", " gzip ; q=0.001", "*;q=0, gzip"] {
            assert!(accepts_gzip(accepted), "{accepted}");
        }
        for accepted in ["", "identity", "br", "gzip;q=0", "*, gzip;q=0.000", "*;q=0", "x-gzip", "gzip;q=", ";;,,"] {
            assert!(!accepts_gzip(accepted), "{accepted}");
        }
    }
}
