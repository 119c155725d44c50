//! A secret that holds keys, in memory.

use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use shared::domain::secret::SecretString;
use shared::domain::timestamp::Timestamp;
use shared::ports::{KeySecret, KeysError, ReadKeys};

/// Its clones are the same secret.
#[derive(Debug, Clone)]
pub struct SecretInMemory(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    value: SecretString,
    since: Option<Timestamp>,
    is_away: bool,
    reads: usize,
}

impl SecretInMemory {
    /// A secret that holds this.
    pub fn new(value: &str) -> Self {
        let value = SecretString::new(value.to_owned());
        Self(Arc::new(Mutex::new(State { value, since: None, is_away: false, reads: 0 })))
    }

    /// Replaces what it holds; `since` is when that happens.
    pub fn put(&self, value: &str, since: impl Into<Option<Timestamp>>) {
        self.change(|state| {
            state.value = SecretString::new(value.to_owned());
            state.since = since.into();
        });
    }

    /// Lets every reading fail, or no more.
    pub fn set_away(&self, is_away: bool) {
        self.change(|state| state.is_away = is_away);
    }

    /// How often it was read, also in vain.
    pub fn reads(&self) -> usize {
        self.change(|state| state.reads)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ReadKeys for SecretInMemory {
    fn read_keys(&self) -> Pin<Box<dyn Future<Output = Result<KeySecret, KeysError>> + Send + '_>> {
        let name = "the secret of a test".to_owned();
        let answer = self.change(|state| {
            state.reads += 1;
            if state.is_away {
                return Err(KeysError::Unavailable { name, source: "it is unavailable".into() });
            }
            Ok(KeySecret { name, value: state.value.clone(), since: state.since })
        });
        Box::pin(ready(answer))
    }
}

/// What a future gives that has nothing to wait for, as all that has only secrets in memory.
///
/// # Panics
///
/// When it waits.
#[expect(clippy::panic, reason = "see above")]
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future waits"),
    }
}
