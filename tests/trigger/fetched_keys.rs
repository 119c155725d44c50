//! Hooks whose providers name in a header the certificate or the key that they have signed with, and Microsoft's bots. The
//! test plays the hosts on which these are published.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use harness::{Call, Hash, Hook, Page, User, alone_among, hmac_of};
use samples::Sample;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use shared::domain::signature::providers;
use shared::domain::timestamp::Timestamp;

use super::all_are_refused;
use super::providers::{of, queues, unix_seconds};
use super::published_keys::{Signer, certified, key_set, unsigned, with};

/// What the provider sends, before it is signed.
fn sample(provider: &str) -> samples::Call {
    Sample::of(providers::named(provider).unwrap().main()).event
}

/// The time so many seconds ago.
fn ago(seconds: i64) -> String {
    Timestamp::from_unix_seconds(i64::try_from(unix_seconds()).unwrap() - seconds).to_string()
}

fn signature(key: &KeyPair, message: &str) -> String {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).unwrap();
    BASE64_STANDARD.encode(signature)
}

const WEBHOOK_ID: &str = "96605875FF6516633";
const CERTIFICATE: &str = "api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
const SANDBOX: &str = "api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";

/// A call that `PayPal` makes: <https://developer.paypal.com/api/rest/webhooks/rest/>.
#[derive(Clone, Copy)]
struct PayPal<'a> {
    key: &'a KeyPair,
    webhook_id: &'a str,
    seconds_ago: i64,
    url: &'a str,
}

impl PayPal<'_> {
    fn call<'s>(self, hook: &Hook<'s>, body: &str) -> Call<'s> {
        let (id, time) = ("69cd13f0-d67a-11e5-baa3-778b53f4ae55", ago(self.seconds_ago));
        let mut checksum = flate2::Crc::new();
        checksum.update(body.as_bytes());
        let message = format!("{id}|{time}|{}|{}", self.webhook_id, checksum.sum());
        hook.unsigned(body.to_owned())
            .header("paypal-transmission-id", id)
            .header("paypal-transmission-time", time)
            .header("paypal-auth-algo", "SHA256withRSA")
            .header("paypal-cert-url", format!("https://{}", self.url))
            .header("paypal-transmission-sig", signature(self.key, &message))
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of forgeries")]
fn calls_of_paypal_are_verified_with_a_certificate_from_paypals_host_and_all_others_refused() {
    alone_among(async |stack, providers| {
        let ((key, certificate), (stranger, forged_certificate)) = (certified(), certified());
        let elsewhere = "evil.example/v1/notifications/certs/CERT-1";
        for place in [CERTIFICATE, SANDBOX] {
            providers.publish(place, Page::of(certificate.clone()));
        }
        providers.publish(elsewhere, Page::of(forged_certificate));
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("paypal", &json!({ "provider_options": { "webhook_id": WEBHOOK_ID } }))).await;
        assert_eq!((hook.secret.as_str(), &hook.json["requires_secret"]), ("", &true.into()));
        let body = sample("paypal").body;
        let genuine = PayPal { key: &key, webhook_id: WEBHOOK_ID, seconds_ago: 0, url: CERTIFICATE };
        let by_forger = PayPal { key: &stranger, ..genuine };

        queues(&ann, &hook, genuine.call(&hook, &body), "authenticated").await;
        let sandbox = PayPal { url: SANDBOX, seconds_ago: 2 * 86_400, ..genuine };
        queues(&ann, &hook, sandbox.call(&hook, &body.replace("123456789012", "123456789013")), "authenticated").await;

        let origin = &ann.jobs().await[0].body["triggered_from"];
        assert_eq!(origin["event"], "PAYMENT.CAPTURE.COMPLETED");
        assert_eq!(origin["delivery_id"], "WH-2WR32451HC0233532-123456789012");
        let asked = providers.asked();
        let (live, test) = (CERTIFICATE.split_once('/').unwrap().0, SANDBOX.split_once('/').unwrap().0);
        assert_eq!(asked, [format!("{live}:443"), CERTIFICATE.into(), format!("{test}:443"), SANDBOX.into()]);
        let at = |url: &'static str| PayPal { url, ..by_forger };
        let mut forged: Vec<_> = [
            by_forger,
            at(elsewhere),
            at("api.paypal.com@evil.example/v1/notifications/certs/CERT-1"),
            at("api.paypal.com.evil.example/v1/notifications/certs/CERT-1"),
            at("api.paypal.com/v1/notifications/certs/../../../evil.example"),
            PayPal { url: "api.paypal.com/v1/notifications/certs/CERT-missing", ..genuine },
            PayPal { webhook_id: "96605875FF6516634", ..genuine },
            PayPal { webhook_id: "WEBHOOK_ID", ..genuine },
            PayPal { seconds_ago: 4 * 86_400, ..genuine },
            PayPal { seconds_ago: -4 * 86_400, ..genuine },
        ]
        .iter()
        .map(|call| call.call(&hook, &body))
        .collect();
        forged.push(genuine.call(&hook, &body).body(body.replace("2.51", "2.52")));
        forged.push(genuine.call(&hook, &body).with("paypal-transmission-id", "69cd13f0-d67a-11e5-baa3-778b53f4ae56"));
        forged.push(genuine.call(&hook, &body).with("paypal-transmission-time", ago(1)));
        forged.push(hook.unsigned(body.clone()));
        all_are_refused(&ann, forged).await;
        assert!(!providers.asked().iter().any(|asked| asked.contains("evil")), "{:?}", providers.asked());
    });
}

