//! How the calls of one hook are signed, with which secrets, and how a secret is replaced.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Invalid;
use super::handover::HandedOver;
use super::id::HookId;
use super::sealing::SealedSecret;
use super::secret::{HookSecret, SecretOptions, SecretString};
pub use super::signature::SecretHeaderName;
use super::signature::custom::{Kind, Verification};
use super::signature::provider::{Known, Provider, Worth};
use super::signature::scheme::{Encoding, Scheme};
use super::signature::{
    self, Algorithm, At, NotAuthentic, OptionKind, Options, Place, Proving, Signed, Wanted, providers,
};
use super::timestamp::Timestamp;

/// How the calls of a hook are proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Means {
    /// The provider, named or implied, and its scheme.
    pub known: Known,
    /// The hash function of a MAC.
    pub algorithm: Algorithm,
    /// The header with the proof; `None` where the proof is not in a header.
    pub header_name: Option<SecretHeaderName>,
    /// What the owner knows of the provider besides the secret.
    pub options: Options,
    /// What the owner has said of the scheme, if the table does not have it. What [`Means::known`] says of the proof is
    /// then its kind alone.
    pub verification: Option<Verification>,
}

impl Means {
    /// Those that a header and an algorithm imply.
    pub fn of_header(header_name: SecretHeaderName, algorithm: Algorithm) -> Self {
        let known = providers::find(header_name.as_str(), algorithm);
        Self { known, algorithm, header_name: Some(header_name), options: Options::default(), verification: None }
    }

    /// Those that the owner of a hook has described.
    pub fn of_verification(verification: Verification, options: Options) -> Self {
        let kinds = [Kind::Hmac, Kind::Token, Kind::Basic, Kind::PublicKey];
        let provider = &providers::CUSTOM;
        // A test sees to it that there is a scheme for each kind.
        let scheme = kinds.iter().zip(provider.schemes).find(|(kind, _)| **kind == verification.kind());
        let known = scheme.map_or_else(|| provider.main(), |(_, scheme)| Known { provider, scheme });
        let algorithm = verification.algorithm().unwrap_or(Algorithm::Sha256);
        let header_name = Some(verification.header().clone());
        Self { known, algorithm, header_name, options, verification: Some(verification) }
    }

    /// Those of a provider that is named, with this header and this algorithm as far as they are given.
    pub fn of_provider(
        provider: &'static Provider,
        header_name: Option<SecretHeaderName>,
        algorithm: Option<Algorithm>,
        options: Options,
    ) -> Result<Self, OtherProvider> {
        let known = provider.scheme_with(header_name.as_ref().map(SecretHeaderName::as_str), algorithm);
        let known = known.ok_or(OtherProvider::Scheme)?;
        let header_name = match known.scheme.place {
            Place::Header if known.scheme.header.is_empty() => Some(header_name.ok_or(OtherProvider::NoHeader)?),
            Place::Header => Some(SecretHeaderName::of_scheme(known.scheme)),
            Place::Query(_) | Place::Body(_) | Place::Each(..) | Place::Whole => None,
        };
        let algorithm = algorithm.or(known.scheme.algorithms.all().first().copied()).ok_or(OtherProvider::Scheme)?;
        Ok(Self { known, algorithm, header_name, options, verification: None })
    }

    /// Those of a provider as they were stored, without the options.
    pub fn stored(provider: &'static Provider, header: Option<&str>, algorithm: Algorithm) -> Result<Self, Invalid> {
        let header_name = header.map(|header| SecretHeaderName::of_provider(provider, header)).transpose()?;
        let unknown = || Invalid::new("is not of the provider");
        let means = Self::of_provider(provider, header_name, Some(algorithm), Options::default());
        means.ok().filter(|means| means.header_name.is_some() == header.is_some()).ok_or_else(unknown)
    }

