//! Hooks as items, whole and damaged.

use proptest::prelude::*;

use super::*;
use crate::domain::condition::{Accepted, Comparison, Condition, Conditions, Group, Operator, Rule};
use crate::domain::signature::provider::Worth;
use crate::domain::subject::{Subject, SubjectType};
use crate::domain::variable::{AllowedValues, MaxLength, Variable, VariableType, VariableValue, Variables};
use crate::fixtures;

fn full_hook() -> Hook {
    let mut hook = fixtures::hook();
    hook.relation.requires_secret = true;
    hook.relation.variables = every_variable();
    hook.relation.conditions = every_condition();
    hook.relation.only_latest = true;
    hook.relation.proof = Worth::Verified;
    hook.signing = Some(Signing {
        means: Means::of_header("x-hub-signature-256".parse().unwrap(), Algorithm::Sha256),
        current: Some(CurrentSecret {
            secret: SealedSecret::from_bytes(vec![1, 2, 3]),
            since: crate::domain::timestamp::Timestamp::from_unix_seconds(1_700_000_000),
        }),
        previous: Some(PreviousSecret {
            secret: SealedSecret::from_bytes(vec![4]),
            until: crate::domain::timestamp::Timestamp::from_unix_seconds(1_800_000_000),
        }),
        handed_over: None,
    });
    hook
}

/// A variable of each type and each source, with and without bounds.
fn every_variable() -> Variables {
    let variable = |name: &str, kind, default| Variable {
        name: name.parse().unwrap(),
        subject: Subject::new(SubjectType::RequestBody, r"a\.b.0").unwrap(),
        kind,
        required: true,
        default,
        max_length: None,
        allowed: AllowedValues::default(),
    };
    let bounded = |name: &str, subject, allowed: Vec<VariableValue>| Variable {
        subject: Subject::new(subject, "x-a").unwrap(),
        allowed: AllowedValues::new(allowed.clone()).unwrap(),
        ..variable(name, allowed[0].kind(), None)
    };
    Variables::new(vec![
        variable("s", VariableType::String, Some(VariableValue::String("x".into()))),
        variable("i", VariableType::Integer, Some(VariableValue::Integer(i64::MIN))),
        variable("b", VariableType::Boolean, Some(VariableValue::Boolean(true))),
        variable("a", VariableType::Array, Some(VariableValue::Array("[1.10]".into()))),
        variable("n", VariableType::Array, None),
        variable("d", VariableType::Number, Some(VariableValue::Number("1.10".into()))),
        variable("o", VariableType::Object, Some(VariableValue::Object(r#"{"a": 1.10}"#.into()))),
        bounded("hi", SubjectType::RequestHeader, vec![VariableValue::Integer(i64::MAX), VariableValue::Integer(0)]),
        bounded("qd", SubjectType::RequestQuery, vec![VariableValue::Number("1.50".into())]),
        Variable {
            max_length: MaxLength::new(1_048_576).ok(),
            ..bounded("hs", SubjectType::RequestHeader, vec![VariableValue::String(String::new())])
        },
    ])
    .unwrap()
}

/// A condition of each operator and on each kind of subject, and a group.
fn every_condition() -> Conditions {
    let condition = |operator: &Operator, name: Option<&str>, kind: SubjectType| {
        let accepted = match operator {
            Operator::Exists | Operator::Absent => vec![],
            Operator::GreaterThan | Operator::LessThan => vec![Accepted::Number("1.50".into())],
            Operator::StartsWith | Operator::EndsWith | Operator::Contains | Operator::Matches => {
                vec![Accepted::String("x*".into()), Accepted::String(r"\*".into())]
            }
            Operator::Equals | Operator::NotEquals => {
                vec![Accepted::String("x".into()), Accepted::Number("1.0".into()), Accepted::Boolean(false)]
            }
        };
        let comparison = Comparison::new(*operator, accepted).unwrap();
        Condition { name: name.map(str::to_owned), subject: Subject::new(kind, "X-Event").unwrap(), comparison }
    };
    let of_kind =
        |kind: &SubjectType| Operator::ALL.iter().map(|operator| condition(operator, Some("main"), *kind)).collect();
    let groups = SubjectType::ALL.iter().map(|kind| Rule::Any(Group::new(None, of_kind(kind)).unwrap()));
    let named =
        Group::new(Some("n".into()), vec![condition(&Operator::Equals, None, SubjectType::RequestBody)]).unwrap();
    let alone = condition(&Operator::Absent, None, SubjectType::RequestQuery);
    Conditions::new(groups.chain([Rule::Any(named), Rule::One(alone)]).collect()).unwrap()
}

#[test]
fn what_was_stored_is_read_back() {
    for hook in [full_hook(), fixtures::hook()] {
        assert_eq!(decode(&encode(&hook)).unwrap(), hook);
    }
}

#[test]
fn the_partitions_hold_the_project() {
    let item = encode(&full_hook());
    assert_eq!(item["resource"], text("1#application#42"));
    assert_eq!(item["pipeline"], text("1#7"));
}

#[test]
fn a_signed_hook_without_its_secret_is_corrupt_and_never_open() {
    for attribute in ["secret", "secret_algorithm", "secret_header_name"] {
        let mut item = encode(&full_hook());
        item.remove(attribute);
        let error = decode(&item).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { attribute: named, .. } if named == attribute), "{error}");
    }
}

proptest! {
    #[test]
    fn an_attribute_that_is_damaged_is_named(index: prop::sample::Index) {
        let mut item = encode(&full_hook());
        let mut names: Vec<String> = item.keys().cloned().collect();
        names.retain(|name| !["id", "place", "resource", "pipeline"].contains(&name.as_str()));
        let name = names[index.index(names.len())].clone();
        item.insert(name.clone(), aws_sdk_dynamodb::types::AttributeValue::Null(true));
        let error = decode(&item).unwrap_err();
        let expected = matches!(&error, StoreError::Corrupt { attribute, .. } if *attribute == name);
        prop_assert!(expected, "{} for {}", error, name);
    }
}
