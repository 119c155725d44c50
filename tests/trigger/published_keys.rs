//! Hooks whose providers publish their keys: the functions fetch them over TLS, through a proxy, from hosts that the test
//! plays with an authority of its own.

use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use harness::{Call, Hash, Hook, Page, Pipehook, Providers, User, alone_among, hmac_of};
use serde_json::{Value as Json, json};

use super::all_are_refused;
use super::providers::{of, queues, unix_seconds};

const BODY: &str = r#"{"message": {"messageId": "m-1", "attributes": {"eventType": "OBJECT_FINALIZE"}}}"#;
const KEY_SET: &str = "www.googleapis.com/oauth2/v3/certs";
const HOST: &str = "www.googleapis.com:443";
const ACCOUNT: &str = "pusher@example.iam.gserviceaccount.com";

/// One who signs tokens.
pub(super) struct Signer(pub(super) KeyPair);

impl Signer {
    pub(super) fn new() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// Its public key as one of a key set.
    pub(super) fn jwk(&self, id: &str) -> Json {
        let der = self.0.public_key().as_ref();
        // RFC 8017 appendix A.1.1, of 2048 bits and the usual exponent.
        let modulus = der.strip_prefix(&[0x30, 0x82, 1, 10, 2, 0x82, 1, 1, 0]).unwrap();
        let modulus = modulus.strip_suffix(&[2, 3, 1, 0, 1]).unwrap();
        let modulus = BASE64_URL_SAFE_NO_PAD.encode(modulus);
        json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": id, "n": modulus, "e": "AQAB" })
    }

    pub(super) fn token(&self, header: &Json, claims: &Json) -> String {
        let signed = unsigned(header, claims);
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}

/// A token without its signature.
pub(super) fn unsigned(header: &Json, claims: &Json) -> String {
    let part = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn with_token<'s>(hook: &Hook<'s>, token: &str) -> Call<'s> {
    hook.unsigned(BODY).header("authorization", format!("Bearer {token}"))
}

async fn hook<'s>(user: &User<'s>) -> Hook<'s> {
    user.create_hook(&of("google-pub-sub", &json!({ "provider_options": { "email": ACCOUNT } }))).await
}

fn claims(hook: &Hook<'_>) -> Json {
    let now = unix_seconds();
    json!({
        "iss": "https://accounts.google.com", "aud": hook.json["url"], "azp": "1", "sub": "1",
        "email": ACCOUNT, "email_verified": true, "iat": now, "exp": now + 3600,
    })
}

