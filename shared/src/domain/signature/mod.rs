//! Whether a call is authentic: one verifier, driven by the table of [`providers`].

pub mod custom;
mod encoding;
pub mod handshake;
mod header_name;
mod key;
mod mark;
mod options;
mod part;
pub mod provider;
pub mod providers;
mod public_key;
mod refusal;
pub mod scheme;
mod signed;
mod signed_text;
mod time;
mod timing;
mod worth;

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use self::encoding::{Encoding, decode, encode};
pub use self::header_name::SecretHeaderName;
pub use self::options::{OptionKind, Options, read_secret_options};
pub use self::public_key::PublicKeyForm;
pub use self::refusal::NotAuthentic;
use self::scheme::{MacForm, Proof, Scheme, Timing};
use self::signed::{SignatureHeader, SignedBytes};
pub use self::signed_text::SignedText;
use self::time::check_time;
use super::Invalid;
use super::received::Received;
use super::secret::{HookSecret, SecretString};
use super::timestamp::Timestamp;

/// How many signatures of one header are looked at: a caller without the secret must not choose how long the
/// verification takes.
const MAX_SIGNATURES: usize = 16;

/// The hash function of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// 20 bytes. Broken for documents, not as an HMAC (RFC 6151 section 2); only for providers that know no better.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    Sha512,
}

impl Algorithm {
    /// The name as the API and signature prefixes spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn digest_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl FromStr for Algorithm {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = [Self::Sha1, Self::Sha256, Self::Sha512].into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| Invalid::new("must be one of sha1, sha256, sha512"))
    }
}

/// What a signature is checked against.
pub struct Signed<'a> {
    /// The call that carries it.
    pub received: &'a Received,
    /// The bytes of its body that are signed: as they arrived, but for [`Forms::SignedPayload`](scheme::Forms).
    pub body: &'a [u8],
}

/// How the calls of one hook are proven.
#[derive(Clone, Copy)]
pub(super) struct Proving<'a> {
    pub(super) scheme: &'static Scheme,
    /// Those of the scheme, unless the owner of the hook has described them.
    pub(super) proof: &'a Proof<'a>,
    pub(super) timing: &'a Timing<'a>,
    pub(super) algorithm: Algorithm,
    /// The header that carries the proof, in lower case.
    pub(super) header: &'a str,
    pub(super) options: &'a Options,
}

impl Proving<'_> {
    /// Proves that the sender of the call knows `secret`, or has the private key to the hook's public one. A time in the
    /// body is checked later, by [`check_time_in_body`]: nothing is parsed before the bytes are known to be authentic.
    pub(super) fn verify(self, secret: Option<&HookSecret>, signed: &Signed<'_>) -> Result<(), NotAuthentic> {
        // With an empty key, anyone could sign: such a secret has only options.
        let secret = secret.filter(|secret| !secret.is_empty());
        let mut refusal = NotAuthentic::Missing(self.header.to_owned());
        for name in std::iter::once(self.header).chain(self.scheme.other_headers.iter().copied()) {
            let Some(value) = signed.received.header(name) else { continue };
            match self.verify_header(SignatureHeader { name, value }, secret, signed) {
                Ok(()) => return Ok(()),
                Err(reason) => refusal = reason,
            }
        }
        Err(refusal)
    }

    fn verify_header(
        self,
        header: SignatureHeader<'_>,
        secret: Option<&HookSecret>,
        signed: &Signed<'_>,
    ) -> Result<(), NotAuthentic> {
        let bytes = SignedBytes { header, signed, options: self.options, separator: self.proof.separator() };
        let is_proven = match (self.proof, secret) {
            (Proof::Secret, Some(secret)) => secret.matches(header.value.as_bytes()),
            (Proof::Bearer, Some(secret)) => is_bearer(secret, header.value),
            (Proof::Basic, Some(secret)) => is_basic(self.options, secret, header.value),
            (Proof::Mac(form), Some(secret)) => form.proves(self.algorithm, secret, bytes)?,
            (Proof::PublicKey(form), _) => form.proves(bytes)?,
            (Proof::Secret | Proof::Bearer | Proof::Basic | Proof::Mac(_), None) | (Proof::Nothing, _) => false,
        };
        if !is_proven {
            let name = header.name.to_owned();
            return Err(match self.proof {
                Proof::Secret | Proof::Bearer | Proof::Basic => NotAuthentic::OtherSecret(name),
                Proof::Mac(_) | Proof::PublicKey(_) | Proof::Nothing => NotAuthentic::NoMatch(name),
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
        let header = bytes.header;
        let signatures: Vec<Vec<u8>> = self
            .signatures(header.value, algorithm)
            .take(MAX_SIGNATURES)
            .filter_map(|text| decode(self.encoding, text, Some(algorithm.digest_bytes())))
            .collect();
        if signatures.is_empty() {
            return Err(NotAuthentic::Malformed { header: header.name.to_owned(), form: self.described(algorithm) });
        }
        let mut proven = subtle::Choice::from(0);
        // A secret that is no key of this scheme matches nothing.
        for key in self.key.readings(secret) {
            let expected = match algorithm {
                Algorithm::Sha1 => self.mac::<Hmac<sha1::Sha1>>(&key, bytes),
                Algorithm::Sha256 => self.mac::<Hmac<sha2::Sha256>>(&key, bytes),
                Algorithm::Sha512 => self.mac::<Hmac<sha2::Sha512>>(&key, bytes),
            }?;
            for signature in &signatures {
                proven |= expected.ct_eq(signature);
            }
        }
        Ok(proven.into())
    }

    /// The MAC over the parts that are signed, fed one by one: a body is not copied.
    fn mac<M: Mac + KeyInit>(&self, key: &[u8], bytes: SignedBytes<'_>) -> Result<Vec<u8>, NotAuthentic> {
        let mismatch = |_| NotAuthentic::NoMatch(bytes.header.name.to_owned());
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(mismatch)?;
        bytes.feed(self.signed, |part| mac.update(part))?;
        Ok(mac.finalize().into_bytes().to_vec())
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

/// Proves to a provider that we know the secret: the HMAC-SHA256 of its challenge. `None` when the library takes no such
/// key, which it always does.
pub fn prove(secret: &HookSecret, challenge: &str, encoding: Encoding) -> Option<String> {
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(challenge.as_bytes());
    Some(encode(encoding, &mac.finalize().into_bytes()))
}

/// The name of a body that has no other: its SHA-256.
pub fn digest(body: &[u8]) -> String {
    format!("sha256:{}", hex::encode(<sha2::Sha256 as sha2::Digest>::digest(body)))
}

#[cfg(test)]
mod tests;
