//! Tokens that users make for programs: whose they are, how far they reach, and until when they are valid.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Invalid;
use super::id::{EnvironmentId, ProjectId, TokenId, UserId};
use super::invalid::check_label;
use super::timestamp::Timestamp;
use super::user::Membership;

/// For how long a token is valid unless its maker chooses another time.
pub const TOKEN_LIFETIME: Duration = Duration::from_hours(90 * 24);

/// The longest time for which a token may be valid: a year, whether it has a 29th of February or not.
pub const LONGEST_TOKEN_LIFETIME: Duration = Duration::from_hours(366 * 24);

/// For how long a token is still shown after it was revoked.
pub const SHOWN_AFTER_REVOCATION: Duration = Duration::from_hours(30 * 24);

/// How many tokens an owner may have that were not revoked.
pub const MOST_TOKENS: i64 = 100;

/// Whose a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A user's own.
    Personal,
    /// Of a project: every user of the project sees it, and may revoke and rotate it.
    Project,
}

/// How far a token reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// As far as the user who made it, within the project that the user had then.
    All,
    /// A worker's: it claims actions and reports on them, and does nothing else.
    Report,
}

/// Who has a token among its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenOwner {
    /// The user, of a personal access token.
    User(UserId),
    /// The project, of a project's token.
    Project(ProjectId),
}

/// A token's name: 3 to 255 characters, no control characters, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

/// A token, without what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Stays the same when the token is rotated.
    pub id: TokenId,
    /// Whose it is.
    pub kind: TokenKind,
    /// For people to tell it from others.
    pub name: TokenName,
    /// How far it reaches.
    pub scope: Scope,
    /// As whom it acts: the user who made or last rotated it.
    pub user_id: UserId,
    /// The project of that user then.
    pub project_id: ProjectId,
    /// The day on which it was last used.
    pub last_used: Option<Timestamp>,
    /// When it stops being valid.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was made, rotated or revoked.
    pub updated_at: Timestamp,
}

/// A new secret for a token, and what follows from who makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRotation {
    /// Which token.
    pub id: TokenId,
    /// Whose it is.
    pub owner: TokenOwner,
    /// SHA-256 of the new secret.
    pub secret_hash: [u8; 32],
    /// Who rotates it: as this user it acts from then on. Otherwise that user would hold a token of someone else's.
    pub user_id: UserId,
    /// The project of that user.
    pub project_id: ProjectId,
    /// When it stops being valid.
    pub expires_at: Timestamp,
    /// When it happens.
    pub at: Timestamp,
}

/// What a token is at some instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenStatus {
    /// It gives access, if its user may use the API.
    Active,
    /// Its time is over.
    Expired,
    /// A user ended it.
    Revoked,
}

/// Why a genuine token gives no access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// It was revoked.
    #[error("The token was revoked: create another one.")]
    Revoked,
    /// Its time is over.
    #[error("The token has expired: rotate it or create another one.")]
    Expired,
    /// Its user is inactive, or is now of another project.
    #[error("The user of the token is inactive or has moved to another project: create a token as another user.")]
    UserLeft,
}

impl Token {
    /// Who has it among its own.
    pub fn owner(&self) -> TokenOwner {
        match self.kind {
            TokenKind::Personal => TokenOwner::User(self.user_id),
            TokenKind::Project => TokenOwner::Project(self.project_id),
        }
    }

    /// What it is at `now`.
    pub fn status(&self, now: Timestamp) -> TokenStatus {
        if self.revoked_at.is_some() {
            TokenStatus::Revoked
        } else if self.expires_at <= now {
            TokenStatus::Expired
        } else {
            TokenStatus::Active
        }
    }

    /// Refuses a token that is not valid at `now`. Its user does not matter.
    pub fn check(&self, now: Timestamp) -> Result<(), TokenRefusal> {
        match self.status(now) {
            TokenStatus::Active => Ok(()),
            TokenStatus::Expired => Err(TokenRefusal::Expired),
            TokenStatus::Revoked => Err(TokenRefusal::Revoked),
        }
    }

    /// In which environment it acts, now that its user is this; `None` is a user who does not exist.
    pub fn environment(&self, user: Option<Membership>) -> Result<EnvironmentId, TokenRefusal> {
        let user = user.filter(|user| user.active && user.project_id == self.project_id);
        user.map(|user| user.environment_id).ok_or(TokenRefusal::UserLeft)
    }
}

