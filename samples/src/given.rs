//! Keys for a hook that exists: made of what the API shows of it, and of the secret that its owner has.

use std::collections::BTreeMap;

use shared::domain::Invalid;
use shared::domain::secret::SecretString;
use shared::domain::signature::provider::Known;
use shared::domain::signature::scheme::Proof;
use shared::domain::signature::{Algorithm, OptionKind, PublicKeyForm, providers};

use crate::pair::Pair;
use crate::{Keys, is_published};

/// What a hook shows of how its calls are proven. It has no `Debug`, because an option may be secret when it is new.
#[derive(Clone, Default)]
pub struct Hook {
    /// Its provider, if it names one.
    pub provider: Option<String>,
    /// The header with the proof, if there is one.
    pub header: Option<String>,
    /// The hash function of a MAC, if there is one.
    pub algorithm: Option<String>,
    /// Its address.
    pub url: String,
    /// What it knows of its provider besides the secret.
    pub options: BTreeMap<String, String>,
}

/// What is needed to prove a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anyone may call.
    Nothing,
    /// The secret of the hook.
    Secret,
    /// The private key that belongs to the public key of the hook.
    PrivateKey,
}

/// Why no call can be signed for a hook. Nothing of the secret is repeated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsignable {
    /// The keys are the provider's.
    #[error("only {0} can sign its calls: they are verified with keys that {0} alone has")]
    Published(&'static str),
    /// The owner has described the scheme.
    #[error(
        "the hook describes itself how its calls are proven, and only the schemes of known providers can be signed"
    )]
    Described,
    /// A newer deployment may know more.
    #[error("this version of the program does not know how calls of `{0}` are signed")]
    Unknown(String),
    /// The secret is missing, or cannot be one.
    #[error("the secret {0}")]
    Secret(Invalid),
    /// An option of the hook is missing, or cannot be one.
    #[error("the hook's `provider_options` are not those of {0}")]
    Options(&'static str),
    /// The text is no private key of this kind.
    #[error(
        "the secret must be the private key {0} as PKCS #8 in PEM, which begins with `-----BEGIN PRIVATE KEY-----`"
    )]
    PrivateKey(&'static str),
}

impl Hook {
    /// The provider and the scheme of its calls.
    pub fn known(&self) -> Result<Known, Unsignable> {
        let unknown = |name: &str| Unsignable::Unknown(name.to_owned());
        let algorithm = self.algorithm.as_deref().map(|name| name.parse::<Algorithm>().map_err(|_| unknown(name)));
        let algorithm = algorithm.transpose()?;
        let known = match (self.provider.as_deref(), self.header.as_deref(), algorithm) {
            (Some(name), ..) if name == providers::CUSTOM.name => return Err(Unsignable::Described),
            (Some(name), header, _) => {
                let provider = providers::named(name).ok_or_else(|| unknown(name))?;
                provider.scheme_with(header, algorithm).ok_or_else(|| unknown(name))?
            }
            (None, Some(header), Some(algorithm)) => providers::find(&header.to_ascii_lowercase(), algorithm),
            (None, ..) => providers::UNSIGNED.main(),
        };
        if is_published(known.scheme) { Err(Unsignable::Published(known.provider.title)) } else { Ok(known) }
    }

    /// What has to be known to prove a call of this scheme.
    pub fn needs(known: Known) -> Needs {
        match public_key(known) {
            _ if known.scheme.has_secret() => Needs::Secret,
            Some(_) => Needs::PrivateKey,
            None => Needs::Nothing,
        }
    }
}

/// The form of the public key that a hook of this provider has.
pub(crate) fn public_key(known: Known) -> Option<PublicKeyForm> {
    known.provider.options.iter().find_map(|kind| match kind {
        OptionKind::PublicKey(form) => Some(*form),
        OptionKind::Url
        | OptionKind::Audience
        | OptionKind::Email
        | OptionKind::TopicArn
        | OptionKind::Username
        | OptionKind::Id(..)
        | OptionKind::Subdomain
        | OptionKind::Environment(..)
        | OptionKind::VerifyToken => None,
    })
}

impl Keys {
    /// The keys of a hook whose secret, or whose provider's private key, is this.
    pub fn for_hook(hook: &Hook, secret: Option<SecretString>) -> Result<Self, Unsignable> {
        let known = hook.known()?;
        let text = |secret: Option<SecretString>| secret.map_or_else(String::new, |secret| secret.expose().to_owned());
        let (pair, secret) = match Hook::needs(known) {
            Needs::Nothing => (None, String::new()),
            Needs::Secret => {
                let secret = known.scheme.read_secret(text(secret)).map_err(Unsignable::Secret)?;
                (None, secret.expose().to_owned())
            }
            Needs::PrivateKey => {
                let form = public_key(known).ok_or(Unsignable::Options(known.provider.title))?;
                (Some(Pair::of_pem(form, secret).map_err(Unsignable::PrivateKey)?), String::new())
            }
        };
        let all = known.scheme.algorithms.all();
        let given = hook.algorithm.as_deref().and_then(|name| name.parse().ok());
        let algorithm = given.filter(|given| all.contains(given)).or_else(|| all.first().copied());
        let address = ["url", "audience"].iter().find_map(|name| hook.options.get(*name)).unwrap_or(&hook.url);
        let header = hook.header.clone().unwrap_or_default().to_ascii_lowercase();
        let keys = Self { known, algorithm, url: address.clone(), secret, pair, header, told: hook.options.clone() };
        let is_proven = !matches!(known.scheme.proof, Proof::Nothing);
        if is_proven && keys.means().is_none() {
            return Err(Unsignable::Options(known.provider.title));
        }
        Ok(keys)
    }
}
