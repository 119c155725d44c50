//! Payloads under any content type, forms above all.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::from_str;
use serde_json::value::RawValue;
use shared::domain::payload::{Path, Segment, Value};
use shared::domain::signature::scheme::Forms;
use shared::payload::{Content, Found, Payload, json};

use super::payload::check_selection;
use super::{paths, sections};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// A content type (`-` for none), lines of paths, then a body of any bytes. Bytes that are JSON are read as JSON. Others
/// are a form, if the type says so and the provider sends such forms; it holds what the decoder of this file finds in
/// it, and its fields or the JSON in it stand where paths lead. Of a JSON Web Token, what it says is read. Under no two
/// types do the same signed bytes mean different things.
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
    let tokens = [Forms::Token(None), Forms::Token(Some("data"))];
    let forms = [Forms::None, Forms::Payload, Forms::SignedPayload, Forms::Field("data"), Forms::Fields];
    for forms in forms.into_iter().chain(tokens) {
        check(&Payload::new(forms, content_type, body), &Read::of_body(forms, content_type, body), &paths);
        let types = [content_type, None, Some("text/plain"), Some("a/b+json"), Some(FORM)];
        let readings = types.map(|content_type| {
            let payload = Payload::new(forms, content_type, body);
            (payload.signed().into_owned(), Read::of_payload(&payload))
        });
        for (signed, reading) in readings.iter().filter(|(_, reading)| *reading != Read::Refused) {
            let same = readings.iter().filter(|(other, reading)| other == signed && *reading != Read::Refused);
            same.for_each(|(_, other)| assert_eq!(other, reading));
        }
    }
}

fn check(payload: &Payload<'_>, expected: &Read, paths: &[&Path]) {
    assert_eq!(Read::of_payload(payload), *expected);
    let found = payload.select(paths.iter().copied());
    match expected {
        Read::Json(text) => check_selection(text, paths),
        Read::Fields(fields) => check_fields(fields, paths, found.as_ref().unwrap_or(&Found::default())),
        Read::Refused => assert!(found.is_err()),
    }
    let Ok(found) = found else { return };
    for path in paths {
        // Asked for one path alone, it may get by without a part of the payload that another path leads through.
        let alone = payload.select([*path]).unwrap_or_default();
        assert!(found.all(path).is_empty() || found.all(path) == alone.all(path), "{path}");
    }
}

/// How a body is read.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Json(String),
    Fields(Vec<(String, String)>),
    Refused,
}

