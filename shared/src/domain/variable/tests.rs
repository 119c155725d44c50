//! What variables take, and what they refuse.

use super::*;

fn variable(name: &str, kind: VariableType) -> Variable {
    Variable { name: name.parse().unwrap(), path: name.parse().unwrap(), kind, required: false, default: None }
}

#[test]
fn only_lossless_readings_are_taken() {
    use VariableType::{Array, Boolean, Integer, Number, Object, String};
    let (yes, text) = (Value::Boolean(true), |text: &'static str| Value::String(text.into()));
    for (kind, value, expected) in [
        (String, text("main"), Some(VariableValue::String("main".into()))),
        (String, yes.clone(), Some(VariableValue::String("true".into()))),
        (String, Value::Number("1.10"), Some(VariableValue::String("1.10".into()))),
        (String, Value::Array("[]"), None),
        (String, Value::Object("{}"), None),
        (Integer, Value::Number("42"), Some(VariableValue::Integer(42))),
        (Integer, text("42"), Some(VariableValue::Integer(42))),
        (Integer, text(" 42"), None),
        (Integer, text("042"), None),
        (Integer, text("4.2"), None),
        (Integer, Value::Number("4.2"), None),
        (Integer, yes.clone(), None),
        (Number, Value::Number("1.10"), Some(VariableValue::Number("1.10".into()))),
        (Number, Value::Number("-4E2"), Some(VariableValue::Number("-4E2".into()))),
        (Number, Value::Number("18446744073709551617"), Some(VariableValue::Number("18446744073709551617".into()))),
        (Number, text("0.50"), Some(VariableValue::Number("0.50".into()))),
        (Number, Value::Field("12.30".into()), Some(VariableValue::Number("12.30".into()))),
        (Number, text("01"), None),
        (Number, text("1,5"), None),
        (Number, Value::Number("1e999"), None),
        (Number, text("-1e309"), None),
        (Number, yes.clone(), None),
        (Object, Value::Object(r#"{"a": 1.10}"#), Some(VariableValue::Object(r#"{"a": 1.10}"#.into()))),
        (Object, Value::Array("[]"), None),
        (Object, text("{}"), None),
        (Object, Value::Object(r#"{"a": 1e999}"#), None),
        (Object, Value::Object(r#"{"\ud800": 1}"#), None),
        (Array, Value::Object("{}"), None),
        (Boolean, yes, Some(VariableValue::Boolean(true))),
        (Boolean, text("false"), Some(VariableValue::Boolean(false))),
        (Boolean, text("yes"), None),
        (Boolean, Value::Number("1"), None),
        (Array, Value::Array("[1]"), Some(VariableValue::Array("[1]".into()))),
        (Array, text("[1]"), None),
    ] {
        assert_eq!(kind.read(&value).ok(), expected, "{kind:?} from {value:?}");
    }
}

#[test]
fn an_array_that_nests_deeper_than_consumers_read_is_refused() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(VariableType::Array.read(&Value::Array(&nested(60))).is_ok());
    let refused = VariableType::Array.read(&Value::Array(&nested(61))).unwrap_err();
    assert_eq!(refused.to_string(), "must be an array of at most 60 levels");
    let nested = |levels: usize| r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels);
    assert!(VariableType::Object.read(&Value::Object(&nested(60))).is_ok());
    let refused = VariableType::Object.read(&Value::Object(&nested(61))).unwrap_err();
    assert_eq!(refused.to_string(), "must be an object of at most 60 levels");
}

#[test]
fn a_number_that_consumers_may_not_read_is_refused() {
    let read = |digits: usize| VariableType::Number.read(&Value::Number(&format!("0.{}", "1".repeat(digits)))).is_ok();
    assert!(read(998) && !read(999));
}

#[test]
fn an_absent_value_takes_the_default_is_left_out_or_refuses_the_call() {
    let optional = variable("a", VariableType::String);
    let with_default = Variable { default: Some(VariableValue::Integer(7)), ..variable("b", VariableType::Integer) };
    let required = Variable { required: true, ..variable("c", VariableType::String) };
    for absent in [None, Some(Value::Null)] {
        let variables = Variables::new(vec![optional.clone(), with_default.clone()]).unwrap();
        let resolved = variables.resolve(|_| absent.as_ref().map(Given::One), 100).unwrap();
        assert_eq!(resolved, [("b".parse().unwrap(), VariableValue::Integer(7))]);
        let refused = Variables::new(vec![required.clone()]).unwrap().resolve(|_| absent.as_ref().map(Given::One), 100);
        assert_eq!(in_error(refused.unwrap_err()), ["c"]);
    }
}

#[test]
fn a_blank_field_of_a_form_is_absent_unless_the_variable_is_a_string() {
    use VariableType::{Array, Boolean, Integer, Number, Object, String};
    for blank in ["", " ", "\t"] {
        let (field, string) = (Value::Field(blank.into()), Value::String(blank.into()));
        for kind in [Integer, Number, Boolean, Array, Object] {
            assert_eq!(variable("v", kind).resolve(Some(Given::One(&field))).unwrap(), None, "{kind:?}");
            assert!(variable("v", kind).resolve(Some(Given::One(&string))).is_err(), "{kind:?}");
            let required = Variable { required: true, ..variable("v", kind) };
            assert!(
                required.resolve(Some(Given::One(&field))).unwrap_err().to_string().starts_with("is required"),
                "{kind:?}"
            );
        }
        let read = variable("v", String).resolve(Some(Given::One(&field))).unwrap();
        assert_eq!(read, Some(VariableValue::String(blank.into())));
    }
    let seven = Variable { default: Some(VariableValue::Integer(7)), ..variable("v", Integer) };
    assert_eq!(seven.resolve(Some(Given::One(&Value::Field("".into())))).unwrap(), Some(VariableValue::Integer(7)));
    assert_eq!(seven.resolve(Some(Given::One(&Value::Field("42".into())))).unwrap(), Some(VariableValue::Integer(42)));
    assert_eq!(
        variable("v", Boolean).resolve(Some(Given::One(&Value::Field("true".into())))).unwrap(),
        Some(VariableValue::Boolean(true))
    );
}

#[test]
fn an_array_with_a_number_that_no_float_holds_is_refused() {
    let read = |json: &'static str| VariableType::Array.read(&Value::Array(json));
    assert!(read("[18446744073709551617, 1e308]").is_ok());
    assert_eq!(read("[[1e309]]").unwrap_err().to_string(), "must be an array of numbers up to 1.8e308");
}

#[test]
fn every_variable_in_error_is_named() {
    let variables =
        Variables::new(vec![variable("a", VariableType::Integer), variable("b", VariableType::Boolean)]).unwrap();
    let array = Value::Array("[]");
    assert_eq!(in_error(variables.resolve(|_| Some(Given::One(&array)), 100).unwrap_err()), ["a", "b"]);
}

fn in_error(unresolved: Unresolved) -> Vec<String> {
    let Unresolved::Errors(errors) = unresolved else { panic!("{unresolved:?}") };
    errors.into_iter().map(|error| error.name.as_str().to_owned()).collect()
}

#[test]
fn an_array_with_half_a_character_is_refused() {
    let read = |json: &'static str| VariableType::Array.read(&Value::Array(json)).map_err(|reason| reason.to_string());
    assert!(read(r#"["\ud83d\ude00", "\\ud800", "\u00e9"]"#).is_ok());
    for json in [r#"["\ud800"]"#, r#"[{"\udc00": 1}]"#, r#"[["\ud83d\ud83d\ude00"]]"#] {
        let refused = read(json).unwrap_err();
        assert_eq!(refused, r"must be an array in which no \u escape is half of a surrogate pair", "{json}");
    }
}

#[test]
fn what_is_too_large_together_is_refused_by_its_size_as_json() {
    let of = |kind, count: usize| {
        Variables::new((0..count).map(|number| variable(&format!("v{number}"), kind)).collect()).unwrap()
    };
    let text = |text: &str| Value::String(text.to_owned().into());
    for (kind, value, size) in [
        (VariableType::String, text("abc"), 3),
        (VariableType::String, text("\"\n\u{0}"), 10),
        (VariableType::String, Value::Number("1.10"), 4),
        (VariableType::Array, Value::Array("[1, 2]"), 6),
        (VariableType::Object, Value::Object(r#"{"a":1}"#), 7),
    ] {
        assert!(of(kind, 3).resolve(|_| Some(Given::One(&value)), 3 * size).is_ok(), "{value:?}");
        let refused = of(kind, 3).resolve(|_| Some(Given::One(&value)), 3 * size - 1);
        assert_eq!(refused, Err(Unresolved::TooLarge { bytes: 3 * size }), "{value:?}");
    }
    let numbers = of(VariableType::Integer, 3);
    assert!(numbers.resolve(|_| Some(Given::One(&Value::Number("7"))), 0).is_ok());
    let wrong = Value::Object("{}");
    assert_eq!(in_error(of(VariableType::String, 1).resolve(|_| Some(Given::One(&wrong)), 0).unwrap_err()), ["v0"]);
}

#[test]
fn names_are_unique_and_fifty_is_the_limit() {
    let many = |count: usize| (0..count).map(|i| variable(&format!("v{i}"), VariableType::String)).collect();
    assert!(Variables::new(many(50)).is_ok());
    assert!(Variables::new(many(51)).is_err());
    assert!(Variables::new(vec![variable("a", VariableType::String), variable("a", VariableType::Array)]).is_err());
}

#[test]
fn the_values_at_a_path_with_a_star_are_an_array_that_keeps_their_spelling() {
    let ids = variable("ids", VariableType::Array);
    let read = |values: &[&str]| ids.resolve(Some(Given::Each(values))).map_err(|reason| reason.to_string());
    let array = |json: &str| Ok(Some(VariableValue::Array(json.to_owned())));
    assert_eq!(read(&["1.10", "null", r#"{"a": [ ]}"#, r#""\u00e9""#]), array(r#"[1.10,null,{"a": [ ]},"\u00e9"]"#));
    assert_eq!(read(&[]), array("[]"));
    assert!(read(&["1e999"]).is_err() && read(&[r#""\ud800""#]).is_err());
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(read(&[&nested(59)]).is_ok() && read(&[&nested(60)]).is_err());
    let all = Variables::new(vec![ids]).unwrap();
    assert!(all.resolve(|_| Some(Given::Each(&["1", "2"])), 5).is_ok());
    let refused = all.resolve(|_| Some(Given::Each(&["1", "2"])), 4);
    assert_eq!(refused, Err(Unresolved::TooLarge { bytes: 5 }));
}
