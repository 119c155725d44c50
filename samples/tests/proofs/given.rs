//! Calls that are signed for a hook that exists, with the secret or the private key that its owner gives.

use std::collections::BTreeMap;

use samples::{Hook, Keys, Needs, Sample, SecretString, Tampered, Unsignable, event};
use serde_json::Value as Json;
use shared::domain::signature::provider::Worth;

use super::{accepts, name, now, proven};

/// The first pair of keys that RFC 8032 section 7.1 publishes.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";
const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// The hook that is created with these keys, as the API shows it.
fn hook(keys: &Keys) -> Hook {
    let json = keys.hook();
    let means = keys.means();
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    let options = json["provider_options"].as_object().into_iter().flatten();
    Hook {
        provider: text("provider"),
        header: means.as_ref().and_then(|means| Some(means.header_name.as_ref()?.as_str().to_owned())),
        algorithm: means.filter(|_| keys.known.scheme.has_algorithm()).map(|means| means.algorithm.as_str().to_owned()),
        url: "https://hooks.example.com/the-hooks-own".to_owned(),
        options: options.map(|(name, value)| (name.clone(), Json::as_str(value).unwrap().to_owned())).collect(),
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::new(text.to_owned())
}

#[test]
fn a_sample_is_signed_for_any_hook_with_its_secret_and_refused_with_another() {
    let mut signed = 0;
    for sample in proven().filter(|sample| sample.known.scheme.has_secret()) {
        let keys = Keys::of(sample.known, 7);
        let hook = hook(&keys);
        assert_eq!(Hook::needs(hook.known().unwrap()), Needs::Secret, "{}", name(&sample));
        let given = Keys::for_hook(&hook, Some(secret(&keys.secret))).unwrap();
        let others = Keys::for_hook(&hook, Some(secret(&Keys::of(sample.known, 8).secret))).unwrap();
        for call in std::iter::once(&sample.event).chain(&sample.tests) {
            assert!(accepts(&keys, &given.sign(call, now()), now()), "{}", name(&sample));
            assert!(!accepts(&keys, &others.sign(call, now()), now()), "{}", name(&sample));
        }
        signed += 1;
    }
    assert!(signed > 150, "{signed}");
}

#[test]
fn a_hook_that_names_no_provider_is_signed_for_as_its_header_implies() {
    for (header, algorithm, expected) in [
        ("X-Hub-Signature-256", "sha256", "x-hub-signature-256"),
        ("X-My-Signature", "sha512", "x-my-signature"),
        ("Stripe-Signature", "sha256", "stripe-signature"),
    ] {
        let hook = Hook {
            header: Some(header.to_owned()),
            algorithm: Some(algorithm.to_owned()),
            url: "https://hooks.example.com/".to_owned(),
            ..Hook::default()
        };
        let keys = Keys::for_hook(&hook, Some(secret("a secret that both sides know"))).unwrap();
        let call = keys.sign(&Sample::of(keys.known).event, now());
        assert!(call.header(expected).is_some(), "{header}: {call:?}");
    }
    let open = Hook::default();
    let keys = Keys::for_hook(&open, None).unwrap();
    let sample = Sample::of(keys.known);
    assert_eq!((Hook::needs(keys.known), keys.sign(&sample.event, now())), (Needs::Nothing, sample.event));
}

#[test]
fn a_private_key_in_pem_signs_for_the_hook_that_has_its_public_key() {
    let sample = proven().find(|sample| sample.known.provider.name == "discord").unwrap();
    let hook = Hook {
        provider: Some("discord".to_owned()),
        url: "https://hooks.example.com/".to_owned(),
        options: BTreeMap::from([("public_key".to_owned(), PUBLIC.to_owned())]),
        ..Hook::default()
    };
    assert_eq!(Hook::needs(hook.known().unwrap()), Needs::PrivateKey);

    let keys = Keys::for_hook(&hook, Some(secret(PRIVATE))).unwrap();

    assert_eq!(keys.hook()["provider_options"]["public_key"], PUBLIC);
    assert!(accepts(&keys, &keys.sign(&sample.event, now()), now()));
    for wrong in
        ["", "a secret that is no key at all", &PRIVATE.replace('\n', "")[..60], &PRIVATE.replace("MC4C", "MC5C")]
    {
        let error = Keys::for_hook(&hook, Some(secret(wrong))).unwrap_err();
        assert_eq!(error, Unsignable::PrivateKey("of Ed25519"), "{wrong}");
        assert!(wrong.is_empty() || !format!("{error} {error:?}").contains(wrong));
    }
    Keys::for_hook(&hook, None).unwrap_err();
}

#[test]
fn what_cannot_be_signed_says_why() {
    let hook = |provider: &str| Hook { provider: Some(provider.to_owned()), ..Hook::default() };
    for (provider, given, expected) in [
        ("plaid", "a secret of sixteen letters", "only Plaid can sign its calls"),
        ("custom", "a secret of sixteen letters", "the hook describes itself"),
        ("a-provider-to-come", "a secret of sixteen letters", "does not know how calls of `a-provider-to-come`"),
        ("github", "short", "the secret must be 16 to 512 characters long"),
        ("grafana", "a secret of sixteen letters", "`provider_options` are not those of Grafana"),
    ] {
        let error = Keys::for_hook(&hook(provider), Some(secret(given))).unwrap_err().to_string();
        assert!(error.contains(expected), "{provider}: {error}");
        assert!(!error.contains(given), "{error}");
    }
    assert!(Keys::for_hook(&hook("github"), None).is_err());
}

#[test]
fn a_tampered_call_is_refused_whoever_sends_it() {
    let mut bodies = 0;
    for sample in proven() {
        let keys = Keys::of(sample.known, 7);
        for call in std::iter::once(&sample.event).chain(&sample.tests) {
            let signed = keys.sign(call, now());
            let (tampered, what) = keys.tampered(&signed).unwrap();
            assert!(accepts(&keys, &signed, now()) && !accepts(&keys, &tampered, now()), "{}", name(&sample));
            assert_eq!(what == Tampered::Body, sample.known.scheme.worth() == Worth::Verified, "{}", name(&sample));
            bodies += usize::from(what == Tampered::Body);
        }
    }
    assert!(bodies > 100, "{bodies}");
    let open = Sample::all().find(|sample| sample.known.scheme.worth() == Worth::None).unwrap();
    assert_eq!(Keys::of(open.known, 7).tampered(&open.event), None);
}

#[test]
fn a_sample_is_sent_as_another_event_and_is_genuine_then_too() {
    for sample in proven() {
        let (scheme, keys) = (sample.known.scheme, Keys::of(sample.known, 7));
        let Some(call) = sample.event_named("refunded") else {
            assert!(sample.known.scheme.event.is_empty(), "{}", name(&sample));
            continue;
        };
        let signed = keys.sign(&call, now());
        assert!(accepts(&keys, &signed, now()), "{}", name(&sample));
        assert_eq!(event(scheme, &call).as_deref(), Some("refunded"), "{}", name(&sample));
    }
    let github = proven().find(|sample| sample.known.provider.name == "github").unwrap();
    assert_eq!(github.event_named("push").as_ref(), Some(&github.event));
    assert!(github.tests.contains(&github.event_named("ping").unwrap()));
}

#[test]
fn keys_show_no_secret_in_debug() {
    for sample in proven().filter(|sample| sample.known.scheme.has_secret()) {
        let keys = Keys::of(sample.known, 7);
        assert!(!format!("{keys:?}").contains(&keys.secret), "{}", name(&sample));
    }
}
