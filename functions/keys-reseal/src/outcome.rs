//! What a run has found and done, and what it means.

use std::error::Error;

use serde::Serialize;
use shared::domain::key::{Key as _, KeyRing};
use shared::domain::sealing::SealingKey;
use shared::domain::timestamp::Timestamp;
use shared::keys::SETTLED_AFTER;
use shared::telemetry::Chain;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The id of the newest key, with which all secrets should be sealed.
    pub key: String,
    /// Hooks that have a secret, as far as the run has got.
    pub scanned: u64,
    /// Hooks with a secret that was under another key, and now is not.
    pub resealed: u64,
    /// Hooks that another request changed at the same moment: the next run takes them.
    pub remaining: u64,
    /// Hooks with a secret that opens under none of the keys, so that no run can help. The log names them.
    pub unreadable: u64,
    /// Whether every key but the newest can be dropped, and no secret is lost that is not lost already.
    pub finished: bool,
    /// From when on to run it again, if it is not finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_again_after: Option<String>,
}

impl Outcome {
    pub(crate) fn new(keys: &KeyRing<SealingKey>) -> Self {
        let key = keys.newest().id().to_string();
        let run_again_after = None;
        Self { key, scanned: 0, resealed: 0, remaining: 0, unreadable: 0, finished: false, run_again_after }
    }

    pub(crate) fn cannot_read(&mut self, error: &dyn Error) {
        self.unreadable += 1;
        tracing::error!(cause = %Chain(error), "A secret cannot be resealed");
    }

    /// A run that found nothing left to do is the last only if it began when no sandbox sealed under an older key any
    /// more: one that does may have sealed a secret behind its back.
    pub(crate) fn conclude(&mut self, reached_the_end: bool, keys_since: Option<Timestamp>, started: Timestamp) {
        let settled = keys_since.unwrap_or(started).plus(SETTLED_AFTER);
        let run_again = if !reached_the_end || self.remaining > 0 { Some(started) } else { None };
        let run_again = run_again.or_else(|| (started < settled).then_some(settled));
        self.finished = run_again.is_none();
        self.run_again_after = run_again.map(|at| at.to_string());
        tracing::info!(
            key = self.key,
            scanned = self.scanned,
            resealed = self.resealed,
            remaining = self.remaining,
            unreadable = self.unreadable,
            finished = self.finished,
            "The secrets of the hooks were resealed"
        );
    }
}
