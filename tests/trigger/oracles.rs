//! Providers that have us sign a text which anyone may choose, with the secret that proves their deliveries: what a
//! stranger can have signed is never a delivery. Each test tries.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, User, hmac, hmac_of, shared};
use serde_json::json;

use super::all_are_refused;
use super::handshakes::{call, hook_of, is_none};

const SECRET: &str = "a secret of a provider";
const DELIVERY: &str = r#"{"ref":"refs/heads/main"}"#;

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

/// Texts whose MAC a stranger would like to have.
const WANTED: [&str; 6] = [DELIVERY, "{}", " {}", "[]", "\"x\"", "hmacsha256={}"];

#[test]
fn what_x_has_signed_for_a_stranger_is_no_delivery() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "x", json!({ "secret": SECRET })).await;
        let header = "x-twitter-webhooks-signature";
        // The token `1` alone is JSON, and `null` is too.
        for token in ["9b4507b3-9040-4669-9ca3-6b94edb50553", "1", "null", "true", "YWJj+/=="] {
            let answer = call(stack, &hook, "GET", &format!("?crc_token={}&nonce=x", percent(token))).send().await;
            let proof = format!("sha256={}", BASE64_STANDARD.encode(hmac(Hash::Sha256, SECRET, token.as_bytes())));
            assert_eq!(answer.is(200), json!({ "response_token": proof }));

            let forged = hook.unsigned(token).header(header, &proof);
            all_are_refused(&ann, vec![forged.clone(), forged.with("content-type", "text/plain")]).await;
        }
        for wanted in WANTED {
            is_none(&call(stack, &hook, "GET", &format!("?crc_token={}", percent(wanted))).send().await, "GET");
        }
        let empty = BASE64_STANDARD.encode(hmac(Hash::Sha256, SECRET, b""));
        is_none(&call(stack, &hook, "GET", "?crc_token=").send().await, "GET");
        all_are_refused(&ann, vec![hook.unsigned("").header(header, format!("sha256={empty}"))]).await;
        assert!(ann.jobs().await.is_empty());

        let genuine = BASE64_STANDARD.encode(hmac(Hash::Sha256, SECRET, DELIVERY.as_bytes()));
        hook.unsigned(DELIVERY).header(header, format!("sha256={genuine}")).send().await.accepted();
    });
}

#[test]
fn what_linkedin_has_signed_for_a_stranger_is_no_delivery() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "linkedin", json!({ "secret": SECRET })).await;
        let code = "890e4665-4dfe-4ab1-b689-ed553bceeed0";
        let answer = call(stack, &hook, "GET", &format!("?challengeCode={code}&applicationId=1")).send().await.is(200);
        let proof = hex::encode(hmac(Hash::Sha256, SECRET, code.as_bytes()));
        assert_eq!(answer, json!({ "challengeCode": code, "challengeResponse": proof }));

        let forged = |body: &'static str, proof: &str| hook.unsigned(body).header("x-li-signature", proof);
        all_are_refused(&ann, vec![forged(code, &proof), forged("", &proof), forged(DELIVERY, &proof)]).await;
        let prefixed = format!("hmacsha256={DELIVERY}");
        for wanted in WANTED.into_iter().chain([prefixed.as_str(), "hmacsha256=", "hmacsha256=1", ""]) {
            is_none(&call(stack, &hook, "GET", &format!("?challengeCode={}", percent(wanted))).send().await, "GET");
        }
        // What is signed right, and is no object.
        let number = hex::encode(hmac(Hash::Sha256, SECRET, b"hmacsha256=1"));
        all_are_refused(&ann, vec![forged("1", &number)]).await;
        left_no_job_and_takes_the_genuine(
            &ann,
            forged(DELIVERY, &hex::encode(hmac(Hash::Sha256, SECRET, prefixed.as_bytes()))),
        )
        .await;
    });
}

async fn left_no_job_and_takes_the_genuine(user: &User<'_>, genuine: Call<'_>) {
    assert!(user.jobs().await.is_empty());
    genuine.send().await.accepted();
    assert_eq!(user.jobs().await.len(), 1);
}

#[test]
fn what_smartcar_has_signed_for_a_stranger_is_no_delivery() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "smartcar", json!({ "secret": SECRET })).await;
        let verify = |challenge: &str| {
            let body = json!({ "eventId": "1", "eventType": "VERIFY", "data": { "challenge": challenge } });
            hook.unsigned(body.to_string())
        };
        for challenge in ["3a5c8f72-e6d9-4b1a-9f2e-8c7d6a5b4e3f", "1", "null"] {
            let proof = hex::encode(hmac(Hash::Sha256, SECRET, challenge.as_bytes()));
            assert_eq!(verify(challenge).send().await.is(200), json!({ "challenge": proof }));

            all_are_refused(&ann, vec![hook.unsigned(challenge).header("sc-signature", &proof)]).await;
        }
        all_are_refused(&ann, WANTED.into_iter().chain([""]).map(verify).collect()).await;
        let genuine = hex::encode(hmac(Hash::Sha256, SECRET, DELIVERY.as_bytes()));
        left_no_job_and_takes_the_genuine(&ann, hook.unsigned(DELIVERY).header("sc-signature", genuine)).await;
    });
}

