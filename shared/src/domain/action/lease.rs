//! The lease: for how long one worker alone may report on an action.

use std::fmt;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::text::WorkerName;
use crate::domain::Invalid;
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;

/// What a worker proves with that a lease is its own: 256 random bits in base64url, which are 43 characters. Only the
/// hash is stored.
#[derive(Debug, Clone)]
pub struct LeaseToken(SecretString);

impl LeaseToken {
    /// Takes the text that was handed out, or what a caller presents as it.
    pub fn new(text: String) -> Self {
        Self(SecretString::new(text))
    }

    /// What is stored of it. With 256 bits of entropy, a plain SHA-256 needs no salt.
    pub fn hash(&self) -> LeaseHash {
        LeaseHash(Sha256::digest(self.0.expose()).into())
    }

    /// The token in clear, for the one answer that hands it out.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The hash of a lease's token. Hashes may be compared as they are: who guesses at tokens cannot choose their hashes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct LeaseHash(pub [u8; 32]);

impl fmt::Debug for LeaseHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeaseHash(..)")
    }
}

/// How long a lease is: 30 seconds to an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseSeconds(u16);

impl LeaseSeconds {
    /// Takes 30 to 3600.
    pub fn new(seconds: i64) -> Result<Self, Invalid> {
        let seconds = u16::try_from(seconds).ok().filter(|seconds| (30..=3_600).contains(seconds));
        seconds.map(Self).ok_or_else(|| Invalid::new("must be an integer from 30 to 3600"))
    }

    /// In whole seconds.
    pub fn get(self) -> u16 {
        self.0
    }

    /// The time itself.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl Default for LeaseSeconds {
    /// Five minutes.
    fn default() -> Self {
        Self(300)
    }
}

/// A worker's right to run an action and to report on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Of its token.
    pub hash: LeaseHash,
    /// When it is over, unless the worker reports before that.
    pub until: Timestamp,
    /// How long each report makes it.
    pub seconds: LeaseSeconds,
    /// Who has it.
    pub worker: WorkerName,
}

impl Lease {
    /// Whether it is over at `now`: the next worker may have the action.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until < now
    }

    /// When it is over once its worker has reported at `now`: as it was while two thirds of it are left, so that not
    /// every report is a write.
    pub fn renewed(&self, now: Timestamp) -> Timestamp {
        let whole = self.seconds.duration();
        if self.until >= now.plus(whole * 2 / 3) { self.until } else { now.plus(whole) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_shows_nothing_of_itself() {
        let token = LeaseToken::new("correct horse battery staple".to_owned());
        assert_eq!(format!("{token:?} {:?}", token.hash()), "LeaseToken(SecretString(..)) LeaseHash(..)");
        assert_ne!(token.hash(), LeaseToken::new("correct horse battery".to_owned()).hash());
    }

    #[test]
    fn a_lease_is_renewed_once_a_third_of_it_has_passed() {
        let at = |seconds: i64| Timestamp::from_unix_seconds(1_800_000_000 + seconds);
        let lease = Lease {
            hash: LeaseHash([0; 32]),
            until: at(300),
            seconds: LeaseSeconds::default(),
            worker: "builder-1".parse().unwrap(),
        };
        assert_eq!(lease.renewed(at(0)), at(300));
        assert_eq!(lease.renewed(at(100)), at(300));
        assert_eq!(lease.renewed(at(101)), at(401));
        assert_eq!(lease.renewed(at(900)), at(1_200), "no one has taken it over");
        assert!(!lease.is_over(at(300)) && lease.is_over(at(301)));
    }
}
