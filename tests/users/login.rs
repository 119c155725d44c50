//! Logins. What stops guessing is in `guesses`.

use harness::{Pipehook, shared};
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
        assert_eq!(ann.footprint().await, before, "a session was opened");
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
