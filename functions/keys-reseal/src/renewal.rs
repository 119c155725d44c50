//! The secrets of one hook, under the newest key.

use shared::domain::id::HookId;
use shared::domain::key::{Key as _, KeyRing};
use shared::domain::sealing::{CannotSeal, SealedSecret, SealingKey};
use shared::domain::signing::{PreviousSecret, SealedSecrets};
use shared::domain::timestamp::Timestamp;
use shared::keys::{self, OpenError};
use shared::ports::Random;

/// What to do with the secrets of a hook.
#[derive(Debug)]
pub(crate) struct Renewal {
    /// The same secrets under the newest key; `None` when there is nothing to write. One that was rotated out and is
    /// not valid any more is left out, and one that does not open is as it was.
    pub(crate) new: Option<SealedSecrets>,
    /// Why one of them does not open.
    pub(crate) unopened: Option<OpenError>,
}

impl Renewal {
    /// What to do with `current` at `now`.
    ///
    /// Both secrets are resealed even if only one needs it. A concurrent change of the hook then finds another secret
    /// than it read, and cannot write back a previous one that is sealed with the old key.
    pub(crate) fn of(
        current: &SealedSecrets,
        keys: &KeyRing<SealingKey>,
        random: Random,
        now: Timestamp,
    ) -> Result<Self, CannotSeal> {
        let mut sealer = Sealer { hook: current.hook, keys, random, has_news: false, unopened: None };
        let mut all = std::iter::once(&current.secret).chain(current.previous.iter().map(|previous| &previous.secret));
        if !all.any(|sealed| sealer.is_old(sealed)) {
            return Ok(Self { new: None, unopened: None });
        }
        let secret = sealer.seal_anew(&current.secret)?;
        let previous = match &current.previous {
            Some(PreviousSecret { secret, until }) if now < *until => {
                Some(PreviousSecret { secret: sealer.seal_anew(secret)?, until: *until })
            }
            Some(ended) => {
                sealer.has_news |= sealer.is_old(&ended.secret);
                None
            }
            None => None,
        };
        let new = sealer.has_news.then_some(SealedSecrets { hook: current.hook, secret, previous });
        Ok(Self { new, unopened: sealer.unopened })
    }
}

struct Sealer<'k> {
    hook: HookId,
    keys: &'k KeyRing<SealingKey>,
    random: Random,
    has_news: bool,
    unopened: Option<OpenError>,
}

impl Sealer<'_> {
    fn is_old(&self, sealed: &SealedSecret) -> bool {
        sealed.key_id() != Ok(self.keys.newest().id())
    }

    fn seal_anew(&mut self, sealed: &SealedSecret) -> Result<SealedSecret, CannotSeal> {
        match keys::open(self.keys, self.hook, sealed) {
            Ok(secret) => {
                self.has_news |= self.is_old(sealed);
                self.keys.newest().seal(self.hook, &secret, self.random.bytes())
            }
            Err(error) => {
                self.unopened = Some(error);
                Ok(sealed.clone())
            }
        }
    }
}
