//! The list of a project's users.

use std::time::SystemTime;

use harness::{ApiToken, shared};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;
use shared::domain::token::TokenKind;

#[test]
fn a_project_sees_its_users_with_their_last_logins_and_no_others() {
    shared(async |stack| {
        let (ann, other) = (stack.user().await, stack.user().await);
        let bob = stack.user_of(ann.project).await;
        let never = json!({
            "email": stack.unused_email(), "name": "Never here", "project_id": ann.project, "environment_id": 7,
            "active": false,
        });
        stack.put_user(&never).await.unwrap();

        let listed = ann.get("/users").send().await.is(200);

        let listed = listed.as_array().unwrap();
        let of = |name: &str| listed.iter().map(|user| user[name].clone()).collect::<Vec<_>>();
        assert_eq!(of("email"), [json!(ann.email), json!(bob.email), never["email"].clone()]);
        assert_eq!(of("active"), [true, true, false]);
        assert_eq!(listed[2]["last_login_at"], Json::Null);
        let now = Timestamp::from(SystemTime::now());
        for user in &listed[..2] {
            let at: Timestamp = user["last_login_at"].as_str().unwrap().parse().unwrap();
            assert!(now.distance(at).as_secs() < 60, "{user}");
        }
        let text = ann.get("/users").send().await.text();
        assert!(!text.contains("password") && !text.contains("argon2") && !text.contains(&other.email), "{text}");
        assert_eq!(other.get("/users").send().await.is(200).as_array().unwrap().len(), 1);
        assert_eq!(ann.get("/users?per_page=1&page=2").send().await.is(200)[0]["email"], bob.email);
    });
}

#[test]
fn a_login_is_noted_and_neither_a_failed_one_nor_a_refresh_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let last = async || ann.get("/users").send().await.is(200)[0]["last_login_at"].take();
        let first = last().await;
        stack.log_in(&ann.email, "not the password").await.refused(401);
        assert_eq!(last().await, first);

        let session = stack.log_in(&ann.email, &ann.password).await.is(200);

        let second = last().await;
        assert!(second.as_str().unwrap() > first.as_str().unwrap());
        let refresh = json!({ "refresh_token": session["refresh_token"] });
        stack.post("/users/refresh-token").json(&refresh).send().await.is(200);
        assert_eq!(last().await, second);
    });
}

#[test]
fn only_who_may_see_the_project_sees_its_users() {
    shared(async |stack| {
        let ann = stack.user().await;
        stack.get("/users").send().await.refused(401);
        let reporter = ApiToken::of(stack, &ann, TokenKind::Project, 2).await;
        reporter.call("GET", "/users").send().await.refused(403);
        let token = ApiToken::of(stack, &ann, TokenKind::Project, 1).await;
        assert_eq!(token.call("GET", "/users").send().await.is(200)[0]["email"], ann.email);
        assert_eq!(ann.get("/users?page=0").send().await.invalid(), ["page"]);
    });
}
