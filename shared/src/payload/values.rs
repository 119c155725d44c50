//! The values in a body with which a call is proven, and the body without its proof.

use super::{Content, JsonError, Payload, json};
use crate::domain::mask::MASK;
use crate::domain::payload::{Path, Value};
use crate::domain::signature::{Place, Values};

impl Values for Payload<'_> {
    fn texts(&self, places: &[&'static str]) -> Vec<Option<String>> {
        let paths = paths(places);
        let Ok(found) = self.select(&paths) else { return vec![None; places.len()] };
        paths.iter().map(|path| text(found.at(path))).collect()
    }

    fn texts_of_each(&self, array: &'static str, places: &[&'static str], most: usize) -> Vec<Vec<Option<String>>> {
        let (arrays, paths) = (paths(&[array]), paths(places));
        let Ok(found) = self.select(&arrays) else { return Vec::new() };
        let Some(Value::Array(array)) = arrays.first().and_then(|path| found.at(path)) else { return Vec::new() };
        let elements = json::elements(array).ok().filter(|elements| elements.len() <= most).unwrap_or_default();
        let texts = |element: &str| match json::select(element, &paths) {
            Ok(found) => paths.iter().map(|path| text(found.at(path))).collect(),
            Err(_) => vec![None; paths.len()],
        };
        elements.into_iter().map(|element| texts(element.get())).collect()
    }
}

/// The paths of a scheme, which a test sees to.
fn paths(places: &[&str]) -> Vec<Path> {
    places.iter().filter_map(|place| place.parse().ok()).collect()
}

fn text(value: Option<&Value<'_>>) -> Option<String> {
    match value {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::Boolean(boolean)) => Some(boolean.to_string()),
        Some(Value::Number(text)) => Some((*text).to_owned()),
        Some(Value::String(text) | Value::Field(text)) => Some(text.clone().into_owned()),
        Some(Value::Array(_) | Value::Object(_)) => None,
    }
}

impl Payload<'_> {
    /// The body with a mask in place of its proof; `None` if there is no proof in it. What is left of a form that
    /// wraps JSON is the JSON.
    pub fn without_proof(&self, place: Place) -> Option<Vec<u8>> {
        let field = match place {
            Place::Header | Place::Query(_) | Place::Whole => return None,
            Place::Body(place) => place,
            Place::Each(..) => "",
        };
        match self.read(|json| masked(json, place)).ok()? {
            Content::Json(json) => Some(json.into_bytes()),
            Content::Fields(fields) => {
                let masked =
                    fields.map(|(name, value)| if name == field { (name, MASK.into()) } else { (name, value) });
                Some(form_urlencoded::Serializer::new(String::new()).extend_pairs(masked).finish().into_bytes())
            }
        }
    }
}

fn masked(json: &str, place: Place) -> Result<String, JsonError> {
    let proofs = match place {
        Place::Header | Place::Query(_) | Place::Whole => Vec::new(),
        Place::Body(place) => json::raw(json, &paths(&[place]))?,
        Place::Each(array, place) => {
            let (mut proofs, paths) = (Vec::new(), paths(&[place]));
            for array in json::raw(json, &self::paths(&[array]))? {
                for element in json::elements(array)? {
                    proofs.extend(json::raw(element.get(), &paths)?);
                }
            }
            proofs
        }
    };
    let (mut masked, mut end) = (String::with_capacity(json.len()), 0);
    for proof in proofs {
        let start = proof.as_ptr().addr().saturating_sub(json.as_ptr().addr());
        masked.push_str(json.get(end..start).unwrap_or_default());
        masked.extend(["\"", MASK, "\""]);
        end = start + proof.len();
    }
    masked.push_str(json.get(end..).unwrap_or_default());
    Ok(masked)
}

#[cfg(test)]
mod tests {
    use super::super::FORM;
    use super::*;
    use crate::domain::signature::scheme::Forms;

    fn without(forms: Forms, content_type: &str, body: &str, place: Place) -> Option<String> {
        let masked = Payload::new(forms, Some(content_type), body.as_bytes()).without_proof(place)?;
        Some(String::from_utf8(masked).unwrap())
    }

    #[test]
    fn the_proof_is_masked_wherever_it_is_and_nothing_else_changes() {
        let json = "application/json";
        for (forms, content_type, body, place, expected) in [
            (
                Forms::None,
                json,
                r#"{"a": 1.10, "t": "x\u0041\"", "b": [ ]}"#,
                "t",
                r#"{"a": 1.10, "t": "********", "b": [ ]}"#,
            ),
            (Forms::None, json, r#"{"s": {"t": 12345}}"#, "s.t", r#"{"s": {"t": "********"}}"#),
            (Forms::None, json, r#"{"t": {"x": ["secret"]}}"#, "t", r#"{"t": "********"}"#),
            (Forms::None, json, r#"{"a": "secret"}"#, "t", r#"{"a": "secret"}"#),
            (Forms::Fields, FORM, "a=b%20c&t=secret&t=secret&", "t", "a=b+c&t=********&t=********"),
            (Forms::Field("data"), FORM, "data=%7B%22t%22%3A%22secret%22%7D", "t", r#"{"t":"********"}"#),
        ] {
            assert_eq!(without(forms, content_type, body, Place::Body(place)).as_deref(), Some(expected), "{body}");
        }
        let body = r#"{"v": [{"t": "a"}, {"x": "t"}, 1, {"t": "b", "y": []}]}"#;
        let expected = r#"{"v": [{"t": "********"}, {"x": "t"}, 1, {"t": "********", "y": []}]}"#;
        assert_eq!(without(Forms::None, json, body, Place::Each("v", "t")).as_deref(), Some(expected));
        for place in [Place::Header, Place::Query("t")] {
            assert_eq!(without(Forms::None, json, body, place), None);
        }
    }

    #[test]
    fn values_are_taken_as_they_are_written_and_what_has_no_text_is_none() {
        let body = br#"{"s": "\u0041", "n": 1.10, "b": true, "z": null, "a": [1], "o": {}, "s": "last"}"#;
        let payload = Payload::new(Forms::None, None, body);
        let texts = payload.texts(&["s", "n", "b", "z", "absent", "a", "o"]);
        let texts: Vec<_> = texts.iter().map(Option::as_deref).collect();
        assert_eq!(texts, [Some("last"), Some("1.10"), Some("true"), Some(""), Some(""), None, None]);
        assert_eq!(Payload::new(Forms::None, None, b"no JSON").texts(&["s"]), [None]);
    }

    #[test]
    fn each_element_of_an_array_is_read_and_of_too_many_none() {
        let of = |body: &str| Payload::new(Forms::None, None, body.as_bytes()).texts_of_each("v", &["t"], 3);
        let text = |text: &str| vec![Some(text.to_owned())];
        assert_eq!(of(r#"{"v": [{"t": "a"}, 1, {"t": []}]}"#), [text("a"), text(""), vec![None]]);
        assert_eq!(of(r#"{"v": [], "v": [{"t": "last"}]}"#), [text("last")]);
        for body in ["", "[]", "{}", r#"{"v": {}}"#, r#"{"v": []}"#, r#"{"v": [1, 2, 3, 4]}"#, r#"{"v": ["#] {
            assert!(of(body).is_empty(), "{body}");
        }
    }
}
