//! Providers whose handshake is all that is special about them: each is answered, its genuine call runs, and whatever a
//! stranger makes of the handshake is refused and leaves nothing.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, Hook, hmac, shared};
use serde_json::{Value as Json, json};

use super::all_are_refused;
use super::handshakes::{call, hook_of, is_none, left_nothing};
use super::places::is_shown_nowhere;
use super::providers::{queues, unix_seconds};

const SECRET: &str = "a secret of a provider";
const FORM: &str = "application/x-www-form-urlencoded";
const EVENT: &str = r#"{"id": "1", "type": "meeting.started"}"#;

fn mac(hash: Hash, message: &str) -> String {
    hex::encode(hmac(hash, SECRET, message.as_bytes()))
}

/// Notifications of a subscription of Microsoft's, each with one of these states.
fn notifications<'s>(hook: &Hook<'s>, states: &[Json]) -> Call<'s> {
    let notification =
        |state: &Json| json!({ "changeType": "updated", "clientState": state, "resource": "me/events/1" });
    hook.unsigned(json!({ "value": states.iter().map(notification).collect::<Vec<_>>() }).to_string())
}

/// Those of which not each shows the state that is known.
fn of_other_states<'s>(hook: &Hook<'s>, known: &Json, other: &Json) -> Vec<Call<'s>> {
    let lists: [&[Json]; 6] = [
        std::slice::from_ref(other),
        &[known.clone(), other.clone()],
        &[other.clone(), known.clone()],
        &[known.clone(), Json::Null],
        &[known.clone(), json!([known])],
        &[],
    ];
    lists.map(|states| notifications(hook, states)).into()
}

#[test]
fn a_subscription_of_microsofts_is_validated_by_post_and_each_notification_shows_its_state() {
    shared(async |stack| {
        for (provider, parameter, event) in
            [("microsoft-graph", "validationToken", json!("updated")), ("sharepoint", "validationtoken", Json::Null)]
        {
            let ann = stack.user().await;
            let secret = format!("mark-of-the-state-of-{provider}");
            let hook = hook_of(&ann, provider, json!({ "secret": secret })).await;
            let ask = |query: &str| hook.unsigned("").with("content-type", "text/plain; charset=utf-8").query(query);
            let token = "Validation%3A+Testing+client+application+reachability+for+subscription+Request-Id%3A+522a8e7e";

            let answer = ask(&format!("{parameter}={token}")).send().await;

            let decoded = "Validation: Testing client application reachability for subscription Request-Id: 522a8e7e";
            assert_eq!((answer.status, answer.text().as_str()), (200, decoded), "{provider}");
            assert_eq!(
                (answer.header("content-type"), answer.header("x-content-type-options")),
                ("text/plain", "nosniff")
            );
            is_none(&call(stack, &hook, "GET", &format!("?{parameter}=x")).send().await, "GET");
            left_nothing(stack, &ann, &hook).await;
            let in_the_body = hook.unsigned(json!({ parameter: token }).to_string());
            let calls = vec![ask(""), ask(&format!("{parameter}=")), ask("ValidationToken=x"), ask("a=b"), in_the_body];
            all_are_refused(&ann, calls).await;

            let (known, other) = (json!(secret), json!("another state, not it"));
            queues(&ann, &hook, notifications(&hook, &[known.clone(), known.clone()]), "authenticated").await;
            let jobs = ann.jobs().await;
            let from = &jobs.last().unwrap().body["triggered_from"];
            assert_eq!((&from["event"], &from["delivery_id"]), (&event, &Json::Null), "{provider}");
            // A list that is equal is another change.
            queues(&ann, &hook, notifications(&hook, &[known.clone(), known.clone()]), "authenticated").await;
            is_shown_nowhere(stack, &ann, &hook, &secret).await;

            let mut calls = of_other_states(&hook, &known, &other);
            calls.push(hook.unsigned(json!({ "clientState": known, "value": [{}] }).to_string()));
            all_are_refused(&ann, calls).await;
        }
    });
}