/// Braintree's answer is the MAC of hexadecimal digits. Of a delivery it signs base64, which ends with a line feed.
#[test]
fn what_braintree_has_signed_for_a_stranger_is_no_delivery() {
    shared(async |stack| {
        let ann = stack.user().await;
        let options = json!({ "secret": SECRET, "provider_options": { "public_key": "wy7w23phtmqy3h9w" } });
        let hook = hook_of(&ann, "braintree", options).await;
        let key = digest(&SHA1_FOR_LEGACY_USE_ONLY, SECRET.as_bytes());
        let mac = |text: &str| hex::encode(hmac_of(Hash::Sha1, key.as_ref(), text.as_bytes()));
        let ask = |challenge: &str| call(stack, &hook, "GET", &format!("?bt_challenge={}", percent(challenge)));
        let delivery = |proof: &str, payload: &str| {
            let form = format!("bt_signature={}&bt_payload={}", percent(&format!("x|{proof}")), percent(payload));
            hook.unsigned(form).with("content-type", "application/x-www-form-urlencoded")
        };
        // Each is base64 too: of bytes, and no notification's end.
        for challenge in ["20f9f8ed05f77439fe955c977e4c8a53", "deadbeefdeadbeefdead", "00000000000000000000"] {
            let answer = ask(challenge).send().await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain"));
            let proof = answer.text().strip_prefix("wy7w23phtmqy3h9w|").unwrap().to_owned();
            assert_eq!(proof, mac(challenge));

            let forged = [challenge, &format!("{challenge}\n"), &format!("{challenge}\n\n"), "", "\n"];
            all_are_refused(&ann, forged.map(|payload| delivery(&proof, payload)).into()).await;
            // Nor is it one where the proof is looked for in another form.
            let json = json!({ "bt_signature": format!("x|{proof}"), "bt_payload": challenge });
            all_are_refused(&ann, vec![hook.unsigned(json.to_string())]).await;
        }
        // What is a delivery, or could end as one, is not signed.
        let payload = format!("{}\n", BASE64_STANDARD.encode("<notification/>"));
        for wanted in WANTED.into_iter().chain([
            payload.as_str(),
            payload.trim(),
            "20f9f8ed05f77439fe955c977e4c8a53\n",
            "20F9F8ED05F77439FE955C977E4C8A53",
            "20f9f8ed05f77439fe9",
            "20f9f8ed05f77439fe955c977e4c8a530",
            "",
        ]) {
            is_none(&ask(wanted).send().await, "GET");
        }
        left_no_job_and_takes_the_genuine(&ann, delivery(&mac(&payload), &payload)).await;
    });
}

fn proven(call: Call<'_>, proof: String) -> Call<'_> {
    call.header("x-hook-signature", proof)
}

/// Wrike signs the call in which it asks, though not the header with the challenge. Of its deliveries, it signs lists.
#[test]
fn wrike_signs_what_it_asks_for_and_has_no_delivery_signed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "wrike", json!({ "secret": SECRET })).await;
        let mac = |text: &str| hex::encode(hmac(Hash::Sha256, SECRET, text.as_bytes()));
        let asked = r#"{"requestType":"WebHook secret verification"}"#;
        let events = r#"[{"taskId":"IEAAABM2KQAAAAAB","eventType":"TaskCreated"}]"#;
        let ask = |challenge: &str| hook.unsigned(asked).header("x-hook-secret", challenge);

        all_are_refused(&ann, vec![ask("0f3a"), ask(events), proven(ask("0f3a"), mac("0f3a"))]).await;

        let answer = proven(ask("0f3a"), mac(asked)).send().await;
        assert_eq!((answer.status, answer.header("x-hook-secret"), answer.body.len()), (200, &*mac("0f3a"), 0));
        // Even a signed call gets no MAC of a delivery.
        for wanted in [events, "[]", "[{}]", DELIVERY] {
            let answer = proven(ask(wanted), mac(asked)).send().await;
            assert!(!answer.headers.contains_key("x-hook-secret"), "{answer:?}");
        }
        let before = ann.jobs().await.len();
        proven(hook.unsigned(events), mac(events)).send().await.accepted();
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), before + 1);
        assert_eq!(jobs[before].body["triggered_from"]["event"], "TaskCreated");
    });
}

/// Zoom signs the calls in which it asks, so a stranger gets nothing signed. What Zoom has signed is no delivery either:
/// of those, it signs `v0:`, a time and a body, and a token has no colon.
#[test]
fn zoom_signs_what_it_asks_for_and_has_no_delivery_signed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_of(&ann, "zoom", json!({ "secret": SECRET })).await;
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let ask =
            |token: &str| json!({ "event": "endpoint.url_validation", "payload": { "plainToken": token } }).to_string();
        let signed = |body: String, proof: String| {
            let call = hook.unsigned(body).header("x-zm-request-timestamp", now.to_string());
            call.header("x-zm-signature", format!("v0={proof}"))
        };
        let mac = |text: &str| hex::encode(hmac(Hash::Sha256, SECRET, text.as_bytes()));
        let wanted = format!("v0:{now}:{DELIVERY}");
        all_are_refused(&ann, vec![hook.unsigned(ask("abc")), hook.unsigned(ask(&wanted))]).await;

        let asked = ask("qgg8vlvZRS6UYooatFL8Aw");
        let answer = signed(asked.clone(), mac(&format!("v0:{now}:{asked}"))).send().await.is(200);
        let proof = answer["encryptedToken"].as_str().unwrap().to_owned();
        assert_eq!(proof, mac("qgg8vlvZRS6UYooatFL8Aw"));
        all_are_refused(&ann, vec![signed("qgg8vlvZRS6UYooatFL8Aw".to_owned(), proof)]).await;

        // Even a signed call gets no MAC of a delivery.
        let asked = ask(&wanted);
        let answer = signed(asked.clone(), mac(&format!("v0:{now}:{asked}"))).send().await.is(200);
        assert_eq!(answer.get("encryptedToken"), None, "{answer}");
    });
}
