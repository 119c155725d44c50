//! What is in the body of a call, and how it is changed: in a whole tree, where the product reads in one pass.

use serde_json::{Value as Json, json};
use shared::domain::payload::{Path, Segment};
use shared::domain::signature::scheme::{Forms, Scheme};

use crate::Call;

/// A body that can be changed.
#[derive(Debug)]
pub(crate) enum Body {
    Json(Json),
    /// The JSON in the one field of a form.
    Field(&'static str, Json),
    /// The fields of a form.
    Fields(Vec<(String, String)>),
    /// What the scheme does not read.
    Unread,
}

impl Body {
    pub(crate) fn of(call: &Call, scheme: &Scheme) -> Self {
        if !call.is_form() {
            return serde_json::from_str(&call.body).map_or(Self::Unread, Self::Json);
        }
        let fields: Vec<(String, String)> = form_urlencoded::parse(call.body.as_bytes()).into_owned().collect();
        let field = |wanted: &'static str| {
            let (_, value) = fields.iter().find(|(name, _)| name == wanted)?;
            Some(Self::Field(wanted, serde_json::from_str(value).ok()?))
        };
        match scheme.forms {
            Forms::None | Forms::Token(_) => Self::Unread,
            Forms::Payload | Forms::SignedPayload => field("payload").unwrap_or(Self::Unread),
            Forms::Field(name) => field(name).unwrap_or(Self::Unread),
            Forms::Fields => field("payload").unwrap_or(Self::Fields(fields)),
        }
    }

    /// The text at a place. Numbers are texts too.
    pub(crate) fn text(&self, place: &str) -> Option<String> {
        let path: Path = place.parse().ok()?;
        match self {
            Self::Json(json) | Self::Field(_, json) => text_at(json, path.segments()),
            Self::Fields(fields) => {
                let wanted = path.segments().first()?.name()?;
                fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
            }
            Self::Unread => None,
        }
    }

    /// Puts a value at a place, and makes the objects and arrays on the way to it.
    pub(crate) fn set(&mut self, place: &str, value: Json) {
        match self {
            Self::Json(json) | Self::Field(_, json) => set(json, place, value),
            Self::Fields(fields) => {
                fields.retain(|(name, _)| name != place);
                fields.push((place.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
            }
            Self::Unread => {}
        }
    }

    /// Changes each element of the array at a place, as a body of its own.
    pub(crate) fn each(&mut self, array: &str, mut change: impl FnMut(&mut Self)) {
        let (Self::Json(json) | Self::Field(_, json), Ok(path)) = (self, array.parse::<Path>()) else { return };
        let found = path.segments().iter().filter_map(Segment::name).try_fold(json, |at, name| at.get_mut(name));
        for element in found.and_then(Json::as_array_mut).into_iter().flatten() {
            let mut body = Self::Json(element.take());
            change(&mut body);
            if let Self::Json(changed) = body {
                *element = changed;
            }
        }
    }

    /// The call with this body.
    pub(crate) fn put_into(self, call: &Call) -> Call {
        let form =
            |fields: &[(String, String)]| form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let body = match self {
            Self::Json(json) => json.to_string(),
            Self::Field(name, json) => form(&[(name.to_owned(), json.to_string())]),
            Self::Fields(fields) => form(&fields),
            Self::Unread => return call.clone(),
        };
        Call { body, ..call.clone() }
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

    #[test]
    fn each_element_of_an_array_is_changed_by_itself() {
        let mut body = Body::Json(json!({ "items": [{ "a": 1 }, { "a": 2 }] }));
        body.each("items", |item| item.set("b", item.text("a").into()));
        assert_eq!(body.text("items.1.b").as_deref(), Some("2"));
        assert_eq!(body.text("items.0.b").as_deref(), Some("1"));
    }
}