#[test]
fn oura_is_answered_if_it_shows_the_verify_token_and_its_events_are_signed_with_their_time() {
    shared(async |stack| {
        let ann = stack.user().await;
        let token = "a-verify-token-of-ours";
        let options = json!({ "secret": SECRET, "provider_options": { "verify_token": token } });
        let hook = hook_of(&ann, "oura", options).await;
        let ask = |token: &str| call(stack, &hook, "GET", &format!("?verification_token={token}&challenge=5f3a"));

        assert_eq!(ask(token).send().await.is(200), json!({ "challenge": "5f3a" }));

        for other in ["", "another", "A-VERIFY-TOKEN-OF-OURS", "a+secret+of+a+provider"] {
            is_none(&ask(other).send().await, "GET");
        }
        is_none(&call(stack, &hook, "GET", "?challenge=5f3a").send().await, "GET");
        left_nothing(stack, &ann, &hook).await;
        let body = r#"{"event_type": "update", "data_type": "sleep", "object_id": "1"}"#;
        let signed = |time: &str, body: &str, signed: &str| {
            let signature = mac(Hash::Sha256, signed).to_uppercase();
            hook.unsigned(body.to_owned()).header("x-oura-timestamp", time).header("x-oura-signature", signature)
        };
        let now = unix_seconds().to_string();
        queues(&ann, &hook, signed(&now, body, &format!("{now}{body}")), "verified").await;
        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "update");
        // With the border moved, and with what is no object.
        let (first, last) = now.split_at(9);
        let moved = signed(first, &format!("{last}{body}"), &format!("{now}{body}"));
        let forged = [signed(&now, body, body), signed("1", body, &format!("{now}{body}")), hook.unsigned(body)];
        all_are_refused(&ann, forged.into_iter().chain([moved, signed(&now, "1", &format!("{now}1"))]).collect()).await;
    });
}

#[test]
fn adobe_sign_hears_its_client_id_when_it_asks_and_with_every_event() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "adobe-sign", json!({ "requires_secret": false })).await;
        let (header, id) = ("x-adobesign-clientid", "CBJCHBCAABAAo6FbHeZGyj9nMXL2KC0oW");

        let answer = call(stack, &hook, "GET", "").header(header, id).send().await;

        assert_eq!((answer.status, answer.header(header)), (200, id));
        is_none(&call(stack, &hook, "GET", "").send().await, "GET");
        is_none(&call(stack, &hook, "GET", "").header(header, "x".repeat(257)).send().await, "GET");
        left_nothing(stack, &ann, &hook).await;
        let body = r#"{"webhookNotificationId": "n-1", "event": "AGREEMENT_CREATED"}"#;
        let answer = hook.unsigned(body).header(header, id).send().await;
        assert_eq!((answer.accepted().as_str(), answer.header(header)), ("The pipeline job was queued.", id));
        let from = ann.jobs().await[0].body["triggered_from"].clone();
        assert_eq!(
            (&from["proof"], &from["event"], &from["delivery_id"]),
            (&json!("none"), &json!("AGREEMENT_CREATED"), &json!("n-1"))
        );
        let longer = hook.unsigned("{}").header(header, "x".repeat(257)).send().await;
        assert!(longer.headers.get(header).is_none(), "{longer:?}");
    });
}

#[test]
fn vercel_finds_its_code_in_every_answer_and_a_drain_without_a_signature_makes_no_job() {
    shared(async |stack| {
        let ann = stack.user().await;
        let code = "7f4677dfb49b149c4a67d45e84e0bcaab835ea50";
        let options = json!({ "secret": SECRET, "provider_options": { "verify_code": code } });
        let hook = hook_of(&ann, "vercel-log-drains", options).await;
        let logs = r#"[{"id": "1573817187330377061717300000", "source": "lambda", "message": "GET /"}]"#;
        let before = ann.footprint().await;

        for check in [
            call(stack, &hook, "GET", ""),
            call(stack, &hook, "HEAD", ""),
            hook.unsigned(""),
            hook.unsigned("{}"),
            hook.unsigned(logs),
        ] {
            let answer = check.send().await;
            assert_eq!(
                (answer.status, answer.header("x-vercel-verify"), answer.body.len()),
                (200, code, 0),
                "{check:?}"
            );
        }
        assert_eq!(ann.footprint().await, before);
        left_nothing(stack, &ann, &hook).await;

        let signed = |body: &'static str| hook.unsigned(body).header("x-vercel-signature", mac(Hash::Sha1, logs));
        let answer = signed(logs).send().await;
        assert_eq!(
            (answer.accepted().as_str(), answer.header("x-vercel-verify")),
            ("The pipeline job was queued.", code)
        );
        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "lambda");
        all_are_refused(&ann, vec![signed("[]"), hook.unsigned(logs).header("x-vercel-signature", "")]).await;
    });
}

