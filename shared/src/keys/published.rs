//! The keys that providers publish, as far as this sandbox has read them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::domain::secret::HookSecret;
use crate::domain::signature::{ProviderUrl, Question, Wanted};
use crate::domain::timestamp::Timestamp;
use crate::ports::{AskError, AskProvider};

/// For how long what a provider has published is taken to be what it publishes.
const FRESH_FOR: Duration = Duration::from_hours(1);

/// The shortest time between two readings of one address, whether the first one failed or lacked the key: anyone who
/// knows a hook's URL can make up key ids.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// How many addresses that this sandbox has never read are read one right after the other, and after which time one more:
/// anyone can make those up too, where a call names the address.
const BURST: u32 = 5;
const REFILL: Duration = Duration::from_secs(5);

/// How many documents are kept. The certificates of SNS are a few for each of some forty regions.
const MOST_KEPT: usize = 64;

/// What providers publish, read when it is wanted and kept for an hour.
pub struct PublishedKeys {
    providers: Box<dyn AskProvider>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    documents: BTreeMap<Document, Kept>,
    /// How many unknown addresses were read and have not been refilled, and up to when that was counted.
    taken: u32,
    counted_to: Option<Timestamp>,
}

/// What [`Wanted::document`] says.
type Document = (ProviderUrl, Option<String>);

#[derive(Clone)]
struct Kept {
    read_at: Timestamp,
    outcome: Outcome,
}

#[derive(Clone)]
enum Outcome {
    Document(Bytes),
    /// The status with which the provider said that it has none.
    Refused(u16),
    Unavailable,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// The provider says that there is none at the address which the call names.
    #[error("the provider has no key at {url}: it answered with status {status}")]
    Refused {
        /// The address.
        url: ProviderUrl,
        /// From 400 to 499.
        status: u16,
    },
    /// The provider cannot be asked now.
    #[error(transparent)]
    Unavailable(AskError),
    /// It could not be asked a few seconds ago, or too many addresses were wanted since.
    #[error("{0} is not asked for again so soon")]
    TooSoon(ProviderUrl),
}

impl PublishedKeys {
    /// Reads from these providers.
    pub fn new(providers: impl AskProvider + 'static) -> Self {
        Self { providers: Box::new(providers), held: Mutex::default() }
    }

    /// The document in which a key is wanted, read again if it lacks the key and was not read just now. It may still lack
    /// it. `secret` is that of the account, of a provider that tells its keys to those only who have one.
    pub async fn find(&self, wanted: &Wanted, secret: Option<&HookSecret>, now: Timestamp) -> Result<Bytes, NoKey> {
        if let Some(kept) = self.held().kept(wanted, now)? {
            return Ok(kept);
        }
        let question = wanted.question(secret);
        let asked = self.providers.ask(&question).await;
        let outcome = match &asked {
            Ok(document) => Outcome::Document(document.clone()),
            Err(AskError::Refused { status, .. }) => Outcome::Refused(*status),
            Err(AskError::Unavailable { .. }) => Outcome::Unavailable,
        };
        self.held().keep(wanted.document(), Kept { read_at: now, outcome });
        asked.map_err(|error| match error {
            AskError::Refused { url, status } => NoKey::Refused { url, status },
            error @ AskError::Unavailable { .. } => NoKey::Unavailable(error),
        })
    }

    /// Sends a request to a provider whose answer does not matter, unless it fails. They are as few as those for unknown
    /// addresses: a captured call can be sent again.
    pub async fn confirm(&self, url: &ProviderUrl, now: Timestamp) -> Result<(), NoKey> {
        if !self.held().take(now) {
            return Err(NoKey::TooSoon(url.clone()));
        }
        let question = Question { at: url.clone(), json: None };
        self.providers.ask(&question).await.map(drop).map_err(NoKey::Unavailable)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// The document, if it is good enough; `None` if the provider is to be asked.
    fn kept(&mut self, wanted: &Wanted, now: Timestamp) -> Result<Option<Bytes>, NoKey> {
        let kept = self.documents.get(&wanted.document());
        if let Some(Kept { read_at, outcome }) = kept {
            let age = now.distance(*read_at);
            match outcome {
                Outcome::Document(document) if age < FRESH_FOR && (age < AGAIN_AFTER || wanted.is_in(document)) => {
                    return Ok(Some(document.clone()));
                }
                Outcome::Refused(status) if age < AGAIN_AFTER => {
                    return Err(NoKey::Refused { url: wanted.at.clone(), status: *status });
                }
                Outcome::Unavailable if age < AGAIN_AFTER => return Err(NoKey::TooSoon(wanted.at.clone())),
                Outcome::Document(_) | Outcome::Refused(_) | Outcome::Unavailable => {}
            }
        }
        let is_known = kept.is_some_and(|kept| matches!(kept.outcome, Outcome::Document(_)));
        if is_known || self.take(now) { Ok(None) } else { Err(NoKey::TooSoon(wanted.at.clone())) }
    }

    /// Takes one reading of an unknown address, if there is one left.
    fn take(&mut self, now: Timestamp) -> bool {
        let counted_to = *self.counted_to.get_or_insert(now);
        let elapsed = now.unix_millis().saturating_sub(counted_to.unix_millis());
        let refills = u32::try_from(elapsed / i64::try_from(REFILL.as_millis()).unwrap_or(i64::MAX)).unwrap_or(0);
        if refills > 0 {
            self.taken = self.taken.saturating_sub(refills);
            self.counted_to = Some(counted_to.plus(REFILL.saturating_mul(refills)));
        }
        let is_left = self.taken < BURST;
        self.taken += u32::from(is_left);
        is_left
    }

    /// Keeps what was read. When there is no room, what failed goes first, and then what is oldest.
    fn keep(&mut self, document: Document, kept: Kept) {
        if self.documents.len() >= MOST_KEPT && !self.documents.contains_key(&document) {
            let rank = |kept: &Kept| (matches!(kept.outcome, Outcome::Document(_)), kept.read_at.unix_millis());
            let last = self.documents.iter().min_by_key(|(_, kept)| rank(kept)).map(|(document, _)| document.clone());
            last.map(|document| self.documents.remove(&document));
        }
        self.documents.insert(document, kept);
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Fake(Arc<Mutex<Provider>>);

    #[derive(Default)]
    struct Provider {
        /// A document or a status; `None` if it cannot be reached.
        answer: Option<Result<String, u16>>,
        asked: Vec<String>,
    }

    impl Fake {
        fn answers(&self, answer: Option<Result<&str, u16>>) {
            self.0.lock().unwrap().answer = answer.map(|answer| answer.map(str::to_owned));
        }

        fn asked(&self) -> usize {
            self.0.lock().unwrap().asked.len()
        }
    }

    impl AskProvider for Fake {
        fn ask<'a>(
            &'a self,
            question: &'a Question,
        ) -> Pin<Box<dyn Future<Output = Result<Bytes, AskError>> + Send + 'a>> {
            let url = &question.at;
            let mut this = self.0.lock().unwrap();
            this.asked.push(url.to_string());
            let answer = match this.answer.clone() {
                Some(Ok(document)) => Ok(document.into()),
                Some(Err(status)) => Err(AskError::Refused { url: url.clone(), status }),
                None => Err(AskError::Unavailable { url: url.clone(), source: "no route".into() }),
            };
            Box::pin(std::future::ready(answer))
        }
    }

