//! Hooks that name their provider, from their creation to the job.

use std::time::SystemTime;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, Hook, User, github_hook, hmac, open_hook, shared};
use serde_json::{Value as Json, json};

use super::all_are_refused;

const BODY: &str = r#"{"event": "payment.paid", "ref": "refs/heads/main"}"#;
const SECRET: &str = "a secret of a provider";

/// What asks for a hook of this provider.
pub(super) fn of(provider: &str, more: &Json) -> Json {
    let mut hook = open_hook();
    let fields = hook.as_object_mut().unwrap();
    fields.remove("requires_secret");
    fields.insert("provider".to_owned(), provider.into());
    fields.extend(more.as_object().unwrap().clone());
    hook
}

pub(super) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// Accepts one call, and shows what its proof is worth in the job and on the hook.
pub(super) async fn queues(user: &User<'_>, hook: &Hook<'_>, call: Call<'_>, proof: &str) {
    let before = user.jobs().await.len();
    call.send().await.accepted();
    let jobs = user.jobs().await;
    assert_eq!(jobs.len(), before + 1);
    assert_eq!(jobs[before].body["triggered_from"]["proof"], proof);
    assert_eq!(hook.json["proof"], proof);
}

#[test]
fn header_and_algorithm_follow_from_the_provider_and_its_calls_are_verified() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("razorpay", &json!({ "secret": SECRET }))).await;
        assert_eq!(hook.json["secret_header_name"], "x-razorpay-signature");
        assert_eq!(hook.json["secret_algorithm"], "sha256");
        assert_eq!((&hook.json["requires_secret"], &hook.json["secret"]), (&true.into(), &SECRET.into()));
        let signature = hex::encode(hook.mac(Hash::Sha256, BODY.as_bytes()));
        let signed = |body: &'static str| {
            hook.unsigned(body).header("x-razorpay-signature", &signature).header("x-razorpay-event-id", "e-1")
        };

        queues(&ann, &hook, signed(BODY), "verified").await;

        let origin = &ann.jobs().await[0].body["triggered_from"];
        assert_eq!((&origin["event"], &origin["delivery_id"]), (&"payment.paid".into(), &"e-1".into()));
        let as_github = hook.signed(BODY).header("x-github-event", "push");
        all_are_refused(&ann, vec![signed("{}"), hook.unsigned(BODY), as_github]).await;
    });
}

