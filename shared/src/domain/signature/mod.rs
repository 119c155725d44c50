//! Whether a call is authentic: one verifier, driven by the table of [`providers`].

mod algorithm;
mod certificate;
pub mod custom;
mod encoding;
mod entries;
pub mod handshake;
mod header_name;
mod jwt;
mod key;
mod key_source;
mod listed;
mod mark;
mod options;
mod part;
mod place;
pub mod provider;
pub mod providers;
mod public_key;
mod published;
mod refusal;
pub mod scheme;
mod signed;
mod signed_text;
mod sns;
mod time;
mod timing;
mod topic;
mod words;
mod worth;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use subtle::ConstantTimeEq;

pub use self::algorithm::{Algorithm, Algorithms};
use self::encoding::{Encoding, decode, encode};
pub use self::header_name::SecretHeaderName;
pub use self::options::{OptionKind, Options, read_secret_options};
pub use self::place::{At, Place, Values};
use self::place::{MAX_ELEMENTS, Needed, parameter};
pub use self::public_key::PublicKeyForm;
pub use self::published::{ProviderUrl, Question, Wanted};
pub use self::refusal::NotAuthentic;
use self::scheme::{Key, MacForm, Order, Proof, Scheme, Timing};
use self::signed::{Carrier, SignedBytes};
pub use self::signed_text::SignedText;
use self::time::check_time;
use super::received::Received;
use super::secret::{HookSecret, SecretString};
use super::timestamp::Timestamp;

/// How many signatures of one header are looked at: a caller without the secret must not choose how long the
/// verification takes.
const MAX_SIGNATURES: usize = 16;

/// What a signature is checked against.
pub struct Signed<'a> {
    /// The call that carries it.
    pub received: &'a Received,
    /// The bytes of its body that are signed: as they arrived, but for [`Forms::SignedPayload`](scheme::Forms).
    pub body: &'a [u8],
    /// What the body holds.
    pub values: &'a dyn Values,
}

/// How the calls of one hook are proven.
#[derive(Clone, Copy)]
pub(super) struct Proving<'a> {
    pub(super) scheme: &'static Scheme,
    /// Those of the scheme, unless the owner of the hook has described them.
    pub(super) proof: &'a Proof<'a>,
    pub(super) timing: &'a Timing<'a>,
    pub(super) algorithm: Algorithm,
    pub(super) at: At<'a>,
    pub(super) options: &'a Options,
    /// What the provider publishes, if [`wanted`](Self::wanted) asked for it.
    pub(super) published: Option<&'a [u8]>,
}

