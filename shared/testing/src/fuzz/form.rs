//! Payloads under any content type, forms above all.

use shared::domain::payload::{Path, Value};
use shared::payload::{Payload, PayloadError};

use super::payload::check_selection;
use super::{paths, sections};

const FORM: &str = "application/x-www-form-urlencoded";

/// A content type (`-` for none), lines of paths, then a body of any bytes. The type alone says how a body is read that
/// is not empty; a form holds what the decoder of this file finds in it, and its fields or the JSON in it stand where
/// paths lead.
///
/// # Panics
///
/// When one of this does not hold.
pub fn forms(input: &[u8]) {
    let Some((lines, body)) = sections(input) else { return };
    let [content_type, lines @ ..] = lines.as_slice() else { return };
    let content_type = Some(*content_type).filter(|text| *text != "-");
    let paths = paths(lines);
    let paths: Vec<&Path> = paths.iter().collect();

    let payload = Payload::read(content_type, body);
    let expected = Read::of_body(content_type, body);
    assert_eq!(Read::of_payload(&payload), expected);
    match &expected {
        Read::Json(text) => check_selection(text, &paths),
        Read::Form(fields) => check_fields(fields, &paths, &payload),
        Read::Unsupported | Read::NotUtf8 | Read::Other => {}
    }
    let Ok(payload) = payload else { return };
    let found = payload.select(paths.iter().copied()).unwrap_or_default();
    for path in &paths {
        // Asked for one path alone, it may get by without a part of the payload that another path leads through.
        let alone = payload.select([*path]).unwrap_or_default();
        assert!(found.at(path).is_none() || found.at(path) == alone.at(path), "{path}");
    }
}

/// How a body is read.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Unsupported,
    NotUtf8,
    Json(String),
    Form(Vec<(String, String)>),
    /// What reading a body cannot come to before it is parsed.
    Other,
}

impl Read {
    fn of_payload(payload: &Result<Payload<'_>, PayloadError>) -> Self {
        match payload {
            Err(PayloadError::UnsupportedType) => Self::Unsupported,
            Err(PayloadError::NotUtf8) => Self::NotUtf8,
            Err(PayloadError::NotJson { .. } | PayloadError::Compressed) => Self::Other,
            Ok(Payload::Json(text)) => Self::Json(text.clone().into_owned()),
            Ok(Payload::Form(fields)) => {
                let field = |(name, value): &(std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
                    (name.clone().into_owned(), value.clone().into_owned())
                };
                Self::Form(fields.iter().map(field).collect())
            }
        }
    }

    fn of_body(content_type: Option<&str>, body: &[u8]) -> Self {
        match &*media_type(content_type) {
            _ if body.is_empty() => Self::Json("{}".to_owned()),
            FORM => {
                let fields = pairs(body);
                let json = fields.iter().find(|(name, _)| name == "payload").map(|(_, value)| value.clone());
                json.map_or(Self::Form(fields), Self::Json)
            }
            media_type if ["", "application/json"].contains(&media_type) || media_type.ends_with("+json") => {
                let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
                let text = String::from_utf8(if body.is_empty() { b"{}".to_vec() } else { body.to_vec() });
                text.map_or(Self::NotUtf8, Self::Json)
            }
            _ => Self::Unsupported,
        }
    }
}

fn media_type(content_type: Option<&str>) -> String {
    let text = content_type.unwrap_or_default().to_ascii_lowercase();
    text.find(';').map_or(&*text, |at| &text[..at]).trim().to_owned()
}

/// The fields of a body that is a form; `None` when it is none, or empty.
pub(super) fn fields(content_type: Option<&str>, body: &[u8]) -> Option<Vec<(String, String)>> {
    (!body.is_empty() && media_type(content_type) == FORM).then(|| pairs(body))
}

fn pairs(body: &[u8]) -> Vec<(String, String)> {
    body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).map(pair).collect()
}

/// One field, decoded as <https://url.spec.whatwg.org/#urlencoded-parsing> says.
fn pair(pair: &[u8]) -> (String, String) {
    let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    (plain(&pair[..at]), plain(pair.get(at + 1..).unwrap_or_default()))
}

fn plain(encoded: &[u8]) -> String {
    let digit = |at: usize| char::from(*encoded.get(at)?).to_digit(16);
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(byte) = encoded.get(at) {
        let escaped = digit(at + 1).zip(digit(at + 2)).filter(|_| *byte == b'%');
        let escaped = escaped.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        bytes.push(escaped.unwrap_or(if *byte == b'+' { b' ' } else { *byte }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A form is flat, and of fields with one name the last one counts.
fn check_fields(fields: &[(String, String)], paths: &[&Path], payload: &Result<Payload<'_>, PayloadError>) {
    let found = payload.as_ref().ok().and_then(|payload| payload.select(paths.iter().copied()).ok());
    let found = found.unwrap_or_default();
    for path in paths {
        let named = |name: &String| Some(fields.iter().rfind(|(known, _)| known == name)?.1.as_str());
        let expected = path.segments().first().and_then(named).filter(|_| path.segments().len() == 1);
        assert_eq!(found.at(path), expected.map(|text| Value::String(text.into())).as_ref(), "{path}");
    }
}
