//! Access tokens: issued under the newest signing key, and verified under the one that they name.

use std::time::SystemTime;

use super::signing_key::{CannotSign, Identity, InvalidToken, SigningKey};
use crate::domain::secret::SecretString;
use crate::domain::timestamp::Timestamp;
use crate::keys::Keys;
use crate::ports::{KeysError, ReadKeys};

/// Issues and verifies access tokens.
pub struct AccessTokens(Keys<SigningKey>);

impl AccessTokens {
    /// Reads the keys for the first time.
    pub async fn read(source: impl ReadKeys + 'static, now: SystemTime) -> Result<Self, KeysError> {
        Keys::read(source, now).await.map(Self)
    }

    /// A token for `identity`, valid from `now` for [`ACCESS_TOKEN_LIFETIME`](super::ACCESS_TOKEN_LIFETIME).
    ///
    /// Whoever spends something on a token, such as a refresh token that is good for one use, asks for it first.
    pub async fn issue(&self, identity: &Identity, now: Timestamp) -> Result<SecretString, CannotIssue> {
        Ok(self.0.fresh(now).await?.newest().issue(identity, now)?)
    }

    /// What a genuine token says that has not expired at `now`.
    ///
    /// One that does not even name a key costs nothing. A key that was dropped, because somebody else has it, is
    /// refused some minutes later by every sandbox, however busy: hence keys that are fresh, and not only known.
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Identity, CannotVerify> {
        let id = SigningKey::named_by(token)?;
        let mut ring = self.0.fresh(now).await?;
        if ring.get(id).is_none() {
            ring = self.0.knowing(id, now).await?;
        }
        Ok(ring.get(id).ok_or(InvalidToken)?.verify(token, now)?)
    }
}

/// Why a token was not issued.
#[derive(Debug, thiserror::Error)]
pub enum CannotIssue {
    /// There is no key that is known to be the newest.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key is there, and does not sign.
    #[error(transparent)]
    Sign(#[from] CannotSign),
}

/// Why a token was not verified.
#[derive(Debug, thiserror::Error)]
pub enum CannotVerify {
    /// It proves nothing.
    #[error(transparent)]
    Invalid(#[from] InvalidToken),
    /// Its key is not known here, and whether it exists cannot be found out now.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::fixtures::identity;
    use crate::testing::keys::{SecretInMemory, now as ready};

    const START: u64 = 1_800_000_000;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(START + seconds))
    }

    fn text(seed: char) -> String {
        seed.to_string().repeat(64)
    }

    fn start(secret: &SecretInMemory) -> AccessTokens {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(START);
        ready(AccessTokens::read(secret.clone(), now)).unwrap()
    }

    fn issue(tokens: &AccessTokens, seconds: u64) -> String {
        ready(tokens.issue(&identity(), at(seconds))).unwrap().expose().to_owned()
    }

    fn verify(tokens: &AccessTokens, token: &str, seconds: u64) -> Result<Identity, CannotVerify> {
        ready(tokens.verify(token, at(seconds)))
    }

    fn is_refused(answer: &Result<Identity, CannotVerify>) -> bool {
        matches!(answer, Err(CannotVerify::Invalid(InvalidToken)))
    }

    #[test]
    fn a_rotation_is_noticed_by_nobody_who_has_a_token() {
        let secret = SecretInMemory::new(&text('a'));
        let (warm, old) = (start(&secret), issue(&start(&secret), 0));
        secret.put(&format!("{}\n{}", text('b'), text('a')), None);
        let fresh = start(&secret);
        let new = issue(&fresh, 10);

        assert_ne!(SigningKey::named_by(&old), SigningKey::named_by(&new));
        for tokens in [&warm, &fresh] {
            for token in [&old, &new, &old] {
                assert_eq!(verify(tokens, token, 20).unwrap(), identity());
            }
        }
        assert_eq!(secret.reads(), 4, "three starts, and one more for the sandbox that was warm");
    }

    #[test]
    fn a_warm_sandbox_issues_under_the_new_key_within_five_minutes() {
        let secret = SecretInMemory::new(&text('a'));
        let warm = start(&secret);
        secret.put(&format!("{} {}", text('b'), text('a')), None);
        let keys = [299, 300].map(|seconds| SigningKey::named_by(&issue(&warm, seconds)).unwrap());
        assert_ne!(keys[0], keys[1]);
    }

    #[test]
    fn a_token_of_a_dropped_key_is_refused_within_five_minutes_also_by_a_sandbox_that_never_rests() {
        let secret = SecretInMemory::new(&text('a'));
        let warm = start(&secret);
        let stolen = issue(&warm, 0);
        secret.put(&text('b'), None);
        for seconds in 0..300 {
            assert_eq!(verify(&warm, &stolen, seconds).unwrap(), identity());
        }
        for seconds in 300..600 {
            assert!(is_refused(&verify(&warm, &stolen, seconds)));
        }
        assert!(is_refused(&verify(&start(&secret), &stolen, 0)), "and at once by one that starts");
    }

    #[test]
    fn a_token_that_names_a_key_and_was_not_signed_with_it_is_refused() {
        let secret = SecretInMemory::new(&format!("{} {}", text('a'), text('b')));
        let tokens = start(&secret);
        let [a, b] = ['a', 'b'].map(|seed| issue(&start(&SecretInMemory::new(&text(seed))), 0));
        let header = |token: &str| token.split_once('.').unwrap().0.to_owned();
        let rest = |token: &str| token.split_once('.').unwrap().1.to_owned();
        for forged in [format!("{}.{}", header(&a), rest(&b)), format!("{}.{}", header(&b), rest(&a))] {
            assert!(is_refused(&verify(&tokens, &forged, 1)));
        }
        assert_eq!((verify(&tokens, &a, 1).unwrap(), verify(&tokens, &b, 1).unwrap()), (identity(), identity()));
        assert_eq!(secret.reads(), 1);
    }

    #[test]
    fn what_names_no_key_costs_no_reading_and_a_flood_of_made_up_keys_one_in_ten_seconds() {
        let secret = SecretInMemory::new(&text('a'));
        let tokens = start(&secret);
        for token in ["", "x", "x.y.z", "e30.e30.x", "eyJhbGciOiJIUzI1NiJ9.e30.x"] {
            assert!(is_refused(&verify(&tokens, token, 1_000)), "{token}");
        }
        assert_eq!(secret.reads(), 1);
        for number in 0..20 {
            let foreign = issue(&start(&SecretInMemory::new(&format!("{}{number:02}", text('x')))), 0);
            assert!(is_refused(&verify(&tokens, &foreign, number)));
        }
        assert_eq!(secret.reads(), 3);
    }

    #[test]
    fn a_token_whose_key_cannot_be_looked_up_is_not_refused() {
        let secret = SecretInMemory::new(&text('a'));
        let warm = start(&secret);
        secret.put(&format!("{} {}", text('b'), text('a')), None);
        let new = issue(&start(&secret), 0);
        secret.set_away(true);
        for seconds in [1, 2, 11] {
            assert!(matches!(verify(&warm, &new, seconds), Err(CannotVerify::Keys(_))));
        }
        secret.set_away(false);
        assert_eq!(verify(&warm, &new, 21).unwrap(), identity());
    }
}
