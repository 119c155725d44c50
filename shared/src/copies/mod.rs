//! Copies of hooks, which spare a busy hook most of its reads, and the wait that keeps them from being seen.
//!
//! `hook-trigger` uses a hook that it has read for a moment ([`CopiedHooks`]). So it may judge a call by a hook that was
//! changed since. A function that changes a hook therefore answers only once every copy of what the hook was has run out
//! ([`CopyTime::run_out`]): whatever a change, a rotation or a deletion says holds for every call that comes after the
//! answer.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::domain::handover::{HandedOver, Handing};
use crate::domain::hook::Hook;
use crate::domain::id::HookId;
use crate::ports::{Consistency, FindHook, StoreError, TakeSecret};

/// How many hooks one sandbox has copies of: more than are busy at the same time, and few enough for its memory.
const MOST_COPIES: usize = 16;

/// How long a copy may be used. It is the same for all functions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyTime(Duration);

impl CopyTime {
    /// The longest: those who change a hook wait for it.
    pub const MAX: Duration = Duration::from_secs(5);

    /// At most [`CopyTime::MAX`]. With no time at all, which is the default, every call reads its hook.
    pub fn new(time: Duration) -> Option<Self> {
        (time <= Self::MAX).then_some(Self(time))
    }

    /// Waits until no copy of what was just replaced is used any more. That is a fiftieth longer than a copy may be used,
    /// because two clocks do not run equally fast.
    pub async fn run_out(self) {
        tokio::time::sleep(self.0 + self.0 / 50).await;
    }
}

/// What both clocks of a sandbox say. Lambda freezes sandboxes, and while it does, either clock may stand still; the one
/// that tells the time of day can be set.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The clock that cannot be set.
    pub monotonic: Instant,
    /// The time of day.
    pub wall: SystemTime,
}

impl Moment {
    /// Whether less than this time has passed since, by both clocks.
    fn is_within(self, time: Duration, now: Self) -> bool {
        now.monotonic.saturating_duration_since(self.monotonic) < time
            && now.wall.duration_since(self.wall).is_ok_and(|passed| passed < time)
    }
}

/// The hooks, and copies of those that were read just now.
#[derive(Debug)]
pub struct CopiedHooks<Hooks> {
    hooks: Hooks,
    time: CopyTime,
    clocks: fn() -> Moment,
    copies: Mutex<Vec<Copied>>,
}

#[derive(Debug)]
struct Copied {
    hook: Arc<Hook>,
    /// Before its read was sent: what was changed later is not in it.
    asked_at: Moment,
}

impl<Hooks> CopiedHooks<Hooks> {
    /// Keeps copies of `hooks` for this time.
    pub fn new(hooks: Hooks, time: CopyTime, clocks: fn() -> Moment) -> Self {
        Self { hooks, time, clocks, copies: Mutex::default() }
    }

    /// The hooks as they are stored.
    pub fn stored(&self) -> &Hooks {
        &self.hooks
    }

    fn copy(&self, id: HookId, now: Moment) -> Option<Arc<Hook>> {
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        copies.retain(|copy| copy.asked_at.is_within(self.time.0, now));
        copies.iter().find(|copy| copy.hook.relation.id == id).map(|copy| Arc::clone(&copy.hook))
    }

    fn keep(&self, copy: Copied) {
        let mut copies = self.copies.lock().unwrap_or_else(PoisonError::into_inner);
        if copies.len() == MOST_COPIES {
            copies.remove(0);
        }
        copies.push(copy);
    }
}

impl<Hooks: FindHook> CopiedHooks<Hooks> {
    /// The hook with this id, as every change that was answered before left it; `None` if it does not exist.
    ///
    /// No copy is kept of a hook that waits for its secret: the provider that hands it over does not wait for copies to
    /// run out before it signs.
    pub async fn find(&self, id: HookId) -> Result<Option<Arc<Hook>>, StoreError> {
        let asked_at = (self.clocks)();
        if let Some(hook) = self.copy(id, asked_at) {
            return Ok(Some(hook));
        }
        let Some(hook) = self.hooks.find_hook(id, Consistency::Strong).await?.map(Arc::new) else { return Ok(None) };
        let is_waiting = |handed_over| matches!(handed_over, HandedOver::Awaited(_));
        if !hook.signing.as_ref().and_then(|signing| signing.handed_over).is_some_and(is_waiting) {
            self.keep(Copied { hook: Arc::clone(&hook), asked_at });
        }
        Ok(Some(hook))
    }
}

impl<Hooks: TakeSecret> TakeSecret for CopiedHooks<Hooks> {
    async fn take_secret(&self, handing: &Handing) -> Result<bool, StoreError> {
        self.hooks.take_secret(handing).await
    }
}
