//! Conditions from outside: what they keep out, what is said of it, and what is remembered for a retry.

use harness::{Answer, Call, Hash, Hook, User, open_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

fn with(conditions: &Json) -> Json {
    let mut hook = open_hook();
    hook["trigger_when"] = json!({ "conditions": conditions });
    hook
}

/// A call with this query.
fn asked<'s>(hook: &Hook<'s>, query: &str) -> Call<'s> {
    hook.unsigned("{}").query(query)
}

/// Sends a call that must be ignored. What its sender is told.
async fn ignored(user: &User<'_>, call: Call<'_>) -> (Answer, String) {
    let before = user.footprint().await;
    let answer = call.send().await;
    let message = answer.accepted();
    assert!(message.starts_with("The call was ignored."), "{message}");
    assert_eq!(user.footprint().await, before, "{answer:?}");
    (answer, message)
}

#[test]
fn each_operator_keeps_out_what_it_does_not_hold_for() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut runs = 0;
        for (operator, accepted, holds, fails) in [
            ("equals", json!(["a", 1]), r#"{"v": 1.0}"#, r#"{"v": "1"}"#),
            ("not_equals", json!(["a", 1]), "{}", r#"{"v": "a"}"#),
            ("starts_with", json!(["refs/tags/"]), r#"{"v": "refs/tags/v1"}"#, r#"{"v": "refs/heads/refs/tags/"}"#),
            ("ends_with", json!([".md"]), r#"{"v": "a.md"}"#, r#"{"v": ".mdx"}"#),
            ("contains", json!(["skip"]), r#"{"v": "[skip ci]"}"#, r#"{"v": ["skip"], "w": "skip"}"#),
            ("matches", json!(["v*.*"]), r#"{"v": "v1.2"}"#, r#"{"v": "xv1.2"}"#),
            ("exists", json!([]), r#"{"v": false}"#, r#"{"v": null}"#),
            ("absent", json!([]), r#"{"v": null}"#, r#"{"v": ""}"#),
            ("greater_than", json!([100]), r#"{"v": "100.01"}"#, r#"{"v": 100}"#),
            ("less_than", json!([100]), r#"{"v": 99.99}"#, r#"{"v": "few"}"#),
        ] {
            let condition =
                json!({ "type": "request_body", "path": "v", "operator": operator, "accepted_values": accepted });
            let hook = ann.create_hook(&with(&json!([condition]))).await;

            let (_, message) = ignored(&ann, hook.unsigned(fails)).await;
            assert_eq!(message, "The call was ignored. The condition `v` does not hold.", "{operator}");
            hook.unsigned(holds).send().await.accepted();
            runs += 1;
            assert_eq!(ann.jobs().await.len(), runs, "{operator}");
        }
    });
}

#[test]
fn numbers_in_headers_queries_and_forms_compare_as_numbers() {
    shared(async |stack| {
        let ann = stack.user().await;
        let condition =
            |kind: &str, accepted: Json| json!([{ "type": kind, "path": "n", "accepted_values": accepted }]);
        let header = ann.create_hook(&with(&condition("request_header", json!([5])))).await;
        let query = ann.create_hook(&with(&condition("request_query", json!([5])))).await;
        let form = ann.create_hook(&with(&condition("request_body", json!([5])))).await;
        let text = ann.create_hook(&with(&condition("request_query", json!(["5"])))).await;
        let in_form =
            |fields: &str| form.unsigned(fields.to_owned()).with("content-type", "application/x-www-form-urlencoded");

        for value in ["6", "05", "x", ""] {
            ignored(&ann, header.unsigned("{}").header("n", value)).await;
            ignored(&ann, asked(&query, &format!("n={value}&n=5"))).await;
            ignored(&ann, in_form(&format!("n={value}"))).await;
        }
        ignored(&ann, asked(&text, "n=5.0")).await;
        ignored(&ann, asked(&query, "N=5")).await;

        for value in ["5", "5.0", "50e-1"] {
            header.unsigned("{}").header("n", value).send().await.accepted();
            asked(&query, &format!("x=6&n={value}")).send().await.accepted();
            in_form(&format!("n={value}")).send().await.accepted();
        }
        assert_eq!(ann.jobs().await.len(), 9);
    });
}

#[test]
fn a_sender_learns_the_label_and_the_owner_what_was_there() {
    shared(async |stack| {
        let ann = stack.user().await;
        let conditions = json!([
            { "name": "release", "any": [
                { "type": "request_body", "path": "ref", "operator": "starts_with", "accepted_values": ["v"] },
                { "type": "request_query", "path": "force", "operator": "exists" },
            ] },
            { "type": "request_header", "path": "X-Api-Key", "accepted_values": ["expected"] },
        ]);
        let hook = ann.create_hook(&with(&conditions)).await;

        let (answer, said) = ignored(&ann, hook.unsigned(r#"{"ref": "main"}"#)).await;
        assert_eq!(said, "The call was ignored. The condition `release` does not hold.");
        let noted = ann.log_of(&answer).await;
        let reason = r#"`ref` is "main", and must start with "v"; or the parameter `force` is absent, and must exist"#;
        let whole = format!("The call was ignored. The condition `release` does not hold: {reason}.");
        let cut: String = whole.chars().take(159).chain(['…']).collect();
        assert_eq!(noted["message"], if whole.len() > 160 { cut } else { whole });
        assert_eq!(noted["response_body"], answer.json(), "the sender was told no more");

        // What the log masks is masked in what it says too.
        let (answer, said) = ignored(&ann, hook.unsigned(r#"{"ref": "v1"}"#).header("x-api-key", "guessed")).await;
        assert_eq!(said, "The call was ignored. The condition `x-api-key` does not hold.");
        let noted = ann.log_of(&answer).await;
        let (message, shown) = (noted["message"].as_str().unwrap(), noted.to_string());
        assert!(message.ends_with(r#"the header `x-api-key` is ********, and must equal "expected"."#), "{message}");
        assert!(!shown.contains("guessed"), "{shown}");
    });
}

#[test]
fn a_retry_finds_the_parameters_that_conditions_look_at() {
    shared(async |stack| {
        let ann = stack.user().await;
        let condition = |path: &str, accepted: &str| {
            let condition = json!({ "type": "request_query", "path": path, "accepted_values": [accepted] });
            json!([condition])
        };
        let hook = ann.create_hook(&with(&condition("env", "a b&c"))).await;
        let call = asked(&hook, "x=1&env=a+b%26c").send().await;
        call.accepted();

        assert_eq!(ann.retry(call.request_id()).await.is(201)["outcome"], "queued");
        assert_eq!(ann.jobs().await.len(), 2);
        let other = json!({ "trigger_when": { "conditions": condition("x", "1") } });
        assert_eq!(ann.put_hook(&hook, &other).await.status, 204);
        assert_eq!(ann.retry(call.request_id()).await.is(201)["outcome"], "ignored", "others are not kept");
    });
}

#[test]
fn conditions_that_would_look_at_too_much_refuse_the_call() {
    shared(async |stack| {
        let ann = stack.user().await;
        let condition = |operator: &str| {
            let accepted: Vec<_> = (0..50).map(|number| format!("y{number}")).collect();
            json!([{ "type": "request_body", "path": "v", "operator": operator, "accepted_values": accepted }])
        };
        let contains = ann.create_hook(&with(&condition("contains"))).await;
        let starts = ann.create_hook(&with(&condition("starts_with"))).await;
        let body = format!(r#"{{"v": "{}"}}"#, "x".repeat(1_000_000));
        let before = ann.footprint().await;

        let refused = contains.unsigned(body.clone()).send().await.refused(400);

        assert_eq!(refused, "The body is too large for so many conditions.");
        assert_eq!(ann.footprint().await, before);
        ignored(&ann, starts.unsigned(body)).await;
    });
}

#[test]
fn no_condition_makes_an_oracle_of_the_proof() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let looking = |hook: &Json, kind: &str, path: &str| {
            let condition = json!({ "type": kind, "path": path, "operator": "starts_with", "accepted_values": ["a"] });
            let mut hook = hook.clone();
            hook["trigger_when"] = json!({ "conditions": [{ "any": [condition] }] });
            hook
        };
        let signed = signed_hook("x-signature", Hash::Sha256);
        let mut figma = open_hook();
        figma["requires_secret"] = true.into();
        figma["provider"] = "figma".into();
        for (hook, kind, path) in [
            (&signed, "request_header", "X-Signature"),
            (&signed, "request_header", "Authorization"),
            (&open_hook(), "request_header", "cookie"),
            (&open_hook(), "request_header", "proxy-authorization"),
            (&figma, "request_body", "passcode"),
            (&figma, "request_body", "*"),
        ] {
            let refused = ann.post("/hooks/incoming").json(&looking(hook, kind, path)).send().await.invalid();
            assert_eq!(refused, ["trigger_when.conditions.0.any.0.path"], "{path}");
        }
        assert_eq!(ann.footprint().await, before);
        let hook = ann.create_hook(&looking(&signed, "request_header", "x-other")).await;
        let moved = ann.put_hook(&hook, &json!({ "secret_header_name": "X-Other" })).await;
        assert_eq!(moved.invalid(), ["trigger_when.conditions.0.any.0.path"]);
    });
}

#[test]
fn a_change_keeps_what_it_leaves_out_of_the_conditions_that_it_names() {
    shared(async |stack| {
        let ann = stack.user().await;
        let conditions = json!([
            { "name": "tags", "type": "request_body", "path": "ref", "operator": "starts_with",
              "accepted_values": ["refs/tags/"] },
            { "type": "request_header", "path": "x-size", "operator": "greater_than", "accepted_values": [9] },
            { "any": [{ "type": "request_query", "path": "env", "operator": "exists" }] },
        ]);
        let hook = ann.create_hook(&with(&conditions)).await;
        let shown =
            || async { ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200)["trigger_when"].clone() };
        let before = shown().await;
        // What the published clients keep of an answer.
        let known = json!({ "events": [], "conditions": [
            { "name": "tags", "type": "request_body", "path": "ref", "accepted_values": ["refs/tags/"] },
            { "path": "x-size", "accepted_values": ["9"] },
            { "path": "", "accepted_values": [] },
        ] });

        for back in [&known, &before] {
            assert_eq!(ann.put_hook(&hook, &json!({ "trigger_when": back })).await.status, 204);
            assert_eq!(shown().await, before);
        }
        let new = json!({ "trigger_when": { "conditions": [{ "path": "x-new", "accepted_values": ["9"] }] } });
        assert_eq!(ann.put_hook(&hook, &new).await.invalid(), ["trigger_when.conditions.0.type"]);
        assert_eq!(shown().await, before);
        let body = r#"{"ref": "refs/tags/v1"}"#;
        let call = |size: &str| hook.unsigned(body).query("env=x").header("x-size", size);
        ignored(&ann, call("8.5")).await;
        call("10").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}
