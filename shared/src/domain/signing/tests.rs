//! How a hook's calls are proven, from its draft to its rotation.

use super::*;
use crate::domain::signature::custom::Description;
use crate::fixtures;

const TOKEN: &[OptionKind] = &[OptionKind::VerifyToken];

fn given(secret: Option<&str>, token: Option<&str>) -> GivenSecrets {
    let mut options = SecretOptions::default();
    if let Some(token) = token {
        options.insert("verify_token", SecretString::new(token.to_owned()));
    }
    let secret = secret.map(|secret| HookSecret::trusted(SecretString::new(secret.to_owned())));
    GivenSecrets { secret, options }
}

/// The secret and the verify token.
fn shown(secret: &HookSecret) -> (&str, Option<&str>) {
    (secret.expose(), secret.options().get("verify_token").map(SecretString::expose))
}

#[test]
fn what_is_not_given_of_a_hooks_secrets_is_made_and_what_it_does_not_need_is_left_out() {
    let made = hex::encode([7; 32]);
    let complete = |means: &Means, given| means.complete(given, || [7; 32]);
    let [both, secret_alone] = [TOKEN, &[]].map(|options| fixtures::means("razorpay", options));
    let [token_alone, nothing] = [TOKEN, &[]].map(|options| fixtures::means("discord", options));
    for (means, given, expected) in [
        (&both, given(None, None), Some((&*made, Some(&*made)))),
        (&both, given(Some("secret"), Some("token")), Some(("secret", Some("token")))),
        (&secret_alone, given(Some("secret"), Some("token")), Some(("secret", None))),
        (&token_alone, given(Some("secret"), Some("token")), Some(("", Some("token")))),
        (&nothing, given(Some("secret"), Some("token")), None),
    ] {
        let secret = complete(means, given);
        assert_eq!(secret.as_ref().map(shown), expected);
        assert_eq!(means.has_secrets(), secret.is_some());
        for other in [&both, &secret_alone, &token_alone] {
            let is_same = std::ptr::eq(other, means);
            assert_eq!(secret.as_ref().is_some_and(|secret| other.is_complete(secret)), is_same);
        }
    }
}

#[test]
fn a_rotation_replaces_what_it_names_else_the_secret_else_the_options() {
    let [both, token_alone] = ["razorpay", "discord"].map(|like| fixtures::means(like, TOKEN));
    let made = hex::encode([7; 32]);
    for (means, given, expected) in [
        (&both, given(None, None), (&*made, Some("token"))),
        (&both, given(Some("new"), None), ("new", Some("token"))),
        (&both, given(None, Some("new")), ("secret", Some("new"))),
        (&both, given(Some("new"), Some("new")), ("new", Some("new"))),
        (&token_alone, given(None, None), ("", Some(&*made))),
        (&token_alone, given(None, Some("new")), ("", Some("new"))),
    ] {
        let current = means.complete(self::given(Some("secret"), Some("token")), || [0; 32]).unwrap();
        let kept = means.kept_by_rotation(&current, &given);
        assert_eq!(shown(&means.complete(given.or(kept), || [7; 32]).unwrap()), expected);
    }
}

#[test]
fn no_call_is_proven_by_the_empty_secret_of_a_hook_that_has_only_options() {
    let empty = HookSecret::of_options(given(None, Some("a token that is chosen")).options);
    for (provider, header) in [("telegram", "x-telegram-bot-api-secret-token"), ("razorpay", "x-razorpay-signature")] {
        let means = fixtures::means(provider, &[]);
        let mac = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
        for value in ["", mac] {
            let mut received = fixtures::received();
            received.headers.insert(header.to_owned(), value.to_owned());
            let signing = Signing::without_secret(means.clone());
            let signed = Signed { received: &received, body: b"", values: &() };
            assert!(signing.verify(Some(&empty), &signed).is_err(), "{provider}: {value}");
        }
    }
}

#[test]
fn a_scheme_that_the_owner_describes_has_the_secret_and_the_worth_of_its_kind() {
    for (kind, algorithm, has_secret, worth) in [
        ("hmac", Some("sha512"), true, Worth::Verified),
        ("token", None, true, Worth::Authenticated),
        ("basic", None, true, Worth::Authenticated),
        ("public_key", Some("rsa"), false, Worth::Verified),
    ] {
        let header = Some(if kind == "basic" { "authorization" } else { "x-proof" }.to_owned());
        let algorithm = algorithm.map(str::to_owned);
        let description = Description { kind: kind.to_owned(), header, algorithm, ..Description::default() };
        let verification = Verification::new(&description).unwrap();
        let means = Means::of_verification(verification, Options::default());
        assert_eq!((means.scheme().has_secret(), means.scheme().worth()), (has_secret, worth), "{kind}");
        assert_eq!(means.scheme().has_algorithm(), kind == "hmac");
        assert_eq!(means.known.provider.name, "custom");
    }
}
