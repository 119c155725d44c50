//! The hash functions that providers sign with.

use std::str::FromStr;

use hmac::digest::{FixedOutput, Update};
use hmac::{Hmac, KeyInit};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::domain::Invalid;

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

    pub(super) fn digest_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn hash(self) -> Box<dyn Hash> {
        match self {
            Self::Sha1 => Box::new(Sha1::default()),
            Self::Sha256 => Box::new(Sha256::default()),
            Self::Sha512 => Box::new(Sha512::default()),
        }
    }

    /// None never comes: an HMAC takes a key of any length.
    pub(super) fn hmac(self, key: &[u8]) -> Option<Box<dyn Hash>> {
        match self {
            Self::Sha1 => hmac::<Hmac<Sha1>>(key),
            Self::Sha256 => hmac::<Hmac<Sha256>>(key),
            Self::Sha512 => hmac::<Hmac<Sha512>>(key),
        }
    }
}

/// A hash or an HMAC that is given its message part by part, so that what verifies it is in the binary once.
pub(super) trait Hash {
    fn update(&mut self, part: &[u8]);

    fn end(self: Box<Self>) -> Vec<u8>;
}

impl<H: Update + FixedOutput> Hash for H {
    fn update(&mut self, part: &[u8]) {
        Update::update(self, part);
    }

    fn end(self: Box<Self>) -> Vec<u8> {
        self.finalize_fixed().to_vec()
    }
}

fn hmac<M: KeyInit + Hash + 'static>(key: &[u8]) -> Option<Box<dyn Hash>> {
    M::new_from_slice(key).ok().map(|mac| Box::new(mac) as Box<dyn Hash>)
}

impl FromStr for Algorithm {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Algorithms::Any.all().iter().find(|known| known.as_str() == text);
        known.copied().ok_or_else(|| Invalid::new("must be one of sha1, sha256, sha512"))
    }
}

/// The hash functions that a provider signs with: one, or those among which its users choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithms {
    /// None: it signs nothing.
    None,
    /// SHA-1 alone.
    Sha1,
    /// SHA-256 alone.
    Sha256,
    /// SHA-512 alone.
    Sha512,
    /// SHA-1 or SHA-256.
    Sha1OrSha256,
    /// Any.
    Any,
}

impl Algorithms {
    /// Each of them.
    pub fn all(self) -> &'static [Algorithm] {
        match self {
            Self::None => &[],
            Self::Sha1 => &[Algorithm::Sha1],
            Self::Sha256 => &[Algorithm::Sha256],
            Self::Sha512 => &[Algorithm::Sha512],
            Self::Sha1OrSha256 => &[Algorithm::Sha1, Algorithm::Sha256],
            Self::Any => &[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512],
        }
    }
}