const JWKS: &str = "api.shipengine.com/jwks";

#[test]
fn calls_of_shipstation_are_verified_with_the_key_that_they_name_and_all_others_refused() {
    alone_among(async |stack, providers| {
        let (author, other, stranger) = (Signer::new(), Signer::new(), Signer::new());
        let curve = json!({ "kty": "EC", "kid": "2", "crv": "P-256", "use": "sig", "x": "", "y": "" });
        providers.publish(JWKS, key_set(&[curve, other.jwk("0"), author.jwk("1")]));
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("shipstation-v2", &json!({}))).await;
        let body = sample("shipstation-v2").body;
        let signed = |author: &Signer, seconds: i64, id: &str| {
            let time = ago(seconds);
            hook.unsigned(body.clone())
                .header("x-shipengine-rsa-sha256-signature", signature(&author.0, &format!("{time}.{body}")))
                .header("x-shipengine-rsa-sha256-key-id", id)
                .header("x-shipengine-timestamp", time)
        };

        queues(&ann, &hook, signed(&author, 0, "1"), "verified").await;

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "API_TRACK");
        let forged = vec![
            signed(&stranger, 0, "1"),
            signed(&author, 0, "0"),
            signed(&author, 0, "2"),
            signed(&author, 0, "3"),
            signed(&author, 0, ""),
            signed(&author, 400, "1"),
            signed(&author, -400, "1"),
            signed(&author, 0, "1").body(body.replace("IT", "DE")),
            signed(&author, 100, "1").with("x-shipengine-timestamp", ago(0)),
            signed(&author, 0, "1").with("x-shipengine-rsa-sha256-signature", ""),
            hook.unsigned(body.clone()).header("x-shipengine-rsa-sha256-key-id", "1"),
            hook.unsigned(body.clone()),
        ];
        all_are_refused(&ann, forged).await;
        assert!(providers.asked().iter().all(|asked| asked.starts_with("api.shipengine.com")));
    });
}

const BOT_KEYS: &str = "login.botframework.com/v1/.well-known/keys";
const APP_ID: &str = "00000000-0000-4000-8000-00000000000c";

