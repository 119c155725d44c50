//! A webhook's payload, which a stranger wrote: JSON, or a form with JSON or fields in it. It is read at the paths that
//! matter, in one pass, and nothing is built from the rest.

pub mod json;
mod multipart;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod tests;
mod token;
mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

pub use self::json::Found;
pub use self::json::JsonError;
use self::json::Values;
use crate::domain::payload::{Path, Segment, Value};
use crate::domain::signature::scheme::Forms;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The field of a form in which providers send JSON.
const PAYLOAD: &str = "payload";

/// Why a payload cannot be read. The text says where, never what is there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// It is not JSON, and its type is not one that we read.
    #[error("the content type must be application/json, one that ends in +json, or application/x-www-form-urlencoded")]
    UnsupportedType,
    /// It is a form, and comes from a provider that sends none.
    #[error("the body is a form, but the provider of this hook sends JSON: choose JSON as the content type there")]
    NoForms,
    /// It is a form of other fields than its provider sends.
    #[error("the form must have one field, `{0}`, which holds the JSON")]
    OtherFields(&'static str),
    /// It is no token, or none that says what its provider says.
    #[error("the body must be a JSON Web Token, as the provider of this hook sends it")]
    NoToken,
    /// It is compressed.
    #[error("the body must not be compressed: send it without `Content-Encoding`")]
    Compressed,
    /// Its values are so many or so long that the hook's conditions would look at too much.
    #[error("the body is too large for so many conditions")]
    TooManyComparisons,
    /// It is not UTF-8, as JSON must be (RFC 8259 section 8.1).
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// It is not JSON, or none that can be read.
    #[error("the body {0}")]
    NotJson(JsonError),
}

/// A body, and how it may be read.
#[derive(Debug)]
pub struct Payload<'a> {
    forms: Forms,
    claimed: Claim,
    content_type: Option<&'a str>,
    body: &'a [u8],
    /// What a form has in its one field, or what a token says, when that was looked for.
    wrapped: OnceLock<Option<Cow<'a, str>>>,
}

/// What a content type says that the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Json,
    Form,
    Multipart,
    Other,
}

impl Claim {
    fn of(content_type: Option<&str>) -> Self {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        match media_type.as_str() {
            "" | "application/json" => Self::Json,
            FORM => Self::Form,
            MULTIPART => Self::Multipart,
            _ if media_type.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

/// What a body holds.
pub enum Content<'a, T> {
    /// JSON, as it was parsed.
    Json(T),
    /// The fields of a form, decoded one by one: there may be two million.
    Fields(form_urlencoded::Parse<'a>),
}

impl<'a> Payload<'a> {
    /// The body of a call, from a provider that sends forms in this way.
    pub fn new(forms: Forms, content_type: Option<&'a str>, body: &'a [u8]) -> Self {
        Self { forms, claimed: Claim::of(content_type), content_type, body, wrapped: OnceLock::new() }
    }

    /// The bytes of the body that the provider signs.
    ///
    /// Where the JSON is signed before it is put into a form, they are what the form's field holds, if that is its one
    /// field. Such a form is never JSON, which begins with neither `p` nor `%` nor `&`: what is verified is what
    /// [`Payload::read`] reads.
    pub fn signed(&self) -> Cow<'a, [u8]> {
        // Only then is the body read as a form: that goes through all of it.
        let field = if self.wraps_what_is_signed() { self.payload_field() } else { None };
        match field {
            Some(Cow::Borrowed(json)) => Cow::Borrowed(json.as_bytes()),
            Some(Cow::Owned(json)) => Cow::Owned(json.into_bytes()),
            None => Cow::Borrowed(self.body),
        }
    }

    /// Whether the body is a form without the field that its provider signs.
    pub fn lacks_what_is_signed(&self) -> bool {
        self.wraps_what_is_signed() && self.payload_field().is_none() && !looks_like_no_form(self.body)
    }

    fn wraps_what_is_signed(&self) -> bool {
        match self.forms {
            Forms::None | Forms::Token(_) | Forms::Payload | Forms::Field(_) | Forms::Fields => false,
            Forms::SignedPayload => self.claimed == Claim::Form,
        }
    }

    /// The name of the field in which the provider sends JSON.
    fn field_name(&self) -> &'static str {
        match self.forms {
            Forms::None | Forms::Token(_) | Forms::Payload | Forms::SignedPayload | Forms::Fields => PAYLOAD,
            Forms::Field(name) => name,
        }
    }

    /// What that field of a form holds, if it is the only field.
    fn payload_field(&self) -> Option<Cow<'a, str>> {
        if self.claimed == Claim::Multipart {
            let content_type = self.content_type.unwrap_or_default();
            return multipart::only_field(content_type, self.body, self.field_name()).map(Cow::Borrowed);
        }
        let mut fields = form_urlencoded::parse(self.body);
        let (_, value) = fields.next().filter(|(name, _)| *name == *self.field_name())?;
        fields.next().is_none().then_some(value)
    }

