//! Whether a call is authentic: one verifier, driven by the table of [`providers`].

mod encoding;
mod key;
mod part;
pub mod providers;
mod refusal;
pub mod scheme;

use std::str::FromStr;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use self::encoding::decode;
pub use self::refusal::NotAuthentic;
use self::scheme::{Holds, MacForm, Part, Proof, Scheme, Timing};
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

/// The header that carries the proof.
#[derive(Clone, Copy)]
pub(super) struct SignatureHeader<'a> {
    /// In lower case.
    pub(super) name: &'a str,
    /// As it came.
    pub(super) value: &'a str,
}

/// Proves that the sender of the call, whose signature header is `header`, knows `secret`. A time in the body is checked
/// later, by [`check_time_in_body`]: nothing is parsed before the bytes are known to be authentic.
pub(super) fn verify(
    scheme: &Scheme,
    algorithm: Algorithm,
    header: SignatureHeader<'_>,
    secret: &HookSecret,
    signed: &Signed<'_>,
) -> Result<(), NotAuthentic> {
    match &scheme.proof {
        Proof::Secret if secret.matches(header.value.as_bytes()) => {}
        Proof::Secret => return Err(NotAuthentic::OtherSecret(header.name.to_owned())),
        Proof::Mac(form) if form.proves(algorithm, secret, header, signed)? => {}
        Proof::Mac(_) => return Err(NotAuthentic::NoMatch(header.name.to_owned())),
    }
    check_time(scheme, header, signed.received)?;
    match &scheme.proof {
        Proof::Secret => Ok(()),
        Proof::Mac(form) => form.check_values(header, signed.received),
    }
}

impl MacForm {
    /// Whether any signature of the header is the MAC of the call. Every signature is compared, in constant time, so
    /// that how long it takes says nothing about how close a forgery came.
    fn proves(
        &self,
        algorithm: Algorithm,
        secret: &HookSecret,
        header: SignatureHeader<'_>,
        signed: &Signed<'_>,
    ) -> Result<bool, NotAuthentic> {
        let signatures: Vec<Vec<u8>> = self
            .signatures(header.value, algorithm)
            .take(MAX_SIGNATURES)
            .filter_map(|text| decode(self.encoding, text, algorithm.digest_bytes()))
            .collect();
        if signatures.is_empty() {
            return Err(NotAuthentic::Malformed { header: header.name.to_owned(), form: self.described(algorithm) });
        }
        // A secret that is no key of this scheme matches nothing.
        let Ok(key) = self.key.bytes(secret) else { return Ok(false) };
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
    fn mac<M: Mac + KeyInit>(
        &self,
        key: &[u8],
        header: SignatureHeader<'_>,
        signed: &Signed<'_>,
    ) -> Result<Vec<u8>, NotAuthentic> {
        let mismatch = |_| NotAuthentic::NoMatch(header.name.to_owned());
        let mut mac = <M as KeyInit>::new_from_slice(key).map_err(mismatch)?;
        for part in self.signed {
            mac.update(match part {
                Part::Text(text) => text.as_bytes(),
                Part::Header(name, _) => required(signed.received, name)?.as_bytes(),
                Part::Entry(name, _) => self.required_entry(header, name)?.as_bytes(),
                Part::Body => signed.body,
            });
        }
        Ok(mac.finalize().into_bytes().to_vec())
    }

    /// Refuses a signed value that could hold a part of what follows it: see [`Holds`].
    fn check_values(&self, header: SignatureHeader<'_>, received: &Received) -> Result<(), NotAuthentic> {
        for part in self.signed {
            let (value, holds) = match part {
                Part::Text(_) | Part::Body => continue,
                Part::Header(name, holds) => (required(received, name)?, holds),
                Part::Entry(name, holds) => (self.required_entry(header, name)?, holds),
            };
            if !holds.allows(value) {
                return Err(NotAuthentic::Ambiguous { place: part.place(header.name), form: holds.to_string() });
            }
        }
        Ok(())
    }

    fn required_entry<'h>(&self, header: SignatureHeader<'h>, name: &str) -> Result<&'h str, NotAuthentic> {
        let missing =
            || NotAuthentic::Malformed { header: header.name.to_owned(), form: format!("one entry `{name}=`") };
        self.entry(header.value, name).ok_or_else(missing)
    }
}

fn required<'r>(received: &'r Received, name: &str) -> Result<&'r str, NotAuthentic> {
    received.header(name).ok_or_else(|| NotAuthentic::Missing(name.to_owned()))
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

/// Refuses a timestamp that is not within the tolerance, before or after the clock. Without this a call that was once
/// overheard could be played back for ever.
fn check_time(scheme: &Scheme, header: SignatureHeader<'_>, received: &Received) -> Result<(), NotAuthentic> {
    let now = received.received_at;
    match (&scheme.timing, &scheme.proof) {
        (Timing::None | Timing::BodyMillis { .. }, Proof::Secret | Proof::Mac(_)) => Ok(()),
        (Timing::Header { name, tolerance }, Proof::Secret | Proof::Mac(_)) => {
            let text = required(received, name)?;
            check_within(Some(text), || format!("the header `{name}`"), Unit::Seconds, *tolerance, now)
        }
        (Timing::Entry { name, tolerance }, proof) => {
            let place = || format!("the entry `{name}` of the header `{}`", header.name);
            match proof {
                Proof::Secret => Err(NotAuthentic::NoTime(place())),
                Proof::Mac(form) => {
                    let text = form.required_entry(header, name)?;
                    check_within(Some(text), place, Unit::Seconds, *tolerance, now)
                }
            }
        }
    }
}

/// The same of a scheme whose timestamp is in the body; `find` gives what is at a place there.
pub fn check_time_in_body<'b>(
    scheme: &Scheme,
    find: impl Fn(&str) -> Option<&'b str>,
    received_at: Timestamp,
) -> Result<(), NotAuthentic> {
    match &scheme.timing {
        Timing::None | Timing::Header { .. } | Timing::Entry { .. } => Ok(()),
        Timing::BodyMillis { path, tolerance } => {
            check_within(find(path), || format!("`{path}` in the body"), Unit::Millis, *tolerance, received_at)
        }
    }
}

#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Millis,
}

/// `place` is where the time is, in words: only an error needs it.
fn check_within(
    text: Option<&str>,
    place: impl FnOnce() -> String,
    unit: Unit,
    tolerance: Duration,
    now: Timestamp,
) -> Result<(), NotAuthentic> {
    let number: Option<i64> = text.filter(|text| Holds::Time.allows(text)).and_then(|text| text.parse().ok());
    let at = match (number, unit) {
        (None, Unit::Seconds | Unit::Millis) => return Err(NotAuthentic::NoTime(place())),
        (Some(number), Unit::Seconds) => Timestamp::from_unix_seconds(number),
        (Some(number), Unit::Millis) => Timestamp::from_unix_millis(number),
    };
    let by = at.distance(now);
    if by <= tolerance { Ok(()) } else { Err(NotAuthentic::Stale { by, is_ahead: at > now, tolerance }) }
}

#[cfg(test)]
mod tests;
