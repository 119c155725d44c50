//! HMACs.

use hmac::{Hmac, KeyInit, Mac};
use shared::domain::signature::Algorithm;

/// The HMAC of a message.
pub fn mac(algorithm: Algorithm, key: &[u8], message: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::Sha1 => of::<Hmac<sha1::Sha1>>(key, message),
        Algorithm::Sha256 => of::<Hmac<sha2::Sha256>>(key, message),
        Algorithm::Sha512 => of::<Hmac<sha2::Sha512>>(key, message),
    }
}

#[expect(clippy::expect_used, reason = "an HMAC takes keys of any length")]
fn of<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("an HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
