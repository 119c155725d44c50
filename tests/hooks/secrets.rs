//! Secrets that a provider issued: those that are no keys, or that no call could ever carry, are refused.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Hash, Hook, hmac_of, shared, signed_hook};
use serde_json::{Value as Json, json};

const KEY: &[u8; 24] = b"a key of a test, 24 long";

/// Headers, and secrets that hooks with them must not have, with a word of the reason.
fn unusable() -> Vec<(&'static str, String, &'static str)> {
    let whsec = |key: &[u8]| format!("whsec_{}", BASE64_STANDARD.encode(key));
    let one_byte = [vec![7], vec![0; 31]].concat();
    vec![
        ("webhook-signature", "whsec_AA==============".to_owned(), "base64 of the key"),
        ("webhook-signature", whsec(&[7; 15]), "at least 16 bytes"),
        ("svix-signature", whsec(&[0; 32]), "at least 16 bytes"),
        ("svix-signature", whsec(&one_byte), "at least 16 bytes"),
        ("webhook-signature", format!("v1,{}", whsec(&[7; 15])), "at least 16 bytes"),
        ("x-signature", "\0".repeat(16), "line breaks or other control characters"),
        ("x-hub-signature-256", format!("{}\n", "x".repeat(20)), "line breaks"),
        ("stripe-signature", format!(" {}", "x".repeat(20)), "end with a space"),
        ("webhook-signature", format!("{}\r\n", whsec(KEY)), "line breaks"),
        ("x-gitlab-token", format!("{} ", "x".repeat(20)), "end with a space"),
        ("x-gitlab-token", "ein Schlüssel mit Umlaut".to_owned(), "printable ASCII"),
        ("x-gitlab-token", "a token\twith a tab in it".to_owned(), "control characters"),
    ]
}

fn message(answer: &harness::Answer) -> String {
    answer.json()["errors"]["secret"][0].as_str().unwrap().to_owned()
}

#[test]
fn a_secret_that_is_no_key_or_that_no_call_can_carry_makes_no_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        for (header, secret, reason) in unusable() {
            let mut draft = signed_hook(header, Hash::Sha256);
            draft["secret"] = secret.clone().into();

            let answer = ann.ask_for_hook(&draft).await;

            assert_eq!(answer.invalid(), ["secret"], "{header}: {secret:?}");
            assert!(message(&answer).contains(reason), "{header}: {secret:?}: {}", message(&answer));
            assert!(!answer.text().contains(secret.trim()), "the secret is not repeated");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_rotation_to_such_a_secret_changes_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        for header in ["webhook-signature", "x-gitlab-token", "x-hub-signature-256"] {
            let hook = ann.create_hook(&signed_hook(header, Hash::Sha256)).await;
            let stored = hook.item().await;
            for (_, secret, reason) in unusable().into_iter().filter(|(of, ..)| *of == header) {
                let call = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id));

                let answer = call.json(&json!({ "secret": secret, "overlap_seconds": 0 })).send().await;

                assert_eq!(answer.invalid(), ["secret"], "{header}: {secret:?}");
                assert!(message(&answer).contains(reason), "{header}: {secret:?}: {}", message(&answer));
            }
            let after = hook.item().await;
            assert_eq!(after, stored);
        }
    });
}

/// A call as Standard Webhooks has it signed, with these parts.
async fn call(hook: &Hook<'_>, [id, time, body]: [&str; 3], signed: &str) -> harness::Answer {
    let signature = format!("v1,{}", BASE64_STANDARD.encode(hmac_of(Hash::Sha256, KEY, signed.as_bytes())));
    let call = hook.unsigned(body.to_owned()).header("webhook-id", id).header("webhook-timestamp", time);
    call.header("webhook-signature", signature).send().await
}

fn now() -> String {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string()
}

fn standard_hook(secret: String) -> Json {
    let mut draft = signed_hook("webhook-signature", Hash::Sha256);
    draft["secret"] = secret.into();
    draft
}

#[test]
fn a_key_is_taken_with_the_version_that_supabase_shows_before_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let whsec = format!("whsec_{}", BASE64_STANDARD.encode(KEY));

        let hook = ann.create_hook(&standard_hook(format!("v1,{whsec}"))).await;

        assert_eq!(hook.secret, whsec);
        let now = now();
        call(&hook, ["msg_1", &now, "{}"], &format!("msg_1.{now}.{{}}")).await.accepted();
        let rotate = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id));
        let rotated = rotate.json(&json!({ "secret": format!("v1,{whsec}"), "overlap_seconds": 0 })).send().await;
        assert_eq!(rotated.is(200)["secret"], whsec);
        call(&hook, ["msg_2", &now, "{}"], &format!("msg_2.{now}.{{}}")).await.accepted();
        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn a_captured_call_whose_id_takes_in_what_follows_it_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&standard_hook(format!("whsec_{}", BASE64_STANDARD.encode(KEY)))).await;
        let now = now();
        // The sender's body begins with a time, so that its signature fits two calls.
        let signed = format!("msg_1.{now}.{now}.{{}}");

        let moved = call(&hook, [&format!("msg_1.{now}"), &now, "{}"], &signed).await;
        let with_sign = call(&hook, ["msg_1", &format!("+{now}"), "{}"], &format!("msg_1.+{now}.{{}}")).await;
        let dotted = call(&hook, ["msg.1", &now, "{}"], &format!("msg.1.{now}.{{}}")).await;

        for answer in [moved, with_sign, dotted] {
            answer.refused(401);
        }
        assert_eq!(ann.jobs().await.len(), 0);
        call(&hook, ["msg_1", &now, "{}"], &format!("msg_1.{now}.{{}}")).await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}
