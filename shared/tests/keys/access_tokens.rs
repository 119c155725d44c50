//! Access tokens of sessions while their keys change.

use std::time::{Duration, SystemTime};

use shared::auth::{CannotVerify, InvalidToken, Login, SessionTokens, SigningKey};
use shared::domain::id::{EnvironmentId, ProjectId, SessionId, UserId};
use shared::domain::timestamp::Timestamp;
use shared_testing::keys::{SecretInMemory, now as ready};

const START: u64 = 1_800_000_000;

fn login() -> Login {
    Login {
        user_id: UserId::new(3).unwrap(),
        session_id: SessionId::from_random([1; 16]),
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(2).unwrap(),
    }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(START + seconds))
}

fn text(seed: char) -> String {
    seed.to_string().repeat(64)
}

fn start(secret: &SecretInMemory) -> SessionTokens {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(START);
    ready(SessionTokens::read(secret.clone(), now)).unwrap()
}

fn issue(tokens: &SessionTokens, seconds: u64) -> String {
    ready(tokens.issue(&login(), at(seconds))).unwrap().expose().to_owned()
}

fn verify(tokens: &SessionTokens, token: &str, seconds: u64) -> Result<Login, CannotVerify> {
    ready(tokens.verify(token, at(seconds)))
}

fn is_refused(answer: &Result<Login, CannotVerify>) -> bool {
    matches!(answer, Err(CannotVerify::Invalid(InvalidToken)))
}

#[test]
fn a_token_outlasts_a_rotation() {
    let secret = SecretInMemory::new(&text('a'));
    let (warm, old) = (start(&secret), issue(&start(&secret), 0));
    secret.put(&format!("{}\n{}", text('b'), text('a')), None);
    let fresh = start(&secret);
    let new = issue(&fresh, 10);

    assert_ne!(SigningKey::named_by(&old), SigningKey::named_by(&new));
    for tokens in [&warm, &fresh] {
        for token in [&old, &new, &old] {
            assert_eq!(verify(tokens, token, 20).unwrap(), login());
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
        assert_eq!(verify(&warm, &stolen, seconds).unwrap(), login());
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
    assert_eq!((verify(&tokens, &a, 1).unwrap(), verify(&tokens, &b, 1).unwrap()), (login(), login()));
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
    assert_eq!(verify(&warm, &new, 21).unwrap(), login());
}
