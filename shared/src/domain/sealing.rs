//! How a hook's secret is kept: sealed with AES-256-GCM, bound to the hook that it belongs to.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

use super::id::HookId;
use super::key::{Key, KeyId};
use super::secret::{HookSecret, SecretString};

/// The only layout so far: version, key id, nonce, ciphertext with its tag.
const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
/// The length of a nonce of AES-GCM.
pub const NONCE_BYTES: usize = 12;
const HEADER_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// A sealed secret as it lies in the table. Its bytes are worthless without the key.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(Vec<u8>);

impl SealedSecret {
    /// Takes what was stored; whether it can be opened shows when it is.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key that it was sealed under.
    pub fn key_id(&self) -> Result<KeyId, CannotOpen> {
        match self.0.first_chunk() {
            Some(&[VERSION, a, b, c, d]) => Ok(KeyId::from_bytes([a, b, c, d])),
            Some(_) | None => Err(CannotOpen),
        }
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecret(..)")
    }
}

/// A sealed secret that cannot be opened: damaged, of another hook, or sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sealed secret cannot be opened with its key")]
pub struct CannotOpen;

/// The cipher refused to seal, as AES-GCM does over 64 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret cannot be sealed")]
pub struct CannotSeal;

/// One key that seals the secrets of hooks.
pub struct SealingKey {
    cipher: Aes256Gcm,
    id: KeyId,
}

impl Key for SealingKey {
    const LABEL: &'static str = "pipehook sealing key v1";
    const ID_LABEL: &'static str = "pipehook sealing key id v1";

    fn new(bits: &[u8; 32], id: KeyId) -> Self {
        Self { cipher: Aes256Gcm::new(bits.into()), id }
    }

    fn id(&self) -> KeyId {
        self.id
    }
}

impl SealingKey {
    /// Seals the secret of `hook`. The nonce must be random: it may never come twice under one key.
    ///
    /// The hook's id is associated data. It stops an attacker who can write to the table from giving a hook the known
    /// secret of another one.
    pub fn seal(
        &self,
        hook: HookId,
        secret: &HookSecret,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<SealedSecret, CannotSeal> {
        let aad = hook.to_string();
        let text = secret.to_sealed_text();
        let payload = Payload { msg: text.expose().as_bytes(), aad: aad.as_bytes() };
        let ciphertext = self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| CannotSeal)?;
        let mut sealed = Vec::with_capacity(HEADER_BYTES + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(self.id.as_bytes());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        Ok(SealedSecret(sealed))
    }

    /// Opens what [`SealingKey::seal`] made for the same hook.
    pub fn open(&self, hook: HookId, sealed: &SealedSecret) -> Result<HookSecret, CannotOpen> {
        let (header, ciphertext) = sealed.0.split_at_checked(HEADER_BYTES).ok_or(CannotOpen)?;
        if sealed.key_id()? != self.id {
            return Err(CannotOpen);
        }
        let nonce = Nonce::try_from(&header[1 + KEY_ID_BYTES..]).map_err(|_| CannotOpen)?;
        let aad = hook.to_string();
        let payload = Payload { msg: ciphertext, aad: aad.as_bytes() };
        let secret = self.cipher.decrypt(&nonce, payload).map_err(|_| CannotOpen)?;
        let secret = String::from_utf8(secret).map_err(|_| CannotOpen)?;
        Ok(HookSecret::of_sealed_text(&SecretString::new(secret)))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::key::KeyRing;

    fn ring(seed: char) -> KeyRing<SealingKey> {
        KeyRing::derive(&SecretString::new(seed.to_string().repeat(64))).unwrap()
    }

    fn seal(seed: char, hook: HookId) -> SealedSecret {
        ring(seed).newest().seal(hook, &secret(), [9; 12]).unwrap()
    }

    fn open(seed: char, hook: HookId, sealed: &SealedSecret) -> Result<HookSecret, CannotOpen> {
        ring(seed).newest().open(hook, sealed)
    }

    fn secret() -> HookSecret {
        HookSecret::new("a secret of a provider".to_owned()).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_again() {
        let hook = HookId::from_random([1; 16]);
        let sealed = seal('k', hook);
        assert_eq!(open('k', hook, &sealed).unwrap().expose(), secret().expose());
        assert_eq!(sealed.key_id(), Ok(ring('k').newest().id()));
    }

    /// Made without this code, as ADRs 0003 and 0004 say: what the first version stored opens.
    #[test]
    fn what_the_first_version_sealed_opens() {
        let bytes = "014c010641090909090909090909090909652a8e11ecf91a5767165a84da3105f51b7236def92c5755104ab5fcf4ce6f39\
                     e2096c48fde2";
        let sealed = SealedSecret::from_bytes(hex::decode(bytes).unwrap());
        let hook = HookId::from_random([1; 16]);
        assert_eq!(open('k', hook, &sealed).unwrap().expose(), secret().expose());
    }

    #[test]
    fn the_options_that_are_secret_are_sealed_with_it() {
        let mut options = crate::domain::secret::SecretOptions::default();
        options.insert("verify_token", SecretString::new("a token that is chosen".to_owned()));
        let hook = HookId::from_random([1; 16]);
        let sealed = ring('k').newest().seal(hook, &secret().with_options(options), [9; 12]).unwrap();
        assert!(!sealed.as_bytes().windows(6).any(|bytes| bytes == b"chosen"));
        let opened = open('k', hook, &sealed).unwrap();
        assert_eq!(opened.expose(), secret().expose());
        assert_eq!(opened.options().get("verify_token").map(SecretString::expose), Some("a token that is chosen"));
    }

    #[test]
    fn a_sealed_secret_does_not_open_for_another_hook_or_under_another_key() {
        let hook = HookId::from_random([1; 16]);
        let sealed = seal('k', hook);
        assert_eq!(open('k', HookId::from_random([2; 16]), &sealed).unwrap_err(), CannotOpen);
        assert_eq!(open('l', hook, &sealed).unwrap_err(), CannotOpen);
    }

    proptest! {
        #[test]
        fn any_changed_bit_is_noticed(bit in 0usize..(HEADER_BYTES + 38) * 8) {
            let hook = HookId::from_random([1; 16]);
            let mut bytes = seal('k', hook).0;
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(open('k', hook, &SealedSecret(bytes)).is_err());
        }

        #[test]
        fn no_stored_bytes_panic(bytes: Vec<u8>) {
            let sealed = SealedSecret(bytes);
            prop_assert!(sealed.key_id().is_err() || sealed.as_bytes().len() > KEY_ID_BYTES);
            prop_assert!(open('k', HookId::from_random([1; 16]), &sealed).is_err());
        }
    }
}
