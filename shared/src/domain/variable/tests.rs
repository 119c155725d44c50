//! What variables take, and what they refuse.

use proptest::prelude::*;

use super::*;

fn variable(name: &str, kind: VariableType) -> Variable {
    at(Subject::Body(name.parse().unwrap()), name, kind)
}

fn at(subject: Subject, name: &str, kind: VariableType) -> Variable {
    let name = name.parse().unwrap();
    let allowed = AllowedValues::default();
    Variable { name, subject, kind, required: false, default: None, max_length: None, allowed }
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
    let read = |values: &[&str]| {
        ids.resolve(Some(Given::Each { values, are_plain: false })).map_err(|reason| reason.to_string())
    };
    let array = |json: &str| Ok(Some(VariableValue::Array(json.to_owned())));
    assert_eq!(read(&["1.10", "null", r#"{"a": [ ]}"#, r#""\u00e9""#]), array(r#"[1.10,null,{"a": [ ]},"\u00e9"]"#));
    assert_eq!(read(&[]), array("[]"));
    assert!(read(&["1e999"]).is_err() && read(&[r#""\ud800""#]).is_err());
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(read(&[&nested(59)]).is_ok() && read(&[&nested(60)]).is_err());
    let all = Variables::new(vec![ids]).unwrap();
    assert!(all.resolve(|_| Some(Given::Each { values: &["1", "2"], are_plain: true }), 5).is_ok());
    let refused = all.resolve(|_| Some(Given::Each { values: &["1", "2"], are_plain: true }), 4);
    assert_eq!(refused, Err(Unresolved::TooLarge { bytes: 5 }));
}

fn allowed(values: &[VariableValue]) -> AllowedValues {
    AllowedValues::new(values.to_vec()).unwrap()
}

fn string(text: &str) -> VariableValue {
    VariableValue::String(text.to_owned())
}

fn refused(variable: &Variable, value: &Value<'_>) -> Option<String> {
    variable.resolve(Some(Given::One(value))).err().map(|reason| reason.to_string())
}

#[test]
fn a_value_that_is_not_allowed_is_refused_and_never_repeated() {
    let stage =
        Variable { allowed: allowed(&[string("staging"), string("")]), ..variable("stage", VariableType::String) };
    for taken in ["staging", ""] {
        assert_eq!(refused(&stage, &Value::String(taken.into())), None);
    }
    for other in ["Staging", "staging ", "production; rm -rf /"] {
        let reason = Some("must be one of the values that the hook allows".to_owned());
        assert_eq!(refused(&stage, &Value::String(other.into())), reason);
        assert_eq!(refused(&stage, &Value::Field(other.into())), reason);
    }
    assert_eq!(stage.resolve(None), Ok(None), "what is absent is no value");

    let numbers = [VariableValue::Number("1.50".into()), VariableValue::Number("2e1".into())];
    let price = Variable { allowed: allowed(&numbers), ..variable("price", VariableType::Number) };
    for (text, is_taken) in [("1.5", true), ("20", true), ("20.000", true), ("1.51", false), ("-20", false)] {
        assert_eq!(refused(&price, &Value::Number(text)).is_none(), is_taken, "{text}");
    }
    let read = price.resolve(Some(Given::One(&Value::Number("20.000"))));
    assert_eq!(read, Ok(Some(VariableValue::Number("20.000".into()))), "its digits are kept");
    let replicas =
        Variable { allowed: allowed(&[VariableValue::Integer(2)]), ..variable("replicas", VariableType::Integer) };
    assert_eq!(refused(&replicas, &Value::Field("2".into())), None);
    assert!(refused(&replicas, &Value::Number("3")).is_some());
}

#[test]
fn a_string_that_is_too_long_is_refused() {
    let title = Variable { max_length: MaxLength::new(3).ok(), ..variable("title", VariableType::String) };
    for fits in ["", "abc", "\u{e4}\u{1d11e}\u{20ac}"] {
        assert_eq!(refused(&title, &Value::String(fits.into())), None, "{fits}");
    }
    let reason = Some("must be at most 3 characters long".to_owned());
    assert_eq!(refused(&title, &Value::String("abcd".into())), reason);
    assert_eq!(refused(&title, &Value::Number("1234")), reason);
}

#[test]
fn a_missing_value_is_said_where_it_was_looked_for() {
    for (subject, said) in [
        (Subject::Body("a.b".parse().unwrap()), "is required, but the payload has nothing at `a.b`"),
        (Subject::Header("x-a".into()), "is required, but the call has no header `x-a`"),
        (Subject::Query("a".into()), "is required, but the query of the call has no parameter `a`"),
    ] {
        let required = Variable { required: true, ..at(subject, "v", VariableType::Integer) };
        assert_eq!(required.resolve(None).unwrap_err().to_string(), said);
        assert_eq!(refused(&required, &Value::Field(" ".into())).unwrap(), said);
    }
}

#[test]
fn fields_that_contradict_each_other_are_named() {
    use VariableType::{Array, Boolean, Integer, Object, String};
    let header = || Subject::Header("x-a".into());
    let in_body = |kind| variable("v", kind);
    let most = |chars| MaxLength::new(chars).ok();
    for (variable, fields) in [
        (at(header(), "v", Array), vec!["type"]),
        (at(Subject::Query("a".into()), "v", Object), vec!["type"]),
        (at(header(), "v", Boolean), vec![]),
        (at(Subject::Body("a.*".parse().unwrap()), "v", String), vec!["path"]),
        (Variable { max_length: most(3), ..in_body(Integer) }, vec!["max_length"]),
        (Variable { allowed: allowed(&[string("a")]), ..in_body(Integer) }, vec!["allowed_values"]),
        (Variable { allowed: allowed(&[VariableValue::Array("[]".into())]), ..in_body(Array) }, vec!["allowed_values"]),
        (
            Variable { allowed: allowed(&[string("abcd")]), max_length: most(3), ..in_body(String) },
            vec!["allowed_values"],
        ),
        (Variable { default: Some(string("abcd")), max_length: most(3), ..in_body(String) }, vec!["default_value"]),
        (
            Variable { default: Some(string("b")), allowed: allowed(&[string("a")]), ..in_body(String) },
            vec!["default_value"],
        ),
        (Variable { default: Some(string("a")), allowed: allowed(&[string("a")]), ..in_body(String) }, vec![]),
        (Variable { default: Some(string("1")), ..in_body(Integer) }, vec!["default_value"]),
    ] {
        let faults: Vec<_> = variable.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(faults, fields, "{variable:?}");
    }
}

#[test]
fn bounds_are_bounded() {
    for (chars, is_fine) in [(i64::MIN, false), (0, false), (1, true), (1_048_576, true), (1_048_577, false)] {
        assert_eq!(MaxLength::new(chars).is_ok(), is_fine, "{chars}");
    }
    let many = |count| AllowedValues::new((0..count).map(VariableValue::Integer).collect());
    assert!(many(50).is_ok() && many(51).is_err());
    let long = |chars: usize| AllowedValues::new(vec![string(&"\u{20ac}".repeat(chars))]);
    assert!(long(1_000).is_ok() && long(1_001).is_err());
}

fn any_kind() -> impl Strategy<Value = VariableType> {
    use VariableType::{Array, Boolean, Integer, Number, Object, String};
    prop::sample::select(vec![String, Integer, Number, Boolean, Array, Object])
}

/// Text that is often what a type takes, nearly.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "-?[0-9]{1,22}(\\.[0-9]{1,4})?([eE][+-]?[0-9]{1,3})?", "true|false|[ \t]{0,3}|True|01"]
}

proptest! {
    #[test]
    fn whatever_a_header_a_parameter_or_a_field_says_is_read_as_the_type_or_refused(
        text in any_text(), kind in any_kind(), chars in 1_i64..30, choices in prop::collection::vec("[a-c]{0,2}", 0..4),
    ) {
        let is_string = kind == VariableType::String;
        let choices: Vec<_> = choices.iter().filter(|_| is_string).map(|text| string(text)).collect();
        let variable = Variable {
            max_length: MaxLength::new(chars).ok().filter(|_| is_string),
            allowed: AllowedValues::new(choices.clone()).unwrap(),
            ..at(Subject::Header("x-a".into()), "v", kind)
        };
        let value = Value::Field(text.clone().into());
        match variable.resolve(Some(Given::One(&value))) {
            Ok(Some(VariableValue::String(read))) => {
                prop_assert!(is_string && read == text);
                prop_assert!(i64::try_from(read.chars().count()).unwrap() <= chars);
                prop_assert!(choices.is_empty() || choices.contains(&string(&read)));
            }
            Ok(Some(VariableValue::Number(read))) => prop_assert_eq!(read, text, "its digits are kept"),
            Ok(Some(VariableValue::Integer(read))) => prop_assert_eq!(read.to_string(), text),
            Ok(Some(VariableValue::Boolean(read))) => prop_assert_eq!(read.to_string(), text),
            Ok(Some(other)) => prop_assert!(false, "{:?} of text", other),
            Ok(None) => prop_assert!(!is_string && text.trim().is_empty()),
            Err(reason) => prop_assert!(text.len() < 4 || !reason.to_string().contains(&text)),
        }
    }
}