async fn bot<'s>(user: &User<'s>) -> Hook<'s> {
    user.create_hook(&of("azure-bot", &json!({ "provider_options": { "app_id": APP_ID } }))).await
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of forgeries")]
fn activities_of_a_bot_are_taken_with_a_token_for_it_its_service_and_its_channel_and_no_others() {
    alone_among(async |stack, providers| {
        let (author, stranger, chat) = (Signer::new(), Signer::new(), Signer::new());
        let endorsed = |author: &Signer, id: &str, channels: Json| with(&author.jwk(id), "endorsements", channels);
        let keys = [endorsed(&author, "1", json!(["msteams", "skype"])), endorsed(&chat, "2", json!(["webchat"]))];
        providers.publish(BOT_KEYS, key_set(&keys));
        let ann = stack.user().await;
        let hook = bot(&ann).await;
        let body = sample("azure-bot").body;
        let now = unix_seconds();
        let genuine = json!({
            "iss": "https://api.botframework.com", "aud": APP_ID, "nbf": now, "exp": now + 3600,
            "serviceurl": "https://smba.trafficmanager.net/emea/",
        });
        let rs256 = |id: &str| json!({ "alg": "RS256", "kid": id, "typ": "JWT" });
        let bearer = |token: String| hook.unsigned(body.clone()).header("authorization", format!("Bearer {token}"));
        let signed = |claims: &Json| bearer(author.token(&rs256("1"), claims));

        queues(&ann, &hook, signed(&genuine), "authenticated").await;

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "message");
        let mut forged: Vec<_> = [
            with(&genuine, "aud", json!("00000000-0000-4000-8000-00000000000d")),
            with(&genuine, "iss", json!("https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/")),
            with(&genuine, "iss", Json::Null),
            with(&genuine, "serviceurl", json!("https://smba.trafficmanager.net/amer/")),
            with(&genuine, "serviceurl", Json::Null),
            with(&genuine, "exp", (now - 60).into()),
            with(&genuine, "exp", Json::Null),
            with(&genuine, "nbf", (now + 60).into()),
        ]
        .iter()
        .map(signed)
        .collect();
        forged.push(bearer(stranger.token(&rs256("1"), &genuine)));
        forged.push(bearer(author.token(&rs256("3"), &genuine)));
        forged.push(bearer(author.token(&json!({ "alg": "RS256" }), &genuine)));
        // The key of another channel, and an activity of another channel or service.
        forged.push(bearer(chat.token(&rs256("2"), &genuine)));
        forged.push(signed(&genuine).body(body.replace("msteams", "webchat")));
        forged.push(signed(&genuine).body(body.replace("/emea/", "/evil/")));
        forged.push(signed(&genuine).body("{}"));
        for algorithm in ["none", "HS256", "RS512", "ES256"] {
            let header = json!({ "alg": algorithm, "kid": "1" });
            let signed = unsigned(&header, &genuine);
            let modulus = author.jwk("1")["n"].as_str().unwrap().to_owned();
            let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac_of(Hash::Sha256, modulus.as_bytes(), signed.as_bytes()));
            forged.push(bearer(format!("{signed}.")));
            forged.push(bearer(format!("{signed}.{mac}")));
        }
        forged.push(hook.unsigned(body.clone()));

        all_are_refused(&ann, forged).await;

        // The token does not prove the rest of the body.
        queues(&ann, &hook, signed(&genuine).body(body.replace("the shop", "all")), "authenticated").await;
        assert!(providers.asked().iter().all(|asked| asked.starts_with("login.botframework.com")));
    });
}

const PLAID: &str = "production.plaid.com/webhook_verification_key/get";
const PLAID_KEY: &str = "bfbd5111-8e33-4643-8ced-b2e642a72f3c";
const PLAID_SECRET: &str = "0123456789abcdef0123456789abcd";

fn curve() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

/// What Plaid answers to one who asks for a key: <https://plaid.com/docs/api/webhooks/webhook-verification/>.
fn told(key: &EcdsaKeyPair) -> Json {
    let point = key.public_key().as_ref();
    let (x, y) = point[1..].split_at(32);
    let (x, y) = (BASE64_URL_SAFE_NO_PAD.encode(x), BASE64_URL_SAFE_NO_PAD.encode(y));
    let key = json!({
        "alg": "ES256", "crv": "P-256", "kid": PLAID_KEY, "kty": "EC", "use": "sig", "x": x, "y": y,
        "created_at": 1_560_466_150, "expired_at": null,
    });
    json!({ "key": key, "request_id": "RZ6Omi1bzzwDaLo" })
}

