//! A scheme that the owner of a hook describes, for senders that the table does not have. It is verified as those of the
//! table are.

mod description;

use std::time::Duration;

pub use self::description::{Description, Origin, TimeDescription};
use super::Algorithm;
use super::header_name::SecretHeaderName;
use super::key_source::KeySource;
use super::options::OptionKind;
use super::part::Part;
use super::public_key::{KeyForm, PublicKeyForm};
use super::scheme::{Encoding, Key, MacForm, Prefix, Proof, TimeForm, Timing};
use super::signed_text::SignedText;
use crate::domain::Invalid;
use crate::domain::payload::Path;

/// How the calls of one hook are proven, as its owner has described it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    proof: CustomProof,
    header: SecretHeaderName,
    time: Option<SignedTime>,
    delivery_id: Option<Place>,
    event: Option<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum CustomProof {
    /// The HMAC of what is signed.
    Hmac { algorithm: Algorithm, encoding: Encoding, prefix: String, separator: Option<char>, signed: SignedText },
    /// The secret, alone or behind `Bearer`.
    Token { is_bearer: bool },
    /// A user name and the secret, the password.
    Basic,
    /// A signature of the sender's private key.
    PublicKey { key: PublicKeyForm, encoding: Encoding, signed: SignedText },
}

/// The time at which a call was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SignedTime {
    /// In lower case; it is signed.
    header: String,
    form: TimeForm,
    /// At most 48 hours.
    tolerance: Duration,
}

/// Where a fact about a delivery is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a header, by its name in lower case.
    Header(String),
    /// In the body.
    Body(Path),
}

/// The kind of a proof: [`CUSTOM`](super::providers::CUSTOM) has a scheme for each, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `hmac`
    Hmac,
    /// `token`
    Token,
    /// `basic`
    Basic,
    /// `public_key`
    PublicKey,
}

impl Verification {
    /// The scheme that someone describes. The errors name the field of the description.
    pub fn new(description: &Description) -> Result<Self, Vec<(&'static str, Invalid)>> {
        description::read(description)
    }

    /// The kind of its proof.
    pub fn kind(&self) -> Kind {
        match self.proof {
            CustomProof::Hmac { .. } => Kind::Hmac,
            CustomProof::Token { .. } => Kind::Token,
            CustomProof::Basic => Kind::Basic,
            CustomProof::PublicKey { .. } => Kind::PublicKey,
        }
    }

    /// The header that carries the proof.
    pub fn header(&self) -> &SecretHeaderName {
        &self.header
    }

    /// The hash function of an HMAC.
    pub fn algorithm(&self) -> Option<Algorithm> {
        match self.proof {
            CustomProof::Hmac { algorithm, .. } => Some(algorithm),
            CustomProof::Token { .. } | CustomProof::Basic | CustomProof::PublicKey { .. } => None,
        }
    }

    /// What a hook must know besides the secret.
    pub fn options(&self) -> &'static [OptionKind] {
        match self.proof {
            CustomProof::Hmac { .. } | CustomProof::Token { .. } => &[],
            CustomProof::Basic => &[OptionKind::Username],
            CustomProof::PublicKey { key: PublicKeyForm::P256, .. } => &[OptionKind::PublicKey(PublicKeyForm::P256)],
            CustomProof::PublicKey { key: PublicKeyForm::Rsa, .. } => &[OptionKind::PublicKey(PublicKeyForm::Rsa)],
            CustomProof::PublicKey { key: PublicKeyForm::Ed25519Hex | PublicKeyForm::Ed25519Base64, .. } => {
                &[OptionKind::PublicKey(PublicKeyForm::Ed25519Base64)]
            }
        }
    }

    /// Where the delivery's id is.
    pub fn delivery_id(&self) -> Option<&Place> {
        self.delivery_id.as_ref()
    }

    /// Where the event's name is.
    pub fn event(&self) -> Option<&Place> {
        self.event.as_ref()
    }

    /// The places in the body that it names.
    pub fn body_places(&self) -> impl Iterator<Item = &Path> {
        self.delivery_id.iter().chain(&self.event).filter_map(|place| match place {
            Place::Body(path) => Some(path),
            Place::Header(_) => None,
        })
    }

    /// The parts of what is signed, for [`Self::proof`].
    pub(in crate::domain) fn parts(&self) -> Vec<Part<'_>> {
        match &self.proof {
            CustomProof::Hmac { signed, .. } | CustomProof::PublicKey { signed, .. } => signed.parts(),
            CustomProof::Token { .. } | CustomProof::Basic => Vec::new(),
        }
    }

    /// The content of the header, as the table has it.
    pub(in crate::domain) fn proof<'v>(&'v self, signed: &'v [Part<'v>]) -> Proof<'v> {
        match &self.proof {
            CustomProof::Hmac { encoding, prefix, separator, .. } => Proof::Mac(MacForm {
                separator: *separator,
                prefix: if prefix.is_empty() { Prefix::None } else { Prefix::Text(prefix) },
                encoding: *encoding,
                signed,
                key: Key::Verbatim,
            }),
            CustomProof::Token { is_bearer: false } => Proof::Secret,
            CustomProof::Token { is_bearer: true } => Proof::Bearer,
            CustomProof::Basic => Proof::Basic,
            CustomProof::PublicKey { key, encoding, .. } => {
                Proof::PublicKey(KeyForm { key: *key, source: KeySource::Owner, encoding: *encoding, signed })
            }
        }
    }

    /// How replays are stopped, as the table has it.
    pub(in crate::domain) fn timing(&self) -> Timing<'_> {
        self.time.as_ref().map_or(Timing::None, |time| Timing::Header {
            name: &time.header,
            form: time.form,
            tolerance: time.tolerance,
        })
    }
}

#[cfg(test)]
mod tests;
