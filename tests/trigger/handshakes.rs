//! The calls with which providers ask whether a hook's URL is there, and what else comes to that URL than deliveries.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Answer, Call, Hash, Hook, Pipehook, User, github_hook, hmac, open_hook, shared};
use serde_json::{Value as Json, json};

const SECRET: &str = "a secret of a provider";
const HINT: &str = "This path does not allow the method. It allows: POST. This is the URL of a hook: enter it at the \
                    provider, which calls it with POST. GET /docs shows how to try it.";
const METHODS: [&str; 6] = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"];

/// A hook of this provider.
pub(super) async fn hook_of<'s>(user: &User<'s>, provider: &str, more: Json) -> Hook<'s> {
    let mut draft = open_hook();
    let fields = draft.as_object_mut().unwrap();
    fields.remove("requires_secret");
    fields.insert("provider".to_owned(), provider.into());
    fields.extend(more.as_object().unwrap().clone());
    user.create_hook(&draft).await
}

/// A call of the hook's URL with this method and this query.
pub(super) fn call<'s>(stack: &'s Pipehook, hook: &Hook<'_>, method: &str, query: &str) -> Call<'s> {
    stack.call(method, &format!("/hooks/{}/trigger{query}", hook.id))
}

/// Asserts the one answer to whatever is no handshake.
pub(super) fn is_none(answer: &Answer, method: &str) {
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{answer:?}");
    if method == "HEAD" {
        assert!(answer.body.is_empty(), "{answer:?}");
    } else {
        assert_eq!(answer.refused(405), HINT);
    }
}

/// Nothing was queued, changed or logged.
pub(super) async fn left_nothing(stack: &Pipehook, user: &User<'_>, hook: &Hook<'_>) {
    assert!(user.jobs().await.is_empty());
    assert!(stack.logged_items(hook).await.is_empty());
}

#[test]
fn what_is_no_handshake_is_answered_alike_whether_or_not_the_hook_exists_and_leaves_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (github, open) = (ann.create_hook(&github_hook()).await, ann.create_hook(&open_hook()).await);
        let dropbox = hook_of(&ann, "dropbox", json!({})).await;
        let before = ann.footprint().await;
        let unknown = "00000000-0000-4000-8000-000000000000";
        let asked = "challenge=x&hub.mode=subscribe&hub.challenge=x&crc_token=x&challengeCode=x&check=x";
        for method in METHODS {
            for id in [github.id.as_str(), &open.id, unknown, "x", "incoming", "%00"] {
                for query in ["", "?", &format!("?{asked}")] {
                    if id == "incoming" && ["GET", "PUT", "DELETE"].contains(&method) {
                        continue; // `/hooks/incoming/{hook_id}`
                    }
                    let path = format!("/hooks/{id}/trigger{query}");
                    let answer = stack.call(method, &path).header("x-okta-verification-challenge", "x").send().await;
                    is_none(&answer, method);
                }
            }
        }
        for query in ["", "?challenge", "?challenge=", "?Challenge=x", "?hub.challenge=x", "?a=challenge=x"] {
            is_none(&call(stack, &dropbox, "GET", query).send().await, "GET");
        }
        is_none(&call(stack, &dropbox, "HEAD", "?challenge=x").send().await, "HEAD");
        is_none(&call(stack, &dropbox, "OPTIONS", "?challenge=x").send().await, "OPTIONS");
        assert_eq!(ann.footprint().await, before);
        for hook in [&github, &open, &dropbox] {
            left_nothing(stack, &ann, hook).await;
        }
    });
}

#[test]
fn a_challenge_is_repeated_as_text_that_no_browser_takes_for_a_page() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (provider, query, expected) in [
            ("dropbox", "?challenge=abc123", "abc123"),
            ("nylas", "?challenge=%3Cscript%3Ealert(1)%3C/script%3E", "<script>alert(1)</script>"),
            ("onfleet", "?check=a%20b&check=c", "a b"),
            ("websub", "?hub.mode=subscribe&hub.topic=https://x&hub.challenge=1158201444", "1158201444"),
        ] {
            let more = if provider == "onfleet" { json!({ "secret": "ab".repeat(32) }) } else { json!({}) };
            let hook = hook_of(&ann, provider, more).await;

            let answer = call(stack, &hook, "GET", query).send().await;

            assert_eq!((answer.status, answer.text().as_str()), (200, expected), "{provider}");
            assert_eq!(answer.header("content-type"), "text/plain");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            let (longest, longer) = ("é".repeat(256), "é".repeat(257));
            let with =
                |text: &str| query.replace(&query[query.rfind('=').unwrap() + 1..], text).replace("=a%20b&", "=");
            if provider == "dropbox" {
                assert_eq!(call(stack, &hook, "GET", &with(&percent(&longest))).send().await.text(), longest);
                is_none(&call(stack, &hook, "GET", &with(&percent(&longer))).send().await, "GET");
            }
            left_nothing(stack, &ann, &hook).await;
        }
    });
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

