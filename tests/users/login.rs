//! Logins, and the lock that stops whoever guesses passwords.

use harness::{Pipehook, shared, together};
use serde_json::{Value as Json, json};

const WRONG: &str = "not the password of anybody";

async fn sessions(stack: &Pipehook) -> Vec<Json> {
    let mut items = stack.items("UsersTable").await;
    items.retain(|item| item["pk"]["S"].as_str().unwrap().starts_with("SESSION#"));
    items
}

#[test]
fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;

        let wrong = stack.log_in(&ann.email, WRONG).await;
        let unknown = stack.log_in(&stack.unused_email(), &ann.password).await;

        assert_eq!(wrong.refused(401), unknown.refused(401));
        let but_its_own = |mut headers: http::HeaderMap| {
            headers.remove("x-request-id");
            headers.remove("date");
            headers
        };
        assert_eq!(wrong.header("www-authenticate"), "Bearer");
        assert_eq!(but_its_own(wrong.headers), but_its_own(unknown.headers));
        assert_eq!(ann.footprint().await, before, "nobody got a session");
    });
}

#[test]
fn an_address_may_be_written_in_any_case() {
    shared(async |stack| {
        let ann = stack.user().await;
        stack.log_in(&ann.email.to_uppercase(), &ann.password).await.is(200);
    });
}

#[test]
fn what_is_no_login_is_refused_with_every_field_at_fault() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let log_in = || stack.post("/users/login").header("content-type", "application/json");
        for (body, fields) in [
            (json!({}), vec!["email", "password"]),
            (json!({ "email": "nobody", "password": 7 }), vec!["email", "password"]),
            (json!({ "email": ann.email, "password": "x".repeat(513) }), vec!["password"]),
        ] {
            assert_eq!(log_in().json(&body).send().await.invalid(), fields);
        }
        log_in().body("email=a&password=b").send().await.refused(400);
        log_in().body(&b"{\"email\": \"\xff\"}"[..]).send().await.refused(400);
        log_in().body(" ".repeat(64 * 1024 + 1)).send().await.refused(413);
        log_in().with("content-type", "text/plain").body("{}").send().await.refused(415);
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn five_failures_lock_an_address_whether_it_is_known_or_not() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        for email in [ann.email.clone(), stack.unused_email()] {
            for _ in 0..5 {
                stack.log_in(&email, WRONG).await.refused(401);
            }

            let answer = stack.log_in(&email, &ann.password).await;

            answer.refused(429);
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((880..=900).contains(&seconds), "{seconds}");
        }
        assert_eq!(ann.footprint().await, before, "the right password came too late");
    });
}

#[test]
fn the_lock_holds_for_every_spelling_of_an_address_and_for_no_other_address() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        for _ in 0..5 {
            stack.log_in(&ann.email.to_uppercase(), WRONG).await.refused(401);
        }

        stack.log_in(&ann.email, &ann.password).await.refused(429);
        stack.log_in(&bob.email, &bob.password).await.is(200);
    });
}

#[test]
fn the_lock_ends_when_its_time_is_over() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..5 {
            stack.log_in(&ann.email, WRONG).await.refused(401);
        }
        stack.log_in(&ann.email, &ann.password).await.refused(429);

        let key = json!({ "pk": { "S": format!("LOGIN#{}", ann.email) } });
        stack.damage("UsersTable", &key, "expires_at", &json!({ "N": "1" })).await;

        stack.log_in(&ann.email, &ann.password).await.is(200);
    });
}

#[test]
fn a_success_forgives_the_failures_before_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..2 {
            for _ in 0..4 {
                stack.log_in(&ann.email, WRONG).await.refused(401);
            }
            stack.log_in(&ann.email, &ann.password).await.is(200);
        }
    });
}

#[test]
fn of_twenty_guesses_at_once_five_are_admitted() {
    shared(async |stack| {
        let ann = stack.user().await;

        let answers = together((0..20).map(|_| stack.log_in(&ann.email, WRONG))).await;

        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(401), count(429)), (5, 15));
        stack.log_in(&ann.email, &ann.password).await.refused(429);
    });
}

#[test]
fn an_inactive_user_gets_the_answer_of_a_wrong_password() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let input = json!({
            "email": ann.email, "name": "Ann Bee", "project_id": ann.project, "environment_id": 1, "active": false,
        });
        stack.put_user(&input).await.unwrap();

        let inactive = stack.log_in(&ann.email, &ann.password).await;

        assert_eq!(inactive.refused(401), stack.log_in(&stack.unused_email(), WRONG).await.refused(401));
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn the_tokens_of_a_login_are_stored_as_a_hash_only() {
    shared(async |stack| {
        let ann = stack.user().await;

        let sessions = sessions(stack).await;

        let id = ann.refresh_token.split('.').next().unwrap();
        let session = sessions.iter().find(|item| item["pk"]["S"] == format!("SESSION#{id}")).unwrap().to_string();
        let secret = ann.refresh_token.split('.').nth(1).unwrap();
        assert!(!session.contains(secret) && !session.contains(&ann.access_token), "{session}");
    });
}
