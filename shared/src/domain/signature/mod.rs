//! Whether a call is authentic: one verifier, driven by the table of [`providers`].

mod encoding;
pub mod providers;
pub mod scheme;

use std::str::FromStr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use self::encoding::decode;
use self::scheme::{MacForm, Part, Proof, Scheme, Timing};
use super::Invalid;
use super::received::Received;
use super::secret::HookSecret;
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

/// The call is not proven authentic. There is one reason for all cases: telling a missing signature from a wrong or a
/// stale one would help only whoever forges them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not prove the call authentic")]
pub struct NotAuthentic;

/// Proves that the sender of the call, whose signature header is `header`, knows `secret`. A time in the body is checked
/// later, by [`is_fresh_in_body`]: nothing is parsed before the bytes are known to be authentic.
pub(super) fn verify(
    scheme: &Scheme,
    algorithm: Algorithm,
    header: &str,
    secret: &HookSecret,
    signed: &Signed<'_>,
) -> Result<(), NotAuthentic> {
    let proven = match &scheme.proof {
        Proof::Secret => secret.matches(header.as_bytes()),
        Proof::Mac(form) => form.proves(algorithm, secret, header, signed)?,
    };
    if proven && is_fresh(scheme, header, signed.received) { Ok(()) } else { Err(NotAuthentic) }
}

impl MacForm {
    /// Whether any signature of the header is the MAC of the call. Every signature is compared, in constant time, so
    /// that how long it takes says nothing about how close a forgery came.
    fn proves(
        &self,
        algorithm: Algorithm,
        secret: &HookSecret,
        header: &str,
        signed: &Signed<'_>,
    ) -> Result<bool, NotAuthentic> {
        let signatures: Vec<Vec<u8>> = self
            .signatures(header, algorithm)
            .take(MAX_SIGNATURES)
            .filter_map(|text| decode(self.encoding, text, algorithm.digest_bytes()))
            .collect();
        if signatures.is_empty() {
            return Err(NotAuthentic);
        }
        let key = self.key.bytes(secret).ok_or(NotAuthentic)?;
        let expected = match algorithm {
            Algorithm::Sha1 => self.mac::<Hmac<sha1::Sha1>>(&key, header, signed),
            Algorithm::Sha256 => self.mac::<Hmac<sha2::Sha256>>(&key, header, signed),
            Algorithm::Sha512 => self.mac::<Hmac<sha2::Sha512>>(&key, header, signed),
        }?;
        let mut proven = subtle::Choice::from(0);
        for signature in &signatures {
            proven |= expected.ct_eq(signature);
        }
        Ok(proven.into())
    }

    /// The MAC over the parts that are signed, fed one by one: a body is not copied.
    fn mac<M: Mac + KeyInit>(&self, key: &[u8], header: &str, signed: &Signed<'_>) -> Result<Vec<u8>, NotAuthentic> {
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| NotAuthentic)?;
        for part in self.signed {
            match part {
                Part::Text(text) => mac.update(text.as_bytes()),
                Part::Header(name) => mac.update(signed.received.header(name).ok_or(NotAuthentic)?.as_bytes()),
                Part::Entry(name) => mac.update(self.entry(header, name).ok_or(NotAuthentic)?.as_bytes()),
                Part::Body => mac.update(signed.body),
            }
        }
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

/// Proves to a provider that we know the secret: the HMAC-SHA256 of its token, in hex. `None` when the library takes no
/// such key, which it always does.
pub fn prove(secret: &HookSecret, token: &str) -> Option<String> {
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(token.as_bytes());
    Some(hex::encode(mac.finalize().into_bytes()))
}

/// The name of a body that has no other: its SHA-256.
pub fn digest(body: &[u8]) -> String {
    format!("sha256:{}", hex::encode(<sha2::Sha256 as sha2::Digest>::digest(body)))
}

/// Whether the timestamp lies within the tolerance, before or after the clock. Without this a call that was once
/// overheard could be played back for ever.
fn is_fresh(scheme: &Scheme, header: &str, received: &Received) -> bool {
    let (text, tolerance) = match &scheme.timing {
        Timing::None | Timing::BodyMillis { .. } => return true,
        Timing::Header { name, tolerance } => (received.header(name), tolerance),
        Timing::Entry { name, tolerance } => match &scheme.proof {
            Proof::Secret => (None, tolerance),
            Proof::Mac(form) => (form.entry(header, name), tolerance),
        },
    };
    text.is_some_and(|text| within(text, Unit::Seconds, *tolerance, received.received_at))
}

/// The same of a scheme whose timestamp stands in the body; `find` gives what stands at a place there.
pub fn is_fresh_in_body<'b>(scheme: &Scheme, find: impl Fn(&str) -> Option<&'b str>, received_at: Timestamp) -> bool {
    match &scheme.timing {
        Timing::None | Timing::Header { .. } | Timing::Entry { .. } => true,
        Timing::BodyMillis { path, tolerance } => {
            find(path).is_some_and(|text| within(text, Unit::Millis, *tolerance, received_at))
        }
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Millis,
}

fn within(text: &str, unit: Unit, tolerance: Duration, now: Timestamp) -> bool {
    let Ok(number) = text.parse::<i64>() else { return false };
    let at = match unit {
        Unit::Seconds => Timestamp::from_unix_seconds(number),
        Unit::Millis => Timestamp::from_unix_millis(number),
    };
    at.distance(now) <= tolerance
}

#[cfg(test)]
mod tests;
