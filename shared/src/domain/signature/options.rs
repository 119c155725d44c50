//! What a hook knows of its provider besides the secret: a registered URL, a user name, a public key, a verify token.

use std::collections::BTreeMap;

use super::part::is_all;
use super::public_key::{self, PublicKeyForm};
use super::topic;
use crate::domain::Invalid;
use crate::domain::invalid::check_line;
use crate::domain::secret::{HookSecret, SecretOptions, SecretString};

/// A value that the hook's owner and the provider know besides the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// `url`: the address that is entered at the provider, which signs it. Unless it is given, that is the hook's own.
    Url,
    /// `audience`: for whom the provider makes its tokens. Unless it is given, that is the hook's own address.
    Audience,
    /// `email`: the address of the account for which the provider makes its tokens.
    Email,
    /// `topic_arn`: the topic whose messages the hook takes.
    TopicArn,
    /// `username`: the user name of HTTP Basic authentication.
    Username,
    /// `public_key`: what the provider's signatures are verified with.
    PublicKey(PublicKeyForm),
    /// An id that the provider signs but does not send: its name and what it is.
    Id(&'static str, &'static str),
    /// `subdomain`: the part of the provider's host that is the hook's own.
    Subdomain,
    /// One of several environments of the provider's: the option's name, what it is, and the values that it may have, each
    /// with the address that is asked in that environment.
    Environment(&'static str, &'static str, &'static [(&'static str, &'static str)]),
    /// `verify_token`: what the provider repeats when it asks whether the URL is there. It is secret, and made unless it
    /// is given.
    VerifyToken,
}

/// The longest value.
const MAX_CHARS: usize = 2048;

impl OptionKind {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Audience => "audience",
            Self::Email => "email",
            Self::TopicArn => "topic_arn",
            Self::Username => "username",
            Self::PublicKey(_) => "public_key",
            Self::Subdomain => "subdomain",
            Self::Id(name, _) | Self::Environment(name, ..) => name,
            Self::VerifyToken => "verify_token",
        }
    }

    /// What it is, in words.
    pub fn described(self) -> &'static str {
        match self {
            Self::Url => "the address that you enter at the provider, if it is not the hook's own `url`",
            Self::Audience => "the audience that you enter at the provider, if it is not the hook's own `url`",
            Self::Email => "the e-mail address of the service account that calls",
            Self::TopicArn => "the ARN of the topic",
            Self::Username => "the user name that you enter at the provider",
            Self::PublicKey(PublicKeyForm::Ed25519Hex) => "the public key that the provider shows, in hex",
            Self::PublicKey(PublicKeyForm::Ed25519Base64 | PublicKeyForm::P256 | PublicKeyForm::Rsa) => {
                "the public key that the provider shows, in PEM or base64"
            }
            Self::Subdomain => "your subdomain at the provider",
            Self::Id(_, described) | Self::Environment(_, described, _) => described,
            Self::VerifyToken => "the verify token that you enter at the provider",
        }
    }

    /// Whether a hook cannot do without.
    pub fn is_required(self) -> bool {
        match self {
            Self::Url | Self::Audience | Self::VerifyToken => false,
            Self::Email
            | Self::TopicArn
            | Self::Username
            | Self::PublicKey(_)
            | Self::Subdomain
            | Self::Id(..)
            | Self::Environment(..) => true,
        }
    }

    /// Whether it is sealed, masked, replaced and shown once as the secret is. One that is not given is made.
    pub fn is_secret(self) -> bool {
        match self {
            Self::Url
            | Self::Audience
            | Self::Email
            | Self::TopicArn
            | Self::Username
            | Self::PublicKey(_)
            | Self::Subdomain
            | Self::Id(..)
            | Self::Environment(..) => false,
            Self::VerifyToken => true,
        }
    }

    fn check(self, value: &str) -> Result<(), Invalid> {
        if !(1..=MAX_CHARS).contains(&value.chars().count()) {
            return Err(Invalid::new(format!("must be 1 to {MAX_CHARS} characters long")));
        }
        match self {
            Self::Url => check_url(value),
            Self::Audience | Self::Id(..) => check_line(value),
            Self::Email => check_email(value),
            Self::TopicArn => topic::check(value),
            Self::Username => check_username(value),
            Self::Subdomain => check_subdomain(value),
            Self::Environment(_, _, all) => check_choice(value, all),
            Self::PublicKey(form) => public_key::read(form, value).map(drop),
            // A stranger who guesses it could have the hook confirm a subscription of the stranger's.
            Self::VerifyToken => HookSecret::new(value.to_owned()).map(drop),
        }
    }
}

