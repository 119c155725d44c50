//! Whether a call is authentic: one verifier, driven by the table of [`providers`].

mod encoding;
pub mod providers;
pub mod scheme;

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use self::encoding::decode;
use self::scheme::{MacForm, Part, Proof, Scheme, Timing};
use super::Invalid;
use super::hook::Signing;
use super::payload::Path;
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

/// What a call is verified by: its headers, its bytes, and the clock.
pub struct Call<'a> {
    /// Gives a header's value by its name in lower case; `None` also when the header came more than once.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The bytes as they arrived.
    pub body: &'a [u8],
    /// Gives the JSON for [`Part::Payload`], which is all of the call that counts later: whoever could add to what is
    /// signed could have something else read. `None` when the call holds more than it.
    pub payload: &'a dyn Fn() -> Option<Cow<'a, [u8]>>,
    /// Reads a value out of the body, for the schemes whose timestamp stands there. It is asked only once the bytes
    /// are known to be authentic.
    pub body_value: &'a dyn Fn(&Path) -> Option<String>,
    /// When the call arrived.
    pub received_at: Timestamp,
}

/// The call is not proven authentic. There is one reason for all cases: telling a missing signature from a wrong or a
/// stale one would help only whoever forges them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not prove the call authentic")]
pub struct NotAuthentic;

/// Proves that whoever made `call` knows one of `secrets`, the secrets that are valid for `signing` now.
pub fn verify(signing: &Signing, secrets: &[HookSecret], call: &Call<'_>) -> Result<(), NotAuthentic> {
    let scheme = signing.scheme();
    let header = (call.header)(signing.header_name.as_str()).ok_or(NotAuthentic)?;
    let proven = match &scheme.proof {
        Proof::Secret => secrets.iter().any(|secret| secret.matches(header.as_bytes())),
        Proof::Mac(form) => form.proves(signing.algorithm, secrets, header, call)?,
    };
    if proven && is_fresh(scheme, header, call) { Ok(()) } else { Err(NotAuthentic) }
}

impl Signing {
    /// The scheme that the header and the algorithm imply.
    pub fn scheme(&self) -> &'static Scheme {
        Scheme::find(self.header_name.as_str(), self.algorithm)
    }
}

impl MacForm {
    /// Whether any signature of the header is the MAC of the call under any secret. Every signature is compared with
    /// every MAC in constant time, so that how long it takes says nothing about how close a forgery came.
    fn proves(
        &self,
        algorithm: Algorithm,
        secrets: &[HookSecret],
        header: &str,
        call: &Call<'_>,
    ) -> Result<bool, NotAuthentic> {
        let signatures: Vec<Vec<u8>> = self
            .signatures(header, algorithm)
            .take(MAX_SIGNATURES)
            .filter_map(|text| decode(self.encoding, text, algorithm.digest_bytes()))
            .collect();
        if signatures.is_empty() {
            return Err(NotAuthentic);
        }
        let mut proven = subtle::Choice::from(0);
        for secret in secrets {
            let key = self.key.bytes(secret).ok_or(NotAuthentic)?;
            let expected = match algorithm {
                Algorithm::Sha1 => self.mac::<Hmac<sha1::Sha1>>(&key, header, call),
                Algorithm::Sha256 => self.mac::<Hmac<sha2::Sha256>>(&key, header, call),
                Algorithm::Sha512 => self.mac::<Hmac<sha2::Sha512>>(&key, header, call),
            }?;
            for signature in &signatures {
                proven |= expected.ct_eq(signature);
            }
        }
        Ok(proven.into())
    }

    /// The MAC over the parts that are signed, fed one by one: a body is not copied.
    fn mac<M: Mac + KeyInit>(&self, key: &[u8], header: &str, call: &Call<'_>) -> Result<Vec<u8>, NotAuthentic> {
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| NotAuthentic)?;
        for part in self.signed {
            match part {
                Part::Text(text) => mac.update(text.as_bytes()),
                Part::Header(name) => mac.update((call.header)(name).ok_or(NotAuthentic)?.as_bytes()),
                Part::Entry(name) => mac.update(self.entry(header, name).ok_or(NotAuthentic)?.as_bytes()),
                Part::Body => mac.update(call.body),
                Part::Payload => mac.update(&(call.payload)().ok_or(NotAuthentic)?),
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
fn is_fresh(scheme: &Scheme, header: &str, call: &Call<'_>) -> bool {
    let (text, unit, tolerance) = match &scheme.timing {
        Timing::None => return true,
        Timing::Header { name, tolerance } => ((call.header)(name).map(str::to_owned), Unit::Seconds, tolerance),
        Timing::Entry { name, tolerance } => {
            let entry = match &scheme.proof {
                Proof::Secret => None,
                Proof::Mac(form) => form.entry(header, name),
            };
            (entry.map(str::to_owned), Unit::Seconds, tolerance)
        }
        Timing::BodyMillis { path, tolerance } => {
            (path.parse().ok().and_then(|path| (call.body_value)(&path)), Unit::Millis, tolerance)
        }
    };
    text.is_some_and(|text| within(&text, unit, *tolerance, call.received_at))
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