impl TokenOwner {
    /// The kind of all its tokens.
    pub fn kind(self) -> TokenKind {
        match self {
            Self::User(_) => TokenKind::Personal,
            Self::Project(_) => TokenKind::Project,
        }
    }
}

impl TokenKind {
    /// The name that the published clients know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal_access_token",
            Self::Project => "project_api_token",
        }
    }
}

impl FromStr for TokenKind {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = [Self::Personal, Self::Project].into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| Invalid::new("must be a kind of token"))
    }
}

impl Scope {
    /// The role that gives a token this scope.
    pub fn role_id(self) -> i64 {
        match self {
            Self::All => 1,
            Self::Report => 2,
        }
    }

    /// The scope that the role gives.
    pub fn of_role(id: i64) -> Result<Self, Invalid> {
        let known = [Self::All, Self::Report].into_iter().find(|scope| scope.role_id() == id);
        known.ok_or_else(|| Invalid::new("must be 1 (all of the project) or 2 (`report`)"))
    }
}

impl TokenStatus {
    /// The name that the published clients know.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl TokenName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TokenName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 255)?;
        if text.chars().count() < 3 {
            return Err(Invalid::new("must be at least 3 characters long"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for TokenOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "USER#{id}"),
            Self::Project(id) => write!(f, "PROJECT#{id}"),
        }
    }
}

/// When a token stops being valid, that is made or rotated at `now`.
pub fn token_expiry(chosen: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, Invalid> {
    let Some(chosen) = chosen else { return Ok(now.plus(TOKEN_LIFETIME)) };
    if chosen <= now {
        return Err(Invalid::new("must be in the future"));
    }
    if chosen > now.plus(LONGEST_TOKEN_LIFETIME) {
        return Err(Invalid::new("must be at most a year (366 days) from now"));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000 + seconds)
    }

    fn token() -> Token {
        Token { expires_at: at(10), ..fixtures::token() }
    }

    fn membership(active: bool, project: i64) -> Membership {
        let project_id = ProjectId::new(project).unwrap();
        Membership { active, project_id, environment_id: EnvironmentId::new(2).unwrap() }
    }

    #[test]
    fn a_token_is_valid_until_it_expires_or_is_revoked() {
        assert_eq!(token().check(at(9)), Ok(()));
        assert_eq!(token().check(at(10)), Err(TokenRefusal::Expired));
        let revoked = Token { revoked_at: Some(at(5)), ..token() };
        assert_eq!(revoked.check(at(0)), Err(TokenRefusal::Revoked));
        assert_eq!(revoked.status(at(11)), TokenStatus::Revoked, "also when it has expired since");
    }

    #[test]
    fn a_token_acts_only_for_an_active_user_who_is_still_of_its_project() {
        assert_eq!(token().environment(Some(membership(true, 1))), Ok(EnvironmentId::new(2).unwrap()));
        for left in [None, Some(membership(false, 1)), Some(membership(true, 2))] {
            assert_eq!(token().environment(left), Err(TokenRefusal::UserLeft), "{left:?}");
        }
    }

    #[test]
    fn a_token_lasts_90_days_or_as_chosen_up_to_a_year() {
        let days = |days: i64| at(days * 24 * 60 * 60);
        assert_eq!(token_expiry(None, at(0)), Ok(days(90)));
        let too_late = days(366).plus(Duration::from_millis(1));
        for (chosen, taken) in [(at(0), false), (at(1), true), (days(366), true), (too_late, false)] {
            assert_eq!(token_expiry(Some(chosen), at(0)).is_ok(), taken, "{chosen}");
        }
    }

    #[test]
    fn each_role_gives_one_scope_and_no_other_number_does() {
        assert_eq!((Scope::of_role(1), Scope::of_role(2)), (Ok(Scope::All), Ok(Scope::Report)));
        for id in [i64::MIN, -1, 0, 3] {
            assert!(Scope::of_role(id).is_err(), "{id}");
        }
    }

    #[test]
    fn a_name_has_3_to_255_characters() {
        for (text, taken) in [("", false), ("ab", false), ("abc", true), (&*"é".repeat(255), true)] {
            assert_eq!(text.parse::<TokenName>().is_ok(), taken, "{text}");
        }
        assert!("é".repeat(256).parse::<TokenName>().is_err());
    }

    #[test]
    fn a_project_owns_its_tokens_and_a_user_the_personal_ones() {
        assert_eq!(token().owner().to_string(), "PROJECT#1");
        assert_eq!(Token { kind: TokenKind::Personal, ..token() }.owner().to_string(), "USER#3");
    }
}
