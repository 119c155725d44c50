//! Why a call was refused: only its hook's owner learns it.

use std::time::{SystemTime, UNIX_EPOCH};

use harness::{Answer, Call, Hash, Hook, Pipehook, User, alone, hmac, open_hook, signed_hook};
use serde_json::{Value as Json, json};

/// A refused call, and what its hook's owner is told of it.
type Case<'s> = (Call<'s>, String);

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn hex_mac(secret: &str, text: &str) -> String {
    hex::encode(hmac(Hash::Sha256, secret, text.as_bytes()))
}

/// A call as GitHub makes it, with this in the header of the signature.
fn github<'s>(hook: &Hook<'s>, signature: impl AsRef<[u8]>) -> Call<'s> {
    hook.unsigned("{}").header("x-hub-signature-256", signature)
}

fn of_github<'s>(hook: &Hook<'s>) -> Vec<Case<'s>> {
    let malformed =
        "The header `x-hub-signature-256` is malformed: it must hold an HMAC-SHA256 in hex after `sha256=`.";
    let no_match = "The signature in the header `x-hub-signature-256` does not match: the sender signs with another \
                    secret, or the body was changed on the way.";
    vec![
        (hook.unsigned("{}"), "The header `x-hub-signature-256` is missing.".to_owned()),
        (github(hook, ""), malformed.to_owned()),
        (github(hook, "sha256=abc"), malformed.to_owned()),
        (github(hook, hex::encode(hook.mac(Hash::Sha256, b"{}"))), malformed.to_owned()),
        (github(hook, format!("sha256={}", "0".repeat(64))), no_match.to_owned()),
        (hook.push().body("{}"), no_match.to_owned()),
    ]
}

/// A call as Slack makes it, at this time.
fn slack<'s>(hook: &Hook<'s>, time: &str) -> Call<'s> {
    let signature = format!("v0={}", hex_mac(&hook.secret, &format!("v0:{time}:{{}}")));
    hook.unsigned("{}").header("x-slack-signature", signature).header("x-slack-request-timestamp", time)
}

fn of_slack<'s>(hook: &Hook<'s>) -> Vec<Case<'s>> {
    let at = slack(hook, &now().to_string());
    let no_match = "The signature in the header `x-slack-signature` does not match: the sender signs with another \
                    secret, or the body was changed on the way.";
    vec![
        (at.clone().without("x-slack-signature"), "The header `x-slack-signature` is missing.".to_owned()),
        (at.without("x-slack-request-timestamp"), "The header `x-slack-request-timestamp` is missing.".to_owned()),
        (
            slack(hook, "yesterday"),
            "The signature is right, but the header `x-slack-request-timestamp` is not a Unix time.".to_owned(),
        ),
        // An old call with another body: that it is old helps no one.
        (slack(hook, "1").body("[]"), no_match.to_owned()),
    ]
}

fn of_others<'s>(gitlab: &Hook<'s>, stripe: &Hook<'s>, linear: &Hook<'s>, gitea: &Hook<'s>) -> Vec<Case<'s>> {
    let form = "application/x-www-form-urlencoded";
    let fields = "payload=%7B%7D&other=1";
    let gitea = gitea.unsigned(fields).with("content-type", form);
    vec![
        (
            gitlab.unsigned("{}").header("x-gitlab-token", "something else"),
            "The header `x-gitlab-token` does not hold the hook's secret.".to_owned(),
        ),
        (
            stripe.unsigned("{}").header("stripe-signature", format!("v1={}", "0".repeat(64))),
            "The header `stripe-signature` is malformed: it must hold one entry `t=`.".to_owned(),
        ),
        (
            linear.unsigned("{}").header("linear-signature", hex_mac(&linear.secret, "{}")),
            "The signature is right, but `webhookTimestamp` in the body is not a Unix time.".to_owned(),
        ),
        (
            gitea.header("x-gitea-signature", "0".repeat(64)),
            "The content type says that the body is a form, but it is not the one field `payload` that the provider \
             signs."
                .to_owned(),
        ),
    ]
}

/// What the sender is told, but for what differs from call to call.
fn told(answer: &Answer) -> (u16, Vec<String>, String) {
    let id = answer.request_id();
    let varying = ["x-request-id", "date"];
    let headers = answer.headers.iter().filter(|(name, _)| !varying.contains(&name.as_str()));
    let mut headers: Vec<_> = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    (answer.status, headers, answer.text().replace(id, "{id}"))
}

async fn hook_of<'s>(user: &User<'s>, header: &str) -> Hook<'s> {
    user.create_hook(&signed_hook(header, Hash::Sha256)).await
}