#[test]
fn a_static_token_and_a_password_authenticate_the_sender() {
    shared(async |stack| {
        let ann = stack.user().await;
        let named = json!({ "secret": SECRET, "secret_header_name": "X-My-Token" });
        let datadog = ann.create_hook(&of("datadog", &named)).await;
        assert_eq!(
            (&datadog.json["secret_header_name"], &datadog.json["secret_algorithm"]),
            (&"x-my-token".into(), &Json::Null)
        );
        let options = json!({ "secret": SECRET, "provider_options": { "username": "ann" } });
        let grafana = ann.create_hook(&of("grafana", &options)).await;
        assert_eq!(grafana.json["provider_options"], json!({ "username": "ann" }));
        let basic = |login: String| format!("Basic {}", BASE64_STANDARD.encode(login));

        queues(&ann, &datadog, datadog.unsigned(BODY).header("x-my-token", SECRET), "authenticated").await;
        let call = grafana.unsigned(BODY).header("authorization", basic(format!("ann:{SECRET}")));
        queues(&ann, &grafana, call, "authenticated").await;

        let mut calls = vec![datadog.unsigned(BODY), datadog.unsigned(BODY).header("x-my-token", "another secret")];
        let forged = [basic(format!("bob:{SECRET}")), basic("ann:wrong".to_owned()), basic(SECRET.to_owned())];
        let forged =
            forged.into_iter().chain([format!("Bearer {SECRET}"), format!("ann:{SECRET}"), "Basic".to_owned()]);
        calls.extend(forged.map(|value| grafana.unsigned(BODY).header("authorization", value)));
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn a_provider_with_a_private_key_has_no_secret_and_gets_the_answers_that_it_wants() {
    shared(async |stack| {
        let ann = stack.user().await;
        let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let options = json!({ "provider_options": { "public_key": hex::encode(key.public_key()) } });
        let hook = ann.create_hook(&of("discord", &options)).await;
        assert_eq!((hook.secret.as_str(), &hook.json["requires_secret"]), ("", &true.into()));
        let now = unix_seconds();
        let signed_at = |time: u64, body: &str| {
            let signature = hex::encode(key.sign(format!("{time}{body}").as_bytes()));
            let call = hook.unsigned(body.to_owned()).header("x-signature-ed25519", signature);
            call.header("x-signature-timestamp", time.to_string())
        };
        let event = r#"{"type": 1, "event": {"type": "ENTITLEMENT_CREATE"}}"#;

        queues(&ann, &hook, signed_at(now, event), "verified").await;
        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "ENTITLEMENT_CREATE");
        assert_eq!(signed_at(now, r#"{"type": 1}"#).send().await.is(200), json!({ "type": 1 }));
        assert_eq!(signed_at(now, r#"{"type": 0}"#).send().await.status, 204);

        assert_eq!(ann.jobs().await.len(), 1);
        let moved = signed_at(now, event).with("x-signature-timestamp", (now + 1).to_string());
        let stale = signed_at(now - 301, event);
        all_are_refused(&ann, vec![moved, stale, signed_at(now, event).body("{}"), hook.unsigned(event)]).await;
        let rotation = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(&json!({}));
        rotation.send().await.refused(409);
    });
}

/// A call that Square signs with this address.
fn as_square<'s>(hook: &Hook<'s>, url: &str) -> Call<'s> {
    let signature = BASE64_STANDARD.encode(hmac(Hash::Sha256, SECRET, format!("{url}{BODY}").as_bytes()));
    hook.unsigned(BODY).header("x-square-hmacsha256-signature", signature)
}

#[test]
fn the_address_that_is_signed_is_the_registered_one_and_never_the_one_that_was_called() {
    shared(async |stack| {
        let ann = stack.user().await;
        let own = ann.create_hook(&of("square", &json!({ "secret": SECRET }))).await;
        assert_eq!(own.json["provider_options"]["url"], own.json["url"]);
        let options = json!({ "secret": SECRET, "provider_options": { "url": "https://example.com/square" } });
        let behind = ann.create_hook(&of("square", &options)).await;
        let url = |hook: &Hook<'_>| hook.json["url"].as_str().unwrap().to_owned();

        queues(&ann, &own, as_square(&own, &url(&own)), "verified").await;
        queues(&ann, &behind, as_square(&behind, "https://example.com/square"), "verified").await;

        let calls =
            vec![as_square(&own, "https://example.com/square"), as_square(&behind, &url(&behind)), as_square(&own, "")];
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn twitch_gets_its_challenge_as_text_and_no_stranger_does() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("twitch", &json!({ "secret": SECRET }))).await;
        let body = r#"{"challenge": "pogchamp<script>", "subscription": {}}"#;
        let (id, time) = ("befa7b53-d79d-478f-86b9-120f112b044e", rfc_3339(unix_seconds()));
        let signature = hex::encode(hmac(Hash::Sha256, SECRET, format!("{id}{time}{body}").as_bytes()));
        let call = hook.unsigned(body).header("twitch-eventsub-message-id", id);
        let call = call.header("twitch-eventsub-message-timestamp", time);
        let call = call.header("twitch-eventsub-message-type", "webhook_callback_verification");
        let signed = call.clone().header("twitch-eventsub-message-signature", format!("sha256={signature}"));

        let answer = signed.send().await;

        assert_eq!((answer.status, answer.text().as_str()), (200, "pogchamp<script>"));
        assert_eq!(answer.header("content-type"), "text/plain");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(ann.jobs().await.is_empty());
        all_are_refused(&ann, vec![call]).await;
    });
}

fn rfc_3339(seconds: u64) -> String {
    shared::domain::timestamp::Timestamp::from_unix_seconds(seconds.cast_signed()).to_string()
}

#[test]
fn a_provider_that_proves_nothing_needs_an_owner_who_says_so() {
    shared(async |stack| {
        let ann = stack.user().await;
        for more in [json!({}), json!({ "requires_secret": true }), json!({ "requires_secret": null })] {
            assert_eq!(ann.ask_for_hook(&of("docker-hub", &more)).await.invalid(), ["requires_secret"]);
        }
        assert_eq!(ann.footprint().await.hooks, 0);

        let hook = ann.create_hook(&of("docker-hub", &json!({ "requires_secret": false }))).await;

        queues(&ann, &hook, hook.unsigned(BODY), "none").await;
    });
}

#[test]
fn what_does_not_fit_the_provider_is_named_and_no_hook_is_created() {
    shared(async |stack| {
        let ann = stack.user().await;
        let key = json!({ "public_key": "no key" });
        for (provider, more, fields) in [
            ("github-enterprise", json!({}), vec!["provider"]),
            ("GitHub", json!({}), vec!["provider"]),
            ("", json!({}), vec!["provider"]),
            ("github", json!({ "requires_secret": false }), vec!["requires_secret"]),
            ("github", json!({ "secret_header_name": "x-signature" }), vec!["secret_header_name"]),
            ("github", json!({ "secret_algorithm": "sha512" }), vec!["secret_algorithm"]),
            ("github", json!({ "provider_options": { "url": "https://a" } }), vec!["provider_options.url"]),
            ("github", json!({ "secret": "short" }), vec!["secret"]),
            ("datadog", json!({}), vec!["secret_header_name"]),
            ("datadog", json!({ "secret_header_name": "Cookie" }), vec!["secret_header_name"]),
            ("grafana", json!({}), vec!["provider_options.username"]),
            ("grafana", json!({ "provider_options": { "username": "a:b" } }), vec!["provider_options.username"]),
            ("grafana", json!({ "provider_options": { "username": 1 } }), vec!["provider_options.username"]),
            ("grafana", json!({ "provider_options": "ann" }), vec!["provider_options"]),
            ("discord", json!({ "provider_options": key }), vec!["provider_options.public_key"]),
            ("square", json!({ "provider_options": { "url": "example.com" } }), vec!["provider_options.url"]),
            ("openai", json!({ "secret": "too short" }), vec!["secret"]),
        ] {
            let answer = ann.ask_for_hook(&of(provider, &more)).await;
            assert_eq!(answer.invalid(), fields, "{provider} {more}");
        }
        let mut unnamed = github_hook();
        unnamed["provider_options"] = json!({ "url": "https://a" });
        assert_eq!(ann.ask_for_hook(&unnamed).await.invalid(), ["provider_options"]);
        assert_eq!(ann.footprint().await.hooks, 0);
    });
}

#[test]
fn a_hook_of_a_provider_that_is_read_and_written_back_stays_as_it_is_and_takes_another_provider() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("square", &json!({ "secret": SECRET }))).await;
        let path = format!("/hooks/incoming/{}", hook.id);
        let shown = ann.get(&path).send().await.is(200);

        assert_eq!(ann.call("PUT", &path).json(&shown).send().await.status, 204);

        let again = ann.get(&path).send().await.is(200);
        let unchanged = ["provider", "provider_options", "proof", "secret_header_name", "secret_algorithm", "secret"];
        assert!(unchanged.iter().all(|name| again[name] == shown[name]), "{again} {shown}");
        let listed = ann.get("/applications/42/hooks").send().await.is(200);
        assert_eq!((&listed[0]["provider"], &listed[0]["proof"]), (&"square".into(), &"verified".into()));

        let change = json!({ "id": hook.id, "name": "x", "provider": "telegram" });
        assert_eq!(ann.call("PUT", &path).json(&change).send().await.status, 204);
        let changed = ann.get(&path).send().await.is(200);
        assert_eq!((&changed["provider"], &changed["proof"]), (&"telegram".into(), &"authenticated".into()));
        assert_eq!(changed["provider_options"], json!({}));
        let call = hook.unsigned(BODY).header("x-telegram-bot-api-secret-token", SECRET);
        call.send().await.accepted();

        let change = json!({ "id": hook.id, "name": "x", "provider": "squarespace" });
        let refused = ann.call("PUT", &path).json(&change).send().await.invalid();
        assert_eq!(refused, ["provider"], "the secret is no key of that one");
    });
}
