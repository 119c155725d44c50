//! Users, their logins and sessions.

use std::fmt;
use std::future::Future;

use super::StoreError;
use crate::domain::id::{ProjectId, SessionId, UserId};
use crate::domain::login::{LoginAdmission, LoginAttempt};
use crate::domain::session::{Renewal, Renewed, Session};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Email, Member, Membership, User};

/// An Argon2id hash in PHC form. Worth attacking offline, so it is redacted in `Debug` too.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// A user, and what proves the user's identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user, active or not.
    pub user: User,
    /// Of the user's password.
    pub password_hash: PasswordHash,
}

/// Finds a user by id.
pub trait FindUser: Send + Sync {
    /// The user, active or not.
    fn find_user(&self, id: UserId) -> impl Future<Output = Result<Option<User>, StoreError>> + Send;
}

/// Finds out what a user may still do, without what else is known of the user.
pub trait FindMembership: Send + Sync {
    /// Of the user, active or not, as the last answered write left it.
    fn find_membership(&self, id: UserId) -> impl Future<Output = Result<Option<Membership>, StoreError>> + Send;
}

/// Finds a user by e-mail address.
pub trait FindCredentials: Send + Sync {
    /// The user, active or not, as the last answered write left it.
    fn find_credentials(&self, email: &Email) -> impl Future<Output = Result<Option<Credentials>, StoreError>> + Send;
}

/// Finds a user by id, with what proves the user's identity.
pub trait FindCredentialsOf: Send + Sync {
    /// The user, active or not, as the last answered write left it.
    fn find_credentials_of(&self, id: UserId) -> impl Future<Output = Result<Option<Credentials>, StoreError>> + Send;
}

/// Hands out user ids.
pub trait AllocateUserId: Send + Sync {
    /// An id that was never handed out before.
    fn allocate_user_id(&self) -> impl Future<Output = Result<UserId, StoreError>> + Send;
}

/// Inserts a new user.
pub trait InsertUser: Send + Sync {
    /// Fails with [`StoreError::Conflict`] when the id or the e-mail address is taken.
    fn insert_user(&self, user: &User, password: &PasswordHash) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Changes a user.
pub trait UpdateUser: Send + Sync {
    /// Writes all of `user` but its id, e-mail address and creation time, and the password if one is given. Fails with
    /// [`StoreError::Conflict`] if the user does not exist.
    fn update_user(
        &self,
        user: &User,
        password: Option<&PasswordHash>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// A password that a user sets, and what must still be so when it is written.
#[derive(Debug, Clone, Copy)]
pub struct PasswordChange<'a> {
    /// The user, active and with this password.
    pub of: &'a Credentials,
    /// The session in which the user sets it, which has not ended.
    pub session: SessionId,
    /// Of the new password.
    pub new: &'a PasswordHash,
    /// When it is set: after the old one was.
    pub at: Timestamp,
}

/// What became of a change of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChanged {
    /// The password is the new one, and this session is the only one that can be renewed.
    Changed,
    /// Nothing was written, because the session has ended.
    SessionEnded,
}

/// Lets users change their passwords.
pub trait ChangePassword: Send + Sync {
    /// Writes the password, and that the session was opened with it. Fails with [`StoreError::Conflict`] if the user was
    /// deactivated, or another password was set.
    fn change_password(
        &self,
        change: &PasswordChange<'_>,
    ) -> impl Future<Output = Result<PasswordChanged, StoreError>> + Send;
}

/// Counts attempts to log in, so that guessing is bounded.
pub trait AdmitLogin: Send + Sync {
    /// Counts the attempt, for its network and for all networks together, unless one of the two bounds is reached. A
    /// network from which the user has logged in lately is not stopped by the second. The attempt is counted before
    /// the password is looked at: of a thousand guesses made at once, no more are looked at than the bounds allow.
    fn admit_login(
        &self,
        attempt: &LoginAttempt<'_>,
    ) -> impl Future<Output = Result<LoginAdmission, StoreError>> + Send;
}

/// Takes back what an attempt was counted for.
pub trait ForgiveLogin: Send + Sync {
    /// An attempt that was admitted had the right password: it counts no longer, the failures from its network are
    /// forgotten, and the network is known for a while.
    fn forgive_login(
        &self,
        attempt: &LoginAttempt<'_>,
        admission: LoginAdmission,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Finds sessions.
pub trait FindSession: Send + Sync {
    /// The session, or `None` if it does not exist, or has ended at `now`.
    fn find_session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Session>, StoreError>> + Send;
}

/// Renews sessions.
pub trait RenewSession: Send + Sync {
    /// Puts the new refresh token in the place of the presented one, if that is the session's and has not expired.
    fn renew_session(&self, renewal: &Renewal) -> impl Future<Output = Result<Renewed, StoreError>> + Send;
}

/// Ends sessions.
pub trait RemoveSession: Send + Sync {
    /// Ends the session; one that has ended already stays so.
    fn remove_session(&self, id: SessionId) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Opens sessions.
pub trait InsertSession: Send + Sync {
    /// Fails with [`StoreError::Conflict`] when the id is taken.
    fn insert_session(&self, session: &Session) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Lists users.
pub trait ListUsers: Send + Sync {
    /// The users of the project, active or not, the first one first. May miss the writes of the last second.
    fn list_users(&self, project: ProjectId) -> impl Future<Output = Result<Vec<Member>, StoreError>> + Send;
}

/// Notes logins.
pub trait NoteLogin: Send + Sync {
    /// Notes that the user has logged in, unless a later login is noted.
    fn note_login(&self, user: UserId, at: Timestamp) -> impl Future<Output = Result<(), StoreError>> + Send;
}
