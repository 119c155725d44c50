//! Access tokens that users made for programs.

use std::time::{Duration, SystemTime};

use shared::auth::{AccessTokens, ApiToken, Credential, Identity, Login, NoAccess, SessionTokens};
use shared::domain::id::{EnvironmentId, ProjectId, SessionId, TokenId, UserId};
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{Scope, Token, TokenKind, TokenRefusal};
use shared::domain::user::Membership;
use shared::ports::StoredToken;
use shared_testing::keys::{SecretInMemory, now as ready};
use shared_testing::tokens::TokensInMemory;

/// 2027-01-15T08:00:00Z.
const START: u64 = 1_800_000_000;

struct Stand {
    tables: TokensInMemory,
    tokens: AccessTokens,
    presented: ApiToken,
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(START + seconds))
}

fn user() -> UserId {
    UserId::new(3).unwrap()
}

fn membership() -> Membership {
    let (project_id, environment_id) = (ProjectId::new(1).unwrap(), EnvironmentId::new(2).unwrap());
    Membership { active: true, project_id, environment_id }
}

fn token(id: TokenId) -> Token {
    Token {
        id,
        kind: TokenKind::Project,
        name: "worker".parse().unwrap(),
        scope: Scope::Report,
        user_id: user(),
        project_id: membership().project_id,
        last_used: None,
        expires_at: at(100_000),
        revoked_at: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

fn sessions() -> SessionTokens {
    let secret = SecretInMemory::new(&"k".repeat(64));
    ready(SessionTokens::read(secret, SystemTime::UNIX_EPOCH + Duration::from_secs(START))).unwrap()
}

impl Stand {
    fn new() -> Self {
        let (tables, presented) =
            (TokensInMemory::default(), ApiToken::new(TokenKind::Project, TokenId::from_random([1; 16]), [2; 32]));
        tables.put_token(StoredToken { token: token(presented.id()), secret_hash: presented.hash() });
        tables.put_user(Some((user(), membership())));
        let tokens = AccessTokens::new(sessions(), tables.clone(), tables.clone());
        Self { tables, tokens, presented }
    }

    fn change(&self, change: impl FnOnce(&mut Token)) {
        let mut token = token(self.presented.id());
        change(&mut token);
        self.tables.put_token(StoredToken { token, secret_hash: self.presented.hash() });
    }

    fn verify(&self, text: &str, seconds: u64) -> Result<Identity, NoAccess> {
        ready(self.tokens.verify(text, at(seconds)))
    }

    fn refusal(&self, seconds: u64) -> TokenRefusal {
        match self.verify(self.presented.expose(), seconds) {
            Err(NoAccess::Refused(refusal)) => refusal,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_token_says_as_whom_it_acts_and_how_far_it_reaches() {
    let stand = Stand::new();
    let id = stand.presented.id();
    let expected = Identity {
        user_id: user(),
        project_id: membership().project_id,
        environment_id: membership().environment_id,
        credential: Credential::Token { id, scope: Scope::Report },
    };
    assert_eq!(stand.verify(stand.presented.expose(), 1).unwrap(), expected);
}

#[test]
fn the_token_of_a_session_reads_no_table() {
    let stand = Stand::new();
    let login = Login {
        user_id: user(),
        session_id: SessionId::from_random([1; 16]),
        project_id: membership().project_id,
        environment_id: membership().environment_id,
    };
    let token = ready(sessions().issue(&login, at(0))).unwrap();
    stand.tables.set_away(true);
    assert_eq!(stand.verify(token.expose(), 1).unwrap(), login.into());
    for text in ["", "x", "eyJ", "devopness", "devopness_", "devopness_pat_", "devopness_proj_00", "devopness_x_00"] {
        assert!(matches!(stand.verify(text, 1), Err(NoAccess::Invalid(_))), "{text}");
    }
    assert_eq!(stand.tables.requests(), (0, 0));
}

#[test]
fn only_the_very_token_proves_anything() {
    let stand = Stand::new();
    let id = stand.presented.id();
    for other in [
        ApiToken::new(TokenKind::Project, id, [3; 32]),
        ApiToken::new(TokenKind::Personal, id, [2; 32]),
        ApiToken::new(TokenKind::Project, TokenId::from_random([9; 16]), [2; 32]),
    ] {
        assert!(matches!(stand.verify(other.expose(), 1), Err(NoAccess::Invalid(_))), "{other:?}");
    }
    assert_eq!(stand.tables.requests(), (3, 0), "no user was looked up, and no use noted");
}

#[test]
fn a_token_is_refused_as_soon_as_it_or_its_user_ends() {
    let stand = Stand::new();
    assert_eq!(stand.refusal(100_000), TokenRefusal::Expired);
    stand.change(|token| token.revoked_at = Some(at(5)));
    assert_eq!(stand.refusal(6), TokenRefusal::Revoked);
    stand.change(|_| {});
    for left in [
        None,
        Some(Membership { active: false, ..membership() }),
        Some(Membership { project_id: ProjectId::new(2).unwrap(), ..membership() }),
    ] {
        stand.tables.put_user(left.map(|left| (user(), left)));
        assert_eq!(stand.refusal(6), TokenRefusal::UserLeft, "{left:?}");
    }
    assert_eq!(stand.tables.requests().1, 0, "a refused use was counted");
    stand.tables.put_user(Some((user(), membership())));
    stand.verify(stand.presented.expose(), 6).unwrap();
}

#[test]
fn the_use_of_a_token_is_noted_once_a_day() {
    let stand = Stand::new();
    // Midnight is 16 hours away.
    for (seconds, notes) in [(0, 1), (1, 1), (57_599, 1), (57_600, 2), (57_601, 2)] {
        stand.verify(stand.presented.expose(), seconds).unwrap();
        assert_eq!(stand.tables.requests().1, notes, "{seconds}");
    }
}

#[test]
fn a_token_that_cannot_be_read_now_is_not_refused() {
    let stand = Stand::new();
    stand.tables.set_away(true);
    assert!(matches!(stand.verify(stand.presented.expose(), 1), Err(NoAccess::Store(_))));
}
