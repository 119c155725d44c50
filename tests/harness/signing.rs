//! What a provider does to sign its calls.

use hmac::{Hmac, KeyInit, Mac};

/// The hash function of an HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 64 bytes.
    Sha512,
}

impl Hash {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

/// The HMAC of a body under a secret that is its own key.
pub fn hmac(hash: Hash, secret: &str, body: &[u8]) -> Vec<u8> {
    hmac_of(hash, secret.as_bytes(), body)
}

/// The HMAC of a body.
pub fn hmac_of(hash: Hash, key: &[u8], body: &[u8]) -> Vec<u8> {
    fn mac<M: Mac + KeyInit>(key: &[u8], body: &[u8]) -> Vec<u8> {
        let mut mac = <M as KeyInit>::new_from_slice(key).unwrap();
        mac.update(body);
        mac.finalize().into_bytes().to_vec()
    }
    match hash {
        Hash::Sha1 => mac::<Hmac<sha1::Sha1>>(key, body),
        Hash::Sha256 => mac::<Hmac<sha2::Sha256>>(key, body),
        Hash::Sha512 => mac::<Hmac<sha2::Sha512>>(key, body),
    }
}
