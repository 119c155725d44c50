//! Variables that a body asks for, and what a change keeps of those that are there.

use serde_json::{Value as Json, json};

use super::*;
use crate::http::error::ApiError;
use crate::http::hook::body::SettingsBody;

/// The variables that these become, of a hook that has had `current`, and how they are shown; or the fields at fault.
fn read(variables: &Json, current: &Variables) -> Result<(Variables, Json), Vec<String>> {
    let body = json!({ "settings": { "variables": variables } }).to_string();
    let mut fields = Fields::of_body(&body).unwrap();
    let read = fields.object("settings", |settings| read_variables(settings, current));
    match fields.finish(read) {
        Ok(variables) => {
            let shown = serde_json::to_value(SettingsBody::new(&variables)).unwrap()["variables"].take();
            Ok((variables, shown))
        }
        Err(ApiError::Invalid(errors)) => {
            let fields = errors.by_field().keys();
            Err(fields.map(|field| field.trim_start_matches("settings.variables").to_owned()).collect())
        }
        Err(other) => panic!("{other}"),
    }
}

fn shown(variable: &Json) -> Json {
    read(&json!([variable]), &Variables::default()).unwrap().1[0].take()
}

fn at_fault(variables: &Json) -> Vec<String> {
    read(variables, &Variables::default()).err().unwrap_or_default()
}

/// A variable that uses every field.
fn full() -> Json {
    json!({
        "name": "stage", "source": "header", "path": "x-stage", "type": "string", "required": true,
        "default_value": "a", "max_length": 3, "allowed_values": ["a", "b"],
    })
}

