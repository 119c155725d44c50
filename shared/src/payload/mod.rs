//! A webhook's payload, which a stranger wrote: JSON, or a form with JSON or fields in it. It is read at the paths that
//! are wanted, in one pass, and nothing is built of the rest.

pub mod json;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use self::json::JsonError;
use crate::domain::payload::{Path, Value};
use crate::domain::signature::scheme::Forms;

const FORM: &str = "application/x-www-form-urlencoded";

/// Why a payload cannot be read. The text says where, never what is there.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PayloadError {
    /// Its type is not one that we read.
    #[error("the content type must be application/json, one that ends in +json, or application/x-www-form-urlencoded")]
    UnsupportedType,
    /// It is compressed.
    #[error("the body must not be compressed: send it without `Content-Encoding`")]
    Compressed,
    /// It is not UTF-8, as JSON must be (RFC 8259 section 8.1).
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// It is not JSON, or none that can be read.
    #[error("the body {0}")]
    NotJson(JsonError),
}

/// A payload whose form is known and whose content is not parsed yet.
#[derive(Debug)]
pub enum Payload<'a> {
    /// JSON text.
    Json(Cow<'a, str>),
    /// The fields of a form, decoded.
    Form(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

impl<'a> Payload<'a> {
    /// Reads the body as its content type says. Without one it is JSON; an empty body is an empty object. GitHub and
    /// others can send a form whose field `payload` holds the JSON.
    pub fn read(content_type: Option<&str>, body: &'a [u8]) -> Result<Self, PayloadError> {
        // Whatever its type: API Gateway adds one where there is no body.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
        if body.is_empty() {
            return Ok(Self::json(""));
        }
        let media_type = media_type(content_type);
        let is_json = media_type.is_empty() || media_type == "application/json" || media_type.ends_with("+json");
        if is_json {
            return std::str::from_utf8(body).map(Self::json).map_err(|_| PayloadError::NotUtf8);
        }
        if media_type != FORM {
            return Err(PayloadError::UnsupportedType);
        }
        let mut fields: Vec<_> = form_urlencoded::parse(body).collect();
        match fields.iter().position(|(name, _)| name == "payload") {
            Some(position) => Ok(Self::Json(fields.swap_remove(position).1)),
            None => Ok(Self::Form(fields)),
        }
    }

    /// The bytes of the body that are signed by a provider which sends forms in this way. `None` when no bytes are.
    ///
    /// Where the JSON is signed before it is put into a form, the form must have that field once and nothing else.
    /// Otherwise an attacker who captured a call could send it with another field before the signed one, or as a form
    /// whose text was signed as JSON, and have that read. The result is what [`Payload::read`] takes for the JSON.
    pub fn signed(forms: Forms, content_type: Option<&str>, body: &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let is_wrapped = match forms {
            Forms::Signed => false,
            Forms::SignedPayload => !body.is_empty() && media_type(content_type) == FORM,
        };
        if !is_wrapped {
            return Some(Cow::Borrowed(body));
        }
        let mut fields = form_urlencoded::parse(body);
        let (name, json) = fields.next()?;
        let is_alone = name == "payload" && fields.next().is_none();
        is_alone.then(|| match json {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        })
    }

    fn json(text: &'a str) -> Self {
        // RFC 8259 lets a reader ignore the byte order mark that some senders add.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self::Json(Cow::Borrowed(if text.is_empty() { "{}" } else { text }))
    }

    /// The values at `paths`. JSON is parsed here, once and completely, whatever the paths are.
    pub fn select<'s>(&'s self, paths: impl IntoIterator<Item = &'s Path>) -> Result<Found<'s>, PayloadError> {
        match self {
            Self::Json(text) => json::select(text, paths).map_err(PayloadError::NotJson),
            Self::Form(fields) => Ok(select_fields(fields, paths)),
        }
    }
}

/// What was found in a payload, by its path.
#[derive(Debug, Default)]
pub struct Found<'a>(BTreeMap<&'a Path, Value<'a>>);

impl<'a> Found<'a> {
    /// The value at one of the paths.
    pub fn at(&self, path: &Path) -> Option<&Value<'a>> {
        self.0.get(path)
    }
}

/// In lower case and without parameters; empty if it is missing.
fn media_type(content_type: Option<&str>) -> String {
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().to_ascii_lowercase()
}

/// A form is flat: a path of one segment names a field; the last one of a name counts, as in JSON. There may be a
/// million fields, so they are gone through once.
fn select_fields<'f>(
    fields: &'f [(Cow<'_, str>, Cow<'_, str>)],
    paths: impl IntoIterator<Item = &'f Path>,
) -> Found<'f> {
    let name = |path: &'f Path| if let [name] = path.segments() { Some((name.as_str(), path)) } else { None };
    let wanted: BTreeMap<&str, &Path> = paths.into_iter().filter_map(name).collect();
    let value = |(name, value): &'f (Cow<'_, str>, Cow<'_, str>)| {
        Some((*wanted.get(&**name)?, Value::String(Cow::Borrowed(&**value))))
    };
    Found(fields.iter().filter_map(value).collect())
}

