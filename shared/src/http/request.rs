//! Kept calls as JSON.

mod list;
mod retries;
mod retry_many;

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::prelude::BASE64_STANDARD;
use base64::{Engine as _, encoded_len};
use json_search::Hazards;
use serde::Serialize;
use serde_json::value::RawValue;

pub use self::list::CallList;
pub use self::retries::NotRetried;
pub use self::retry_many::{ChosenCalls, CountBody, Retried, RetryChoice, RetryStep, StepBody, Told};
use super::error::ApiError;
use super::hook::RelationBody;
use crate::auth::Identity;
use crate::domain::hook::HookRelation;
use crate::domain::id::{ActionId, RequestId};
use crate::domain::request::{KeptBody, Request, RequestSummary};
use crate::domain::signature::scheme::{Forms, Worth};
use crate::domain::timestamp::Timestamp;
use crate::payload::{Content, Payload, json};
use crate::ports::FindRequest;

/// The largest body that is shown, with its bytes in base64, measured in the answer: Lambda passes on 6 MB, and all else
/// is below 1 MB, half of it what the hook makes of the call. A larger answer would be lost, and with it, after a retry,
/// the news that the job is queued.
const MAX_SHOWN_BYTES: usize = 5 * 1024 * 1024;

/// How deep a body may nest that is shown as JSON: two levels down in the answer, where there are readers of JSON that
/// stop at 64.
const MAX_SHOWN_DEPTH: usize = 60;

/// A form of more fields is shown as the text that it is: a million of them, each with its name, would take more memory
/// than the function has.
const MAX_SHOWN_FIELDS: usize = 10_000;

/// The call with this id, if it is one of the caller's project and is kept at `now`; any other is answered as one that
/// does not exist. DynamoDB may take days to remove what has expired.
pub async fn find_own(
    requests: &impl FindRequest,
    caller: &Identity,
    id: RequestId,
    now: Timestamp,
) -> Result<Request, ApiError> {
    let request = requests.find_request(id).await?;
    let kept = request.filter(|request| now < request.summary.expires_at());
    let own = kept.filter(|request| request.summary.project_id == caller.project_id);
    own.ok_or(ApiError::NotFound("The request"))
}

/// A call in a list.
#[derive(Serialize)]
pub struct RequestRelationBody<'a> {
    id: String,
    hook_id: String,
    action_id: Option<i64>,
    retry_of: Option<String>,
    test: bool,
    ip_address: &'a str,
    url: String,
    response_status_code: u16,
    outcome: &'static str,
    message: &'a str,
    event: Option<&'a str>,
    proof: Option<&'static str>,
    created_at: String,
    updated_at: String,
}

impl<'a> RequestRelationBody<'a> {
    /// The call under this address of the API.
    pub fn new(request: &'a RequestSummary, base_url: &str) -> Self {
        let created_at = request.id.created_at().to_string();
        Self {
            id: request.id.to_string(),
            hook_id: request.hook_id.to_string(),
            action_id: request.action_id.map(ActionId::get),
            retry_of: request.retry_of.map(|id| id.to_string()),
            test: request.is_test,
            ip_address: request.ip_address.as_deref().unwrap_or_default(),
            url: format!("{base_url}/hooks/{}/trigger", request.hook_id),
            response_status_code: request.status,
            outcome: request.outcome.as_str(),
            message: &request.message,
            event: request.event.as_deref(),
            proof: request.proof.map(Worth::as_str),
            updated_at: created_at.clone(),
            created_at,
        }
    }
}

/// A whole call.
#[derive(Serialize)]
pub struct RequestBody<'a> {
    #[serde(flatten)]
    relation: RequestRelationBody<'a>,
    /// What is kept of the query.
    request_query: &'a str,
    request_headers: BTreeMap<&'a str, &'a str>,
    #[serde(flatten)]
    shown: ShownBody<'a>,
    response_headers: BTreeMap<&'a str, &'a str>,
    response_body: ContentBody<'a>,
    hook: Option<RelationBody<'a>>,
}

/// What is shown of the body that came.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the published clients expect these fields")]
struct ShownBody<'a> {
    request_body: ContentBody<'a>,
    /// Why `request_body` is empty, if it is not the call's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_body_omitted: Option<&'static str>,
    /// The bytes in base64, if they are kept and the answer has room for them.
    request_body_raw: Option<String>,
}

