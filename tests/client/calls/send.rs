//! `pipehook send`: the call of every provider, signed with the secret of a hook that exists, on the real stack.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Computer, Hook, Pipehook, Ran, User, alone, shared, together};
use samples::{Hook as Described, Keys, Needs, Sample};
use serde_json::{Value as Json, json};
use shared::domain::signature::provider::Worth;
use shared::domain::signature::{OptionKind, PublicKeyForm};

use super::hook;

/// How many commands run at the same time.
const AT_ONCE: usize = 4;

/// A provider, its hook, and what its owner has.
struct Owned<'s> {
    sample: Sample,
    hook: Hook<'s>,
    computer: Computer,
    secret: String,
}

impl<'s> Owned<'s> {
    async fn new(stack: &'s Pipehook, ann: &User<'s>, sample: Sample, number: i64) -> Self {
        let keys = Keys::of(sample.known, 7);
        let mut draft = json!({ "name": format!("hook {number}"), "action_type": "deploy" });
        let fields = draft.as_object_mut().unwrap();
        fields.extend(json!({ "resource_type": "application", "resource_id": number }).as_object().unwrap().clone());
        fields.extend(keys.hook().as_object().unwrap().clone());
        let secret = if Described::needs(sample.known) == Needs::PrivateKey {
            let (private, public) = pair(&sample);
            draft["provider_options"]["public_key"] = public.into();
            private
        } else {
            keys.secret.clone()
        };
        let computer = stack.computer(&ann.access_token).with("PIPEHOOK_SECRET", &secret);
        Self { hook: ann.create_hook(&draft).await, sample, computer, secret }
    }

    async fn send(&self, arguments: &[&str]) -> Ran {
        let ran = self.computer.run(&[&["send", &self.hook.id], arguments].concat()).await;
        let text = format!("{}{}", ran.out, ran.err);
        assert!(self.secret.is_empty() || !text.contains(&self.secret), "{}", self.sample.known.provider.name);
        ran
    }
}

/// A private key in PEM, and the public one as the provider shows it.
fn pair(sample: &Sample) -> (String, String) {
    let kinds = sample.known.provider.options.iter();
    let form = kinds.copied().find_map(|kind| if let OptionKind::PublicKey(form) = kind { Some(form) } else { None });
    let random = SystemRandom::new();
    let (private, public) = match form.unwrap() {
        form @ (PublicKeyForm::Ed25519Hex | PublicKeyForm::Ed25519Base64) => {
            let private = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
            let public = Ed25519KeyPair::from_pkcs8(private.as_ref()).unwrap().public_key().as_ref().to_vec();
            let is_hex = form == PublicKeyForm::Ed25519Hex;
            let text = if is_hex { hex::encode(public) } else { BASE64_STANDARD.encode(public) };
            (private.as_ref().to_vec(), text)
        }
        PublicKeyForm::P256 => {
            let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, private.as_ref()).unwrap();
            (private.as_ref().to_vec(), BASE64_STANDARD.encode(pair.public_key().as_der().unwrap().as_ref()))
        }
        PublicKeyForm::Rsa => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
            let public = BASE64_STANDARD.encode(pair.public_key().as_der().unwrap().as_ref());
            (AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap().as_ref().to_vec(), public)
        }
    };
    let lines = BASE64_STANDARD.encode(private);
    (format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"), public)
}

/// The first scheme of each provider: those that a hook has whose owner chooses nothing.
fn samples() -> Vec<Sample> {
    Sample::all().filter(|sample| sample.known == sample.known.provider.main()).collect()
}

fn every_provider_of(part: impl Fn(usize) -> bool) {
    shared(async |stack| {
        let ann = stack.user().await;
        let samples: Vec<_> = samples().into_iter().enumerate().filter(|(place, _)| part(*place)).collect();
        assert!(samples.len() > 30, "{}", samples.len());
        let mut samples = samples.into_iter().peekable();
        while samples.peek().is_some() {
            let next = samples.by_ref().take(AT_ONCE);
            let hooks = together(
                next.map(|(place, sample)| Owned::new(stack, &ann, sample, i64::try_from(place).unwrap() + 1)),
            )
            .await;
            let sent = together(hooks.iter().map(|owned| owned.send(&["--json"]))).await;
            for (owned, ran) in hooks.iter().zip(&sent) {
                let name = owned.sample.known.provider.name;
                assert_eq!(ran.status, 0, "{name}: {ran:?}");
                let shown: Json = serde_json::from_str(&ran.out).unwrap();
                assert_eq!(shown["request"]["outcome"], "queued", "{name}: {shown}");
                assert_eq!(shown["request"]["proof"], owned.sample.known.scheme.worth().as_str(), "{name}");
                assert_eq!((&shown["call"]["provider"], &shown["answer"]["status"]), (&json!(name), &json!(200)));
            }
        }
    });
}

