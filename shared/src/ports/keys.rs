//! The secrets that hold keys.

use std::future::Future;
use std::pin::Pin;

use super::Source;
use crate::domain::Invalid;
use crate::domain::key::{Key, KeyRing};
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;

/// What a secret holds.
#[derive(Debug, Clone)]
pub struct KeySecret {
    /// Which secret, for the log.
    pub name: String,
    /// The texts that its keys are derived from.
    pub value: SecretString,
    /// Since when it holds them; `None` when the store does not say.
    pub since: Option<Timestamp>,
}

impl KeySecret {
    /// Its keys.
    pub fn keys<K: Key>(&self) -> Result<KeyRing<K>, KeysError> {
        KeyRing::derive(&self.value).map_err(|reason| KeysError::NotKeys { name: self.name.clone(), reason })
    }
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The secret cannot be reached, or we may not read it.
    #[error("the secret {name} cannot be read")]
    Unavailable {
        /// Which one.
        name: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// The secret could not be read a moment ago, and is not asked for again at once.
    #[error("the keys could not be read a few seconds ago")]
    UnavailableJustNow,
    /// The secret is not a list of keys. An operator has to correct it.
    #[error("the secret {name} {reason}")]
    NotKeys {
        /// Which one.
        name: String,
        /// What is wrong with it, without any of it.
        reason: Invalid,
    },
}

/// Reads a secret that holds keys.
///
/// Its future is boxed, unlike those of the other ports: as a type parameter, the source of the keys would appear in
/// every handler, and an allocation every few minutes costs nothing.
pub trait ReadKeys: Send + Sync {
    /// What the secret holds now.
    fn read_keys(&self) -> Pin<Box<dyn Future<Output = Result<KeySecret, KeysError>> + Send + '_>>;
}