fn check_url(value: &str) -> Result<(), Invalid> {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let has_host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#', ':']));
    if has_host && value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Invalid::new("must be the whole address that the provider calls, such as `https://hooks.example.com/…`"))
}

fn check_email(value: &str) -> Result<(), Invalid> {
    check_line(value)?;
    let is_address = value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if is_address { Ok(()) } else { Err(Invalid::new("must be an e-mail address")) }
}

/// One label of a name (RFC 1123 section 2.1): it stands in the address from which keys are read.
fn check_subdomain(value: &str) -> Result<(), Invalid> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if value.len() <= 63 && is_all(value, is_allowed) && !value.starts_with('-') && !value.ends_with('-') {
        return Ok(());
    }
    Err(Invalid::new("must be lower-case letters, digits and hyphens, such as `acme` in `acme.kinde.com`"))
}

fn check_choice(value: &str, all: &[(&str, &str)]) -> Result<(), Invalid> {
    if all.iter().any(|(known, _)| *known == value) {
        return Ok(());
    }
    let names: Vec<_> = all.iter().map(|(known, _)| *known).collect();
    Err(Invalid::new(format!("must be one of {}", names.join(", "))))
}

fn check_username(value: &str) -> Result<(), Invalid> {
    check_line(value)?;
    // RFC 7617 section 2: the first colon ends the name.
    if value.contains(':') { Err(Invalid::new("must not contain a colon")) } else { Ok(()) }
}

/// The options of one hook, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options(BTreeMap<&'static str, String>);

impl Options {
    /// Those of `given` that are not secret, which must be those that the provider has. The errors name the option.
    pub fn new(kinds: &'static [OptionKind], given: &BTreeMap<String, String>) -> Result<Self, Vec<(String, Invalid)>> {
        let mut faults: Vec<(String, Invalid)> = Vec::new();
        let known = |name: &str| kinds.iter().find(|kind| kind.name() == name);
        for name in given.keys().filter(|name| known(name).is_none()) {
            let names: Vec<_> = kinds.iter().map(|kind| format!("`{}`", kind.name())).collect();
            let reason = if names.is_empty() {
                "is unknown: this provider has no options".to_owned()
            } else {
                format!("is unknown: this provider has {}", names.join(", "))
            };
            faults.push((name.clone(), Invalid::new(reason)));
        }
        let mut options = BTreeMap::new();
        for kind in kinds.iter().filter(|kind| !kind.is_secret()) {
            match given.get(kind.name()) {
                Some(value) => match kind.check(value) {
                    Ok(()) => drop(options.insert(kind.name(), value.clone())),
                    Err(reason) => faults.push((kind.name().to_owned(), reason)),
                },
                None if kind.is_required() => {
                    let reason = format!("is required: {}", kind.described());
                    faults.push((kind.name().to_owned(), Invalid::new(reason)));
                }
                None => {}
            }
        }
        if faults.is_empty() { Ok(Self(options)) } else { Err(faults) }
    }

    /// Takes the hook's own address, if the provider signs one, or makes tokens for one, and none was given.
    pub fn register(&mut self, kinds: &[OptionKind], url: &str) {
        for kind in [OptionKind::Url, OptionKind::Audience].into_iter().filter(|kind| kinds.contains(kind)) {
            self.0.entry(kind.name()).or_insert_with(|| url.to_owned());
        }
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }
}

