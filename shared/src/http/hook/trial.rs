//! Calls that the owner of a hook makes up to try it.

use std::collections::BTreeMap;

use bytes::Bytes;
use lambda_http::http::HeaderName;

use super::draft::read_fields;
use crate::domain::Invalid;
use crate::domain::hook::{Hook, HookDraft};
use crate::domain::payload::Value;
use crate::domain::received::Received;
use crate::domain::signature::custom::Place;
use crate::domain::signature::scheme::Source;
use crate::domain::trial::{TEST_WINDOW, TestAdmission};
use crate::http::error::{ApiError, FieldErrors};
use crate::http::fields::{Fields, read};
use crate::ports::AdmitTest;

/// The largest body that describes a test, the test's own body in it. The answer may be four times as large, and Lambda
/// passes on 6 MB.
pub const MAX_TEST_BYTES: usize = 1024 * 1024;

/// The most headers that a test has; providers send fewer than thirty.
const MOST_HEADERS: usize = 100;

/// The longest name of a header, as hooks take it too.
const MAX_NAME_CHARS: usize = 64;

/// The longest value of a header, and the longest query, in bytes.
const MAX_TEXT_BYTES: usize = 8 * 1024;

/// The longest name of an event, in characters.
const MAX_EVENT_CHARS: usize = 256;

/// What a call is made of that its owner makes up.
pub struct MadeUp {
    headers: BTreeMap<String, String>,
    query: String,
    body: Bytes,
    event: Option<String>,
    /// Whether it runs for real.
    pub is_sent: bool,
}

/// Reads the test of a hook.
pub fn read_trial(mut fields: Fields<'_>) -> Result<MadeUp, ApiError> {
    let made_up = read_made_up(&mut fields);
    let is_sent = fields.optional("send", read::boolean).unwrap_or(false);
    fields.finish(made_up.map(|made_up| MadeUp { is_sent, ..made_up }))
}

/// Reads the test of a hook that is not created yet.
pub fn read_draft_trial(mut fields: Fields<'_>) -> Result<(HookDraft, MadeUp), ApiError> {
    if !fields.has("hook") {
        fields.refuse("hook", "is required: the hook, as POST /hooks/incoming takes it");
    }
    let draft = if fields.has("hook") { fields.object("hook", |hook| read_fields(hook, None)) } else { None };
    let made_up = read_made_up(&mut fields);
    if fields.optional("send", read::boolean) == Some(true) {
        fields.refuse("send", "must be false: only a hook that exists can run. Create it first");
    }
    fields.finish(draft.zip(made_up))
}

fn read_made_up(fields: &mut Fields<'_>) -> Option<MadeUp> {
    let headers = read_headers(fields);
    let query = fields.optional("query", |value| {
        let query = read::text(value)?;
        if is_line(&query) {
            return Ok(query);
        }
        Err(Invalid::new(format!(
            "must be the text behind the question mark of a URL: one line of ASCII, of at most {MAX_TEXT_BYTES} bytes"
        )))
    });
    let body = fields.optional("body", |value| Ok(bytes(value))).unwrap_or_default();
    let event = fields.optional("event", |value| {
        let event = read::text(value)?;
        let is_right = (1..=MAX_EVENT_CHARS).contains(&event.len()) && is_line(&event);
        let wrong =
            || Invalid::new(format!("must be the name of an event, of 1 to {MAX_EVENT_CHARS} ASCII characters"));
        if is_right { Ok(event) } else { Err(wrong()) }
    });
    Some(MadeUp { headers: headers?, query: query.unwrap_or_default(), body, event, is_sent: false })
}

/// The bytes that a provider would send: a string is taken as the bytes themselves, so that a test can be a form, and any
/// other JSON as it is written.
fn bytes(value: &Value<'_>) -> Bytes {
    match value {
        Value::String(text) | Value::Field(text) => text.as_bytes().to_vec().into(),
        Value::Number(json) | Value::Array(json) | Value::Object(json) => json.as_bytes().to_vec().into(),
        Value::Boolean(true) => Bytes::from_static(b"true"),
        Value::Boolean(false) => Bytes::from_static(b"false"),
        Value::Null => Bytes::new(),
    }
}