#[test]
fn the_owner_is_told_why_a_call_was_refused_and_its_sender_is_always_told_the_same() {
    // Each process logs 20 refused calls in a row.
    alone(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let (git, chat) = (hook_of(&ann, "x-hub-signature-256").await, hook_of(&ann, "x-slack-signature").await);
        let (gitlab, stripe) = (hook_of(&ann, "x-gitlab-token").await, hook_of(&ann, "stripe-signature").await);
        let (linear, gitea) = (hook_of(&ann, "linear-signature").await, hook_of(&ann, "x-gitea-signature").await);
        let secrets = [&git, &chat, &gitlab, &stripe, &linear, &gitea].map(|hook| hook.secret.clone());
        let cases = [of_github(&git), of_slack(&chat), of_others(&gitlab, &stripe, &linear, &gitea)].concat();

        let mut answers = Vec::new();
        for (call, reason) in &cases {
            let answer = call.send().await;
            answer.refused(401);
            let logged = ann.log_of(&answer).await;
            assert_eq!((&logged["outcome"], &logged["message"]), (&json!("rejected"), &json!(reason)), "{call:?}");
            // Neither the secret nor the signature that would have been right.
            let shown = logged.to_string();
            assert!(!secrets.iter().any(|secret| shown.contains(secret.as_str())), "{shown}");
            assert!(!shown.contains(&hex::encode(git.mac(Hash::Sha256, b"{}"))), "{shown}");
            assert!(!stack.logs().iter().any(|line| secrets.iter().any(|secret| line.text.contains(secret.as_str()))));
            bob.get(&format!("/hook-requests/{}", answer.request_id())).send().await.refused(404);
            let lines = stack.logs().into_iter().filter_map(|line| serde_json::from_str::<Json>(&line.text).ok());
            let mut lines = lines.filter(|line| line["span"]["request_id"] == answer.request_id());
            assert!(lines.any(|line| line["message"] == "Answered" && line["reason"] == **reason), "{reason}");
            answers.push(answer);
        }

        let told: Vec<_> = answers.iter().map(told).collect();
        assert!(told.iter().all(|answer| *answer == told[0]), "{told:#?}");
        assert!(!told[0].2.contains("header"), "{told:?}");
        let listed: Vec<_> = ann.calls_of(&git).await.into_iter().map(|call| call["message"].clone()).collect();
        let expected: Vec<_> = of_github(&git).into_iter().rev().map(|(_, reason)| json!(reason)).collect();
        assert_eq!(listed, expected);
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

/// The number before `unit` in a text.
fn number_before(text: &str, unit: &str) -> u64 {
    let (before, _) = text.split_once(unit).unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_stale_call_says_by_how_much() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (chat, linear) = (hook_of(&ann, "x-slack-signature").await, hook_of(&ann, "linear-signature").await);
        let in_body = |seconds: u64| {
            let body = json!({ "webhookTimestamp": seconds * 1_000 }).to_string();
            linear.unsigned(body.clone()).header("linear-signature", hex_mac(&linear.secret, &body))
        };
        for (call, direction, seconds, allowed) in [
            (slack(&chat, &(now() - 400).to_string()), "ago", 400, 300),
            (slack(&chat, &(now() + 4_000).to_string()), "in the future", 4_000, 300),
            (in_body(now() - 400), "ago", 400, 300),
        ] {
            let answer = call.send().await;

            answer.refused(401);
            let message = ann.log_of(&answer).await["message"].as_str().unwrap().to_owned();
            let expected = format!("{direction}; at most {allowed} seconds are allowed.");
            assert!(message.starts_with("The signature is right, but its time is ") && message.ends_with(&expected));
            let by = number_before(&message, " seconds");
            assert!((seconds - 30..=seconds + 30).contains(&by), "{message}");
        }
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn while_two_secrets_are_valid_the_reason_is_that_of_the_one_that_comes_closer() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut chat = hook_of(&ann, "x-slack-signature").await;
        let old = chat.secret.clone();
        let rotated = ann.post(&format!("/hooks/incoming/{}/rotate-secret", chat.id)).json(&json!({}));
        let new = rotated.send().await.is(200)["secret"].as_str().unwrap().to_owned();
        for secret in [old, new] {
            chat.secret = secret;
            let answer = slack(&chat, &(now() - 400).to_string()).send().await;
            answer.refused(401);
            let message = ann.log_of(&answer).await["message"].to_string();
            assert!(message.contains("The signature is right, but its time is"), "{message}");
        }
    });
}

#[test]
fn every_call_says_in_words_what_became_of_it() {
    alone(async |stack: &Pipehook| {
        let ann = stack.user().await;
        let mut wanted: Json = open_hook();
        wanted["settings"]["variables"] = json!([{ "name": "number", "type": "integer", "required": true }]);
        let condition = json!({ "name": "main", "type": "request_body", "path": "ref", "accepted_values": ["main"] });
        wanted["trigger_when"] = json!({ "conditions": [condition] });
        let hook = ann.create_hook(&wanted).await;
        for (body, message) in [
            (r#"{ "ref": "main", "number": 7 }"#, "The pipeline job was queued."),
            (
                r#"{ "ref": "other" }"#,
                r#"The call was ignored. The condition `main` does not hold: `ref` is "other", and must equal "main"."#,
            ),
            (r#"{ "ref": "main" }"#, "The field `number` is required, but the payload has nothing at `number`."),
            ("{", "The body is not valid JSON at line 1, column 1."),
        ] {
            let answer = hook.unsigned(body).send().await;
            let logged = ann.log_of(&answer).await;
            assert_eq!(logged["message"], message, "{body}");
            assert_eq!(ann.calls_of(&hook).await[0]["message"], message);
            assert_eq!(ann.retry(answer.request_id()).await.is(201)["message"], message);
        }
    });
}
