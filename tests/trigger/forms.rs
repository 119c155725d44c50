//! JSON and forms, under content types that say what they are and others that do not. The content type is not signed.

use base64::Engine as _;
use harness::{Answer, Call, Hash, Hook, User, open_hook, shared, signed_hook};
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

/// Sends a call that must queue nothing.
async fn attempt(user: &User<'_>, call: Call<'_>) -> Answer {
    let before = user.footprint().await;
    let answer = call.send().await;
    assert_eq!(user.footprint().await, before, "{answer:?}");
    answer
}

/// The header of a hook, and how it answers a form: its one field `payload` with an object in it, other fields, and
/// what was meant to be JSON.
const FORMS: [(&str, [u16; 3]); 7] = [
    ("x-hub-signature-256", [200, 400, 400]),
    ("x-gitea-signature", [400, 400, 400]),
    ("x-signature", [200, 200, 400]),
    ("sentry-hook-signature", [415, 415, 400]),
    ("x-shopify-hmac-sha256", [415, 415, 400]),
    ("x-pagerduty-signature", [415, 415, 400]),
    ("circleci-signature", [415, 415, 400]),
];

/// A call with this body, signed in this header, which holds the MAC of the body.
fn signed<'s>(hook: &Hook<'s>, header: &str, body: &str) -> Call<'s> {
    let mac = hook.mac(Hash::Sha256, body.as_bytes());
    let value = match header {
        "x-hub-signature-256" => format!("sha256={}", hex::encode(mac)),
        "x-shopify-hmac-sha256" => base64::engine::general_purpose::STANDARD.encode(mac),
        "x-pagerduty-signature" | "circleci-signature" => format!("v1={}", hex::encode(mac)),
        _ => hex::encode(mac),
    };
    hook.unsigned(body.to_owned()).header(header, value)
}

#[test]
fn captured_json_means_the_same_under_every_content_type() {
    shared(async |stack| {
        let ann = stack.user().await;
        // Somebody else may have had a hand in the text of a commit.
        let json = r#"{"ref":"next","message":"&payload=%7B%22ref%22%3A%22evil%22%7D&ref=evil&"}"#;
        let mut calls = Vec::new();
        for (header, _) in FORMS {
            let hook = ann.create_hook(&signed_hook(header, Hash::Sha256)).await;
            calls.push(signed(&hook, header, json));
        }
        calls.push(ann.create_hook(&open_hook()).await.unsigned(json));
        for call in &calls {
            for kind in [FORM, "Application/x-www-form-urlencoded; charset=utf-8", "text/plain", "a/b", "x/y+json"] {
                call.clone().with("content-type", kind).send().await.accepted();
            }
        }
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 5 * calls.len());
        assert!(jobs.iter().all(|job| job.body["variables"] == json!({ "branch": "next" })));
    });
}

#[test]
fn a_form_counts_only_as_its_provider_sends_forms() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (header, expected) in FORMS {
            let hook = ann.create_hook(&signed_hook(header, Hash::Sha256)).await;
            let bodies = ["payload=%7B%22ref%22%3A%22next%22%7D", "ref=next", "{\"ref\": \"next\""];
            for (body, status) in bodies.into_iter().zip(expected) {
                // Gitea signs what the field holds.
                let call = signed(&hook, header, body).with("content-type", FORM);
                if (header, body.starts_with("payload")) == ("x-gitea-signature", true) {
                    let before = ann.jobs().await.len();
                    let json = signed(&hook, header, r#"{"ref":"next"}"#).body(body).with("content-type", FORM);
                    json.send().await.accepted();
                    assert_eq!(ann.jobs().await.len(), before + 1);
                } else if status == 200 {
                    call.send().await.accepted();
                } else {
                    attempt(&ann, call).await.refused(status);
                }
            }
        }
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 4, "two of the generic hook, one of GitHub's, one of Gitea's");
        assert!(jobs.iter().all(|job| job.body["variables"] == json!({ "branch": "next" })));
    });
}

#[test]
fn what_curl_sends_as_a_form_is_read_as_it_was_meant_or_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let form = |body: &'static str| hook.unsigned(body).with("content-type", FORM);
        form(r#"{"ref": "next"}"#).send().await.accepted();
        form(r"payload=%7B%22ref%22%3A%22next%22%7D").send().await.accepted();
        form("ref=next").send().await.accepted();
        assert!(ann.jobs().await.iter().all(|job| job.body["variables"] == json!({ "branch": "next" })));
        for body in [r#"{"ref": "next""#, r#"{"ref": next}"#, "{'ref': 'next'}", "<ref>next</ref>", "ref: next", "[1,"]
        {
            assert!(attempt(&ann, form(body)).await.refused(400).starts_with("The body is not valid JSON"), "{body}");
        }
    });
}

/// A form has no types: a field is what the hook takes it for.
#[test]
fn a_field_is_read_as_the_declared_type_and_a_blank_one_is_absent() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = open_hook();
        hook["settings"] = json!({ "variables": [
            { "name": "replicas", "type": "integer", "default_value": 2 },
            { "name": "force", "type": "boolean" },
            { "name": "note", "type": "string" },
        ] });
        hook["trigger_when"] =
            json!({ "conditions": [{ "type": "request_body", "path": "level", "accepted_values": [5, true] }] });
        let hook = ann.create_hook(&hook).await;
        let form = |body: &'static str| hook.unsigned(body).with("content-type", FORM);
        for (body, expected) in [
            ("level=5&replicas=&force=&note=", json!({ "replicas": 2, "note": "" })),
            ("level=5.0&replicas=+&force=%09", json!({ "replicas": 2 })),
            ("level=50e-1&replicas=3&force=true&note=x", json!({ "replicas": 3, "force": true, "note": "x" })),
            ("level=true&force=false", json!({ "replicas": 2, "force": false })),
        ] {
            form(body).send().await.accepted();
            let jobs = ann.jobs().await;
            assert_eq!(jobs.last().unwrap().body["variables"], expected, "{body}");
        }
        for body in ["level=", "level=05", "level=%205", "level=0x5", "level=6", "replicas=1"] {
            let message = attempt(&ann, form(body)).await.accepted();
            assert_eq!(message, "The call was ignored. The condition `level` does not hold.", "{body}");
        }
        for (body, wrong) in [("level=5&replicas=x", "replicas"), ("level=5&force=1", "force")] {
            assert_eq!(attempt(&ann, form(body)).await.invalid(), [wrong], "{body}");
        }
        // In JSON, an empty string is a value, and of another type.
        assert_eq!(attempt(&ann, hook.unsigned(r#"{"level": 5, "replicas": ""}"#)).await.invalid(), ["replicas"]);
    });
}
