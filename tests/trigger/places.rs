//! Hooks whose calls are proven by what is in their query or their body, from their creation to the job and the log.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, Hook, User, hmac, inflated, open_hook, shared};
use serde_json::{Value as Json, json};

use super::all_are_refused;
use super::providers::{of, queues, unix_seconds};

const SECRET: &str = "a secret of a provider";
const MASK: &str = "********";
const FORM: &str = "application/x-www-form-urlencoded";

/// With these variables beside the secret.
fn with_variables(variables: &Json) -> Json {
    json!({ "secret": SECRET, "settings": { "variables": variables } })
}

fn mac(message: &str) -> Vec<u8> {
    hmac(Hash::Sha256, SECRET, message.as_bytes())
}

/// The secret is neither in the jobs of the user's project nor in what is stored and logged of the hook's calls.
pub(super) async fn is_shown_nowhere(stack: &harness::Pipehook, user: &User<'_>, hook: &Hook<'_>, secret: &str) {
    let jobs: Vec<_> = user.jobs().await.iter().map(|job| job.body.to_string()).collect();
    let items = stack.logged_items(hook).await;
    assert!(!jobs.is_empty() && !items.is_empty());
    for attribute in ["exchange", "body"] {
        let stored = items.iter().filter(|item| item.get(attribute).is_some());
        stored.for_each(|item| assert!(!inflated(item, attribute).contains(secret), "{attribute}: {item}"));
    }
    let mut texts: Vec<_> = items.iter().map(Json::to_string).chain(jobs).collect();
    texts.extend(stack.logs().iter().map(|line| line.text.clone()));
    for text in texts {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn a_token_in_the_body_is_compared_and_then_masked_in_the_job_and_in_the_log() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variables = json!([
            { "name": "all", "path": "$", "type": "object" },
            { "name": "kind", "path": "alertType", "type": "string" },
        ]);
        let secret = "mark-of-the-token-in-a-body";
        let mut asked = of("cisco-meraki", &with_variables(&variables));
        asked["secret"] = secret.into();
        let hook = ann.create_hook(&asked).await;
        assert_eq!((&hook.json["secret_header_name"], &hook.json["secret_algorithm"]), (&Json::Null, &Json::Null));
        let call = |token: &Json| {
            hook.unsigned(json!({ "sharedSecret": token, "alertId": "1", "alertType": "Settings changed" }).to_string())
        };

        queues(&ann, &hook, call(&secret.into()), "authenticated").await;

        let all = json!({ "sharedSecret": MASK, "alertId": "1", "alertType": "Settings changed" });
        assert_eq!(ann.jobs().await[0].body["variables"], json!({ "all": all, "kind": "Settings changed" }));
        let logged = ann.calls_of(&hook).await[0].clone();
        let logged = ann.get(&format!("/hook-requests/{}", logged["id"].as_str().unwrap())).send().await.is(200);
        assert_eq!(logged["request_body"], all);
        is_shown_nowhere(stack, &ann, &hook, secret).await;
        let again = ann.retry(logged["id"].as_str().unwrap()).await.is(201);
        assert_eq!(again["outcome"], "queued", "what was accepted needs no proof a second time");

        let header = hook.unsigned("{}").header("sharedsecret", secret);
        let forged = [json!("another token, not it"), json!(""), json!(null), json!([secret]), json!({ "a": secret })];
        let mut calls: Vec<Call<'_>> = forged.iter().map(call).collect();
        calls.extend([hook.unsigned(""), hook.unsigned("{"), hook.unsigned("[]"), header]);
        calls.push(call(&secret.into()).query(&format!("sharedSecret={secret}")).body("{}"));
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn a_token_in_the_query_is_compared_and_shows_nowhere() {
    shared(async |stack| {
        let ann = stack.user().await;
        let secret = "mark-of-the-token-in-a-query";
        let hook = ann.create_hook(&of("mailchimp", &json!({ "secret": secret }))).await;
        let call = |query: &str| hook.unsigned("type=subscribe").with("content-type", FORM).query(query);

        queues(&ann, &hook, call(&format!("secret={secret}")), "authenticated").await;

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "subscribe");
        let wrong = call("secret=mark-of-a-wrong-token");
        let twice = call(&format!("secret={secret}&secret={secret}"));
        let in_the_body = hook.unsigned(format!("secret={secret}")).with("content-type", FORM);
        let calls = vec![wrong, twice, in_the_body, call(""), call("secret="), call(&format!("Secret={secret}"))];
        all_are_refused(&ann, calls).await;
        is_shown_nowhere(stack, &ann, &hook, secret).await;
    });
}

#[test]
fn a_signature_in_the_query_covers_the_body() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variables = json!([{ "name": "events", "path": "$", "type": "array" }]);
        let hook = ann.create_hook(&of("pandadoc", &with_variables(&variables))).await;
        let body = r#"[{"event": "document_state_changed", "data": {"id": "1"}}]"#;
        let query = format!("signature={}", hex::encode(mac(body)));

        queues(&ann, &hook, hook.unsigned(body).query(&query), "verified").await;

        let job = &ann.jobs().await[0].body;
        assert_eq!(job["triggered_from"]["event"], "document_state_changed");
        assert_eq!(job["variables"]["events"], serde_json::from_str::<Json>(body).unwrap());
        let header = hook.unsigned(body).header("signature", hex::encode(mac(body)));
        let calls = vec![hook.unsigned("[]").query(&query), hook.unsigned(body), header];
        all_are_refused(&ann, calls).await;
        let refused = of("pandadoc", &json!({ "secret_header_name": "x-signature" }));
        assert_eq!(ann.ask_for_hook(&refused).await.invalid(), ["secret_header_name"]);
    });
}

