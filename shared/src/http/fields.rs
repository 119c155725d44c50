//! Reading the fields of a JSON body, with every wrong one reported at once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use super::error::{ApiError, FieldErrors};
use crate::domain::Invalid;
use crate::domain::payload::Value;
use crate::payload::json::{self, JsonError};

/// How many unknown fields of an object are reported. Each report lists the known ones, so that those of a large body could
/// make more than API Gateway passes on.
const MOST_UNKNOWN: usize = 20;

/// The fields of one JSON object, and what is wrong with those read so far.
///
/// A handler reads all its fields. Each is `None` when it is absent or wrong. Then the handler calls
/// [`Fields::finish`], which fails if any was wrong, or if the body has a field that was not read: ignored, it could
/// loosen what it was meant to restrict (docs/adr/0034-unknown-fields.md).
pub struct Fields<'a> {
    values: BTreeMap<Cow<'a, str>, Value<'a>>,
    /// The names that were read, in this order.
    known: Vec<&'static str>,
    prefix: String,
    errors: FieldErrors,
}

impl<'a> Fields<'a> {
    /// The fields of a whole body.
    pub fn of_body(text: &'a str) -> Result<Self, ApiError> {
        let values = json::object(text).map_err(|error| {
            ApiError::BadRequest(match error {
                JsonError::OtherType => "The body must be a JSON object.".into(),
                JsonError::Invalid { .. } | JsonError::Unreadable { .. } | JsonError::TooManyValues => {
                    format!("The body {error}.").into()
                }
            })
        })?;
        Ok(Self { values, known: Vec::new(), prefix: String::new(), errors: FieldErrors::default() })
    }

    /// The fields of a value that should be an object; `name` is its path.
    fn of_value(value: &Value<'a>, name: &str) -> Self {
        let mut errors = FieldErrors::default();
        let values = if let Value::Object(text) = value {
            json::object(text).unwrap_or_else(|error| {
                errors.add(name, error.why());
                BTreeMap::new()
            })
        } else {
            errors.add(name, format!("must be an object, not {}", value.kind()));
            BTreeMap::new()
        };
        Self { values, known: Vec::new(), prefix: format!("{name}."), errors }
    }

