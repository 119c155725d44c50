//! What conditions hold for, and what is said of those that do not.

use proptest::prelude::*;

use super::*;
use crate::domain::subject::SubjectType;

fn string(text: &str) -> Accepted {
    Accepted::String(text.to_owned())
}

fn number(text: &str) -> Accepted {
    Accepted::Number(text.to_owned())
}

fn comparison(operator: Operator, accepted: &[Accepted]) -> Comparison {
    Comparison::new(operator, accepted.to_vec()).unwrap()
}

fn holds(operator: Operator, accepted: &[Accepted], found: &[Value<'_>]) -> bool {
    comparison(operator, accepted).holds(found, &mut Work::of_one_call()).unwrap()
}

/// A value as it is in JSON, and as it is in a form, a header or a parameter.
fn json(text: &str) -> Value<'_> {
    Value::String(text.into())
}

fn field(text: &str) -> Value<'_> {
    Value::Field(text.into())
}

#[test]
fn a_value_of_the_body_must_be_equal_in_type_and_value() {
    let main = [string("main")];
    assert!(holds(Operator::Equals, &main, &[json("main")]));
    assert!(!holds(Operator::Equals, &main, &[json("Main")]));
    assert!(!holds(Operator::Equals, &main, &[]) && !holds(Operator::Equals, &main, &[Value::Null]));
    assert!(holds(Operator::Equals, &[number("1")], &[Value::Number("1.0")]));
    assert!(!holds(Operator::Equals, &[number("1")], &[json("1")]));
    let large = [number("18446744073709551616")];
    assert!(!holds(Operator::Equals, &large, &[Value::Number("18446744073709551617")]));
    assert!(!holds(Operator::Equals, &[Accepted::Boolean(true)], &[json("true")]));
    assert!(!holds(Operator::Equals, &main, &[Value::Array(r#"["main"]"#)]));
}

#[test]
fn a_field_is_read_as_what_is_accepted() {
    let equals = |accepted: Accepted, text: &str| holds(Operator::Equals, &[accepted], &[field(text)]);
    assert!(equals(Accepted::Boolean(true), "true") && !equals(Accepted::Boolean(true), "1"));
    assert!(equals(string("1"), "1") && !equals(string("1"), "1.0"));
    for same in ["0", "0.0", "-0", "0e5"] {
        assert!(equals(number("0"), same), "{same}");
    }
    for other in ["", " ", "-", ".", "e", "00", "+0", "0x0", "1"] {
        assert!(!equals(number("0"), other), "{other}");
    }
}

#[test]
fn texts_are_compared_at_their_ends_and_within() {
    let v = [string("v"), string("release/")];
    for (operator, accepted, text, expected) in [
        (Operator::StartsWith, &v[..], "release/1", true),
        (Operator::StartsWith, &v, "a release/", false),
        (Operator::EndsWith, &v, "rev", true),
        (Operator::EndsWith, &v, "reverse", false),
        (Operator::Contains, &v, "a release/1", true),
        (Operator::Contains, &v, "V", false),
        (Operator::Matches, &[string("v*.*"), string("x")], "v1.2", true),
        (Operator::Matches, &[string("v*.*"), string("x")], "xx", false),
    ] {
        for value in [json(text), field(text)] {
            assert_eq!(holds(operator, accepted, &[value]), expected, "{operator} {text}");
        }
    }
    assert!(holds(Operator::StartsWith, &[string("4")], &[Value::Number("42")]), "a number is text as it is written");
    for none in [Value::Null, Value::Boolean(true), Value::Array(r#"["v"]"#), Value::Object(r#"{"v": 1}"#)] {
        for operator in [Operator::StartsWith, Operator::EndsWith, Operator::Contains, Operator::Matches] {
            assert!(!holds(operator, &v, std::slice::from_ref(&none)), "{operator} {none:?}");
        }
    }
}

#[test]
fn numbers_are_compared_wherever_they_are_spelt() {
    for (found, is_greater, is_less) in [
        (Value::Number("100.01"), true, false),
        (Value::Number("100.0"), false, false),
        (Value::Number("99999999999999999999e-18"), false, true),
        (Value::Number("-1e400"), false, true),
        (json("250"), true, false),
        (field("99"), false, true),
        (json("much"), false, false),
        (json("0x100"), false, false),
        (Value::Boolean(true), false, false),
        (Value::Null, false, false),
    ] {
        let of = |operator| holds(operator, &[number("100")], std::slice::from_ref(&found));
        assert_eq!((of(Operator::GreaterThan), of(Operator::LessThan)), (is_greater, is_less), "{found:?}");
    }
    assert!(!holds(Operator::GreaterThan, &[number("1")], &[]));
    assert!(holds(Operator::GreaterThan, &[string("1")], &[field("2")]), "as the answers for headers have it");
}

#[test]
fn null_counts_as_absent() {
    for (found, is_there) in
        [(vec![], false), (vec![Value::Null], false), (vec![field("")], true), (vec![json("")], true)]
    {
        assert_eq!(holds(Operator::Exists, &[], &found), is_there, "{found:?}");
        assert_eq!(holds(Operator::Absent, &[], &found), !is_there, "{found:?}");
    }
}

#[test]
fn of_several_values_one_is_enough_unless_none_may_be() {
    let several = [json("bug"), json("urgent"), Value::Null];
    assert!(holds(Operator::Equals, &[string("urgent")], &several));
    assert!(holds(Operator::StartsWith, &[string("urg")], &several));
    assert!(!holds(Operator::NotEquals, &[string("urgent")], &several));
    assert!(holds(Operator::NotEquals, &[string("wip")], &several));
    assert!(holds(Operator::NotEquals, &[string("wip")], &[]), "nothing equals nothing");
    assert!(holds(Operator::Exists, &[], &several) && !holds(Operator::Absent, &[], &several));
    assert!(holds(Operator::GreaterThan, &[number("2")], &[Value::Number("1"), Value::Number("3")]));
}

#[test]
fn values_that_an_operator_cannot_use_are_refused() {
    let long = "x".repeat(1_001);
    for (operator, accepted) in [
        (Operator::Equals, vec![]),
        (Operator::NotEquals, vec![]),
        (Operator::Equals, vec![string("x"); 51]),
        (Operator::Equals, vec![string(&long)]),
        (Operator::Equals, vec![number(&"1".repeat(1_001))]),
        (Operator::StartsWith, vec![]),
        (Operator::StartsWith, vec![string("")]),
        (Operator::EndsWith, vec![number("1")]),
        (Operator::Contains, vec![string("x"), Accepted::Boolean(true)]),
        (Operator::Contains, vec![string("x"), string("")]),
        (Operator::Matches, vec![string(&long)]),
        (Operator::Matches, vec![string(r"a\b")]),
        (Operator::Exists, vec![string("x")]),
        (Operator::Absent, vec![number("1")]),
        (Operator::GreaterThan, vec![]),
        (Operator::GreaterThan, vec![number("1"), number("2")]),
        (Operator::GreaterThan, vec![string("much")]),
        (Operator::LessThan, vec![Accepted::Boolean(true)]),
        (Operator::LessThan, vec![number("1e9223372036854775807")]),
    ] {
        assert!(Comparison::new(operator, accepted.clone()).is_err(), "{operator} {accepted:?}");
    }
}

fn on(kind: SubjectType, name: &str, operator: Operator, accepted: &[Accepted]) -> Condition {
    Condition { name: None, subject: Subject::new(kind, name).unwrap(), comparison: comparison(operator, accepted) }
}

fn named(name: &str, condition: Condition) -> Condition {
    Condition { name: Some(name.to_owned()), ..condition }
}

fn any(name: Option<&str>, members: Vec<Condition>) -> Rule {
    Rule::Any(Group::new(name.map(str::to_owned), members).unwrap())
}

/// What is said when this is the one rule, and these values are everywhere.
fn failed(rule: Rule, found: &[Value<'_>]) -> Option<(String, String)> {
    let conditions = Conditions::new(vec![rule]).unwrap();
    let failed = conditions.first_failed(|_| found.to_vec().into()).unwrap();
    failed.map(|failed| (failed.label, failed.reason))
}

#[test]
fn one_condition_of_a_group_is_enough() {
    let body = |name, text: &str| on(SubjectType::RequestBody, name, Operator::Equals, &[string(text)]);
    let group = || any(None, vec![body("a", "x"), body("b", "y")]);
    assert_eq!(failed(group(), &[json("x")]), None);
    assert_eq!(failed(group(), &[json("y")]), None);
    let reason = r#"`a` is "z", and must equal "x"; or `b` is "z", and must equal "y""#;
    assert_eq!(failed(group(), &[json("z")]), Some(("a or b".to_owned(), reason.to_owned())));
    assert!(Group::new(None, vec![]).is_err());
}

#[test]
fn a_rule_is_called_by_its_name_or_by_what_it_looks_at() {
    let body = || on(SubjectType::RequestBody, "ref", Operator::Equals, &[string("x")]);
    let query = on(SubjectType::RequestQuery, "Env", Operator::Equals, &[string("x")]);
    for (rule, label) in [
        (Rule::One(body()), "ref"),
        (Rule::One(on(SubjectType::RequestHeader, "X-Event", Operator::Exists, &[])), "x-event"),
        (Rule::One(query), "Env"),
        (Rule::One(named("main", body())), "main"),
        (any(None, vec![body(), body(), named("main", body())]), "ref or main"),
        (any(Some("either"), vec![body()]), "either"),
    ] {
        assert_eq!(rule.label(), label);
    }
}

#[test]
fn the_owner_is_told_what_is_there_and_what_must_be() {
    let reason = |kind, name: &str, operator, accepted: &[Accepted], found: &[Value<'_>]| {
        failed(Rule::One(on(kind, name, operator, accepted)), found).unwrap().1
    };
    let (body, header) = (SubjectType::RequestBody, SubjectType::RequestHeader);
    let many: Vec<_> = ["1", "2", "3", "4", "5"].map(number).to_vec();
    let found = reason(body, "n", Operator::Equals, &many, &[Value::Number("6"), Value::Null, Value::Boolean(true)]);
    assert_eq!(found, "`n` is 6 and true, and must equal 1, 2, 3 or 2 more");
    let found = reason(header, "X-Event", Operator::StartsWith, &[string("a\n")], &[field("b\n")]);
    assert_eq!(found, r#"the header `x-event` is "b\n", and must start with "a\n""#);
    let found = reason(SubjectType::RequestQuery, "env", Operator::Exists, &[], &[]);
    assert_eq!(found, "the parameter `env` is absent, and must exist");
    let found = reason(body, "a", Operator::Absent, &[], &[Value::Array("[1]")]);
    assert_eq!(found, "`a` is [1], and must be absent");
    let found = reason(body, "a", Operator::Equals, &[string("x")], &[json(&"é".repeat(61))]);
    assert_eq!(found, format!(r#"`a` is "{}…", and must equal "x""#, "é".repeat(60)));
}

#[test]
fn what_may_be_a_credential_is_masked_for_the_owner_too() {
    for (kind, name) in [(SubjectType::RequestHeader, "X-Api-Key"), (SubjectType::RequestQuery, "accessToken")] {
        let (_, reason) =
            failed(Rule::One(on(kind, name, Operator::Equals, &[string("x")])), &[field("hunter2")]).unwrap();
        assert!(reason.contains("********") && !reason.contains("hunter2"), "{reason}");
    }
}

#[test]
fn those_of_groups_count_too() {
    let condition = || on(SubjectType::RequestBody, "a", Operator::Exists, &[]);
    let rules = |alone: usize, grouped: usize| {
        let group = any(None, vec![condition(); grouped]);
        std::iter::repeat_n(Rule::One(condition()), alone).chain([group]).collect::<Vec<_>>()
    };
    assert!(Conditions::new(rules(25, 25)).is_ok());
    assert!(Conditions::new(rules(25, 26)).is_err());
    assert!(Conditions::new(rules(50, 1)).is_err());
}

#[test]
fn what_would_take_too_long_is_not_done() {
    let contains = || Rule::One(on(SubjectType::RequestBody, "a", Operator::Contains, &[string("y")]));
    let body = "x".repeat(4 * 1024 * 1024);
    let of = |count: usize| {
        // Those that hold, so that all are compared.
        let either = move || {
            any(
                None,
                vec![contains().conditions()[0].clone(), on(SubjectType::RequestBody, "a", Operator::Exists, &[])],
            )
        };
        Conditions::new(std::iter::repeat_with(either).take(count).collect()).unwrap()
    };
    let found = [json(&body)];
    assert_eq!(of(7).first_failed(|_| Cow::Borrowed(&found[..])), Ok(None));
    assert_eq!(of(9).first_failed(|_| Cow::Borrowed(&found[..])), Err(TooMuchWork));
}

proptest! {
    #[test]
    fn an_operator_and_its_opposite_never_agree(text: String, other: String) {
        for found in [vec![], vec![json(&text)], vec![field(&text), json(&other)]] {
            for (one, opposite, accepted) in [
                (Operator::Equals, Operator::NotEquals, vec![string(&other)]),
                (Operator::Exists, Operator::Absent, vec![]),
            ] {
                prop_assert_ne!(holds(one, &accepted, &found), holds(opposite, &accepted, &found));
            }
        }
    }

    #[test]
    fn numbers_compare_as_integers_do(a in -1_000_000_i64..1_000_000, b in -1_000_000_i64..1_000_000, shift in 0_usize..4) {
        let spelt = format!("{a}{}e-{shift}", "0".repeat(shift));
        let of = |operator| holds(operator, &[number(&b.to_string())], &[Value::Number(&spelt)]);
        prop_assert_eq!(of(Operator::GreaterThan), a > b);
        prop_assert_eq!(of(Operator::LessThan), a < b);
        prop_assert_eq!(of(Operator::Equals), a == b);
    }

    #[test]
    fn what_a_text_begins_with_it_contains_and_matches(start in "[a-c*]{1,4}", rest in "[a-c*]{0,4}") {
        let text = format!("{start}{rest}");
        let pattern = format!("{}*", start.replace('*', r"\*"));
        prop_assert!(holds(Operator::StartsWith, &[string(&start)], &[json(&text)]));
        prop_assert!(holds(Operator::Contains, &[string(&start)], &[json(&text)]));
        prop_assert!(holds(Operator::Matches, &[string(&pattern)], &[json(&text)]));
        let back = format!("{rest}{start}");
        prop_assert!(holds(Operator::EndsWith, &[string(&start)], &[json(&back)]));
    }
}
