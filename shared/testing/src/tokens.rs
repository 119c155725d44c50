//! Tokens that users made, in memory.

use std::sync::{Arc, Mutex, PoisonError};

use shared::domain::id::{TokenId, UserId};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::Membership;
use shared::ports::{FindMembership, FindToken, NoteTokenUse, StoreError, StoredToken};

/// The tables of tokens and users, as far as access tokens need them. Its clones are the same tables.
#[derive(Debug, Clone, Default)]
pub struct TokensInMemory(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    token: Option<StoredToken>,
    user: Option<(UserId, Membership)>,
    is_away: bool,
    reads: usize,
    notes: usize,
}

impl TokensInMemory {
    /// Makes this the only token.
    pub fn put_token(&self, token: StoredToken) {
        self.change(|state| state.token = Some(token));
    }

    /// Makes this the only user; `None` removes it.
    pub fn put_user(&self, user: Option<(UserId, Membership)>) {
        self.change(|state| state.user = user);
    }

    /// Lets every reading fail, or no more.
    pub fn set_away(&self, is_away: bool) {
        self.change(|state| state.is_away = is_away);
    }

    /// How often one of the tables was read, and how often the use of a token was noted.
    pub fn requests(&self) -> (usize, usize) {
        self.change(|state| (state.reads, state.notes))
    }

    fn read<T>(&self, read: impl FnOnce(&State) -> T) -> Result<T, StoreError> {
        self.change(|state| {
            state.reads += 1;
            if state.is_away { Err(StoreError::Unavailable("it is unavailable".into())) } else { Ok(read(state)) }
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FindToken for TokensInMemory {
    async fn find_token(&self, id: TokenId) -> Result<Option<StoredToken>, StoreError> {
        self.read(|state| state.token.clone().filter(|stored| stored.token.id == id))
    }
}

impl FindMembership for TokensInMemory {
    async fn find_membership(&self, id: UserId) -> Result<Option<Membership>, StoreError> {
        self.read(|state| state.user.filter(|(known, _)| *known == id).map(|(_, membership)| membership))
    }
}

impl NoteTokenUse for TokensInMemory {
    async fn note_token_use(&self, id: TokenId, day: Timestamp) {
        self.change(|state| {
            state.notes += 1;
            if let Some(stored) = state.token.as_mut().filter(|stored| stored.token.id == id) {
                stored.token.last_used = Some(day);
            }
        });
    }
}