/// One item of Adyen's.
fn item(reference: &str, value: u32) -> Json {
    let signature = BASE64_STANDARD.encode(mac(&format!("{reference}::shop:order:1:{value}:EUR:AUTHORISATION:true")));
    json!({ "NotificationRequestItem": {
        "pspReference": reference, "merchantAccountCode": "shop", "merchantReference": "order:1",
        "amount": { "value": value, "currency": "EUR" }, "eventCode": "AUTHORISATION", "success": "true",
        "additionalData": { "hmacSignature": signature },
    } })
}

#[test]
fn all_items_of_adyens_batch_are_proven_and_the_answer_is_the_one_that_it_reads() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variables = json!([{ "name": "items", "path": "notificationItems", "type": "array" }]);
        let mut asked = of("adyen", &with_variables(&variables));
        asked["secret"] = hex::encode(SECRET).into();
        let hook = ann.create_hook(&asked).await;
        let batch = |items: &[Json]| hook.unsigned(json!({ "live": "false", "notificationItems": items }).to_string());

        let answer = batch(&[item("8515", 1), item("8516", 2)]).send().await;

        assert_eq!((answer.status, answer.text().as_str()), (200, "[accepted]"));
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].body["triggered_from"]["proof"], "authenticated");
        assert_eq!(jobs[0].body["variables"]["items"].as_array().unwrap().len(), 2);
        let test = batch(&[item("test_AUTHORISATION_1", 1)]).send().await;
        assert_eq!((test.status, test.text().as_str()), (200, "[accepted]"));
        assert_eq!(ann.jobs().await.len(), 1, "its test runs nothing");
        let mut forged = item("8517", 1);
        forged["NotificationRequestItem"]["amount"]["value"] = 100.into();
        let mut unsigned = item("8518", 1);
        unsigned["NotificationRequestItem"]["additionalData"] = json!({});
        let calls = vec![
            batch(&[forged.clone()]),
            batch(&[item("8515", 1), forged.clone()]),
            batch(&[forged, item("8515", 1)]),
            batch(&[item("8515", 1), unsigned]),
            batch(&[]),
            batch(&[json!("x")]),
        ];
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn mailguns_token_carries_one_event_and_no_second_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("mailgun", &json!({ "secret": SECRET }))).await;
        let call = |time: u64, event: &str| {
            let token = "e0b5477167110d68991efc6b9f89f0a11066af27834600e123";
            let signature = hex::encode(mac(&format!("{time}{token}")));
            let signature = json!({ "timestamp": time.to_string(), "token": token, "signature": signature });
            hook.unsigned(json!({ "signature": signature, "event-data": { "event": event } }).to_string())
        };
        let now = unix_seconds();

        queues(&ann, &hook, call(now, "opened"), "authenticated").await;
        // The event is not signed, so the token must not be good for another one.
        call(now, "complained").send().await.accepted();

        assert_eq!(ann.jobs().await.len(), 1);
        all_are_refused(&ann, vec![call(now - 301, "opened"), call(now + 330, "opened"), hook.unsigned("{}")]).await;
    });
}