impl Proving<'_> {
    /// Proves that the sender of the call knows `secret`, or has the private key to the hook's public one. A time in the
    /// body is checked later, by [`check_time_in_body`]: nothing is parsed before the bytes are known to be authentic.
    pub(super) fn verify(self, secret: Option<&HookSecret>, signed: &Signed<'_>) -> Result<(), NotAuthentic> {
        // With an empty key, anyone could sign: such a secret has only options.
        let secret = secret.filter(|secret| !secret.is_empty());
        let missing = || NotAuthentic::Missing(self.at.to_string());
        let mut places = self.proof.signed_places();
        let needed = |places: &[_]| match places {
            [] => Needed::default(),
            places => Needed::of(places, signed.values.texts(places)),
        };
        match self.at {
            At::Header(header) => self.verify_headers(header, secret, signed, &needed(&places)),
            At::Query(name) => {
                let value = parameter(&signed.received.query, name).ok_or_else(missing)?;
                self.verify_value(Carrier { at: self.at, value: &value }, secret, signed, &needed(&places))
            }
            At::Body(place) => {
                places.push(place);
                let needed = needed(&places);
                let value = Some(needed.text(place)?).filter(|value| !value.is_empty()).ok_or_else(missing)?;
                self.verify_value(Carrier { at: self.at, value }, secret, signed, &needed)
            }
            At::Whole => {
                let carrier = Carrier { at: self.at, value: jwt::whole(signed.body) };
                self.verify_value(carrier, secret, signed, &needed(&places))
            }
            At::Each(array, place) => {
                places.push(place);
                let elements = signed.values.texts_of_each(array, &places, MAX_ELEMENTS);
                if elements.is_empty() {
                    return Err(missing());
                }
                elements.into_iter().try_for_each(|texts| {
                    let needed = Needed::of(&places, texts);
                    let value = needed.text(place)?;
                    self.verify_value(Carrier { at: self.at, value }, secret, signed, &needed)
                })
            }
        }
    }

    /// What must be read from the provider before a call can be verified. Nothing of the call is proven yet.
    pub(super) fn wanted(self, signed: &Signed<'_>) -> Result<Option<Wanted>, NotAuthentic> {
        match self.proof {
            Proof::Jwt(form) => form.wanted(self.at, signed, self.options),
            Proof::PublicKey(form) => form.source.wanted(signed.received, |name| self.options.get(name)),
            Proof::Sns => sns::wanted(self.options, signed.body).map(Some),
            Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Mac(_) | Proof::Nothing => Ok(None),
        }
    }

    fn verify_headers(
        self,
        header: &str,
        secret: Option<&HookSecret>,
        signed: &Signed<'_>,
        needed: &Needed,
    ) -> Result<(), NotAuthentic> {
        let mut refusal = None;
        for name in std::iter::once(header).chain(self.scheme.other_headers.iter().copied()) {
            let Some(value) = signed.received.header(name) else { continue };
            match self.verify_value(Carrier { at: At::Header(name), value }, secret, signed, needed) {
                Ok(()) => return Ok(()),
                Err(reason) => refusal = Some(reason),
            }
        }
        Err(refusal.unwrap_or_else(|| NotAuthentic::Missing(self.at.to_string())))
    }

    fn verify_value(
        self,
        carrier: Carrier<'_>,
        secret: Option<&HookSecret>,
        signed: &Signed<'_>,
        needed: &Needed,
    ) -> Result<(), NotAuthentic> {
        let Self { options, published, .. } = self;
        let bytes = SignedBytes { carrier, signed, needed, options, published, separator: self.proof.separator() };
        let is_proven = match (self.proof, secret) {
            (Proof::Secret, Some(secret)) => secret.matches(carrier.value.as_bytes()),
            (Proof::Bearer, Some(secret)) => is_bearer(secret, carrier.value),
            (Proof::Basic, Some(secret)) => is_basic(self.options, secret, carrier.value),
            (Proof::Mac(form), Some(secret)) => form.proves(self.algorithm, secret, bytes)?,
            (Proof::Jwt(form), _) => form.check(secret, bytes).map(|()| true)?,
            (Proof::PublicKey(form), _) => form.proves(bytes)?,
            (Proof::Sns, _) => sns::proves(options, published.unwrap_or_default(), signed.body)?,
            (Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Mac(_), None) | (Proof::Nothing, _) => false,
        };
        if !is_proven {
            let place = carrier.at.to_string();
            return Err(match self.proof {
                Proof::Secret | Proof::Bearer | Proof::Basic => NotAuthentic::OtherSecret(place),
                Proof::Mac(_) | Proof::Jwt(_) | Proof::PublicKey(_) | Proof::Sns | Proof::Nothing => {
                    NotAuthentic::NoMatch(place)
                }
            });
        }
        check_time(self.timing, bytes)?;
        bytes.check_values(self.proof.signed())?;
        // A stranger can have other texts signed: the challenges of handshakes.
        let is_object = signed.body.trim_ascii_start().starts_with(b"{");
        if self.scheme.only_objects && !is_object { Err(NotAuthentic::NoObject) } else { Ok(()) }
    }
}

/// Whether the header is `Bearer` and the secret.
fn is_bearer(secret: &HookSecret, value: &str) -> bool {
    after_word(value, "bearer").is_some_and(|token| secret.matches(token.as_bytes()))
}

/// Whether the header is `Basic` and the base64 of the user name and the secret, the password (RFC 7617).
fn is_basic(options: &Options, secret: &HookSecret, value: &str) -> bool {
    let decoded = after_word(value, "basic").and_then(|base64| STANDARD.decode(base64).ok());
    let (Some(sent), Some(username)) = (decoded, options.get("username")) else { return false };
    let expected = SecretString::new(format!("{username}:{}", secret.expose()));
    expected.matches(&sent)
}