impl Read {
    fn of_payload(payload: &Payload<'_>) -> Self {
        match payload.read(|text| json::whole(text).map(|_| text)) {
            Err(_) => Self::Refused,
            Ok(Content::Json(text)) => Self::Json(text.to_owned()),
            Ok(Content::Fields(fields)) => {
                Self::Fields(fields.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
            }
        }
    }

    /// What a token says, with the alphabet of base64 that is not for addresses.
    fn of_token(claim: Option<&str>, body: &[u8]) -> Option<String> {
        let pieces: Vec<_> = str::from_utf8(body).ok()?.trim_ascii().split('.').collect();
        let [_, said, _] = pieces.as_slice() else { return None };
        if said.contains(['+', '/']) {
            return None;
        }
        let said = STANDARD_NO_PAD.decode(said.replace('-', "+").replace('_', "/")).ok()?;
        let said = String::from_utf8(said).ok()?;
        let Some(claim) = claim else { return Some(said) };
        let members: BTreeMap<String, &RawValue> = from_str(&said).ok()?;
        from_str(members.get(claim)?.get()).ok()
    }

    fn of_body(forms: Forms, content_type: Option<&str>, body: &[u8]) -> Self {
        if let Forms::Token(claim) = forms {
            let said = Self::of_token(claim, body).filter(|said| is_json(said));
            return said.map_or(Self::Refused, Self::Json);
        }
        let plain = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let plain = if plain.is_empty() { b"{}" } else { plain };
        match String::from_utf8(plain.to_vec()) {
            Ok(text) if is_json(&text) => return Self::Json(text),
            Ok(text) if media_type(content_type) == MULTIPART => return Self::of_multipart(forms, content_type, &text),
            _ if media_type(content_type) != FORM || is_odd(body) => return Self::Refused,
            Ok(_) | Err(_) => {}
        }
        let fields = pairs(body);
        let wanted = if let Forms::Field(name) = forms { name } else { "payload" };
        let alone = fields.first().filter(|(name, _)| fields.len() == 1 && name == wanted);
        let json = alone.map(|(_, value)| value.clone()).filter(|value| is_json(value));
        match (forms, json) {
            (Forms::None | Forms::Token(_), _) | (Forms::Payload | Forms::SignedPayload | Forms::Field(_), None) => {
                Self::Refused
            }
            (Forms::Payload | Forms::SignedPayload | Forms::Field(_), Some(json)) => Self::Json(json),
            (Forms::Fields, Some(json)) if json.trim_start().starts_with('{') => Self::Json(json),
            (Forms::Fields, _) => Self::Fields(fields),
        }
    }
}

impl Read {
    /// A form of several parts is cut at each of its boundaries. It may have one part, which is that of the provider.
    fn of_multipart(forms: Forms, content_type: Option<&str>, text: &str) -> Self {
        let Forms::Field(name) = forms else { return Self::Refused };
        let value = boundary(content_type.unwrap_or_default()).and_then(|boundary| {
            let closed = format!("\r\n{text}");
            let pieces: Vec<_> = closed.split(&format!("\r\n--{boundary}")).collect();
            let ["", part, end] = pieces.as_slice() else { return None };
            let (head, value) = part.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
            (end.trim_end() == "--" && is_field(head, name)).then(|| value.to_owned())
        });
        value.filter(|value| is_json(value)).map_or(Self::Refused, Self::Json)
    }
}

fn boundary(content_type: &str) -> Option<String> {
    parameters(content_type)
        .into_iter()
        .find(|(name, _)| name == "boundary")
        .map(|(_, value)| value)
        .filter(|value| (1..=70).contains(&value.len()))
}

fn is_field(head: &str, name: &str) -> bool {
    let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let disposition =
        lines.map(|(name, value)| (name.to_ascii_lowercase(), value)).find(|(name, _)| name == "content-disposition");
    disposition.is_some_and(|(_, value)| {
        let named = parameters(value).into_iter().find(|(known, _)| known == "name");
        media_type(Some(value)) == "form-data" && value.contains(';') && named.is_some_and(|(_, value)| value == name)
    })
}

fn parameters(header: &str) -> Vec<(String, String)> {
    let pairs = header.split(';').skip(1).filter_map(|text| text.split_once('='));
    pairs
        .map(|(name, value)| {
            let value = value.trim();
            let quoted = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
            let bare = if quoted { &value[1..value.len() - 1] } else { value };
            (name.trim().to_ascii_lowercase(), bare.to_owned())
        })
        .collect()
}

fn is_json(text: &str) -> bool {
    from_str::<&RawValue>(text).is_ok()
}

/// Whether a form begins with what no encoder leaves as it is.
fn is_odd(body: &[u8]) -> bool {
    let start = body.iter().position(|byte| *byte != b'&').unwrap_or(body.len());
    let end = body[start..].iter().position(|byte| b"=&".contains(byte)).map_or(body.len(), |at| start + at);
    let name = &body[start..end];
    name.first() == Some(&b'[')
        || name.starts_with("\u{feff}".as_bytes())
        || name.iter().any(|byte| *byte <= b' ' || matches!(byte, b'"' | b'<' | b'>' | b'{' | b'}' | 0x7f))
}

fn media_type(content_type: Option<&str>) -> String {
    let text = content_type.unwrap_or_default().to_ascii_lowercase();
    text.find(';').map_or(&*text, |at| &text[..at]).trim().to_owned()
}

/// The fields of a body whose type is that of a form. `None` for other types and for an empty body.
pub(super) fn fields(content_type: Option<&str>, body: &[u8]) -> Option<Vec<(String, String)>> {
    (!body.is_empty() && media_type(content_type) == FORM).then(|| pairs(body))
}

pub(super) fn pairs(body: &[u8]) -> Vec<(String, String)> {
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

/// A form is flat, and of fields with one name the last one counts. A path of several names is the name of a field with
/// all but the first in brackets.
fn check_fields(fields: &[(String, String)], paths: &[&Path], found: &Found<'_>) {
    for path in paths {
        let named = |name: &String| Some(fields.iter().rfind(|(known, _)| known == name)?.1.as_str());
        let expected = name(path).as_ref().and_then(named);
        assert_eq!(found.at(path), expected.map(|text| Value::Field(text.into())).as_ref(), "{path}");
    }
}

fn name(path: &Path) -> Option<String> {
    let names: Vec<&str> = path.segments().iter().map(Segment::name).collect::<Option<_>>()?;
    let is_flat = names.len() == 1 || !names.concat().contains(['[', ']']);
    let brackets = names.len().checked_sub(1)?;
    is_flat.then(|| names.join("][").replacen("][", "[", 1) + if brackets > 0 { "]" } else { "" })
}
