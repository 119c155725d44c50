//! The hash functions that providers sign with.

use std::str::FromStr;

use aws_lc_rs::{digest, hmac};

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

    /// The hash function itself.
    pub(super) fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    /// An HMAC with this key, which is given its message part by part.
    pub(super) fn hmac(self, key: &[u8]) -> hmac::Context {
        let algorithm = match self {
            Self::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::Context::with_key(&hmac::Key::new(algorithm, key))
    }
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