/// A body as an object, which is what the published clients expect.
#[derive(Serialize)]
#[serde(untagged)]
enum ContentBody<'a> {
    /// An object, as it came.
    Object(Box<RawValue>),
    /// The fields of a form.
    Form(BTreeMap<Cow<'a, str>, Cow<'a, str>>),
    /// Another JSON value, under `json`.
    Json { json: Box<RawValue> },
    /// What is no JSON, under `text`; bytes that are no text are replaced.
    Text { text: Cow<'a, str> },
}

impl<'a> RequestBody<'a> {
    /// The call under this address of the API; `hook` is gone when the hook was deleted.
    pub fn new(request: &'a Request, hook: Option<&'a HookRelation>, base_url: &str) -> Self {
        let exchange = &request.exchange;
        let headers =
            |headers: &'a [(String, String)]| headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let content_type = exchange.request_headers.iter().find(|(name, _)| name == "content-type");
        let content_type = content_type.map(|(_, value)| value.as_str());
        Self {
            relation: RequestRelationBody::new(&request.summary, base_url),
            request_query: &exchange.request_query,
            request_headers: headers(&exchange.request_headers),
            shown: ShownBody::new(content_type, &exchange.request_body),
            response_headers: headers(&exchange.response_headers),
            response_body: ContentBody::read(None, exchange.response_body.as_bytes()),
            hook: hook.map(|hook| RelationBody::new(hook, base_url)),
        }
    }
}

impl<'a> ShownBody<'a> {
    fn new(content_type: Option<&'a str>, kept: &'a KeptBody) -> Self {
        match kept {
            KeptBody::Whole(bytes) => Self::whole(content_type, bytes),
            KeptBody::TooLarge => Self::omitted("too_large"),
            KeptBody::NotKept => Self::omitted("not_authentic"),
            KeptBody::Lost => Self::omitted("lost"),
        }
    }

    fn whole(content_type: Option<&'a str>, bytes: &'a [u8]) -> Self {
        let content = ContentBody::read(content_type, bytes);
        let (shown, taken) = match content.size_in_an_answer() {
            Some(size) if size <= MAX_SHOWN_BYTES => {
                (Self { request_body: content, request_body_omitted: None, request_body_raw: None }, size)
            }
            Some(_) | None => (Self::omitted("too_large_to_show"), 0),
        };
        // Base64 has no character that a JSON string escapes.
        let fits = encoded_len(bytes.len(), true).is_some_and(|length| taken + length <= MAX_SHOWN_BYTES);
        Self { request_body_raw: fits.then(|| BASE64_STANDARD.encode(bytes)), ..shown }
    }

    fn omitted(why: &'static str) -> Self {
        let nothing = ContentBody::Form(BTreeMap::new());
        Self { request_body: nothing, request_body_omitted: Some(why), request_body_raw: None }
    }
}

/// Whether clients can read this JSON within an answer.
fn can_be_shown(json: &str) -> bool {
    let hazards = Hazards::of(json);
    hazards.depth <= MAX_SHOWN_DEPTH && !hazards.has_half_a_pair
}

impl<'a> ContentBody<'a> {
    /// In the answer this JSON is inside a JSON string, so it may be many times as large as the body.
    fn size_in_an_answer(&self) -> Option<usize> {
        let within_a_string = serde_json::to_string(self).and_then(|json| serde_json::to_string(&json));
        within_a_string.ok().map(|string| string.len())
    }

    fn read(content_type: Option<&'a str>, bytes: &'a [u8]) -> Self {
        let text = || Self::Text { text: String::from_utf8_lossy(bytes) };
        // As liberally as any hook reads it: the hook, and with it the provider, may be gone.
        let payload = Payload::new(Forms::Fields, content_type, bytes);
        match payload.read(json::whole) {
            Ok(Content::Json(json)) if !can_be_shown(json.get()) => text(),
            Ok(Content::Json(json)) if json.get().starts_with('{') => Self::Object(json.to_owned()),
            Ok(Content::Json(json)) => Self::Json { json: json.to_owned() },
            Ok(Content::Fields(fields)) if fields.take(MAX_SHOWN_FIELDS + 1).count() <= MAX_SHOWN_FIELDS => {
                Self::Form(fields.collect())
            }
            Ok(Content::Fields(_)) | Err(_) => text(),
        }
    }
}