    /// A field that must be there and not be null.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value<'a>) -> Result<T, Invalid>,
    ) -> Option<T> {
        if !self.has(name) {
            self.refuse(name, "is required");
        }
        self.optional(name, read)
    }

    /// A field that may be absent or null.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value<'a>) -> Result<T, Invalid>,
    ) -> Option<T> {
        match read(self.present(name)?) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(name, reason);
                None
            }
        }
    }

    /// A field that holds an object, read by `read`; an absent or null one has no fields.
    pub fn object<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Fields<'a>) -> T) -> T {
        let path = format!("{}{name}", self.prefix);
        let value = self.present(name).cloned().unwrap_or(Value::Object("{}"));
        let mut fields = Fields::of_value(&value, &path);
        let read = read(&mut fields);
        fields.refuse_unknown();
        self.errors.merge(fields.errors);
        read
    }

    /// A field that holds an object of strings; an absent or null one is empty.
    pub fn strings(&mut self, name: &'static str) -> Option<BTreeMap<String, String>> {
        let fields = self.present(name).cloned().unwrap_or(Value::Object("{}"));
        let mut fields = Fields::of_value(&fields, &format!("{}{name}", self.prefix));
        let mut strings = BTreeMap::new();
        for (key, value) in std::mem::take(&mut fields.values) {
            match read::text(&value) {
                Ok(text) => drop(strings.insert(key.into_owned(), text)),
                Err(reason) => fields.refuse(&key, reason),
            }
        }
        let is_right = fields.errors.is_empty();
        self.errors.merge(fields.errors);
        is_right.then_some(strings)
    }

    /// A field that holds an array of objects, each read by `read`; an absent or null one is empty. Elements that are
    /// wrong are reported and left out.
    pub fn objects<T>(&mut self, name: &'static str, mut read: impl FnMut(&mut Fields<'a>) -> Option<T>) -> Vec<T> {
        let path = format!("{}{name}", self.prefix);
        let elements = self.optional(name, read::elements).unwrap_or_default();
        let mut objects = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let mut fields = Fields::of_value(element, &format!("{path}.{index}"));
            let object = read(&mut fields);
            fields.refuse_unknown();
            objects.extend(object.filter(|_| fields.errors.is_empty()));
            self.errors.merge(fields.errors);
        }
        objects
    }

    /// A field that holds an object whose members the caller has named, at most `most` of them, with their names; an
    /// absent or null one has none. Members that are wrong are reported and left out.
    pub fn members<N: FromStr<Err = Invalid>, T>(
        &mut self,
        name: &'static str,
        most: usize,
        read: impl Fn(&Value<'a>) -> Result<T, Invalid>,
    ) -> Vec<(N, T)> {
        let Some(value) = self.present(name).cloned() else { return Vec::new() };
        let Self { values, errors, .. } = Fields::of_value(&value, &format!("{}{name}", self.prefix));
        self.errors.merge(errors);
        if values.len() > most {
            self.refuse(name, format_args!("must have at most {most} entries"));
            return Vec::new();
        }
        let mut members = Vec::with_capacity(values.len());
        for (member, value) in &values {
            match (member.parse(), read(value)) {
                (Ok(parsed), Ok(value)) => members.push((parsed, value)),
                (Ok(_), Err(reason)) => self.refuse(&format!("{name}.{member}"), reason),
                // A name that is wrong can be as long as the body.
                (Err(reason), _) => self.refuse(name, format_args!("has an entry whose name {reason}")),
            }
        }
        members
    }

    /// The objects of a field that holds an array of them, before they are read: what is wrong is no object here, and is
    /// reported by [`Fields::objects`].
    pub fn peek_objects(&self, name: &str) -> Vec<BTreeMap<Cow<'a, str>, Value<'a>>> {
        let elements = self.values.get(name).and_then(|value| read::elements(value).ok()).unwrap_or_default();
        let object = |element| if let Value::Object(text) = element { json::object(text).ok() } else { None };
        elements.into_iter().map(|element| object(element).unwrap_or_default()).collect()
    }

    /// Whether nothing was at fault so far.
    pub fn is_right(&self) -> bool {
        self.errors.is_empty()
    }

    /// Whether a field is there and not null.
    pub fn has(&mut self, name: &'static str) -> bool {
        self.present(name).is_some()
    }

    /// Whether a field is there, and null.
    pub fn is_null(&mut self, name: &'static str) -> bool {
        self.known.push(name);
        self.values.get(name) == Some(&Value::Null)
    }

    /// Lets the body have these fields, whatever they hold.
    pub fn ignore(&mut self, names: &[&'static str]) {
        self.known.extend(names);
    }

    /// Reports a field.
    pub fn refuse(&mut self, name: &str, reason: impl std::fmt::Display) {
        self.errors.add(&format!("{}{name}", self.prefix), reason);
    }

    /// What was read, if no field is wrong or unknown. `read` is `None` only when one is wrong.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T, ApiError> {
        self.refuse_unknown();
        read.filter(|_| self.errors.is_empty()).ok_or(ApiError::Invalid(self.errors))
    }

    fn refuse_unknown(&mut self) {
        let unknown = self.values.keys().filter(|name| !self.known.contains(&&***name));
        let unknown: Vec<_> = unknown.take(MOST_UNKNOWN).cloned().collect();
        let mut known: Vec<_> = self.known.iter().map(|name| format!("`{name}`")).collect();
        let mut seen = BTreeSet::new();
        known.retain(|name| seen.insert(name.clone()));
        for name in unknown {
            self.refuse(&name, format_args!("is not known: the fields here are {}", known.join(", ")));
        }
    }

    fn present(&mut self, name: &'static str) -> Option<&Value<'a>> {
        self.known.push(name);
        self.values.get(name).filter(|value| **value != Value::Null)
    }
}

/// How a field's value becomes a type. Types are strict: `"42"` is not an integer here.
pub mod read {
    use std::str::FromStr;

    use crate::domain::Invalid;
    use crate::domain::payload::{self, Value};
    use crate::payload::json;

    /// A string.
    pub fn text(value: &Value<'_>) -> Result<String, Invalid> {
        let Value::String(text) = value else { return Err(expected("a string", value)) };
        Ok(text.clone().into_owned())
    }

    /// A string that is the printed form of something.
    pub fn parsed<T: FromStr<Err = Invalid>>(value: &Value<'_>) -> Result<T, Invalid> {
        let Value::String(text) = value else { return Err(expected("a string", value)) };
        text.parse()
    }

    /// An integer, as what `new` makes of it.
    pub fn integer<T>(new: impl Fn(i64) -> Result<T, Invalid>) -> impl Fn(&Value<'_>) -> Result<T, Invalid> {
        move |value| {
            let Value::Number(text) = value else { return Err(expected("an integer", value)) };
            // No field takes an integer of more than 64 bits; the least one makes the field refuse it with its own
            // message. Zero would not do: there are fields in which it means something.
            new(payload::integer(text).unwrap_or(i64::MIN))
        }
    }

    /// A boolean.
    pub fn boolean(value: &Value<'_>) -> Result<bool, Invalid> {
        let Value::Boolean(boolean) = value else { return Err(expected("a boolean", value)) };
        Ok(*boolean)
    }

    /// The elements of an array.
    pub fn elements<'a>(value: &Value<'a>) -> Result<Vec<Value<'a>>, Invalid> {
        let Value::Array(text) = value else { return Err(expected("an array", value)) };
        json::array(text).map_err(|error| Invalid::new(error.why()))
    }

    fn expected(what: &str, found: &Value<'_>) -> Invalid {
        Invalid::new(format!("must be {what}, not {}", found.kind()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::ProjectId;

    fn refused<T>(read: Result<T, ApiError>) -> Vec<String> {
        match read {
            Err(ApiError::Invalid(errors)) => errors.by_field().keys().cloned().collect(),
            Err(other) => panic!("{other}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn every_wrong_field_is_reported_at_once_and_by_its_place() {
        let text = r#"{"id": "7", "flag": 1, "list": [{"name": "a"}, {}, 3], "inner": {"name": 1}, "none": null}"#;
        let mut fields = Fields::of_body(text).unwrap();
        fields.required("id", read::integer(ProjectId::new));
        fields.optional("flag", read::boolean);
        fields.required("none", read::text);
        fields.required("missing", read::text);
        fields.object("inner", |inner| inner.required("name", read::text));
        let names = fields.objects("list", |element| element.required("name", read::text));
        assert_eq!(names, ["a"]);
        let expected = ["flag", "id", "inner.name", "list.1.name", "list.2", "list.2.name", "missing", "none"];
        assert_eq!(refused(fields.finish(Some(()))), expected);
    }

    #[test]
    fn a_field_that_is_not_read_is_refused_with_those_that_are() {
        let text = r#"{"name": "a", "activ": false, "inner": {"x": null, "y": 1}, "list": [{"y": 1}, {"z": 1}]}"#;
        let mut fields = Fields::of_body(text).unwrap();
        fields.required("name", read::text);
        let _ = (fields.has("name"), fields.optional("active", read::boolean));
        fields.object("inner", |inner| inner.ignore(&["y"]));
        let read = fields.objects("list", |element| element.optional("y", |_| Ok(())));
        assert_eq!(read.len(), 1);
        let Err(ApiError::Invalid(errors)) = fields.finish(Some(())) else { panic!("it was taken") };
        let expected = [
            "The field `activ` is not known: the fields here are `name`, `active`, `inner`, `list`.",
            "The field `inner.x` is not known: the fields here are `y`.",
            "The field `list.1.z` is not known: the fields here are `y`.",
        ];
        assert_eq!(errors.to_string(), expected.join(" "));
    }

    #[test]
    fn of_a_thousand_unknown_fields_twenty_are_reported() {
        let unknown: Vec<_> = (0..1_000).map(|number| format!("\"x{number}\": 1")).collect();
        let text = format!("{{{}}}", unknown.join(", "));
        assert_eq!(refused(Fields::of_body(&text).unwrap().finish(Some(()))).len(), MOST_UNKNOWN);
    }

    #[test]
    fn members_that_are_wrong_are_reported_by_their_names_and_wrong_names_are_not_repeated() {
        let long = "x".repeat(101);
        let text = format!(
            r#"{{"members": {{"a": 1, "b": "c", "{long}": 2, "": 3}}, "none": null, "list": [], "many": {{"a": 1, "b": 2}}}}"#
        );
        let mut fields = Fields::of_body(&text).unwrap();
        let number = |value: &Value<'_>| read::integer(Ok)(value);
        let read: Vec<(crate::domain::variable::VariableName, i64)> = fields.members("members", 4, number);
        assert_eq!(read, [("a".parse().unwrap(), 1)]);
        for (name, most) in [("none", 1), ("absent", 1), ("list", 1), ("many", 1)] {
            let read: Vec<(crate::domain::variable::VariableName, i64)> = fields.members(name, most, number);
            assert_eq!(read, [], "{name}");
        }
        let Err(ApiError::Invalid(errors)) = fields.finish(Some(())) else { panic!("it was taken") };
        let fields: Vec<_> = errors.by_field().keys().map(String::as_str).collect();
        assert_eq!(fields, ["list", "many", "members", "members.b"]);
        assert_eq!(errors.by_field()["members"].len(), 2);
        assert!(!errors.to_string().contains(&long));
    }

    #[test]
    fn a_body_that_is_no_object_is_a_bad_request() {
        for (text, message) in [
            ("[]", "The body must be a JSON object."),
            ("7", "The body must be a JSON object."),
            ("{", "The body is not valid JSON at line 1, column 1."),
            ("{\n\"a\": x}", "The body is not valid JSON at line 2, column 6."),
        ] {
            match Fields::of_body(text) {
                Err(ApiError::BadRequest(refused)) => assert_eq!(refused, message, "{text}"),
                Err(other) => panic!("{other}"),
                Ok(_) => panic!("{text} was taken"),
            }
        }
    }

    #[test]
    fn text_that_is_no_unicode_is_refused_where_it_stands() {
        let half = r"a \u escape is half of a surrogate pair";
        match Fields::of_body(r#"{"a": "\ud800"}"#) {
            Err(ApiError::BadRequest(message)) => {
                assert_eq!(message, format!("The body cannot be read at line 1, column 14: {half}."));
            }
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("it was taken"),
        }
        let text = r#"{"inner": {"name": "\ud800"}, "list": ["\ud800"]}"#;
        let mut fields = Fields::of_body(text).unwrap();
        fields.object("inner", |inner| inner.optional("name", read::text));
        fields.optional("list", read::elements);
        let Err(ApiError::Invalid(errors)) = fields.finish(Some(())) else { panic!("it was taken") };
        let message = |field: &str| errors.by_field()[field].concat();
        for field in ["inner", "list"] {
            assert_eq!(message(field), format!("The field `{field}` cannot be read: {half}."));
        }
    }

    #[test]
    fn a_message_never_repeats_the_value() {
        let mut fields = Fields::of_body(r#"{"secret": "hunter2", "id": 12345678901234567890}"#).unwrap();
        fields.required("secret", |value| crate::domain::secret::HookSecret::new(read::text(value)?));
        fields.required("id", read::integer(ProjectId::new));
        let Err(ApiError::Invalid(errors)) = fields.finish(Some(())) else { panic!("it was taken") };
        let text = errors.to_string();
        assert!(!text.contains("hunter2") && !text.contains("12345678901234567890"), "{text}");
    }
}
