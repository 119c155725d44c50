//! Conditions as bodies have them, and what stays of them when a client sends back what it knows.

use serde_json::{Value as Json, json};

use crate::domain::condition::Conditions;
use crate::domain::hook::Hook;
use crate::domain::signature::Algorithm;
use crate::domain::signing::{Means, Signing};
use crate::domain::timestamp::Timestamp;
use crate::fixtures;
use crate::http::error::ApiError;
use crate::http::fields::Fields;
use crate::http::hook::{HookBody, read_change, read_draft};

fn faults<T>(read: Result<T, ApiError>) -> Result<T, Vec<String>> {
    read.map_err(|error| {
        let ApiError::Invalid(errors) = error else { panic!("{error}") };
        errors.by_field().keys().cloned().collect()
    })
}

/// What a new hook with these conditions has, or the fields at fault without the field's name in front.
fn read(conditions: &Json, proof: &Json) -> Result<Conditions, Vec<String>> {
    let mut body = json!({
        "name": "deploy", "action_type": "deploy", "resource_type": "application", "resource_id": 42,
        "requires_secret": false, "trigger_when": { "conditions": conditions },
    });
    let (Json::Object(fields), Json::Object(proof)) = (&mut body, proof.clone()) else { panic!("no object") };
    fields.extend(proof);
    let draft = faults(read_draft(Fields::of_body(&body.to_string()).unwrap(), None)).map(|draft| draft.conditions);
    let place = |fault: String| fault.strip_prefix("trigger_when.conditions").unwrap_or(&fault).to_owned();
    draft.map_err(|faults| faults.into_iter().map(place).collect())
}

fn at_fault(conditions: &Json) -> Vec<String> {
    read(conditions, &json!({})).err().unwrap_or_default()
}

fn hook_with(conditions: &Json) -> Hook {
    let mut hook = fixtures::hook();
    hook.relation.conditions = read(conditions, &json!({})).unwrap();
    hook
}

/// The hook's conditions as answers have them.
fn shown(hook: &Hook) -> Json {
    serde_json::to_value(HookBody::new(hook, None, "https://hooks.example.com")).unwrap()["trigger_when"]["conditions"]
        .take()
}

/// The hook after a client has sent these conditions.
fn changed(hook: &Hook, conditions: &Json) -> Result<Hook, Vec<String>> {
    let body = json!({
        "id": hook.relation.id.to_string(), "name": "deploy", "trigger_when": { "conditions": conditions },
    });
    let text = body.to_string();
    let change = faults(read_change(Fields::of_body(&text).unwrap(), hook, Timestamp::from_unix_seconds(0)))?;
    Ok(Hook { relation: change.relation, ..hook.clone() })
}

fn everything() -> Json {
    json!([
        { "name": "main", "type": "request_body", "path": "ref", "accepted_values": ["main", 1, 1.5, true] },
        { "type": "request_body", "path": "ref", "operator": "starts_with", "accepted_values": ["refs/tags/"] },
        { "type": "request_body", "path": "ref", "operator": "not_equals", "accepted_values": ["refs/tags/v0"] },
        { "name": "size", "type": "request_header", "path": "X-Size", "operator": "greater_than", "accepted_values": [9] },
        { "type": "request_header", "path": "X-Kind", "accepted_values": ["a", 1, 1.5, true] },
        { "type": "request_query", "path": "Env", "operator": "exists" },
        { "name": "either", "any": [
            { "type": "request_body", "path": "a", "operator": "matches", "accepted_values": ["x*"] },
            { "type": "request_header", "path": "b", "operator": "absent" },
        ] },
        { "any": [{ "type": "request_query", "path": "c", "accepted_values": [2] }] },
    ])
}

#[test]
fn each_is_shown_with_a_path_and_values_and_those_of_headers_and_parameters_as_text() {
    let mut hook = hook_with(&everything());
    let expected = json!([
        { "name": "main", "type": "request_body", "path": "ref", "operator": "equals",
          "accepted_values": ["main", 1, 1.5, true] },
        { "name": null, "type": "request_body", "path": "ref", "operator": "starts_with",
          "accepted_values": ["refs/tags/"] },
        { "name": null, "type": "request_body", "path": "ref", "operator": "not_equals",
          "accepted_values": ["refs/tags/v0"] },
        { "name": "size", "type": "request_header", "path": "x-size", "operator": "greater_than",
          "accepted_values": ["9"] },
        { "name": null, "type": "request_header", "path": "x-kind", "operator": "equals",
          "accepted_values": ["a", "1", "1.5", "true"] },
        { "name": null, "type": "request_query", "path": "Env", "operator": "exists", "accepted_values": [] },
        { "name": "either", "path": "", "accepted_values": [], "any": [
            { "name": null, "type": "request_body", "path": "a", "operator": "matches", "accepted_values": ["x*"] },
            { "name": null, "type": "request_header", "path": "b", "operator": "absent", "accepted_values": [] },
        ] },
        { "name": null, "path": "", "accepted_values": [], "any": [
            { "name": null, "type": "request_query", "path": "c", "operator": "equals", "accepted_values": ["2"] },
        ] },
    ]);
    assert_eq!(shown(&hook), expected);
    hook.relation.conditions = Conditions::default();
    assert_eq!(shown(&hook), json!([]));
}