/// Refuses a body that is compressed: what cannot be bounded before it is unpacked is not unpacked here. Other values
/// of `Content-Encoding` are no codings (some senders write the charset there), and are not looked at.
pub fn refuse_compressed(content_encoding: Option<&str>) -> Result<(), PayloadError> {
    let mut codings = content_encoding.unwrap_or_default().split(',').map(|coding| coding.trim().to_ascii_lowercase());
    let known = ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd"];
    if codings.any(|coding| known.contains(&coding.as_str())) {
        return Err(PayloadError::Compressed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(content_type: Option<&str>, body: &[u8], path: &str) -> Result<Option<String>, PayloadError> {
        let payload = Payload::read(content_type, body)?;
        let path = path.parse().unwrap();
        let found = payload.select([&path])?;
        Ok(found.at(&path).and_then(|value| value.as_text().map(str::to_owned)))
    }

    #[test]
    fn json_is_read_under_each_of_its_types() {
        let types = [
            None,
            Some(""),
            Some("application/json"),
            Some("Application/JSON; charset=utf-8"),
            Some("application/vnd.x+json"),
        ];
        for content_type in types {
            assert_eq!(one(content_type, br#"{"a": "x"}"#, "a").unwrap().as_deref(), Some("x"), "{content_type:?}");
        }
        assert_eq!(one(None, "\u{feff}{\"a\": 1}".as_bytes(), "a").unwrap().as_deref(), Some("1"));
    }

    #[test]
    fn an_empty_body_is_an_empty_object_under_every_type() {
        for content_type in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            assert_eq!(one(content_type, b"", "a").unwrap(), None);
        }
    }

    #[test]
    fn a_form_holds_json_in_its_field_payload_or_else_its_fields() {
        let form = Some("application/x-www-form-urlencoded");
        assert_eq!(one(form, b"x=1&payload=%7B%22a%22%3A+%22b%22%7D", "a").unwrap().as_deref(), Some("b"));
        assert_eq!(one(form, b"a=1&a=%C3%A9+x", "a").unwrap().as_deref(), Some("\u{e9} x"));
        assert_eq!(one(form, b"a=1", "a.b").unwrap(), None);
        assert!(matches!(one(form, b"payload=x", "a"), Err(PayloadError::NotJson { .. })));
    }

    #[test]
    fn of_a_form_its_only_field_is_signed_and_of_anything_else_the_body() {
        let form = Some("Application/x-www-form-urlencoded; charset=utf-8");
        let signed =
            |content_type, body| Payload::signed(Forms::SignedPayload, content_type, body).map(Cow::into_owned);
        for content_type in [None, Some("application/json"), Some("text/plain"), Some("multipart/form-data")] {
            let body = b"payload=%7B%7D";
            assert_eq!(signed(content_type, body).as_deref(), Some(body.as_slice()), "{content_type:?}");
        }
        assert_eq!(signed(form, b"payload=%7B%22a%22:+1%7D").as_deref(), Some(br#"{"a": 1}"#.as_slice()));
        assert_eq!(signed(form, b"").as_deref(), Some(b"".as_slice()));
        for body in ["payload=a&payload=b", "payload=a&x=b", "x=b&payload=a", "x=a", "Payload=a", "{}", "&", "=a"] {
            assert_eq!(signed(form, body.as_bytes()), None, "{body}");
            let as_sent = Payload::signed(Forms::Signed, form, body.as_bytes());
            assert_eq!(as_sent.as_deref(), Some(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for content_type in ["text/plain", "application/xml", "multipart/form-data", "json"] {
            assert!(matches!(one(Some(content_type), b"{}", "a"), Err(PayloadError::UnsupportedType)));
        }
        assert!(matches!(one(None, b"{\"a\": \"\xff\"}", "b"), Err(PayloadError::NotUtf8)));
        let error = one(None, b"{\n  nonsense", "a").unwrap_err();
        assert_eq!(error.to_string(), "the body is not valid JSON at line 2, column 3");
    }

    #[test]
    fn each_path_finds_the_last_field_of_its_name() {
        let payload = Payload::read(Some("application/x-www-form-urlencoded"), b"a=1&b=2&a=3&a.b=4&=5").unwrap();
        let paths: Vec<Path> = ["a", "b", "a", "c", r"a\.b", "a.b"].iter().map(|path| path.parse().unwrap()).collect();
        let found = payload.select(&paths).unwrap();
        let found: Vec<_> = paths.iter().map(|path| found.at(path).and_then(Value::as_text)).collect();
        assert_eq!(found, [Some("3"), Some("2"), Some("3"), None, Some("4"), None]);
    }

    #[test]
    fn a_compressed_body_is_refused_and_a_charset_is_no_compression() {
        for coding in ["gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "x-gzip"] {
            assert!(refuse_compressed(Some(coding)).is_err(), "{coding}");
        }
        for coding in [None, Some(""), Some("identity"), Some("utf-8"), Some("gzipped")] {
            assert!(refuse_compressed(coding).is_ok(), "{coding:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_panics(body: Vec<u8>, form: bool) {
            let content_type = form.then_some("application/x-www-form-urlencoded");
            let _ = one(content_type, &body, "a");
        }

        #[test]
        fn what_is_signed_of_a_form_is_what_is_read_of_it(fields in "(payload=|x=|&|%7B|%7D|%f0|[{}a+]){1,12}") {
            let form = Some("application/x-www-form-urlencoded");
            for body in [fields.clone(), format!("payload={fields}")] {
                let Some(signed) = Payload::signed(Forms::SignedPayload, form, body.as_bytes()) else { continue };
                let read = match Payload::read(form, body.as_bytes()) {
                    Ok(Payload::Json(text)) => Some(text.into_owned().into_bytes()),
                    Ok(Payload::Form(_)) | Err(_) => None,
                };
                prop_assert_eq!(read, Some(signed.into_owned()));
            }
        }
    }
}