fn es256(key: &EcdsaKeyPair, header: &Json, claims: &Json) -> String {
    let signed = unsigned(header, claims);
    let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

async fn hook_of_plaid<'s>(user: &User<'s>) -> Hook<'s> {
    let options = json!({ "environment": "production", "client_id": "5c5a8d3f" });
    user.create_hook(&of("plaid", &json!({ "secret": PLAID_SECRET, "provider_options": options }))).await
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of forgeries")]
fn calls_of_plaid_are_verified_with_the_key_that_plaid_tells_its_customer_and_all_others_refused() {
    alone_among(async |stack, providers| {
        let (key, stranger) = (curve(), curve());
        providers.publish(PLAID, Page::of(told(&key).to_string()));
        let ann = stack.user().await;
        let hook = hook_of_plaid(&ann).await;
        let body = sample("plaid").body;
        let header = json!({ "alg": "ES256", "kid": PLAID_KEY, "typ": "JWT" });
        let said = |body: &str, seconds: i64| {
            let at = i64::try_from(unix_seconds()).unwrap() - seconds;
            json!({ "iat": at, "request_body_sha256": hex::encode(Sha256::digest(body)) })
        };
        let with_token = |token: &str| hook.unsigned(body.clone()).header("plaid-verification", token);
        let genuine = || with_token(&es256(&key, &header, &said(&body, 0)));

        queues(&ann, &hook, genuine(), "verified").await;
        queues(&ann, &hook, with_token(&es256(&key, &header, &said(&body, 280))), "verified").await;

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["event"], "SYNC_UPDATES_AVAILABLE");
        assert_eq!(providers.asked(), ["production.plaid.com:443", PLAID]);
        let question: Json = serde_json::from_str(&providers.sent()[0]).unwrap();
        assert_eq!(question, json!({ "client_id": "5c5a8d3f", "secret": PLAID_SECRET, "key_id": PLAID_KEY }));
        let of_kid = |kid: &str| json!({ "alg": "ES256", "kid": kid });
        let mut forged = vec![
            with_token(&es256(&stranger, &header, &said(&body, 0))),
            with_token(&es256(&key, &header, &said(&body, 310))),
            with_token(&es256(&key, &header, &said(&body, -310))),
            with_token(&es256(&key, &header, &said("{}", 0))),
            with_token(&es256(&key, &header, &with(&said(&body, 0), "iat", Json::Null))),
            with_token(&es256(&key, &header, &with(&said(&body, 0), "request_body_sha256", Json::Null))),
            genuine().body(body.replace("wz666", "wz667")),
            with_token(&es256(&stranger, &of_kid("../../item/get"), &said(&body, 0))),
            with_token(&es256(&stranger, &of_kid(""), &said(&body, 0))),
            with_token(&es256(&stranger, &json!({ "alg": "ES256" }), &said(&body, 0))),
            hook.unsigned(body.clone()),
        ];
        for algorithm in ["none", "HS256", "RS256", "ES384"] {
            let signed = unsigned(&json!({ "alg": algorithm, "kid": PLAID_KEY }), &said(&body, 0));
            let x = told(&key)["key"]["x"].as_str().unwrap().to_owned();
            let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac_of(Hash::Sha256, x.as_bytes(), signed.as_bytes()));
            forged.push(with_token(&format!("{signed}.")));
            forged.push(with_token(&format!("{signed}.{mac}")));
        }
        all_are_refused(&ann, forged).await;
        assert_eq!(providers.sent().len(), 1, "the secret was sent once, and for a key that can be one");
    });
}

#[test]
fn an_owner_whose_secret_plaid_does_not_know_learns_that_and_the_secret_is_kept_nowhere() {
    alone_among(async |stack, providers| {
        let key = curve();
        let refusal = json!({ "error_code": "INVALID_API_KEYS", "error_message": "invalid client_id or secret" });
        providers.publish(PLAID, Page { status: 400, ..Page::of(refusal.to_string()) });
        let ann = stack.user().await;
        let hook = hook_of_plaid(&ann).await;
        assert_eq!(hook.secret, PLAID_SECRET);
        let body = sample("plaid").body;
        let claims = json!({ "iat": unix_seconds(), "request_body_sha256": hex::encode(Sha256::digest(&body)) });
        let token = es256(&key, &json!({ "alg": "ES256", "kid": PLAID_KEY }), &claims);

        let answer = hook.unsigned(body.clone()).header("plaid-verification", token.clone()).send().await;
        answer.refused(401);

        let kept = ann.log_of(&answer).await;
        let expected = "The provider does not tell the key that the call names: it answered 400. Check the hook's \
                        `provider_options` and secret: they must be those of the account.";
        assert_eq!(kept["message"], expected);
        let kept = kept.to_string();
        assert!(!kept.contains(PLAID_SECRET) && !kept.contains(&token), "{kept}");
    });
}