#[test]
fn the_call_of_every_provider_is_accepted_first_quarter() {
    every_provider_of(|place| place % 4 == 0);
}

#[test]
fn the_call_of_every_provider_is_accepted_second_quarter() {
    every_provider_of(|place| place % 4 == 1);
}

#[test]
fn the_call_of_every_provider_is_accepted_third_quarter() {
    every_provider_of(|place| place % 4 == 2);
}

#[test]
fn the_call_of_every_provider_is_accepted_fourth_quarter() {
    every_provider_of(|place| place % 4 == 3);
}

#[test]
fn a_call_that_is_tampered_with_is_refused_and_makes_no_job() {
    alone(async |stack| {
        let ann = stack.user().await;
        let wanted = ["github", "stripe", "gitlab", "twilio", "adyen", "wix", "discord", "grafana"];
        let samples = samples().into_iter().filter(|sample| wanted.contains(&sample.known.provider.name));
        for (sample, number) in samples.zip(1..) {
            let owned = Owned::new(stack, &ann, sample, number).await;

            let ran = owned.send(&["--tamper"]).await;

            assert_eq!(ran.status, 0, "{ran:?}");
            assert!(ran.out.contains("401 in ") && ran.out.contains("rejected: "), "{ran:?}");
            let is_verified = owned.sample.known.scheme.worth() == Worth::Verified;
            assert_eq!(ran.err.contains("whose body was changed"), is_verified, "{ran:?}");
        }
        assert!(ann.jobs().await.is_empty());
    });
}

#[test]
fn the_event_and_the_body_can_be_chosen() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "the shop's hook").await;
        let computer = stack.computer(&ann.access_token);
        let secret = computer.file("secret", &format!("{}\n", hook.secret));
        let body = computer.file("body.json", "{\"ref\":  \"refs/heads/other\", \"n\": 1.10}");

        let ping = computer.json(&["send", "the shop's hook", "--event", "ping", "--secret-file", &secret]).await;
        let sent = ["send", "the shop's hook", "--body", &body, "--event", "release", "--secret-file", &secret];
        let release = computer.json(&sent).await;

        assert_eq!((&ping["call"]["event"], &ping["request"]["outcome"]), (&json!("ping"), &json!("ignored")));
        assert_eq!(release["request"]["event"], "release");
        let raw = computer.run(&["requests", "show", release["request"]["id"].as_str().unwrap(), "--raw"]).await;
        assert_eq!(raw.out, "{\"ref\":  \"refs/heads/other\", \"n\": 1.10}");
        let [job] = &ann.jobs().await[..] else { panic!("one job") };
        assert_eq!(job.body["variables"]["branch"], "refs/heads/other");
    });
}

#[test]
fn what_cannot_be_sent_says_why_and_what_to_do() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let computer = stack.computer(&ann.access_token);
        let wrong = computer.file("wrong", "a secret of another hook");
        for (arguments, status, message) in [
            (&["send", "shop"][..], 2, "Set PIPEHOOK_SECRET, or name a file"),
            (&["send", "shop", "--secret-file", &wrong], 1, "A new one: pipehook hooks rotate"),
            (&["send", "shop", "--secret-file", "missing"], 2, "missing cannot be read"),
            (&["send", "no-such-hook", "--secret-file", &wrong], 4, "No hook is called \"no-such-hook\""),
            (&["send", "shop", "--provider", "nonesuch", "--secret-file", &wrong], 2, "not a provider with a sample"),
        ] {
            let ran = computer.run(arguments).await;
            assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
            assert!(
                ran.err.contains(message) && !ran.err.contains("a secret of another hook"),
                "{arguments:?}: {ran:?}"
            );
        }
        assert!(ann.jobs().await.is_empty());
        assert_eq!(hook.json["name"], "shop");
    });
}