/// Those of `given` that are secret. The errors name the option.
pub fn read_secret_options(
    kinds: &'static [OptionKind],
    given: &BTreeMap<String, String>,
) -> Result<SecretOptions, Vec<(String, Invalid)>> {
    let (mut options, mut faults) = (SecretOptions::default(), Vec::new());
    for kind in kinds.iter().filter(|kind| kind.is_secret()) {
        let Some(value) = given.get(kind.name()) else { continue };
        match kind.check(value) {
            Ok(()) => options.insert(kind.name(), SecretString::new(value.clone())),
            Err(reason) => faults.push((kind.name().to_owned(), reason)),
        }
    }
    if faults.is_empty() { Ok(options) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kinds: &'static [OptionKind], given: &[(&str, &str)]) -> Result<Options, Vec<String>> {
        let given = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Options::new(kinds, &given)
            .map_err(|faults| faults.into_iter().map(|(name, reason)| format!("{name} {reason}")).collect())
    }

    #[test]
    fn an_option_that_the_provider_does_not_have_is_named_with_those_that_it_has() {
        assert_eq!(read(&[], &[("urls", "x")]).unwrap_err(), ["urls is unknown: this provider has no options"]);
        let faults = read(&[OptionKind::Username], &[("user", "x")]).unwrap_err();
        assert_eq!(faults[0], "user is unknown: this provider has `username`");
        assert_eq!(faults[1], "username is required: the user name that you enter at the provider");
    }

    #[test]
    fn a_url_is_whole_and_a_user_name_has_no_colon() {
        for url in ["", "hooks.example.com", "ftp://a", "https://", "https:///x", "https://a b", "https://é/"] {
            assert!(read(&[OptionKind::Url], &[("url", url)]).is_err(), "{url}");
        }
        assert!(read(&[OptionKind::Url], &[("url", "https://hooks.example.com/hooks/1/trigger?x=1")]).is_ok());
        for name in ["", "a:b", " a", "a\n"] {
            assert!(read(&[OptionKind::Username], &[("username", name)]).is_err(), "{name:?}");
        }
        for email in ["", "ann", "@example.com", "ann@", "ann@example", "ann@example.com\n"] {
            assert!(read(&[OptionKind::Email], &[("email", email)]).is_err(), "{email:?}");
        }
        assert!(read(&[OptionKind::Email], &[("email", "a@b.iam.gserviceaccount.com")]).is_ok());
    }

    #[test]
    fn a_subdomain_is_one_label_and_leads_to_no_other_host() {
        for name in ["acme", "a", "acme-1", "0"] {
            assert!(read(&[OptionKind::Subdomain], &[("subdomain", name)]).is_ok(), "{name}");
        }
        for name in [
            "",
            "Acme",
            "-a",
            "a-",
            "a.b",
            "a/",
            "a@b",
            "evil.example/",
            "a:1",
            "a?",
            "a#",
            "a b",
            "é",
            &"a".repeat(64),
        ] {
            assert!(read(&[OptionKind::Subdomain], &[("subdomain", name)]).is_err(), "{name:?}");
        }
    }

    #[test]
    fn an_environment_is_one_of_those_that_the_provider_has() {
        const KINDS: &[OptionKind] = &[OptionKind::Environment(
            "environment",
            "the environment",
            &[("live", "https://a"), ("test", "https://b")],
        )];
        assert!(read(KINDS, &[("environment", "test")]).is_ok());
        for value in ["Test", "live ", "https://a", "live, test"] {
            assert_eq!(read(KINDS, &[("environment", value)]).unwrap_err(), ["environment must be one of live, test"]);
        }
        assert_eq!(read(KINDS, &[]).unwrap_err(), ["environment is required: the environment"]);
    }

    #[test]
    fn a_secret_option_is_long_enough_and_is_never_among_those_that_are_stored_in_clear() {
        const KINDS: &[OptionKind] = &[OptionKind::Username, OptionKind::VerifyToken];
        let given = |token: &str| {
            BTreeMap::from([("username".to_owned(), "ann".to_owned()), ("verify_token".to_owned(), token.to_owned())])
        };
        let token = "a token that is chosen";
        let options = Options::new(KINDS, &given(token)).unwrap();
        assert_eq!(options.iter().collect::<Vec<_>>(), [("username", "ann")]);
        let secret = read_secret_options(KINDS, &given(token)).unwrap();
        assert_eq!(secret.get("verify_token").map(SecretString::expose), Some(token));
        for refused in ["", "too short", "a token\nthat has two lines", " a token with a space before it"] {
            let faults = read_secret_options(KINDS, &given(refused)).unwrap_err();
            assert_eq!(faults[0].0, "verify_token", "{refused:?}");
        }
        assert!(read_secret_options(KINDS, &BTreeMap::new()).unwrap().names().next().is_none());
    }

    #[test]
    fn the_hooks_own_address_stands_in_for_a_url_that_is_not_given() {
        let kinds: &[OptionKind] = &[OptionKind::Url];
        let registered = |mut options: Options, kinds: &[OptionKind]| {
            options.register(kinds, "https://own/");
            options.iter().next().map(|(_, value)| value.to_owned())
        };
        assert_eq!(registered(Options::default(), &[OptionKind::Audience]).as_deref(), Some("https://own/"));
        assert_eq!(registered(Options::default(), kinds).as_deref(), Some("https://own/"));
        let given = read(&[OptionKind::Url], &[("url", "https://given/")]).unwrap();
        assert_eq!(registered(given, kinds).as_deref(), Some("https://given/"));
        assert_eq!(registered(Options::default(), &[]), None);
    }
}