pub(super) fn with(claims: &Json, name: &str, value: Json) -> Json {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

pub(super) fn key_set(keys: &[Json]) -> Page {
    Page::of(json!({ "keys": keys }).to_string())
}

#[test]
fn a_token_of_googles_is_verified_with_the_keys_that_google_publishes_and_they_are_read_once() {
    alone_among(async |stack, providers| {
        let (google, other) = (Signer::new(), Signer::new());
        providers.publish(KEY_SET, key_set(&[other.jwk("0"), google.jwk("1")]));
        let ann = stack.user().await;
        let hook = hook(&ann).await;
        assert_eq!((hook.secret.as_str(), &hook.json["requires_secret"]), ("", &true.into()));
        assert_eq!(hook.json["provider_options"], json!({ "audience": hook.json["url"], "email": ACCOUNT }));
        let header = json!({ "alg": "RS256", "kid": "1", "typ": "JWT" });
        let genuine = with_token(&hook, &google.token(&header, &claims(&hook)));

        queues(&ann, &hook, genuine.clone(), "authenticated").await;
        let another = genuine.clone().body(BODY.replace("m-1", "m-2"));
        queues(&ann, &hook, another, "authenticated").await;

        let origin = &ann.jobs().await[0].body["triggered_from"];
        assert_eq!((&origin["event"], &origin["delivery_id"]), (&"OBJECT_FINALIZE".into(), &"m-1".into()));
        assert_eq!(providers.asked(), [HOST, KEY_SET]);
    });
}

/// What a token for this hook must not say.
fn other_claims(genuine: &Json, other: &Hook<'_>) -> Vec<Json> {
    let past = unix_seconds() - 60;
    vec![
        with(genuine, "exp", past.into()),
        with(genuine, "aud", other.json["url"].clone()),
        with(genuine, "aud", json!("https://example.com")),
        with(genuine, "email", json!("someone@example.iam.gserviceaccount.com")),
        with(genuine, "email_verified", json!(false)),
        with(genuine, "email_verified", json!("true")),
        with(genuine, "iss", json!("https://accounts.google.com.example")),
        with(genuine, "exp", Json::Null),
    ]
}

/// Tokens that a stranger can make of a public key, or of nothing.
fn other_algorithms(google: &Signer, genuine: &Json) -> Vec<String> {
    let modulus = google.jwk("1")["n"].as_str().unwrap().to_owned();
    let der = google.0.public_key().as_ref().to_vec();
    let pem =
        format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", BASE64_STANDARD.encode(&der));
    let text = |algorithm: &str| unsigned(&json!({ "alg": algorithm, "kid": "1" }), genuine);
    let macs = [modulus.as_bytes(), &der, pem.as_bytes(), b""].map(|secret| {
        let signed = text("HS256");
        let mac = BASE64_URL_SAFE_NO_PAD.encode(hmac_of(Hash::Sha256, secret, signed.as_bytes()));
        format!("{signed}.{mac}")
    });
    let bare = ["none", "RS384", "PS256", "ES256"].map(|algorithm| format!("{}.", text(algorithm)));
    macs.into_iter().chain(bare).collect()
}

#[test]
fn a_token_that_google_did_not_make_for_this_hook_is_refused() {
    alone_among(async |stack, providers| {
        let (google, stranger) = (Signer::new(), Signer::new());
        providers.publish(KEY_SET, key_set(&[google.jwk("1")]));
        let ann = stack.user().await;
        let (hook, other) = (hook(&ann).await, hook(&ann).await);
        let rs256 = |id: &str| json!({ "alg": "RS256", "kid": id });
        let genuine = claims(&hook);
        let signed = |claims: &Json| with_token(&hook, &google.token(&rs256("1"), claims));
        let mut forged: Vec<_> = other_claims(&genuine, &other).iter().map(signed).collect();
        // Under the name of the key, of another one, and of none.
        forged.extend(
            [rs256("1"), rs256("2"), json!({ "alg": "RS256" })]
                .iter()
                .map(|header| with_token(&hook, &stranger.token(header, &genuine))),
        );
        // The key is in the token, or where the token says.
        let own =
            json!({ "alg": "RS256", "kid": "1", "jwk": stranger.jwk("1"), "jku": "https://stranger.example/keys" });
        forged.push(with_token(&hook, &stranger.token(&own, &genuine)));
        forged.extend(other_algorithms(&google, &genuine).iter().map(|token| with_token(&hook, token)));
        forged.push(hook.unsigned(BODY));
        forged.push(hook.unsigned(BODY).header("authorization", google.token(&rs256("1"), &genuine)));

        all_are_refused(&ann, forged).await;

        // Made-up key ids have not made us ask more than once.
        assert_eq!(providers.asked(), [HOST, KEY_SET]);
        queues(&ann, &hook, signed(&genuine), "authenticated").await;
    });
}

/// While the keys cannot be had, nothing is accepted, the sender is told when to try again, and the provider is left alone.
async fn is_unavailable(stack: &Pipehook, providers: &Providers, page: Page, token: &str, hook: &Hook<'_>) {
    let (what, before) = (format!("{page:?}"), providers.asked().len());
    providers.publish(KEY_SET, page);
    // A process that has asked for nothing yet.
    stack.kill("HookTrigger").unwrap();
    let begun = Instant::now();
    for _ in 0..3 {
        let answer = with_token(hook, token).send().await;
        assert_eq!(
            answer.refused(503),
            "The service is temporarily unavailable: try again in a few seconds.",
            "{what:.200}"
        );
        assert!(!answer.header("retry-after").is_empty(), "{what:.200}");
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{what:.200}: {:?}", begun.elapsed());
    let asked = providers.asked().split_off(before);
    assert!(asked == [HOST] || asked == [HOST, KEY_SET], "{what:.200}: {asked:?}");
}

#[test]
fn keys_that_cannot_be_had_over_tls_from_the_right_host_in_time_are_waited_for() {
    alone_among(async |stack, providers| {
        let google = Signer::new();
        let keys = key_set(&[google.jwk("1")]);
        let ann = stack.user().await;
        let hook = hook(&ann).await;
        let token = google.token(&json!({ "alg": "RS256", "kid": "1" }), &claims(&hook));
        let before = ann.footprint().await;
        let elsewhere = vec![("location".to_owned(), "https://elsewhere.example/keys".to_owned())];
        providers.publish("elsewhere.example/keys", keys.clone());
        let padded = format!("{}{}", String::from_utf8(keys.body.clone()).unwrap(), " ".repeat(200 * 1024));
        for page in [
            Page { status: 500, ..keys.clone() },
            Page { status: 302, headers: elsewhere.clone(), ..Page::of("") },
            Page { status: 301, headers: elsewhere, ..keys.clone() },
            Page { as_host: Some("elsewhere.example".to_owned()), ..keys.clone() },
            Page { as_host: Some("googleapis.com".to_owned()), ..keys.clone() },
            Page { is_untrusted: true, ..keys.clone() },
            Page { delay: Duration::from_secs(4), ..keys.clone() },
            Page::of(padded),
        ] {
            is_unavailable(stack, providers, page, &token, &hook).await;
        }
        assert_eq!(ann.footprint().await, before);

        providers.publish(KEY_SET, keys);
        stack.kill("HookTrigger").unwrap();
        queues(&ann, &hook, with_token(&hook, &token), "authenticated").await;
    });
}

const TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:deploys";
const SNS: &str = "sns.eu-central-1.amazonaws.com";
const CERTIFICATE: &str = "sns.eu-central-1.amazonaws.com/SimpleNotificationService-f3ecfb72.pem";

/// A topic of SNS, with the key and the certificate that its messages are signed with.
struct Topic {
    key: KeyPair,
    certificate: String,
}

/// A key, and a certificate for it in PEM.
pub(super) fn certified() -> (KeyPair, String) {
    let made = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048).unwrap();
    let params = rcgen::CertificateParams::new(["messages.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&made).unwrap().pem();
    (KeyPair::from_pkcs8(&made.serialize_der()).unwrap(), certificate)
}

impl Topic {
    fn new() -> Self {
        let (key, certificate) = certified();
        Self { key, certificate }
    }

    /// A message that was signed so many seconds ago.
    fn message(&self, seconds: u64, more: &Json) -> Json {
        let time = i64::try_from(unix_seconds() - seconds).unwrap();
        let mut message = json!({
            "Type": "Notification", "MessageId": "m-1", "TopicArn": TOPIC, "Message": "{\"deploy\": true}",
            "Timestamp": shared::domain::timestamp::Timestamp::from_unix_seconds(time).to_string(),
            "SignatureVersion": "2", "SigningCertURL": format!("https://{CERTIFICATE}"),
        });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
        let lines = names.iter().filter_map(|name| Some(format!("{name}\n{}\n", message.get(*name)?.as_str()?)));
        let text: String = lines.collect();
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
        message["Signature"] = BASE64_STANDARD.encode(signature).into();
        message
    }
}

async fn hook_of_sns<'s>(user: &User<'s>) -> Hook<'s> {
    user.create_hook(&of("amazon-sns", &json!({ "provider_options": { "topic_arn": TOPIC } }))).await
}

fn sent<'s>(hook: &Hook<'s>, message: &Json) -> Call<'s> {
    hook.unsigned(message.to_string()).with("content-type", "text/plain; charset=UTF-8")
}