/// What the published clients make of the conditions in an answer: they keep what they know of a condition on the body,
/// and of any other only its path and its values.
fn known_to_clients(shown: &Json) -> Json {
    let known = |condition: &Json| {
        let names = if condition["type"] == "request_body" {
            &["name", "type", "path", "accepted_values"][..]
        } else {
            &["path", "accepted_values"]
        };
        names.iter().map(|name| ((*name).to_owned(), condition[*name].clone())).collect::<Json>()
    };
    shown.as_array().unwrap().iter().map(known).collect()
}

#[test]
fn what_is_read_and_written_back_changes_nothing() {
    let hook = hook_with(&everything());
    for back in [shown(&hook), known_to_clients(&shown(&hook))] {
        let after = changed(&hook, &back).unwrap();
        assert_eq!(after.relation.conditions, hook.relation.conditions, "{back}");
    }
}

#[test]
fn an_entry_keeps_what_it_leaves_out_of_the_condition_that_it_names() {
    let hook = hook_with(&everything());
    let tags = json!({ "type": "request_body", "path": "ref", "accepted_values": ["refs/tags/v"] });
    let (size, kind) = (json!({ "path": "x-size", "accepted_values": ["10"] }), json!({ "path": "X-KIND" }));
    let either = json!({ "name": "either", "path": "", "accepted_values": [] });
    let member = json!({ "any": [{ "type": "request_query", "path": "c", "operator": "less_than" }] });
    for (entry, expected) in [
        (
            tags.clone(),
            json!({ "name": null, "type": "request_body", "path": "ref", "operator": "starts_with",
            "accepted_values": ["refs/tags/v"] }),
        ),
        (
            size,
            json!({ "name": "size", "type": "request_header", "path": "x-size", "operator": "greater_than",
            "accepted_values": ["10"] }),
        ),
        (
            kind,
            json!({ "name": null, "type": "request_header", "path": "x-kind", "operator": "equals",
            "accepted_values": ["a", "1", "1.5", "true"] }),
        ),
        (either, shown(&hook)[6].clone()),
        (
            member,
            json!({ "name": null, "path": "", "accepted_values": [], "any": [
            { "name": null, "type": "request_query", "path": "c", "operator": "less_than", "accepted_values": ["2"] },
        ] }),
        ),
    ] {
        assert_eq!(shown(&changed(&hook, &json!([entry])).unwrap()), json!([expected]), "{entry}");
    }
    // Of two with one type, path and name, an entry with the values of one of them is that one.
    let second = shown(&hook)[2].clone();
    let sent = json!({ "type": "request_body", "path": "ref", "accepted_values": ["refs/tags/v0"] });
    assert_eq!(shown(&changed(&hook, &json!([sent])).unwrap()), json!([second]));
    let both = shown(&changed(&hook, &json!([tags, sent])).unwrap());
    assert_eq!((&both[0]["operator"], &both[1]), (&json!("starts_with"), &second));
}