    /// Where the proof is.
    pub fn at(&self) -> At<'_> {
        match self.known.scheme.place {
            Place::Header => At::Header(self.header_name.as_ref().map(SecretHeaderName::as_str).unwrap_or_default()),
            Place::Query(name) => At::Query(name),
            Place::Body(place) => At::Body(place),
            Place::Each(array, place) => At::Each(array, place),
            Place::Whole => At::Whole,
        }
    }

    /// What proves the calls, in words.
    pub fn proven_by(&self) -> String {
        match &self.verification {
            None => self.scheme().proof.in_words(self.at(), self.algorithm),
            Some(verification) => verification.proof(&verification.parts()).in_words(self.at(), self.algorithm),
        }
    }

    /// Takes the hook's own address, if the provider signs one and its owner has given none.
    pub fn register(&mut self, url: &str) {
        self.options.register(self.option_kinds(), url);
    }

    /// What a hook must know besides the secret.
    pub fn option_kinds(&self) -> &'static [OptionKind] {
        self.verification.as_ref().map_or(self.known.provider.options, Verification::options)
    }

    /// The scheme.
    pub fn scheme(&self) -> &'static Scheme {
        self.known.scheme
    }

    /// The names of the options that are secret.
    pub fn secret_options(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.option_kinds().iter().filter(|kind| kind.is_secret()).map(|kind| kind.name())
    }

    fn sorted_secret_options(&self) -> impl Iterator<Item = &'static str> {
        self.secret_options().collect::<BTreeSet<_>>().into_iter()
    }

    /// Whether a hook has something to seal.
    pub fn has_secrets(&self) -> bool {
        self.scheme().has_secret() || self.secret_options().next().is_some()
    }

    /// Whether these are the secrets that a hook needs, no more and no less.
    pub fn is_complete(&self, secret: &HookSecret) -> bool {
        secret.is_empty() != self.scheme().has_secret() && secret.options().names().eq(self.sorted_secret_options())
    }

    /// What stays of a hook's secrets when these are given: what is not replaced. If none is given, the secret is
    /// replaced, or all secret options of a hook without a secret.
    pub fn kept_by_rotation(&self, current: &HookSecret, given: &GivenSecrets) -> GivenSecrets {
        let current = GivenSecrets::of(current);
        match given {
            GivenSecrets { secret: None, options } if options.names().next().is_none() => {
                let options = if self.scheme().has_secret() { current.options } else { SecretOptions::default() };
                GivenSecrets { secret: None, options }
            }
            GivenSecrets { .. } => current,
        }
    }

    /// All secrets of a hook: those that were given, and the others made of random bytes. `None` if it needs none.
    pub fn complete(&self, given: GivenSecrets, random: impl Fn() -> [u8; 32]) -> Option<HookSecret> {
        if !self.has_secrets() {
            return None;
        }
        let mut options = SecretOptions::default();
        for name in self.secret_options() {
            let given = given.options.get(name).cloned();
            options.insert(name, given.unwrap_or_else(|| SecretString::new(hex::encode(random()))));
        }
        if !self.scheme().has_secret() {
            return Some(HookSecret::of_options(options));
        }
        let secret = given.secret.unwrap_or_else(|| self.scheme().generate_secret(&random()));
        Some(secret.with_options(options))
    }
}

/// The secrets that someone has given, or that are kept.
#[derive(Debug, Clone, Default)]
pub struct GivenSecrets {
    /// What calls are signed with.
    pub secret: Option<HookSecret>,
    /// The options that are secret.
    pub options: SecretOptions,
}

impl GivenSecrets {
    /// Those of a hook, to be kept.
    pub fn of(secret: &HookSecret) -> Self {
        Self { secret: Some(secret.clone()).filter(|secret| !secret.is_empty()), options: secret.options().clone() }
    }

    /// These, and of what they leave out, the others.
    #[must_use]
    pub fn or(self, others: Self) -> Self {
        Self { secret: self.secret.or(others.secret), options: self.options.or(others.options) }
    }
}

/// Why a provider and a header or an algorithm do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherProvider {
    /// The provider does not use them.
    Scheme,
    /// The owner chooses the header with this provider, and has not.
    NoHeader,
}

/// How the calls of a hook are proven, and with which secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// How.
    pub means: Means,
    /// What hook and provider share; `None` where the provider has a private key, and no option is secret.
    pub current: Option<CurrentSecret>,
    /// What they shared before the secret was last rotated.
    pub previous: Option<PreviousSecret>,
    /// How far the provider has handed its secret over; `None` where the owner has entered it at either side.
    pub handed_over: Option<HandedOver>,
}

/// The secret that a hook has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentSecret {
    /// As it is kept.
    pub secret: SealedSecret,
    /// When the hook got it.
    pub since: Timestamp,
}

/// A secret that was rotated out, valid until senders have had the time to take over the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// As it was.
    pub secret: SealedSecret,
    /// When it stops being valid.
    pub until: Timestamp,
}