/// Headers by their names in lower case, as API Gateway hands them over.
fn read_headers(fields: &mut Fields<'_>) -> Option<BTreeMap<String, String>> {
    let given = fields.strings("headers")?;
    if given.len() > MOST_HEADERS {
        fields.refuse("headers", format!("must be at most {MOST_HEADERS} headers"));
        return None;
    }
    let mut headers = BTreeMap::new();
    let mut is_right = true;
    for (name, value) in given {
        let known = HeaderName::from_bytes(name.as_bytes()).ok().filter(|_| name.len() <= MAX_NAME_CHARS);
        let (field, reason) = match known {
            // Not under its name, which can be as long as the body.
            None => {
                ("headers".to_owned(), format!("must have names of headers, of at most {MAX_NAME_CHARS} characters"))
            }
            Some(known) if !is_line(&value) => {
                (format!("headers.{known}"), format!("must be one line of ASCII, of at most {MAX_TEXT_BYTES} bytes"))
            }
            Some(known) if headers.contains_key(known.as_str()) => {
                (format!("headers.{known}"), "must be given once: upper and lower case are the same".to_owned())
            }
            Some(known) => {
                headers.insert(known.as_str().to_owned(), value.trim().to_owned());
                continue;
            }
        };
        is_right = false;
        fields.refuse(&field, reason);
    }
    is_right.then_some(headers)
}

/// Whether a text is one line that headers and URLs can have.
fn is_line(text: &str) -> bool {
    text.len() <= MAX_TEXT_BYTES && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

impl MadeUp {
    /// The call of `hook` that `asking` asks for. `event` goes to where the hook's provider names it.
    pub fn received(self, hook: &Hook, asking: &Received) -> Result<Received, ApiError> {
        let Self { mut headers, query, body, event, is_sent: _ } = self;
        if let Some(event) = event {
            let header = header_of_event(hook).map_err(|reason| invalid("event", &reason))?;
            if headers.get(&header).is_some_and(|given| *given != event) {
                let reason = format!("must be what `headers` has as `{header}`, or be left out");
                return Err(invalid("event", &Invalid::new(reason)));
            }
            headers.insert(header, event);
        }
        let Received { id, received_at, ip_address, .. } = asking.clone();
        Ok(Received { id, received_at, ip_address, headers, query, body, retry_of: None, is_test: true })
    }
}

/// The header in which the hook's provider names what happened.
fn header_of_event(hook: &Hook) -> Result<String, Invalid> {
    let in_body = |place: &dyn std::fmt::Display| {
        Invalid::new(format!("must be left out: calls of this hook name their event in the body, at `{place}`"))
    };
    let nowhere = || Invalid::new("must be left out: calls of this hook do not name their event");
    if let Some(described) = hook.verification() {
        return match described.event() {
            Some(Place::Header(name)) => Ok(name.clone()),
            Some(Place::Body(path)) => Err(in_body(path)),
            None => Err(nowhere()),
        };
    }
    match hook.scheme().event.first() {
        Some(Source::Header(name) | Source::HeaderBeside(name, _)) => Ok((*name).to_owned()),
        Some(Source::Body(place)) => Err(in_body(place)),
        Some(Source::BodyDigest) | None => Err(nowhere()),
    }
}

fn invalid(field: &str, reason: &Invalid) -> ApiError {
    let mut errors = FieldErrors::default();
    errors.add(field, reason);
    ApiError::Invalid(errors)
}

/// The refusal of a body in which the hook's provider would not find its proof.
pub fn unreadable_body() -> ApiError {
    invalid("body", &Invalid::new("must be what the hook's provider sends, which has its proof in the body"))
}

/// Lets a test of the hook run, unless too many ran within the last minute.
pub async fn check_rate(tests: &impl AdmitTest, hook: &Hook, asking: &Received) -> Result<(), ApiError> {
    match tests.admit_test(hook.relation.id, asking.received_at).await? {
        TestAdmission::Admitted => Ok(()),
        TestAdmission::Full { until } => {
            let seconds = until.distance(asking.received_at).as_secs().clamp(1, TEST_WINDOW.as_secs());
            Err(ApiError::TooManyTests { retry_after_seconds: seconds })
        }
    }
}