/// What follows the word with which the value begins, in any case (RFC 9110 section 11.1).
fn after_word<'v>(value: &'v str, word: &str) -> Option<&'v str> {
    let (first, rest) = value.split_once(' ')?;
    first.eq_ignore_ascii_case(word).then(|| rest.trim_start_matches(' '))
}

impl MacForm<'_> {
    /// Whether any signature of the header is the MAC of the call. Every signature is compared, in constant time, so
    /// that how long it takes says nothing about how close a forgery came.
    fn proves(&self, algorithm: Algorithm, secret: &HookSecret, bytes: SignedBytes<'_>) -> Result<bool, NotAuthentic> {
        let Carrier { at, value } = bytes.carrier;
        let signatures: Vec<Vec<u8>> = self
            .signatures(value, algorithm)
            .take(MAX_SIGNATURES)
            .filter_map(|text| decode(self.encoding, text, Some(algorithm.digest_bytes())))
            .collect();
        if signatures.is_empty() {
            return Err(NotAuthentic::Malformed { place: at.to_string(), form: self.described(algorithm) });
        }
        let mut proven = subtle::Choice::from(0);
        // A secret that is no key of this scheme matches nothing.
        for key in self.key.readings(secret) {
            let expected = self.code(algorithm, &key, bytes)?;
            for signature in &signatures {
                proven |= expected.ct_eq(signature);
            }
        }
        Ok(proven.into())
    }

    /// The MAC, or what a provider takes for one, over the parts that are signed.
    fn code(&self, algorithm: Algorithm, key: &[u8], bytes: SignedBytes<'_>) -> Result<Vec<u8>, NotAuthentic> {
        let Key::Hashed(order) = self.key else {
            let mismatch = || NotAuthentic::NoMatch(bytes.carrier.at.to_string());
            let mut mac = algorithm.hmac(key).ok_or_else(mismatch)?;
            bytes.feed(self.signed, &mut |part| mac.update(part))?;
            return Ok(mac.end());
        };
        let mut hash = algorithm.hash();
        if order == Order::Before {
            // What can be added to a captured call begins with a byte that no text goes on with.
            if std::str::from_utf8(bytes.signed.body).is_err() {
                return Err(NotAuthentic::NoMatch(bytes.carrier.at.to_string()));
            }
            hash.update(key);
        }
        bytes.feed(self.signed, &mut |part| hash.update(part))?;
        if order == Order::Behind {
            hash.update(key);
        }
        Ok(hash.end())
    }
}

/// Refuses a call whose timestamp is in the body and too old, or of the future; `find` gives what is at a place there.
pub fn check_time_in_body<'b>(
    scheme: &Scheme,
    find: impl Fn(&str) -> Option<&'b str>,
    received_at: Timestamp,
) -> Result<(), NotAuthentic> {
    time::check_in_body(&scheme.timing, find, received_at)
}

/// Where to say that the sender of an authentic call may send more, if it asks for that.
pub fn confirmation(scheme: &Scheme, body: &[u8]) -> Option<ProviderUrl> {
    match scheme.proof {
        Proof::Sns => sns::confirmation(body),
        Proof::Secret
        | Proof::Bearer
        | Proof::Basic
        | Proof::Mac(_)
        | Proof::Jwt(_)
        | Proof::PublicKey(_)
        | Proof::Nothing => None,
    }
}

/// Proves to a provider that we know the secret: the MAC of its challenge. `None` if the scheme has no MAC, or if the
/// secret is no key of it.
pub(super) fn prove(
    scheme: &Scheme,
    algorithm: Algorithm,
    secret: &HookSecret,
    challenge: &str,
    encoding: Encoding,
) -> Option<String> {
    let key = scheme.key_form().bytes(secret).ok().filter(|_| scheme.has_algorithm())?;
    let mut mac = algorithm.hmac(&key)?;
    mac.update(challenge.as_bytes());
    Some(encode(encoding, &mac.end()))
}

/// The name of a body that has no other: its SHA-256.
pub fn digest(body: &[u8]) -> String {
    format!("sha256:{}", hex::encode(sha2::Sha256::digest(body)))
}

#[cfg(test)]
mod tests;
