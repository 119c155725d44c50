//! Calls of providers that are named, one for each family of proofs, and the forgeries that each must refuse. They are
//! signed here as the provider's page or code says, not as the table does.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::provider::Worth;
use super::*;

pub(in super::super) const NOW: i64 = 1_764_403_200;
/// The same instant.
const RFC3339: &str = "2025-11-29T08:00:00Z";
pub(in super::super) const SECRET: &str = "a secret of a provider";
/// `SECRET` as bytes in base64.
const BASE64_SECRET: &str = "YSBzZWNyZXQgb2YgYSBwcm92aWRlcg==";
pub(in super::super) const BODY: &str = r#"{"type": "a", "id": "1"}"#;
pub(in super::super) const URL: &str = "https://example.com/webhook";
static RSA: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());

/// A call as its provider makes it.
#[derive(Clone)]
pub(in super::super) struct Call {
    pub(in super::super) provider: &'static str,
    pub(in super::super) options: Vec<(&'static str, String)>,
    pub(in super::super) secret: &'static str,
    pub(in super::super) header_name: Option<&'static str>,
    pub(in super::super) headers: Vec<(&'static str, String)>,
    pub(in super::super) body: Vec<u8>,
    pub(in super::super) now: i64,
}

impl Call {
    pub(in super::super) fn new(provider: &'static str, headers: Vec<(&'static str, String)>) -> Self {
        let body = BODY.as_bytes().to_vec();
        Self { provider, options: Vec::new(), secret: SECRET, header_name: None, headers, body, now: NOW }
    }

    pub(in super::super) fn with_option(mut self, name: &'static str, value: &str) -> Self {
        self.options.push((name, value.to_owned()));
        self
    }

    pub(super) fn with_secret(self, secret: &'static str) -> Self {
        Self { secret, ..self }
    }

    pub(in super::super) fn signing(&self) -> Signing {
        let provider = providers::read(self.provider).unwrap();
        let given: BTreeMap<_, _> =
            self.options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let options = Options::new(provider.options, &given).unwrap();
        let header = self.header_name.map(|name| name.parse().unwrap());
        Signing::without_secret(Means::of_provider(provider, header, None, options).unwrap())
    }

    pub(in super::super) fn is_accepted(&self) -> bool {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let received = received(&headers, &self.body, self.now);
        let signed = Signed { received: &received, body: &self.body, values: &() };
        let signing = self.signing();
        let secret = secret(self.secret);
        signing.verify(signing.scheme().has_secret().then_some(&secret), &signed).is_ok()
    }
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(super) fn hex_of(message: &str) -> String {
    hex::encode(mac(SECRET.as_bytes(), message))
}

pub(super) fn base64_of(message: &str) -> String {
    STANDARD.encode(mac(SECRET.as_bytes(), message))
}

/// A call of every family. The first header is the one with the proof.
fn calls() -> Vec<Call> {
    let families = [
        calls_that_sign_the_body(),
        calls_that_sign_a_time_in_an_entry(),
        calls_that_sign_a_time_in_a_header(),
        calls_of_standard_webhooks(),
        calls_with_a_token(),
        calls_that_sign_an_address(),
        calls_with_private_keys(),
        jwt::tests::calls(),
    ];
    families.concat()
}

fn calls_that_sign_the_body() -> Vec<Call> {
    vec![
        Call::new("razorpay", vec![("x-razorpay-signature", hex_of(BODY))]),
        Call::new("typeform", vec![("typeform-signature", format!("sha256={}", base64_of(BODY)))]),
        Call::new("greenhouse", vec![("signature", format!("sha256 {}", hex_of(BODY)))]),
        Call::new("deel", vec![("x-deel-signature", hex_of(&format!("POST{BODY}")))]),
        Call::new("docusign", vec![("x-docusign-signature-2", base64_of(BODY))]),
        Call::new("microsoft-teams", vec![("authorization", format!("HMAC {}", base64_of(BODY)))])
            .with_secret(BASE64_SECRET),
        Call::new("airtable", vec![("x-airtable-content-mac", format!("hmac-sha256={}", hex_of(BODY)))])
            .with_secret(BASE64_SECRET),
        Call::new("squarespace", vec![("squarespace-signature", hex_of(BODY))])
            .with_secret("6120736563726574206f6620612070726f7669646572"),
    ]
}

fn calls_that_sign_a_time_in_an_entry() -> Vec<Call> {
    let millis = format!("{NOW}000");
    let calendly = format!("t={NOW},v1={}", hex_of(&format!("{NOW}.{BODY}")));
    let workos = format!("t={millis}, v1={}", hex_of(&format!("{millis}.{BODY}")));
    let retell = format!("v={millis},d={}", hex_of(&format!("{BODY}{millis}")));
    let rootly = format!("t={NOW},v1={}", hex_of(&format!("{NOW}{BODY}")));
    let sanity = URL_SAFE_NO_PAD.encode(mac(SECRET.as_bytes(), &format!("{millis}.{BODY}")));
    vec![
        Call::new("calendly", vec![("calendly-webhook-signature", calendly)]),
        Call::new("workos", vec![("workos-signature", workos)]),
        Call::new("retell", vec![("x-retell-signature", retell)]),
        Call::new("rootly", vec![("x-rootly-signature", rootly)]),
        Call::new("sanity", vec![("sanity-webhook-signature", format!("t={millis},v1={sanity}"))]),
    ]
}

fn calls_that_sign_a_time_in_a_header() -> Vec<Call> {
    let millis = format!("{NOW}000");
    let (id, pacific) = ("befa7b53-d79d-478f-86b9-120f112b044e", "2025-11-29T00:00:00-08:00");
    let cashfree = base64_of(&format!("{millis}{BODY}"));
    let zendesk = base64_of(&format!("{RFC3339}{BODY}"));
    let of_box = base64_of(&format!("{BODY}{pacific}"));
    let twitch = format!("sha256={}", hex_of(&format!("{id}{RFC3339}{BODY}")));
    let call = |provider, headers: &[(&'static str, &str)]| {
        Call::new(provider, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
    };
    vec![
        call("cashfree", &[("x-webhook-signature", &cashfree), ("x-webhook-timestamp", &millis)]),
        call(
            "zendesk",
            &[("x-zendesk-webhook-signature", &zendesk), ("x-zendesk-webhook-signature-timestamp", RFC3339)],
        ),
        call("box", &[("box-signature-secondary", &of_box), ("box-delivery-timestamp", pacific)]),
        call(
            "twitch",
            &[
                ("twitch-eventsub-message-signature", &twitch),
                ("twitch-eventsub-message-id", id),
                ("twitch-eventsub-message-timestamp", RFC3339),
            ],
        ),
    ]
}

fn calls_of_standard_webhooks() -> Vec<Call> {
    let call = |provider, key: &[u8]| {
        let signature = format!("v1,{}", STANDARD.encode(mac(key, &format!("msg_1.{NOW}.{BODY}"))));
        let headers = [
            ("webhook-signature", signature),
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", NOW.to_string()),
        ];
        Call::new(provider, headers.into())
    };
    let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZg==";
    vec![
        call("polar", SECRET.as_bytes()),
        call("polar", b"0123456789abcdef").with_secret(secret),
        call("openai", b"0123456789abcdef").with_secret(secret),
        call("anthropic", b"0123456789abcdef").with_secret(secret),
    ]
}

fn calls_with_a_token() -> Vec<Call> {
    let basic = STANDARD.encode(format!("ann:{SECRET}"));
    vec![
        Call::new("telegram", vec![("x-telegram-bot-api-secret-token", SECRET.to_owned())]),
        Call { header_name: Some("X-My-Token"), ..Call::new("datadog", vec![("x-my-token", SECRET.to_owned())]) },
        Call::new("openclaw", vec![("authorization", format!("Bearer {SECRET}"))]),
        Call::new("grafana", vec![("authorization", format!("Basic {basic}"))]).with_option("username", "ann"),
    ]
}

fn calls_that_sign_an_address() -> Vec<Call> {
    let millis = format!("{NOW}000");
    let hubspot = base64_of(&format!("POST{URL}{BODY}{millis}"));
    let hubspot = vec![("x-hubspot-signature-v3", hubspot), ("x-hubspot-request-timestamp", millis)];
    let square = vec![("x-square-hmacsha256-signature", base64_of(&format!("{URL}{BODY}")))];
    vec![Call::new("square", square).with_option("url", URL), Call::new("hubspot", hubspot).with_option("url", URL)]
}

fn calls_with_private_keys() -> Vec<Call> {
    let ed25519 = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let discord = ed25519.sign(format!("{NOW}{BODY}").as_bytes());
    let telnyx = ed25519.sign(format!("{NOW}|{BODY}").as_bytes());
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let p256 = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
    let sendgrid = p256.sign(&random, format!("{NOW}{BODY}").as_bytes()).unwrap();
    let mut wise = vec![0; RSA.public_modulus_len()];
    RSA.sign(&RSA_PKCS1_SHA256, &random, BODY.as_bytes(), &mut wise).unwrap();
    vec![
        Call::new(
            "discord",
            vec![("x-signature-ed25519", hex::encode(discord)), ("x-signature-timestamp", NOW.to_string())],
        )
        .with_option("public_key", &hex::encode(ed25519.public_key())),
        Call::new(
            "telnyx",
            vec![("telnyx-signature-ed25519", STANDARD.encode(telnyx)), ("telnyx-timestamp", NOW.to_string())],
        )
        .with_option("public_key", &STANDARD.encode(ed25519.public_key())),
        Call::new(
            "sendgrid",
            vec![
                ("x-twilio-email-event-webhook-signature", STANDARD.encode(sendgrid)),
                ("x-twilio-email-event-webhook-timestamp", NOW.to_string()),
            ],
        )
        .with_option("public_key", &STANDARD.encode(p256.public_key())),
        Call::new("wise", vec![("x-signature-sha256", STANDARD.encode(wise))])
            .with_option("public_key", &public_key_of(&RSA)),
    ]
}

#[test]
fn a_genuine_call_of_every_family_is_accepted() {
    for call in calls() {
        assert!(call.is_accepted(), "{}", call.provider);
    }
}

#[test]
fn a_proof_that_is_missing_cut_or_of_another_form_is_refused() {
    for original in calls() {
        for forged in ["", "sha256=", "Bearer ", "Basic ", "HMAC ", "v1,", "Basic YW5uOg==", "not a signature", "00"] {
            let mut call = original.clone();
            call.headers[0].1 = forged.to_owned();
            assert!(!call.is_accepted(), "{}: {forged}", call.provider);
        }
    }
}

#[test]
fn another_body_is_refused_where_the_proof_covers_it() {
    for mut call in calls() {
        let covers = call.signing().scheme().worth() == Worth::Verified;
        call.body[3] ^= 1;
        assert_eq!(call.is_accepted(), !covers, "{}", call.provider);
    }
}

#[test]
fn another_secret_another_key_and_another_address_are_refused() {
    for mut call in calls() {
        let has_secret = call.signing().scheme().has_secret();
        if let Some((name, value)) = call.options.first_mut() {
            match *name {
                "url" => value.push('x'),
                "username" => *value = "bob".to_owned(),
                _ => *value = other_key(value),
            }
            assert!(!call.is_accepted(), "{}: another option", call.provider);
            continue;
        }
        assert!(has_secret, "{}", call.provider);
        call.secret = "c2VjcmV0IG9mIGFub3RoZXIgcHJvdmlkZXI=";
        assert!(!call.is_accepted(), "{}: another secret", call.provider);
    }
}

/// Of the same form.
fn other_key(key: &str) -> String {
    let ed25519 = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).unwrap();
    match key.len() {
        64 => hex::encode(ed25519.public_key()),
        44 => STANDARD.encode(ed25519.public_key()),
        300.. => public_key_of(&RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        _ => SENDGRID_KEY.to_owned(),
    }
}

fn public_key_of(rsa: &RsaKeyPair) -> String {
    let der: PublicKeyX509Der<'_> = rsa.public_key().as_der().unwrap();
    STANDARD.encode(der.as_ref())
}

#[test]
fn a_time_beyond_the_tolerance_is_refused_on_either_side() {
    for mut call in calls() {
        let tolerance = match call.signing().scheme().timing {
            Timing::None | Timing::Body { .. } => continue,
            Timing::Header { tolerance, .. } | Timing::Entry { tolerance, .. } => tolerance.as_secs().cast_signed(),
        };
        for (by, is_accepted) in
            [(tolerance, true), (-tolerance, true), (tolerance + 1, false), (-tolerance - 1, false)]
        {
            call.now = NOW + by;
            assert_eq!(call.is_accepted(), is_accepted, "{}: {by}", call.provider);
        }
    }
}

/// A header that is not signed would make a captured call a fresh one.
#[test]
fn no_other_header_with_a_time_counts() {
    for mut call in calls().into_iter().filter(|call| call.headers.len() > 1) {
        let time = call.headers.len() - 1;
        let fresh = match call.headers[time].1.len() {
            10 => (NOW + 4_000).to_string(),
            13 => format!("{}000", NOW + 4_000),
            _ => "2025-11-29T09:06:40Z".to_owned(),
        };
        call.headers[time].1 = fresh;
        call.now = NOW + 4_000;
        assert!(!call.is_accepted(), "{}", call.provider);
    }
}

/// The key of the vectors of `@sendgrid/eventwebhook`.
const SENDGRID_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNN\
                            RaINXvVpiglSI8eNEc6wEA3F+g==";

/// The vector is webhook.co's.
#[test]
fn the_published_vector_of_discord_is_accepted() {
    let signature = "50db4086e890c41c26b539f0dd95af18b4d8b03d2f4203964d238b4946943ee2cc6fd52c47ddb355d267086a8c4e299d1054d3d655dba\
                     6e0f237a779f634800d";
    let key = "79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664";
    let headers =
        vec![("x-signature-ed25519", signature.to_owned()), ("x-signature-timestamp", "1610000000".to_owned())];
    let call = Call { body: br#"{"type":1}"#.to_vec(), now: 1_610_000_000, ..Call::new("discord", headers) };
    assert!(call.with_option("public_key", key).is_accepted());
}

/// The vector of Square's SDK.
#[test]
fn the_published_vector_of_square_is_accepted_under_the_registered_address_alone() {
    let header = ("x-square-hmacsha256-signature", "2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=".to_owned());
    let call = |url| {
        let body = br#"{"hello":"world"}"#.to_vec();
        Call { body, ..Call::new("square", vec![header.clone()]) }.with_secret("asdf1234").with_option("url", url)
    };
    assert!(call("https://example.com/webhook").is_accepted());
    for url in ["https://example.com/webhook/", "http://example.com/webhook", "https://example.com/other"] {
        assert!(!call(url).is_accepted(), "{url}");
    }
}

/// Twilio's call of a form, from its documentation, and what must not pass for it.
#[test]
fn the_published_vector_of_twilio_is_accepted_in_any_order_of_its_fields() {
    const FORM: &str =
        "Digits=1234&CallSid=CA1234567890ABCDE&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";
    let call = |body: &str, url| {
        let headers = vec![("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=".to_owned())];
        Call { body: body.as_bytes().to_vec(), ..Call::new("twilio", headers) }
            .with_secret("12345")
            .with_option("url", url)
    };
    let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    assert!(call(FORM, url).is_accepted());
    assert!(call(&FORM.replace("Digits=1234&", "").replace("&From", "&Digits=1234&From"), url).is_accepted());
    assert!(call(&format!("Digits=1234&{FORM}"), url).is_accepted(), "Twilio signs a value that is there twice once");
    for body in [FORM.replace("1234&", "1235&"), FORM.replace("Digits=1234&", ""), format!("{FORM}&x=y"), String::new()]
    {
        assert!(!call(&body, url).is_accepted(), "{body}");
    }
    assert!(!call(FORM, "https://mycompany.com/myapp.php?foo=1").is_accepted());
}
