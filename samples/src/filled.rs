//! What no file says, made of what the table says of a scheme.

use serde_json::{Value as Json, json};
use shared::domain::payload::{Path, Segment};
use shared::domain::signature::scheme::{Holds, Mark, Part, Scheme, Source, TimeForm, Timing};

use crate::Call;
use crate::call::{NUMBER, RFC3339, SECONDS};
use crate::sign::signed_parts;

/// The event of a call that is made up.
const EVENT: &str = "sample.created";

/// A body that has the facts which the scheme names.
pub(crate) fn body(scheme: &'static Scheme) -> Call {
    let mut body = json!({});
    for (sources, fact) in [(scheme.event, EVENT.to_owned()), (scheme.delivery_id, id())] {
        // The first source counts; of one that has a border of its own, a header says it.
        if let Some(Source::Body(place)) = sources.first() {
            set(&mut body, place, fact.into());
        }
    }
    if let Timing::Body { path, form, .. } = &scheme.timing {
        set(&mut body, path, time(*form));
    }
    if signed_parts(scheme).contains(&Part::SortedForm) {
        return Call::form([("Body", "a sample"), ("From", "+15005550006"), ("To", "+15005550001")]);
    }
    if let Some(members) = body.as_object_mut() {
        members.insert("sample".to_owned(), json!({ "ref": "refs/heads/main", "created_at": SECONDS, "of": id() }));
    }
    Call::json(body.to_string())
}

/// The call with the headers that say what the scheme names, and that it does not have.
pub(crate) fn headers(mut call: Call, scheme: &'static Scheme) -> Call {
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

/// The call with this mark on it.
pub(crate) fn marked(call: &Call, mark: &Mark) -> Call {
    let in_body = |values: &[(&str, Json)]| {
        let mut body = serde_json::from_str(&call.body).unwrap_or_else(|_| json!({}));
        for (place, value) in values {
            set(&mut body, place, value.clone());
        }
        let headers = call.headers.iter().filter(|(name, _)| *name != "content-type");
        headers.fold(Call::json(body.to_string()), |call, (name, value)| call.with(name, value))
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
    signed_parts(scheme).iter().find_map(|part| match part {
        Part::Header(name, Holds::Hex(digits)) if *name == header => Some(format!("{NUMBER:0>digits$}")),
        Part::Header(..)
        | Part::Text(_)
        | Part::Entry(..)
        | Part::Value(..)
        | Part::Query(..)
        | Part::Given(_)
        | Part::Body
        | Part::BodyDigest
        | Part::Url
        | Part::SortedForm => None,
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

/// Puts a value at a place in a body, and makes the objects and arrays on the way to it.
fn set(body: &mut Json, place: &str, value: Json) {
    let Ok(path) = place.parse::<Path>() else { return };
    let mut at = body;
    for name in path.segments().iter().filter_map(Segment::name) {
        at = match name.parse::<usize>() {
            Ok(index) => element(at, index),
            Err(_) => member(at, name),
        };
    }
    *at = value;
}

fn member<'j>(at: &'j mut Json, name: &str) -> &'j mut Json {
    if !at.is_object() {
        *at = json!({});
    }
    &mut at[name]
}

fn element(at: &mut Json, index: usize) -> &mut Json {
    let mut items = at.as_array_mut().map(std::mem::take).unwrap_or_default();
    items.resize(items.len().max(index + 1), json!({}));
    *at = Json::Array(items);
    &mut at[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_put_into_objects_and_arrays_that_are_made_on_the_way() {
        let mut body = json!({ "a": { "kept": 1 } });
        set(&mut body, "a.b.1.c", 2.into());
        set(&mut body, r"x\.y", 3.into());
        assert_eq!(body, json!({ "a": { "kept": 1, "b": [{}, { "c": 2 }] }, "x.y": 3 }));
        set(&mut body, "0.type", "test".into());
        assert_eq!(body, json!([{ "type": "test" }]));
    }
}