#[test]
fn a_challenge_is_repeated_in_json_or_in_a_header_where_the_provider_wants_it_there() {
    shared(async |stack| {
        let ann = stack.user().await;
        let okta = hook_of(&ann, "okta", json!({})).await;
        let answer =
            call(stack, &okta, "GET", "").header("x-okta-verification-challenge", "a \"challenge\"").send().await;
        assert_eq!(answer.is(200), json!({ "verification": "a \"challenge\"" }));

        let strava = hook_of(&ann, "strava", json!({ "requires_secret": false })).await;
        let query = "?hub.verify_token=STRAVA&hub.challenge=15f7d1a91c1f40f8a748fd134752feb3&hub.mode=subscribe";
        let answer = call(stack, &strava, "GET", query).send().await;
        assert_eq!(answer.is(200), json!({ "hub.challenge": "15f7d1a91c1f40f8a748fd134752feb3" }));

        let cloudevents = hook_of(&ann, "cloudevents", json!({})).await;
        let asks = call(stack, &cloudevents, "OPTIONS", "").header("webhook-request-origin", "eventgrid.azure.net");
        let answer = asks.header("webhook-request-rate", "120").send().await;
        assert_eq!((answer.status, answer.header("webhook-allowed-origin")), (200, "eventgrid.azure.net"));
        assert_eq!((answer.header("webhook-allowed-rate"), answer.body.len()), ("*", 0));

        for provider in ["intercom", "circle"] {
            let key = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw\
                       +2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
            let options = json!({ "provider_options": { "public_key": key } });
            let hook = hook_of(&ann, provider, if provider == "circle" { options } else { json!({}) }).await;
            let answer = call(stack, &hook, "HEAD", "").send().await;
            assert_eq!((answer.status, answer.body.len()), (200, 0), "{provider}: {answer:?}");
            is_none(&call(stack, &hook, "GET", "").send().await, "GET");
        }
        for hook in [&okta, &strava, &cloudevents] {
            left_nothing(stack, &ann, hook).await;
        }
    });
}