#[test]
fn messages_of_a_topic_are_verified_with_the_certificate_of_sns_and_all_others_refused() {
    alone_among(async |stack, providers| {
        let (topic, stranger) = (Topic::new(), Topic::new());
        providers.publish(CERTIFICATE, Page::of(topic.certificate.clone()));
        providers.publish("evil.example/SimpleNotificationService-1.pem", Page::of(stranger.certificate.clone()));
        let ann = stack.user().await;
        let hook = hook_of_sns(&ann).await;
        let message = topic.message(0, &json!({}));

        queues(&ann, &hook, sent(&hook, &message), "verified").await;

        assert_eq!(ann.jobs().await[0].body["triggered_from"]["delivery_id"], "m-1");
        assert_eq!(providers.asked(), [format!("{SNS}:443"), CERTIFICATE.to_owned()]);
        let elsewhere = "https://evil.example/SimpleNotificationService-1.pem";
        let missing = format!("https://{SNS}/SimpleNotificationService-missing.pem");
        let forged = [
            with(&message, "Message", json!("{\"deploy\": false}")),
            with(&message, "Subject", json!("added")),
            stranger.message(0, &json!({})),
            stranger.message(0, &json!({ "SigningCertURL": elsewhere })),
            stranger.message(
                0,
                &json!({ "SigningCertURL": format!("https://{SNS}@evil.example/SimpleNotificationService-1.pem") }),
            ),
            topic.message(0, &json!({ "TopicArn": "arn:aws:sns:eu-central-1:123456789012:other" })),
            topic.message(0, &json!({ "SigningCertURL": missing })),
            topic.message(0, &json!({ "SignatureVersion": "1" })),
            topic.message(3 * 3600, &json!({})),
            json!({ "Type": "Notification", "Message": "raw" }),
        ];
        all_are_refused(&ann, forged.iter().map(|message| sent(&hook, message)).collect()).await;
        assert!(providers.asked().iter().all(|asked| asked.starts_with(SNS)), "{:?}", providers.asked());
    });
}

