//! Seals the secrets of all hooks under the newest key, so that the older ones can be dropped. It has no route: an
//! administrator invokes it (`aws lambda invoke`), guarded by IAM.
//!
//! It can be stopped at any time, and run at the same time as everything else, itself included: each hook is replaced
//! only if its seals are still those that were read. What is done stays done, and the next run passes over it.

mod outcome;
mod renewal;

use std::time::Duration;

use serde_json::value::RawValue;
use shared::domain::key::KeyRing;
use shared::domain::sealing::{CannotSeal, SealingKey};
use shared::domain::signing::SealedSecrets;
use shared::domain::timestamp::Timestamp;
use shared::ports::{KeysError, Random, ReadKeys, ReplaceSeals, ScanSecrets, StoreError};
use shared::start::{Command, CommandError, UnexpectedInput, expect_no_input};

pub use self::outcome::Outcome;
use self::renewal::Renewal;

/// How long before its time is up a run begins no other hook: a write that goes badly takes 2.5 seconds.
const RESERVE: Duration = Duration::from_secs(10);

/// The function and what it needs.
pub struct KeysReseal<Hooks, Keys> {
    /// Where the hooks are.
    pub hooks: Hooks,
    /// Where the keys are. They are read in each run: those that a warm sandbox knows may be old.
    pub keys: Keys,
    /// What nonces are made of.
    pub random: Random,
}

/// Why a run ended early. What it has done until then is done.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// The input is at fault.
    #[error(transparent)]
    Input(#[from] UnexpectedInput),
    /// The keys cannot be read.
    #[error("the keys cannot be read")]
    Keys(#[from] KeysError),
    /// The table did not give out the secrets, or did not take them.
    #[error("the hooks cannot be read or written")]
    Store(#[from] StoreError),
    /// A secret could not be sealed.
    #[error(transparent)]
    Seal(#[from] CannotSeal),
}

impl<Hooks: ScanSecrets + ReplaceSeals, Keys: ReadKeys> Command for KeysReseal<Hooks, Keys> {
    type Answer = Outcome;
    type Error = ResealError;

    async fn run(
        &self,
        input: &RawValue,
        clock: fn() -> Timestamp,
        deadline: Timestamp,
    ) -> Result<Outcome, ResealError> {
        self.handle(input, clock, deadline).await
    }
}

impl<Hooks: ScanSecrets + ReplaceSeals, Keys: ReadKeys> KeysReseal<Hooks, Keys> {
    /// Goes through all hooks until the end, or until `deadline` is near.
    pub async fn handle(
        &self,
        input: &RawValue,
        clock: impl Fn() -> Timestamp,
        deadline: Timestamp,
    ) -> Result<Outcome, ResealError> {
        expect_no_input(input)?;
        let started = clock();
        let secret = self.keys.read_keys().await?;
        let keys = secret.keys()?;
        let mut outcome = Outcome::new(&keys);
        let reached_the_end = self.go_through(&keys, &mut outcome, &clock, deadline).await?;
        outcome.conclude(reached_the_end, secret.since, started);
        Ok(outcome)
    }

    /// Says whether it came to the end.
    async fn go_through(
        &self,
        keys: &KeyRing<SealingKey>,
        outcome: &mut Outcome,
        clock: &impl Fn() -> Timestamp,
        deadline: Timestamp,
    ) -> Result<bool, ResealError> {
        let mut position = None;
        loop {
            let page = self.hooks.scan_secrets(position.as_ref()).await?;
            for secrets in page.secrets {
                let now = clock();
                if now.plus(RESERVE) >= deadline {
                    return Ok(false);
                }
                outcome.scanned += 1;
                match secrets {
                    Ok(current) => self.reseal(&current, keys, outcome, now).await?,
                    Err(error) => outcome.cannot_read(&error),
                }
            }
            position = page.next;
            if position.is_none() {
                return Ok(true);
            }
        }
    }

    async fn reseal(
        &self,
        current: &SealedSecrets,
        keys: &KeyRing<SealingKey>,
        outcome: &mut Outcome,
        now: Timestamp,
    ) -> Result<(), ResealError> {
        let Renewal { new, unopened } = Renewal::of(current, keys, self.random, now)?;
        if let Some(error) = unopened {
            outcome.cannot_read(&error);
        }
        let Some(new) = new else { return Ok(()) };
        match self.hooks.replace_seals(current, &new).await {
            Ok(()) => outcome.resealed += 1,
            Err(StoreError::Conflict) => outcome.remaining += 1,
            Err(error @ (StoreError::Unavailable(_) | StoreError::Corrupt { .. } | StoreError::Full { .. })) => {
                return Err(error.into());
            }
        }
        Ok(())
    }
}

impl CommandError for ResealError {
    fn kind(&self) -> &'static str {
        match self {
            Self::Input(_) => "InvalidInput",
            Self::Keys(_) | Self::Store(StoreError::Unavailable(_)) => "Unavailable",
            Self::Store(StoreError::Conflict | StoreError::Corrupt { .. } | StoreError::Full { .. })
            | Self::Seal(_) => "Internal",
        }
    }
}

#[cfg(test)]
mod tests;
