//! The keys of a running function. A sandbox reads them when it starts, and again when it has to: they change while it
//! lives.
//!
//! Two rules keep every sandbox in step with the secret, so that a key can be replaced without a restart:
//!
//! - What names a key that is not known makes the sandbox read the keys again, at most once in [`READ_INTERVAL`].
//! - Nothing is signed or sealed, and no token is believed, with keys that were read longer than [`FRESH_FOR`] ago.
//!   When the secret cannot be read they are good for [`USABLE_FOR`], and then for nothing.
//!
//! A sealed secret opens with keys of any age: its key was right when it was sealed. A webhook call reads nothing.

mod published;
mod sealing;

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime};

pub use self::published::{NoKey, PublishedKeys};
pub use self::sealing::{OpenError, SealError, SealingKeys, open};
use crate::domain::key::{Key, KeyId, KeyRing};
use crate::domain::timestamp::Timestamp;
use crate::ports::{KeysError, ReadKeys};
use crate::telemetry::Chain;

/// The shortest time between two readings that a sandbox makes after its start. It stops callers who make up key ids
/// from turning each call into a call of Secrets Manager, which costs money and 10 ms.
pub const READ_INTERVAL: Duration = Duration::from_secs(10);

/// For how long keys are taken to be the newest ones.
pub const FRESH_FOR: Duration = Duration::from_mins(5);

/// For how long keys are used when they cannot be read again.
pub const USABLE_FOR: Duration = Duration::from_mins(30);

/// How long after a change of the secret no sandbox uses the keys from before it, with a margin for what was begun.
pub const SETTLED_AFTER: Duration = Duration::from_hours(1);

/// The keys of one kind, as far as this sandbox knows.
pub struct Keys<K> {
    source: Box<dyn ReadKeys>,
    held: RwLock<Held<K>>,
}

struct Held<K> {
    ring: Arc<KeyRing<K>>,
    read_at: Timestamp,
    /// When they were last read again, or it was tried. Later than `read_at` when it failed or is under way.
    tried_at: Option<Timestamp>,
}

impl<K: Key> Keys<K> {
    /// Reads the keys for the first time.
    pub async fn read(source: impl ReadKeys + 'static, now: SystemTime) -> Result<Self, KeysError> {
        let ring = Arc::new(source.read_keys().await?.keys()?);
        let held = RwLock::new(Held { ring, read_at: now.into(), tried_at: None });
        Ok(Self { source: Box::new(source), held })
    }

    /// The keys as the secret has them, or had them a few minutes ago.
    pub async fn fresh(&self, now: Timestamp) -> Result<Arc<KeyRing<K>>, KeysError> {
        let (ring, age) = {
            let held = self.held();
            (Arc::clone(&held.ring), now.distance(held.read_at))
        };
        if age < FRESH_FOR {
            return Ok(ring);
        }
        match self.read_again(now).await {
            Err(_) if age < USABLE_FOR => Ok(ring),
            outcome => outcome,
        }
    }

    /// The keys, read again if they do not know `id` and were not read again just now. They may still not know it.
    pub async fn knowing(&self, id: KeyId, now: Timestamp) -> Result<Arc<KeyRing<K>>, KeysError> {
        let ring = Arc::clone(&self.held().ring);
        if ring.get(id).is_some() { Ok(ring) } else { self.read_again(now).await }
    }

    async fn read_again(&self, now: Timestamp) -> Result<Arc<KeyRing<K>>, KeysError> {
        if let Some(ring) = self.begin(now)? {
            return Ok(ring);
        }
        let read = self.source.read_keys().await.and_then(|secret| secret.keys());
        // Here, because not every call that meets it fails, and a call that does may not have met it first.
        let read = read.inspect_err(|error| tracing::warn!(cause = %Chain(error), "The keys could not be read again"));
        let ring: Arc<KeyRing<K>> = Arc::new(read?);
        tracing::info!(keys = ring.len(), newest = %ring.newest().id(), "The keys were read again");
        let mut held = self.held_mut();
        (held.ring, held.read_at) = (Arc::clone(&ring), now);
        Ok(ring)
    }

    /// Takes the right to read the keys now; without it, they are what they are. What the secret holds is unknown while
    /// a reading is under way or has just failed: an unknown id must not be refused then as if it were made up.
    fn begin(&self, now: Timestamp) -> Result<Option<Arc<KeyRing<K>>>, KeysError> {
        let mut held = self.held_mut();
        match held.tried_at {
            Some(tried_at) if now.distance(tried_at) < READ_INTERVAL => {
                if held.read_at < tried_at {
                    Err(KeysError::UnavailableJustNow)
                } else {
                    Ok(Some(held.ring.clone()))
                }
            }
            Some(_) | None => {
                held.tried_at = Some(now);
                Ok(None)
            }
        }
    }

    /// The lock is held for as long as it takes to copy a pointer, and never while waiting for the secret.
    fn held(&self) -> RwLockReadGuard<'_, Held<K>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_mut(&self) -> RwLockWriteGuard<'_, Held<K>> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}