#[test]
fn an_entry_that_names_no_condition_is_a_new_one() {
    let hook = hook_with(&everything());
    let other = json!({ "name": "other", "type": "request_body", "path": "ref", "accepted_values": ["x"] });
    assert_eq!(shown(&changed(&hook, &json!([other])).unwrap())[0]["operator"], "equals");
    let thrice = json!([
        { "path": "x-size", "accepted_values": ["9"] }, { "path": "x-size", "accepted_values": ["9"] },
        { "path": "new", "accepted_values": ["9"] },
    ]);
    let places = ["1", "2"].map(|index| format!("trigger_when.conditions.{index}.type"));
    assert_eq!(changed(&hook, &thrice).unwrap_err(), places, "each is named once, and a new one needs a type");
    assert_eq!(shown(&changed(&hook, &json!([])).unwrap()), json!([]));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of what is wrong")]
fn a_wrong_condition_is_named_by_its_place() {
    let body = |operator: &str, accepted: Json| json!({ "type": "request_body", "path": "a", "operator": operator, "accepted_values": accepted });
    for (condition, field) in [
        (json!({ "path": "a", "accepted_values": ["x"] }), ".type"),
        (json!({ "type": "request_url", "path": "a", "accepted_values": ["x"] }), ".type"),
        (json!({ "type": "request_body", "accepted_values": ["x"] }), ".path"),
        (json!({ "type": "request_body", "path": "", "accepted_values": ["x"] }), ".path"),
        (json!({ "type": "request_header", "path": "a b", "accepted_values": ["x"] }), ".path"),
        (json!({ "type": "request_query", "path": "", "accepted_values": ["x"] }), ".path"),
        (json!({ "type": "request_query", "path": "x".repeat(101), "accepted_values": ["x"] }), ".path"),
        (json!({ "type": "request_header", "path": "Authorization", "accepted_values": ["x"] }), ".path"),
        (json!({ "type": "request_header", "path": "cookie", "operator": "exists" }), ".path"),
        (json!({ "type": "request_body", "path": "a" }), ".accepted_values"),
        (body("equals", json!([])), ".accepted_values"),
        (body("equals", json!([null])), ".accepted_values"),
        (body("equals", json!("x")), ".accepted_values"),
        (body("not_equals", json!([])), ".accepted_values"),
        (body("starts_with", json!([1])), ".accepted_values"),
        (body("ends_with", json!([""])), ".accepted_values"),
        (body("contains", json!([true])), ".accepted_values"),
        (body("matches", json!([r"a\b"])), ".accepted_values"),
        (body("matches", json!(["x".repeat(1_001)])), ".accepted_values"),
        (body("greater_than", json!([1, 2])), ".accepted_values"),
        (body("less_than", json!(["much"])), ".accepted_values"),
        (body("exists", json!(["x"])), ".accepted_values"),
        (body("absent", json!(["x"])), ".accepted_values"),
        (body("is", json!(["x"])), ".operator"),
        (json!({ "type": "request_body", "path": "a", "operator": 1, "accepted_values": ["x"] }), ".operator"),
        (json!({ "any": [] }), ".any"),
        (json!({ "any": {} }), ".any"),
        (json!({ "any": [{}] }), ".any.0.accepted_values"),
        (json!({ "any": [body("is", json!(["x"]))] }), ".any.0.operator"),
        (json!({ "any": [{ "any": [body("exists", json!([]))] }] }), ".any.0.any"),
        (json!({ "any": [body("exists", json!([]))], "path": "a" }), ".path"),
        (json!({ "any": [body("exists", json!([]))], "accepted_values": ["x"] }), ".accepted_values"),
        (json!({ "any": [body("exists", json!([]))], "operator": "equals" }), ".operator"),
        (json!({ "any": [body("exists", json!([]))], "type": "request_body" }), ".type"),
    ] {
        let (alone, second) = (at_fault(&json!([condition])), json!([body("exists", json!([])), condition]));
        assert!(alone.contains(&format!(".0{field}")), "{condition}: {alone:?}");
        assert!(at_fault(&second).contains(&format!(".1{field}")), "{condition}");
    }
}

#[test]
fn there_are_fifty_with_those_of_groups() {
    let one = json!({ "type": "request_body", "path": "a", "operator": "exists" });
    let conditions = |alone: usize, grouped: usize| {
        let mut all = vec![one.clone(); alone];
        all.push(json!({ "any": vec![one.clone(); grouped] }));
        Json::Array(all)
    };
    assert_eq!(at_fault(&conditions(20, 30)), [""; 0]);
    assert_eq!(at_fault(&conditions(20, 31)), [""]);
}

#[test]
fn no_condition_looks_at_the_proof() {
    let condition = |kind: &str, path: &str| json!({ "type": kind, "path": path, "operator": "exists" });
    let signed = json!({
        "requires_secret": true, "secret_algorithm": "sha256", "secret_header_name": "X-Hub-Signature-256",
    });
    let of = |provider: &str| json!({ "requires_secret": true, "provider": provider });
    for (proof, condition, is_refused) in [
        (&signed, condition("request_header", "x-hub-signature-256"), true),
        (&signed, condition("request_header", "X-HUB-Signature-256"), true),
        (&signed, condition("request_header", "x-github-event"), false),
        (&signed, condition("request_query", "x-hub-signature-256"), false),
        (&of("pandadoc"), condition("request_query", "signature"), true),
        (&of("pandadoc"), condition("request_query", "env"), false),
        (&of("figma"), condition("request_body", "passcode"), true),
        (&of("figma"), condition("request_body", "event_type"), false),
        (&json!({}), condition("request_header", "x-hub-signature-256"), false),
    ] {
        for (conditions, place) in [(json!([condition]), ".0.path"), (json!([{ "any": [condition] }]), ".0.any.0.path")]
        {
            let expected = if is_refused { vec![place.to_owned()] } else { vec![] };
            assert_eq!(read(&conditions, proof).err().unwrap_or_default(), expected, "{proof} {conditions}");
        }
    }
}

#[test]
fn a_header_becomes_no_proof_while_a_condition_looks_at_it() {
    let mut hook = hook_with(&json!([{ "type": "request_header", "path": "x-other", "operator": "exists" }]));
    let means = Means::of_header("x-first".parse().unwrap(), Algorithm::Sha256);
    hook.relation.requires_secret = true;
    hook.signing = Some(Signing::without_secret(means));
    let change = |header: &str| {
        let body =
            json!({ "id": hook.relation.id.to_string(), "name": "deploy", "secret_header_name": header }).to_string();
        faults(read_change(Fields::of_body(&body).unwrap(), &hook, Timestamp::from_unix_seconds(0))).map(drop)
    };
    assert_eq!(change("x-second"), Ok(()));
    assert_eq!(change("X-Other"), Err(vec!["trigger_when.conditions.0.path".to_owned()]));
}
