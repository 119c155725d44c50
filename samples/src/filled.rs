//! What no file says, made of what the table says of a scheme.

use serde_json::{Value as Json, json};
use shared::domain::signature::scheme::{Forms, Holds, Mark, Part, Place, Scheme, Source, TimeForm, Timing};

use crate::Call;
use crate::body::Body;
use crate::call::{NUMBER, RFC3339, SECONDS};
use crate::sign::signed_parts;

/// The event of a call that is made up.
const EVENT: &str = "sample.created";

/// A body that has the facts which the scheme names, and the values that it signs.
pub(crate) fn body(scheme: &'static Scheme) -> Call {
    let mut body = Body::Json(json!({}));
    for (sources, fact) in [(scheme.event, EVENT.to_owned()), (scheme.delivery_id, id())] {
        // The first source counts; of one that has a border of its own, a header says it.
        if let Some(Source::Body(place)) = sources.first() {
            body.set(place, fact.into());
        }
    }
    if let Timing::Body { path, form, .. } = &scheme.timing {
        body.set(path, time(*form));
    }
    if let Place::Each(array, place) = scheme.place {
        body.set(&format!("{array}.0.{place}"), "".into());
    }
    if signed_parts(scheme).contains(&Part::SortedForm) {
        return Call::form([("Body", "a sample"), ("From", "+15005550006"), ("To", "+15005550001")]);
    }
    let Body::Json(mut json) = body else { return Call::json(String::new()) };
    if let Some(members) = json.as_object_mut() {
        members.insert("sample".to_owned(), json!({ "ref": "refs/heads/main", "created_at": SECONDS, "of": id() }));
    }
    match scheme.forms {
        Forms::Field(name) => Call::form([(name, json.to_string().as_str())]),
        Forms::None | Forms::Token(_) | Forms::Payload | Forms::SignedPayload | Forms::Fields => {
            Call::json(json.to_string())
        }
    }
}

/// The call with the headers and the parameters of the address that say what the scheme names, and that it does not have.
pub(crate) fn around(mut call: Call, scheme: &'static Scheme) -> Call {
    for part in signed_parts(scheme) {
        if let Part::Query(name, _) = part
            && call.query.is_empty()
        {
            call.query = format!("{name}=sample{NUMBER}");
        }
    }
    for (sources, fact) in [(scheme.event, EVENT.to_owned()), (scheme.delivery_id, id())] {
        if crate::facts::first(sources, scheme, &call).is_some() {
            continue;
        }
        call = match sources.first() {
            Some(Source::Header(name)) => call.or_with(name, || digits_of(scheme, name).unwrap_or(fact)),
            Some(Source::HeaderBeside(name, other)) => call.or_with(name, || fact.clone()).or_with(other, || fact),
            Some(Source::Body(_) | Source::BodyDigest) | None => call,
        };
    }
    call
}

/// The call as one of another event; `None` if the scheme has no place for the event's name.
pub(crate) fn of_event(call: &Call, scheme: &Scheme, name: &str) -> Option<Call> {
    match scheme.event.first()? {
        Source::Header(header) => Some(call.clone().with(header, name)),
        Source::HeaderBeside(header, other) => Some(call.clone().with(header, name).or_with(other, id)),
        Source::Body(place) => {
            let mut body = Body::of(call, scheme);
            body.set(place, name.into());
            Some(body.put_into(call))
        }
        Source::BodyDigest => None,
    }
}

/// The call with this mark on it.
pub(crate) fn marked(call: &Call, scheme: &Scheme, mark: &Mark) -> Call {
    let in_body = |values: &[(&str, Json)]| {
        let mut body = match Body::of(call, scheme) {
            Body::Unread => Body::Json(json!({})),
            body @ (Body::Json(_) | Body::Field(..) | Body::Fields(_)) => body,
        };
        for (place, value) in values {
            body.set(place, value.clone());
        }
        body.put_into(call)
    };
    match mark {
        Mark::Header(name, value) => call.clone().with(name, *value),
        Mark::NoHeader(name) => {
            let mut call = call.clone();
            call.headers.remove(*name);
            call
        }
        Mark::Body(place, value) => in_body(&[(place, (*value).into())]),
        Mark::BodyPrefix(place, prefix) => in_body(&[(place, format!("{prefix}{NUMBER}").into())]),
        Mark::SameInBody(one, other) => in_body(&[(one, id().into()), (other, id().into())]),
        Mark::EmptyInBody(place) => in_body(&[(place, json!([]))]),
        Mark::NotInBody(place) => in_body(&[(place, Json::Null)]),
        Mark::NoBody => Call { body: String::new(), ..call.clone() },
        Mark::Query(name, value) => Call { query: format!("{name}={value}"), ..call.clone() },
    }
}

/// What a header holds that must be so many digits, because it is signed and ends by their number.
fn digits_of(scheme: &'static Scheme, header: &str) -> Option<String> {
    signed_parts(scheme).iter().find_map(|part| match part.header()? {
        (name, Holds::Hex(digits)) if name == header => Some(format!("{NUMBER:0>digits$}")),
        _ => None,
    })
}

fn id() -> String {
    format!("sample-{NUMBER}")
}

fn time(form: TimeForm) -> Json {
    match form {
        TimeForm::Seconds => SECONDS.into(),
        TimeForm::Millis => (SECONDS * 1_000).into(),
        TimeForm::Rfc3339 => format!("{RFC3339}Z").into(),
        TimeForm::HttpDate => "Sat, 29 Nov 2025 08:00:00 GMT".into(),
    }
}
