//! The keys that seal the secrets of hooks.

use std::time::SystemTime;

use super::Keys;
use crate::domain::id::HookId;
use crate::domain::key::{KeyId, KeyRing};
use crate::domain::sealing::{CannotOpen, CannotSeal, NONCE_BYTES, SealedSecret, SealingKey};
use crate::domain::secret::HookSecret;
use crate::domain::timestamp::Timestamp;
use crate::ports::{KeysError, ReadKeys};

/// Seals with the newest key, and opens with the one that a sealed secret names.
pub struct SealingKeys(Keys<SealingKey>);

impl SealingKeys {
    /// Reads the keys for the first time.
    pub async fn read(source: impl ReadKeys + 'static, now: SystemTime) -> Result<Self, KeysError> {
        Keys::read(source, now).await.map(Self)
    }

    /// Seals the secret of `hook` with the newest key: see [`SealingKey::seal`].
    pub async fn seal(
        &self,
        hook: HookId,
        secret: &HookSecret,
        nonce: [u8; NONCE_BYTES],
        now: Timestamp,
    ) -> Result<SealedSecret, SealError> {
        Ok(self.0.fresh(now).await?.newest().seal(hook, secret, nonce)?)
    }

    /// Opens what was sealed for the same hook, under any of the keys.
    pub async fn open(&self, hook: HookId, sealed: &SealedSecret, now: Timestamp) -> Result<HookSecret, OpenError> {
        let id = sealed.key_id().map_err(|source| OpenError::Damaged { hook, source })?;
        open(&*self.0.knowing(id, now).await?, hook, sealed)
    }
}

/// Opens what was sealed for the same hook, under any of these keys.
pub fn open(keys: &KeyRing<SealingKey>, hook: HookId, sealed: &SealedSecret) -> Result<HookSecret, OpenError> {
    let damaged = |source| OpenError::Damaged { hook, source };
    let key = sealed.key_id().map_err(damaged)?;
    keys.get(key).ok_or(OpenError::KeyIsGone { hook, key })?.open(hook, sealed).map_err(damaged)
}

/// Why a secret was not sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no key that is known to be the newest.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The cipher refused.
    #[error(transparent)]
    Cipher(#[from] CannotSeal),
}

/// Why a sealed secret was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is damaged, or was sealed for another hook.
    #[error("the secret of the hook {hook} is damaged")]
    Damaged {
        /// Whose secret.
        hook: HookId,
        /// Why.
        #[source]
        source: CannotOpen,
    },
    /// Its key is not among the keys any more: it was dropped too early, and can be put back.
    #[error("the secret of the hook {hook} was sealed under the key {key}, which is gone")]
    KeyIsGone {
        /// Whose secret.
        hook: HookId,
        /// The key that is missing.
        key: KeyId,
    },
    /// Its key is not known here, and whether it exists cannot be found out now.
    #[error(transparent)]
    Keys(#[from] KeysError),
}