#[test]
fn monday_and_lark_hear_their_challenge_by_post_and_nothing_else_needs_no_proof() {
    shared(async |stack| {
        let ann = stack.user().await;
        let monday = hook_of(&ann, "monday", json!({ "secret": SECRET })).await;
        let lark = hook_of(&ann, "lark", json!({ "secret": SECRET })).await;
        let challenge = "YQIn0dCoBu2zspb4TpQTXz8WKRpZOjXi9r7_7__BBA9HoPDHPrzKBKXUIquIoNL0BiTJzobUQ2uQD0wq0yDYHg";
        let asked = json!({ "challenge": challenge });
        let of_lark = json!({ "challenge": challenge, "token": "x", "type": "url_verification" });

        assert_eq!(monday.unsigned(asked.to_string()).send().await.is(200), asked);
        assert_eq!(lark.unsigned(of_lark.to_string()).send().await.is(200), asked);

        for hook in [&monday, &lark] {
            left_nothing(stack, &ann, hook).await;
        }
        let longer = json!({ "challenge": "x".repeat(257) }).to_string();
        let event = json!({ "challenge": challenge, "event": { "type": "create_pulse" } }).to_string();
        all_are_refused(&ann, vec![monday.unsigned(longer), monday.unsigned(event), monday.unsigned("{}")]).await;
        let event = |token: &str| {
            let header = json!({ "event_id": "e-1", "event_type": "im.message.receive_v1", "token": token });
            lark.unsigned(json!({ "schema": "2.0", "header": header, "event": {} }).to_string())
        };
        let encrypted = lark.unsigned(r#"{"encrypt": "FIAfJPGRmFZWkaxPQ1XrJZVbv2JwdjfLk4jx0k"}"#);
        all_are_refused(&ann, vec![lark.unsigned(asked.to_string()), event("another token"), encrypted]).await;
        queues(&ann, &lark, event(SECRET), "authenticated").await;
        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "im.message.receive_v1");
    });
}

#[test]
fn what_daily_and_woocommerce_send_unsigned_before_their_first_event_is_answered() {
    shared(async |stack| {
        let ann = stack.user().await;
        let key = BASE64_STANDARD.encode(SECRET);
        let daily = hook_of(&ann, "daily", json!({ "secret": key })).await;
        let shop = hook_of(&ann, "woocommerce", json!({ "secret": SECRET })).await;

        let ping = shop.unsigned("webhook_id=7").with("content-type", FORM);
        for check in [daily.unsigned(r#"{"test": "test"}"#), ping.clone()] {
            let answer = check.send().await;
            assert_eq!((answer.status, answer.body.len()), (200, 0), "{answer:?}");
        }

        for hook in [&daily, &shop] {
            left_nothing(stack, &ann, hook).await;
        }
        let forged = BASE64_STANDARD.encode([7; 32]);
        all_are_refused(
            &ann,
            vec![
                daily.unsigned(EVENT),
                daily.unsigned(r#"{"test": "test"}"#).header("x-webhook-signature", &forged),
                ping.header("x-wc-webhook-signature", &forged),
                shop.unsigned("id=7").with("content-type", FORM),
                shop.unsigned(r#"{"id": 7}"#),
            ],
        )
        .await;
        let now = unix_seconds().to_string();
        let signature = BASE64_STANDARD.encode(hmac(Hash::Sha256, SECRET, format!("{now}.{EVENT}").as_bytes()));
        let event = daily.unsigned(EVENT).header("x-webhook-timestamp", &now);
        queues(&ann, &daily, event.header("x-webhook-signature", signature), "verified").await;
    });
}

#[test]
fn those_that_only_look_whether_the_url_is_there_find_it_by_the_method_that_they_use() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (provider, method, others) in [
            ("mailchimp", "GET", ["HEAD", "OPTIONS"]),
            ("trello", "HEAD", ["GET", "OPTIONS"]),
            ("mandrill", "HEAD", ["GET", "OPTIONS"]),
        ] {
            let hook = hook_of(&ann, provider, json!({ "secret": SECRET })).await;

            let answer = call(stack, &hook, method, "?secret=x").send().await;

            assert_eq!((answer.status, answer.body.len()), (200, 0), "{provider}: {answer:?}");
            for other in others {
                is_none(&call(stack, &hook, other, "").send().await, other);
            }
            left_nothing(stack, &ann, &hook).await;
            all_are_refused(&ann, vec![hook.unsigned("{}"), hook.unsigned("")]).await;
        }
    });
}