/// For how long the old secret stays valid unless the caller says otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_hours(24);

/// The longest time that the old secret can stay valid.
pub const MAX_OVERLAP: Duration = Duration::from_hours(7 * 24);

impl Signing {
    /// Hook and provider share nothing.
    pub fn without_secret(means: Means) -> Self {
        Self { means, current: None, previous: None, handed_over: None }
    }

    /// The secret that the hook has, as it is kept.
    pub fn secret(&self) -> Option<&SealedSecret> {
        self.current.as_ref().map(|current| &current.secret)
    }

    /// The scheme of the calls.
    pub fn scheme(&self) -> &'static Scheme {
        self.means.scheme()
    }

    /// Proves that the sender of a call knows `secret`, one of those that are valid now, or has the provider's private
    /// key. If the scheme's timestamp is in the body, [`check_time_in_body`](super::signature::check_time_in_body) must
    /// be asked as well.
    pub fn verify(&self, secret: Option<&HookSecret>, signed: &Signed<'_>) -> Result<(), NotAuthentic> {
        self.prove(None, |proving| proving.verify(secret, signed))
    }

    /// The same with what the provider publishes, which [`wanted`](Self::wanted) has said is needed.
    pub fn verify_with(&self, published: &[u8], signed: &Signed<'_>) -> Result<(), NotAuthentic> {
        self.prove(Some(published), |proving| proving.verify(None, signed))
    }

    /// What must be read from the provider before a call can be verified; `None` for most providers.
    pub fn wanted(&self, signed: &Signed<'_>) -> Result<Option<Wanted>, NotAuthentic> {
        self.prove(None, |proving| proving.wanted(signed))
    }

    fn prove<T>(&self, published: Option<&[u8]>, ask: impl FnOnce(Proving<'_>) -> T) -> T {
        let Means { known: Known { scheme, .. }, algorithm, options, verification, .. } = &self.means;
        let at = self.means.at();
        let proving = |proof, timing| Proving { scheme, proof, timing, algorithm: *algorithm, at, options, published };
        match verification {
            None => ask(proving(&scheme.proof, &scheme.timing)),
            Some(verification) => {
                let parts = verification.parts();
                ask(proving(&verification.proof(&parts), &verification.timing()))
            }
        }
    }

    /// The MAC of a provider's challenge, made with this secret.
    pub fn prove_challenge(&self, secret: &HookSecret, challenge: &str, encoding: Encoding) -> Option<String> {
        signature::prove(self.scheme(), self.means.algorithm, secret, challenge, encoding)
    }

    /// The secrets that are valid at `now`, the current one first.
    pub fn valid_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        let previous = self.previous.iter().filter(move |previous| now < previous.until);
        self.secret().into_iter().chain(previous.map(|previous| &previous.secret))
    }
}

/// The sealed secrets of a hook, without the rest of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// Whose.
    pub hook: HookId,
    /// The one that the hook has.
    pub secret: SealedSecret,
    /// See [`Signing::previous`].
    pub previous: Option<PreviousSecret>,
}

/// One change of a hook's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whose.
    pub hook: HookId,
    /// When the hook was last changed, as far as is known: a secret has the form of the scheme that the hook had then.
    pub seen: Timestamp,
    /// The secret so far. One that was rotated out before ends here.
    pub current: SealedSecret,
    /// The secret from now on.
    pub new: SealedSecret,
    /// How long the secret so far stays valid.
    pub until: Timestamp,
    /// When it happens.
    pub at: Timestamp,
    /// Until when the hook waits for the secret that its provider hands over; the new one stands in its place.
    pub awaited_until: Option<Timestamp>,
}

/// How the calls of a new hook must be signed.
#[derive(Debug, Clone)]
pub struct SigningDraft {
    /// See [`Signing::means`].
    pub means: Means,
    /// What the provider issued; the rest is made.
    pub given: GivenSecrets,
}

impl SigningDraft {
    /// Whether the hook waits for its secret: the provider hands it over, and the owner does not have it yet.
    pub fn awaits_secret(&self) -> bool {
        self.given.secret.is_none() && self.means.scheme().hand_over.is_some()
    }
}

/// What it means that a call of such a hook was accepted.
pub fn worth(means: Option<&Means>) -> Worth {
    means.map_or(Worth::None, |means| means.scheme().worth())
}

#[cfg(test)]
mod tests;