#[test]
fn what_is_left_out_has_a_default_and_what_is_shown_is_taken_again() {
    let expected = json!({
        "name": "a.b", "source": "body", "path": "a.b", "type": "integer", "required": false, "default_value": null,
        "max_length": null, "allowed_values": [],
    });
    assert_eq!(shown(&json!({ "name": "a.b", "type": "integer" })), expected);
    assert_eq!(shown(&expected), expected);
    assert_eq!(shown(&full()), full());
    let of_header = shown(&json!({ "name": "X-Stage", "source": "header", "type": "string" }));
    assert_eq!((&of_header["name"], &of_header["path"]), (&json!("X-Stage"), &json!("x-stage")));
    let of_query = shown(&json!({ "name": "env name", "source": "query", "type": "number", "allowed_values": [1.5] }));
    assert_eq!((&of_query["path"], &of_query["allowed_values"]), (&json!("env name"), &json!([1.5])));
    assert_eq!(shown(&json!({ "name": "ids", "type": "array", "path": "commits.*.id" }))["path"], "commits.*.id");
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of what is wrong")]
fn a_wrong_variable_is_named_by_its_place() {
    let with = |field: &str, value: Json| {
        let mut variable = full();
        variable[field] = value;
        variable
    };
    for (variable, field) in [
        (json!({"type": "string"}), "name"),
        (json!({"name": "a"}), "type"),
        (json!({"name": "a", "type": "float"}), "type"),
        (json!({"name": "a", "type": "string", "path": "a..b"}), "path"),
        (json!({"name": "a", "type": "string", "path": "$."}), "path"),
        (json!({"name": "a", "type": "string", "path": "a.*"}), "path"),
        (json!({"name": "a", "type": "integer", "path": "$[*].b"}), "path"),
        (json!({"name": "*", "type": "array"}), "path"),
        (json!({"name": "a", "type": "string", "path": "a[-1]"}), "path"),
        (json!({"name": "a.", "type": "string"}), "path"),
        (json!({"name": "a", "type": "integer", "default_value": "7"}), "default_value"),
        (json!({"name": "a", "type": "integer", "default_value": 7.5}), "default_value"),
        (json!({"name": "a", "type": "array", "default_value": {}}), "default_value"),
        (json!({"name": "a", "type": "object", "default_value": []}), "default_value"),
        (json!({"name": "a", "type": "number", "default_value": "1.5"}), "default_value"),
        (json!({"name": "a", "type": "number", "path": "a.*"}), "path"),
        (json!({"name": "a", "type": "string", "required": "yes"}), "required"),
        (with("source", json!("cookie")), "source"),
        (with("path", json!("x stage")), "path"),
        (with("path", json!("x".repeat(65))), "path"),
        (json!({"name": "a b", "source": "header", "type": "string"}), "path"),
        (json!({"name": "a", "source": "query", "path": "a\n", "type": "string"}), "path"),
        (json!({"name": "a", "source": "query", "path": "a".repeat(101), "type": "string"}), "path"),
        (json!({"name": "a", "source": "query", "type": "array"}), "type"),
        (json!({"name": "a", "source": "header", "type": "object"}), "type"),
        (with("max_length", json!(0)), "max_length"),
        (with("max_length", json!(1_048_577)), "max_length"),
        (with("max_length", json!("3")), "max_length"),
        (json!({"name": "a", "type": "integer", "max_length": 3}), "max_length"),
        (with("allowed_values", json!("a")), "allowed_values"),
        (with("allowed_values", json!([1])), "allowed_values"),
        (with("allowed_values", json!(["a", null])), "allowed_values"),
        (with("allowed_values", json!(["a", "abcd"])), "allowed_values"),
        (with("allowed_values", json!(vec!["a"; 51])), "allowed_values"),
        (with("allowed_values", json!(["b"])), "default_value"),
        (with("default_value", json!("abcd")), "default_value"),
        (json!({"name": "a", "type": "array", "allowed_values": [[1]]}), "allowed_values"),
    ] {
        assert_eq!(at_fault(&json!([variable])), [format!(".0.{field}")], "{variable}");
    }
    let twice = json!({"name": "a", "type": "string"});
    assert_eq!(at_fault(&json!([twice, twice])), [""]);
}

#[test]
fn an_entry_keeps_what_it_leaves_out_of_the_variable_of_its_name() {
    let (current, before) = read(&json!([full(), { "name": "n", "type": "number" }]), &Variables::default()).unwrap();
    let change = |entry: Json| read(&json!([entry]), &current).map(|(_, shown)| shown[0].clone());

    // What the published clients know of a variable.
    let known = json!({
        "name": "stage", "path": "x-stage", "type": "string", "required": true, "default_value": "a",
    });
    assert_eq!(change(known), Ok(before[0].clone()));
    assert_eq!(change(json!({ "name": "stage" })), Ok(before[0].clone()));
    assert_eq!(change(json!({ "name": "n" })), Ok(before[1].clone()));
    assert_eq!(read(&before, &current).unwrap().1, before);

    let other = change(json!({ "name": "stage", "path": "X-Other", "max_length": 9 })).unwrap();
    assert_eq!((&other["source"], &other["path"]), (&json!("header"), &json!("x-other")));
    assert_eq!((&other["max_length"], &other["allowed_values"]), (&json!(9), &json!(["a", "b"])));
    let any = change(json!({ "name": "stage", "allowed_values": [] })).unwrap();
    assert_eq!((&any["allowed_values"], &any["max_length"]), (&json!([]), &json!(3)));
}

#[test]
fn null_takes_away_what_the_variable_had() {
    let (current, _) = read(&json!([full()]), &Variables::default()).unwrap();
    let nulls = json!({
        "name": "stage", "source": null, "path": null, "required": null, "default_value": null, "max_length": null,
        "allowed_values": null,
    });
    let (_, left) = read(&json!([nulls]), &current).unwrap();
    assert_eq!(left[0], shown(&json!({ "name": "stage", "type": "string" })));
}

#[test]
fn a_bound_that_does_not_go_with_a_new_type_is_never_dropped() {
    let (current, _) = read(&json!([full()]), &Variables::default()).unwrap();
    let refused = read(&json!([{ "name": "stage", "type": "integer" }]), &current).unwrap_err();
    assert_eq!(refused, [".0.allowed_values", ".0.default_value", ".0.max_length"]);
    // Another name is another variable.
    let (_, shown) = read(&json!([{ "name": "Stage", "type": "integer" }]), &current).unwrap();
    assert_eq!((&shown[0]["max_length"], &shown[0]["source"]), (&json!(null), &json!("body")));
}
