//! What a provider signs with, and what a hook is told of that.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};
use shared::domain::signature::provider::Known;
use shared::domain::signature::scheme::{Place, Proof};
use shared::domain::signature::{Algorithm, OptionKind, Options};
use shared::domain::signing::{Means, SecretHeaderName};
use zeroize::Zeroize as _;

use crate::given::public_key;
use crate::pair::Pair;

/// The address that is registered with a provider which signs it.
pub const REGISTERED_URL: &str = "https://hooks.example.com/sample?from=provider";

/// The user name of HTTP Basic authentication.
pub const USERNAME: &str = "sample";

/// The verify token of a provider that has one.
pub const VERIFY_TOKEN: &str = "a verify token of a sample";

/// The header of a provider that lets its users name one.
const HEADER: &str = "x-sample-token";

/// What the two sides of one hook know. The secret is wiped when they are dropped.
pub struct Keys {
    /// The provider and the scheme.
    pub known: Known,
    /// The hash function of a MAC.
    pub algorithm: Option<Algorithm>,
    /// The address that is registered with the provider.
    pub url: String,
    /// What both share; empty if they share nothing.
    pub secret: String,
    /// What the provider signs with, if it has a pair of keys.
    pub(crate) pair: Option<Pair>,
    /// The header with the proof, if its users name it.
    pub(crate) header: String,
    /// What the hook knows besides, by the names of options.
    pub(crate) told: BTreeMap<String, String>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("known", &self.known).field("url", &self.url).finish_non_exhaustive()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Keys {
    /// Keys that are made of a number. The same number makes the same secret; pairs of keys of RSA and P-256 are new
    /// each time.
    pub fn of(known: Known, number: u8) -> Self {
        let scheme = known.scheme;
        let pair = public_key(known).map(|form| Pair::of(form, number));
        let secret = scheme.has_secret().then(|| scheme.generate_secret(&[number; 32]).expose().to_owned());
        Self {
            known,
            algorithm: scheme.algorithms.all().first().copied(),
            url: REGISTERED_URL.to_owned(),
            secret: secret.unwrap_or_default(),
            pair,
            header: HEADER.to_owned(),
            told: made_up(known),
        }
    }

    /// How the calls are proven; `None` if the provider proves nothing.
    pub fn means(&self) -> Option<Means> {
        let Known { provider, scheme } = self.known;
        let header = match (scheme.place, scheme.header) {
            (Place::Header, "") => self.header.parse().ok(),
            (Place::Header, header) => SecretHeaderName::of_provider(provider, header).ok(),
            (Place::Query(_) | Place::Body(_) | Place::Each(..) | Place::Whole, _) => None,
        };
        let options = Options::new(provider.options, &self.options()).ok()?;
        Means::of_provider(provider, header, Some(self.algorithm?), options).ok()
    }

    pub(crate) fn options(&self) -> BTreeMap<String, String> {
        let value = |kind: &OptionKind| match kind {
            OptionKind::Url | OptionKind::Audience => Some(self.url.clone()),
            OptionKind::PublicKey(form) => Some(self.pair.as_ref()?.public(*form)),
            OptionKind::Email
            | OptionKind::TopicArn
            | OptionKind::Username
            | OptionKind::Id(..)
            | OptionKind::Subdomain
            | OptionKind::Environment(..)
            | OptionKind::VerifyToken => self.told.get(kind.name()).cloned(),
        };
        let options = self.known.provider.options.iter();
        options.filter_map(|kind| Some((kind.name().to_owned(), value(kind)?))).collect()
    }

    /// What a hook is created with that knows as much, beside its name and what it does.
    pub fn hook(&self) -> Json {
        let Known { provider, scheme } = self.known;
        let mut hook = json!({ "provider": provider.name });
        let Some(means) = self.means() else {
            hook["requires_secret"] = false.into();
            return hook;
        };
        if scheme.has_secret() {
            hook["secret"] = self.secret.as_str().into();
        }
        if let Some(header) = means.header_name.filter(|_| provider.schemes.len() > 1 || scheme.header.is_empty()) {
            hook["secret_header_name"] = header.as_str().into();
        }
        if matches!(scheme.proof, Proof::Mac(_)) && scheme.algorithms.all().len() > 1 {
            hook["secret_algorithm"] = means.algorithm.as_str().into();
        }
        let options = self.options();
        if !options.is_empty() {
            hook["provider_options"] = json!(options);
        }
        hook
    }
}

/// Options that a sample's hook has.
fn made_up(known: Known) -> BTreeMap<String, String> {
    let value = |kind: &OptionKind| match kind {
        OptionKind::Url | OptionKind::Audience | OptionKind::PublicKey(_) => None,
        OptionKind::Email => Some("sample@example.com".to_owned()),
        OptionKind::TopicArn => Some("arn:aws:sns:eu-central-1:123456789012:sample".to_owned()),
        OptionKind::Username => Some(USERNAME.to_owned()),
        OptionKind::Id(name, _) => Some(format!("sample-{name}")),
        OptionKind::Subdomain => Some("sample".to_owned()),
        OptionKind::Environment(_, _, all) => all.first().map(|(name, _)| (*name).to_owned()),
        OptionKind::VerifyToken => Some(VERIFY_TOKEN.to_owned()),
    };
    known.provider.options.iter().filter_map(|kind| Some((kind.name().to_owned(), value(kind)?))).collect()
}
