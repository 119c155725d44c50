//! What callers can make the product repeat and keep: nothing large that they made up, and nothing large at all if
//! their call is unsigned.

use std::time::{SystemTime, UNIX_EPOCH};

use harness::{Call, Hash, Hook, hmac, open_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

/// The longest challenge that is repeated, in characters.
const MAX_CHALLENGE: usize = 256;

const QUEUED: &str = "The pipeline job was queued.";

/// `challenge` is JSON text: no `Json` holds a number of so many digits.
fn slack_asks(challenge: &str) -> String {
    format!(r#"{{"type": "url_verification", "challenge": {challenge}}}"#)
}

fn zoom_asks(token: &str) -> String {
    json!({ "event": "endpoint.url_validation", "payload": { "plainToken": token } }).to_string()
}

/// A call that is signed as Slack and Zoom do, with headers that begin so.
fn signed<'s>(hook: &Hook<'s>, prefix: &str, body: &str) -> Call<'s> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let mac = hex::encode(hmac(Hash::Sha256, &hook.secret, format!("v0:{now}:{body}").as_bytes()));
    let call = hook.unsigned(body.to_owned()).header(&format!("{prefix}-signature"), format!("v0={mac}"));
    call.header(&format!("{prefix}-request-timestamp"), now)
}

/// A hook with 50 variables that every call of an empty object leaves in error, each in an answer of some 500 bytes.
fn talkative_hook() -> Json {
    let mut hook = open_hook();
    let path = "\u{e9}".repeat(200);
    let variable = |number| json!({ "name": format!("v{number}"), "type": "string", "path": path, "required": true });
    hook["settings"]["variables"] = (0..50).map(variable).collect();
    hook
}

#[test]
fn a_challenge_of_256_characters_is_repeated_and_a_longer_one_is_an_ordinary_call() {
    shared(async |stack| {
        let ann = stack.user().await;
        let open = ann.create_hook(&open_hook()).await;
        let slack = ann.create_hook(&signed_hook("x-slack-signature", Hash::Sha256)).await;
        let longest = "\u{e9}".repeat(MAX_CHALLENGE);
        let body = slack_asks(&format!(r#""{longest}""#));
        for call in [open.unsigned(body.clone()), signed(&slack, "x-slack", &body)] {
            assert_eq!(call.send().await.is(200), json!({ "challenge": longest }));
        }
        assert_eq!(ann.jobs().await.len(), 0, "a handshake is never queued");

        let text = |length: usize| format!(r#""{}""#, "c".repeat(length));
        let too_long = [text(MAX_CHALLENGE + 1), text(60_000), "7".repeat(MAX_CHALLENGE + 1)];
        for challenge in &too_long {
            let body = slack_asks(challenge);
            for (hook, call) in [(&open, open.unsigned(body.clone())), (&slack, signed(&slack, "x-slack", &body))] {
                let answer = call.send().await;
                assert_eq!(answer.accepted(), QUEUED);
                assert!(answer.body.len() < 200);
                let log = ann.log_of(&answer).await;
                assert_eq!((&log["outcome"], &log["hook_id"]), (&json!("queued"), &json!(hook.id)));
                assert_eq!(log["response_body"], answer.json());
            }
        }
        assert_eq!(ann.jobs().await.len(), 2 * too_long.len());
    });
}

#[test]
fn a_token_of_256_characters_is_proven_and_a_longer_one_is_an_ordinary_call() {
    shared(async |stack| {
        let ann = stack.user().await;
        let zoom = ann.create_hook(&signed_hook("x-zm-signature", Hash::Sha256)).await;
        let longest = "t".repeat(MAX_CHALLENGE);

        let proof = signed(&zoom, "x-zm", &zoom_asks(&longest)).send().await.is(200);
        let ordinary = signed(&zoom, "x-zm", &zoom_asks(&format!("{longest}t"))).send().await;

        let mac = hex::encode(hmac(Hash::Sha256, &zoom.secret, longest.as_bytes()));
        assert_eq!(proof, json!({ "plainToken": longest, "encryptedToken": mac }));
        assert_eq!(ordinary.accepted(), QUEUED);
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn the_beginning_of_a_long_answer_to_an_unsigned_call_is_kept() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&talkative_hook()).await;

        let answer = hook.unsigned("{}").send().await;

        assert_eq!(answer.invalid().len(), 50, "the caller is told all");
        assert!(answer.body.len() > 16 * 1024);
        let log = ann.log_of(&answer).await;
        let kept = log["response_body"]["text"].as_str().unwrap();
        assert!(answer.text().starts_with(kept));
        assert!((16 * 1024 - 3..=16 * 1024).contains(&kept.len()), "{}", kept.len());
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn a_long_answer_to_a_call_that_was_signed_is_kept_whole() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = signed_hook("x-hub-signature-256", Hash::Sha256);
        hook["settings"] = talkative_hook()["settings"].clone();
        let hook = ann.create_hook(&hook).await;

        let answer = hook.signed("{}").send().await;

        assert_eq!(answer.invalid().len(), 50);
        assert!(answer.body.len() > 16 * 1024);
        assert_eq!(ann.log_of(&answer).await["response_body"], answer.json());
    });
}
