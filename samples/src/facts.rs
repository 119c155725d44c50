//! What a call says of itself, read in another way than the product does: out of a whole tree.

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use shared::domain::payload::{Path, Segment};
use shared::domain::signature::scheme::{Forms, Scheme, Source};

use crate::Call;

/// The name of the event.
pub fn event(scheme: &Scheme, call: &Call) -> Option<String> {
    first(scheme.event, scheme, call)
}

/// The id of the delivery.
pub fn delivery_id(scheme: &Scheme, call: &Call) -> Option<String> {
    first(scheme.delivery_id, scheme, call)
}

/// The first fact that is there.
pub(crate) fn first(sources: &[Source], scheme: &Scheme, call: &Call) -> Option<String> {
    sources.iter().find_map(|source| match source {
        Source::Header(name) => call.header(name).map(str::to_owned),
        Source::HeaderBeside(name, other) => call.header(other).and_then(|_| call.header(name)).map(str::to_owned),
        Source::Body(place) => in_body(scheme, call, place),
        Source::BodyDigest => Some(format!("sha256:{}", hex::encode(Sha256::digest(&call.body)))),
    })
}

fn in_body(scheme: &Scheme, call: &Call, place: &str) -> Option<String> {
    let path: Path = place.parse().ok()?;
    let segments = path.segments();
    if !call.is_form() {
        return text_at(&serde_json::from_str(&call.body).ok()?, segments);
    }
    let field = |wanted: &str| {
        let mut fields = form_urlencoded::parse(call.body.as_bytes());
        fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    match (scheme.forms, field("payload")) {
        (Forms::Payload | Forms::SignedPayload | Forms::Fields, Some(json)) => {
            text_at(&serde_json::from_str(&json).ok()?, segments)
        }
        (Forms::Fields, None) => field(segments.first()?.name()?),
        (Forms::None | Forms::Payload | Forms::SignedPayload | Forms::Field(_), _) => None,
    }
}

fn text_at(json: &Json, segments: &[Segment]) -> Option<String> {
    let mut names = segments.iter().map(Segment::name);
    let found = names.try_fold(json, |at, name| match at {
        Json::Array(items) => items.get(name?.parse::<usize>().ok()?),
        Json::Object(members) => members.get(name?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    })?;
    match found {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