    /// What the body holds, its JSON parsed by `parse`.
    ///
    /// The content type is not signed, so it must not change what signed bytes mean: an attacker who captured a call
    /// could send it again under another one. Bytes that are JSON are JSON under every type. What is not JSON can be a
    /// form, if its type says so, and only one that its provider sends. An empty body is an empty object.
    pub fn read<'s, T>(
        &'s self,
        parse: impl Fn(&'s str) -> Result<T, JsonError>,
    ) -> Result<Content<'a, T>, PayloadError> {
        if let Forms::Token(claim) = self.forms {
            let said = self.wrapped.get_or_init(|| token::said(self.body, claim).map(Cow::Owned)).as_deref();
            return parse(said.ok_or(PayloadError::NoToken)?).map(Content::Json).map_err(PayloadError::NotJson);
        }
        let not_json = match text(self.body) {
            Ok(text) => match parse(text) {
                Ok(json) => return Ok(Content::Json(json)),
                Err(error) if json::is_json(text) => return Err(PayloadError::NotJson(error)),
                Err(error) => PayloadError::NotJson(error),
            },
            Err(error) => error,
        };
        match self.claimed {
            Claim::Json => Err(not_json),
            Claim::Form if looks_like_no_form(self.body) => Err(not_json),
            Claim::Form => self.read_form(parse),
            Claim::Multipart if matches!(self.forms, Forms::Field(_)) => self.read_form(parse),
            Claim::Multipart | Claim::Other => Err(PayloadError::UnsupportedType),
        }
    }

    fn read_form<'s, T>(
        &'s self,
        parse: impl Fn(&'s str) -> Result<T, JsonError>,
    ) -> Result<Content<'a, T>, PayloadError> {
        let alone = self.wrapped.get_or_init(|| self.payload_field()).as_deref();
        match (self.forms, alone) {
            (Forms::None | Forms::Token(_), _) => Err(PayloadError::NoForms),
            (Forms::Payload | Forms::SignedPayload | Forms::Field(_), None) => {
                Err(PayloadError::OtherFields(self.field_name()))
            }
            (Forms::Payload | Forms::SignedPayload | Forms::Field(_), Some(json)) => {
                parse(json).map(Content::Json).map_err(PayloadError::NotJson)
            }
            (Forms::Fields, Some(json)) if json.trim_start().starts_with('{') && json::is_json(json) => {
                parse(json).map(Content::Json).map_err(PayloadError::NotJson)
            }
            (Forms::Fields, _) => Ok(Content::Fields(form_urlencoded::parse(self.body))),
        }
    }

    /// The values at `paths`. JSON is parsed here, once and completely, whatever the paths are.
    pub fn select<'s>(&'s self, paths: impl IntoIterator<Item = &'s Path>) -> Result<Found<'s>, PayloadError> {
        let paths: Vec<_> = paths.into_iter().collect();
        Ok(match self.read(|text| json::select(text, paths.iter().copied()))? {
            Content::Json(found) => found,
            Content::Fields(fields) => select_fields(fields, &paths),
        })
    }
}

/// The body as text. RFC 8259 lets a reader ignore the byte order mark that some senders add.
fn text(body: &[u8]) -> Result<&str, PayloadError> {
    let text = std::str::from_utf8(body).map_err(|_| PayloadError::NotUtf8)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(if text.is_empty() { "{}" } else { text })
}

/// Whether the name of the first field has characters that every encoder of forms escapes. `curl` sends whatever it is
/// given under the type of a form: JSON with a mistake in it, XML, YAML. Read as a form, it would be one field that no
/// variable asks for, and the job would be made of defaults.
fn looks_like_no_form(body: &[u8]) -> bool {
    let field = body.split(|byte| *byte == b'&').find(|field| !field.is_empty()).unwrap_or_default();
    let name = field.split(|byte| *byte == b'=').next().unwrap_or_default();
    let is_odd = |byte: &u8| byte.is_ascii_control() || b" \"{}<>".contains(byte);
    name.starts_with(b"[") || name.starts_with(b"\xef\xbb\xbf") || name.iter().any(is_odd)
}

/// A form is flat, and of fields with one name the last one counts, as in JSON. There may be two million fields, so they
/// are read once, and only those that a path names are kept.
fn select_fields<'f>(fields: form_urlencoded::Parse<'f>, paths: &[&'f Path]) -> Found<'f> {
    // A hundred variables and conditions may have one path, and the field may be the whole body.
    let mut wanted = BTreeMap::<_, BTreeSet<&Path>>::new();
    for path in paths {
        wanted.entry(field_of(path)).or_default().insert(path);
    }
    let mut found = BTreeMap::new();
    // Not collected: that would first keep all of them.
    for (name, value) in fields {
        for path in wanted.get(&Some(Cow::Borrowed(&*name))).into_iter().flatten() {
            found.insert(*path, Values::One(Value::Field(value.clone())));
        }
    }
    found.into_iter().collect()
}

/// The name of the field that a path leads to in a form: its one name, or the first with the others in brackets, as
/// `data.email` is `data[email]`. So one field has at most two paths.
fn field_of(path: &Path) -> Option<Cow<'_, str>> {
    let names: Vec<&str> = path.segments().iter().map(Segment::name).collect::<Option<_>>()?;
    match names.as_slice() {
        [] => None,
        [name] => Some(Cow::Borrowed(name)),
        names if names.iter().any(|name| name.contains(['[', ']'])) => None,
        [first, inner @ ..] => {
            Some(inner.iter().fold((*first).to_owned(), |name, part| name + "[" + part + "]").into())
        }
    }
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