#[test]
fn dropbox_sign_gets_its_words_for_a_form_of_several_parts() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("dropbox-sign", &json!({ "secret": SECRET }))).await;
        let (now, boundary) = (unix_seconds(), "----x");
        let call = |kind: &str, hashed: &str| {
            let hash = hex::encode(mac(&format!("{now}{hashed}")));
            let event = json!({ "event_time": now.to_string(), "event_type": kind, "event_hash": hash });
            let json = json!({ "event": event });
            let part = format!("Content-Disposition: form-data; name=\"json\"\r\n\r\n{json}");
            let body = format!("--{boundary}\r\n{part}\r\n--{boundary}--\r\n");
            hook.unsigned(body).with("content-type", format!("multipart/form-data; boundary={boundary}"))
        };

        let answer = call("signature_request_signed", "signature_request_signed").send().await;
        let test = call("callback_test", "callback_test").send().await;

        for answer in [answer, test] {
            assert_eq!((answer.status, answer.text().as_str()), (200, "Hello API Event Received"));
        }
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].body["triggered_from"]["event"], "signature_request_signed");
        let calls = vec![call("signature_request_signed", "callback_test"), hook.unsigned("{}")];
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn mandrills_form_is_signed_with_the_registered_address_and_its_events_are_one_array() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variables = json!([{ "name": "events", "path": "$", "type": "array" }]);
        let hook = ann.create_hook(&of("mandrill", &with_variables(&variables))).await;
        let url = hook.json["url"].as_str().unwrap();
        let call = |address: &str, events: &str| {
            let signed = format!("{address}mandrill_events{events}");
            let signature = BASE64_STANDARD.encode(hmac(Hash::Sha1, SECRET, signed.as_bytes()));
            let encoded = events.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
            let body = format!("mandrill_events={encoded}");
            hook.unsigned(body).with("content-type", FORM).header("x-mandrill-signature", signature)
        };
        let events = r#"[{"event":"open","msg":{"subject":"a&b=c %"}},{"event":"click"}]"#;

        queues(&ann, &hook, call(url, events), "verified").await;
        let test = call(url, "[]").send().await.is(200);

        assert_eq!(test["message"], "The hook is ready.");
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 1);
        assert_eq!(jobs[0].body["variables"]["events"], serde_json::from_str::<Json>(events).unwrap());
        let calls = vec![call("https://example.com/", events), call(url, events).body("mandrill_events=[]")];
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn one_call_with_many_events_is_one_job_with_all_of_them() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (sender, path, body) in [
            ("SendGrid", "$", json!([{ "event": "processed", "sg_event_id": "a" }, { "event": "open" }])),
            ("HubSpot", "$", json!([{ "eventId": 1, "subscriptionType": "contact.creation" }, { "eventId": 2 }])),
            ("Xero", "events", json!([{ "resourceId": "a", "eventType": "UPDATE" }, { "resourceId": "b" }])),
            ("Meta", "entry", json!([{ "id": "0", "changes": [{ "field": "photos" }] }, { "id": "1" }])),
            ("LINE", "events", json!([{ "type": "message", "message": { "id": "1" } }, { "type": "follow" }])),
        ] {
            let mut asked = open_hook();
            asked["name"] = sender.into();
            asked["settings"]["variables"] = json!([{ "name": "events", "path": path, "type": "array" }]);
            let hook = ann.create_hook(&asked).await;
            let whole = if path == "$" { body.clone() } else { json!({ "destination": "x", path: body }) };
            let before = ann.jobs().await.len();

            hook.unsigned(whole.to_string()).send().await.accepted();

            let jobs = ann.jobs().await;
            assert_eq!(jobs.len(), before + 1, "{sender}");
            assert_eq!(jobs[before].body["variables"], json!({ "events": body }), "{sender}");
        }
    });
}