#[test]
fn a_handshake_by_post_that_is_not_signed_is_answered_and_opens_the_hook_to_nothing_else() {
    shared(async |stack| {
        let ann = stack.user().await;
        let smartsheet = hook_of(&ann, "smartsheet", json!({})).await;
        let front = hook_of(&ann, "front", json!({})).await;
        let ringcentral = hook_of(&ann, "ringcentral", json!({})).await;
        let grid = hook_of(&ann, "azure-event-grid", json!({ "secret_header_name": "x-my-key" })).await;
        let before = ann.footprint().await;

        let asked = r#"{"challenge": "d78dd1d3-01ce-4481-81de-92b4f3aa5ab1", "webhookId": 1}"#;
        let answer = smartsheet.unsigned(asked).header("smartsheet-hook-challenge", "d78dd1d3").send().await;
        assert_eq!((answer.status, answer.header("smartsheet-hook-response")), (200, "d78dd1d3"));
        let answer = front.unsigned("{}").header("x-front-challenge", "5f3a").send().await;
        assert_eq!((answer.status, answer.text().as_str(), answer.header("content-type")), (200, "5f3a", "text/plain"));
        let answer = ringcentral.unsigned("").header("validation-token", "f1a2").send().await;
        assert_eq!((answer.status, answer.header("validation-token")), (200, "f1a2"));
        let validation = r#"[{"eventType": "Microsoft.EventGrid.SubscriptionValidationEvent",
                              "data": {"validationCode": "512d38b6"}}]"#;
        let answer = grid.unsigned(validation).header("aeg-event-type", "SubscriptionValidation").send().await;
        assert_eq!(answer.is(200), json!({ "validationResponse": "512d38b6" }));

        // Of another provider, too long, not there, or a delivery.
        let large = format!(r#"[{{"data": {{"validationCode": "x"}}, "more": "{}"}}]"#, "x".repeat(16 * 1024));
        for call in [
            front.unsigned("{}").header("smartsheet-hook-challenge", "d78dd1d3"),
            smartsheet.unsigned("{}").header("x-front-challenge", "5f3a"),
            smartsheet.unsigned("{}").header("smartsheet-hook-challenge", ""),
            smartsheet.unsigned("{}").header("smartsheet-hook-challenge", "x".repeat(257)),
            grid.unsigned(validation),
            grid.unsigned(validation).header("aeg-event-type", "Notification"),
            grid.unsigned("[]").header("aeg-event-type", "SubscriptionValidation"),
            grid.unsigned("[").header("aeg-event-type", "SubscriptionValidation"),
            grid.unsigned(large).header("aeg-event-type", "SubscriptionValidation"),
        ] {
            call.send().await.refused(401);
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_handshake_that_is_signed_is_answered_and_one_of_a_stranger_is_not() {
    shared(async |stack| {
        let ann = stack.user().await;
        let tebex = hook_of(&ann, "tebex", json!({ "secret": SECRET })).await;
        let body = r#"{"id": "8fb4d9d0", "type": "validation.webhook", "subject": {}}"#;
        let hashed = hex::encode(digest(&SHA256, body.as_bytes()));
        let signed =
            tebex.unsigned(body).header("x-signature", hex::encode(hmac(Hash::Sha256, SECRET, hashed.as_bytes())));

        assert_eq!(signed.send().await.is(200), json!({ "id": "8fb4d9d0" }));

        tebex.unsigned(body).send().await.refused(401);
        let of_body = hex::encode(hmac(Hash::Sha256, SECRET, body.as_bytes()));
        tebex.unsigned(body).header("x-signature", of_body).send().await.refused(401);
        let front = hook_of(&ann, "front", json!({ "secret": SECRET })).await;
        let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().to_string();
        let signature = BASE64_STANDARD.encode(hmac(Hash::Sha256, SECRET, format!("{millis}:{{}}").as_bytes()));
        let call =
            front.unsigned("{}").header("x-front-signature", signature).header("x-front-request-timestamp", millis);
        assert_eq!(call.header("x-front-challenge", "5f3a").send().await.text(), "5f3a");
        assert!(ann.jobs().await.is_empty());
    });
}

#[test]
fn an_inactive_hook_answers_the_handshakes_without_which_its_provider_forgets_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "dropbox", json!({ "active": false })).await;
        assert_eq!(call(stack, &hook, "GET", "?challenge=x").send().await.text(), "x");
    });
}

#[test]
fn meta_gets_its_challenge_if_it_shows_the_verify_token_and_no_stranger_does() {
    shared(async |stack| {
        let ann = stack.user().await;
        let token = "a verify token of ours";
        for provider in ["facebook", "instagram", "messenger", "threads", "whatsapp"] {
            let options = json!({ "secret": SECRET, "provider_options": { "verify_token": token } });
            let hook = hook_of(&ann, provider, options).await;
            let ask = |token: &str| {
                let query = format!("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
                call(stack, &hook, "GET", &query)
            };

            let answer = ask(&percent(token)).send().await;

            assert_eq!((answer.status, answer.text().as_str()), (200, "1158201444"), "{provider}");
            assert_eq!(answer.header("content-type"), "text/plain");
            for other in ["", "another", SECRET, &percent("a verify token of our"), &percent(&token.to_uppercase())] {
                is_none(&ask(&other.replace(' ', "+")).send().await, "GET");
            }
            is_none(&call(stack, &hook, "GET", "?hub.mode=subscribe&hub.challenge=1").send().await, "GET");
            let of_another_mode = format!("?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token={}", percent(token));
            is_none(&call(stack, &hook, "GET", &of_another_mode).send().await, "GET");
            left_nothing(stack, &ann, &hook).await;

            // While a rotation overlaps, both tokens are good; without an overlap, the new one alone.
            let rotate = async |body: Json| {
                let path = format!("/hooks/incoming/{}/rotate-secret", hook.id);
                ann.post(&path).json(&body).send().await.is(200)
            };
            let new = "a newer verify token of ours";
            rotate(json!({ "provider_options": { "verify_token": new } })).await;
            assert_eq!(ask(&percent(token)).send().await.status, 200);
            assert_eq!(ask(&percent(new)).send().await.status, 200);
            rotate(json!({ "provider_options": { "verify_token": "the newest verify token" }, "overlap_seconds": 0 }))
                .await;
            is_none(&ask(&percent(new)).send().await, "GET");
        }
    });
}