    const KEYS: &str = r#"{"keys": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}]}"#;
    const URL: &str = "https://keys.example/set";

    fn wanted(key_id: &str) -> Wanted {
        Wanted { at: ProviderUrl::for_test(URL), key_id: Some(key_id.to_owned()), account: None }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000 + seconds)
    }

    fn fake() -> (Fake, PublishedKeys) {
        let fake = Fake::default();
        (fake.clone(), PublishedKeys::new(fake))
    }

    #[tokio::test]
    async fn a_key_set_is_read_once_an_hour() {
        let (fake, keys) = fake();
        fake.answers(Some(Ok(KEYS)));
        for (seconds, asked) in [(0, 1), (1, 1), (3_599, 1), (3_600, 2), (3_601, 2)] {
            assert!(keys.find(&wanted("a"), None, at(seconds)).await.is_ok());
            assert_eq!(fake.asked(), asked, "{seconds}");
        }
    }

    #[tokio::test]
    async fn a_flood_of_made_up_key_ids_costs_one_reading_in_ten_seconds() {
        let (fake, keys) = fake();
        fake.answers(Some(Ok(KEYS)));
        for (seconds, asked) in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3)] {
            for id in 0..100 {
                assert!(keys.find(&wanted(&format!("made up {id}")), None, at(seconds)).await.is_ok());
            }
            assert!(keys.find(&wanted("a"), None, at(seconds)).await.is_ok());
            assert_eq!(fake.asked(), asked, "{seconds}");
        }
    }

    #[tokio::test]
    async fn a_new_key_is_found_as_soon_as_it_is_wanted() {
        let (fake, keys) = fake();
        fake.answers(Some(Ok(KEYS)));
        assert!(keys.find(&wanted("a"), None, at(0)).await.is_ok());
        let rotated = KEYS.replace(r#""a""#, r#""b""#);
        fake.answers(Some(Ok(&rotated)));
        assert_eq!(keys.find(&wanted("b"), None, at(10)).await.unwrap(), rotated);
    }

    #[tokio::test]
    async fn a_provider_that_cannot_be_reached_is_asked_once_in_ten_seconds_and_found_when_it_is_back() {
        let (fake, keys) = fake();
        for (seconds, asked) in [(0, 1), (0, 1), (9, 1), (10, 2)] {
            assert!(matches!(
                keys.find(&wanted("a"), None, at(seconds)).await,
                Err(NoKey::Unavailable(_) | NoKey::TooSoon(_))
            ));
            assert_eq!(fake.asked(), asked, "{seconds}");
        }
        fake.answers(Some(Ok(KEYS)));
        assert!(keys.find(&wanted("a"), None, at(20)).await.is_ok());
        fake.answers(Some(Err(404)));
        assert!(matches!(keys.find(&wanted("a"), None, at(3_620)).await, Err(NoKey::Refused { status: 404, .. })));
        assert!(matches!(keys.find(&wanted("a"), None, at(3_621)).await, Err(NoKey::Refused { status: 404, .. })));
        assert_eq!(fake.asked(), 4);
    }

    #[tokio::test]
    async fn a_flood_of_made_up_addresses_is_cut_off_and_pushes_out_nothing_that_was_read() {
        let (fake, keys) = fake();
        fake.answers(Some(Ok(KEYS)));
        assert!(keys.find(&wanted("a"), None, at(0)).await.is_ok());
        fake.answers(Some(Err(403)));
        for seconds in 0..1_000 {
            for number in 0..3 {
                let at_made_up = ProviderUrl::for_test(&format!("{URL}/{seconds}/{number}"));
                let made_up = Wanted { at: at_made_up, key_id: None, account: None };
                assert!(keys.find(&made_up, None, at(seconds)).await.is_err());
            }
        }
        assert!((200..=210).contains(&fake.asked()), "{}", fake.asked());
        assert!(keys.held().documents.len() <= MOST_KEPT);
        assert!(keys.find(&wanted("a"), None, at(1_000)).await.is_ok());
    }
}