#[test]
fn a_subscription_is_confirmed_once_its_signature_holds_and_at_sns_only() {
    alone_among(async |stack, providers| {
        let (topic, stranger) = (Topic::new(), Topic::new());
        providers.publish(CERTIFICATE, Page::of(topic.certificate.clone()));
        let confirmation = format!("{SNS}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336");
        let ann = stack.user().await;
        let hook = hook_of_sns(&ann).await;
        let asks = |topic: &Topic, token: &str| {
            let more = json!({
                "Type": "SubscriptionConfirmation", "Token": token, "SubscribeURL": "https://evil.example/?Token=2336",
                "Message": "You have chosen to subscribe.",
            });
            sent(&hook, &topic.message(0, &more))
        };

        all_are_refused(&ann, vec![asks(&stranger, "2336"), asks(&topic, "2336").body("{}")]).await;
        assert!(!providers.asked().contains(&confirmation));

        // SNS does not answer: the provider must try again.
        assert_eq!(asks(&topic, "2336").send().await.status, 503);
        providers.publish(&confirmation, Page::of("<ConfirmSubscriptionResponse/>"));
        assert_eq!(asks(&topic, "2336").send().await.is(200)["message"], "The hook is ready.");

        assert_eq!(providers.asked().iter().filter(|asked| **asked == confirmation).count(), 2);
        assert!(providers.asked().iter().all(|asked| asked.starts_with(SNS)), "{:?}", providers.asked());
        assert!(ann.jobs().await.is_empty());
    });
}
