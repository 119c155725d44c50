//! Logins, and tokens for programs.

use harness::{nothing_broke, shared};
use serde_json::{Value as Json, json};

use super::Person;

#[test]
fn a_login_lasts_until_its_logout_and_leaves_no_token() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;
        let kept: Json = serde_json::from_slice(&std::fs::read(person.file()).unwrap()).unwrap();
        let token = kept["deployments"]["here"]["token"].as_str().unwrap().to_owned();

        assert_eq!(person.json(&["whoami"])["email"], json!(ann.email));
        let tokens = person.json(&["tokens", "list"]);
        assert_eq!((&tokens[0]["status"], tokens.as_array().unwrap().len()), (&json!("active"), 1));
        person.run(&["logout"]).done();

        assert_eq!(person.run(&["whoami"]).status, Some(3));
        stack.get("/users/me").bearer(&token).send().await.is(401);
        let tokens = ann.get("/users/personal-access-tokens").send().await.is(200);
        assert_eq!(tokens[0]["status"], "revoked");
        nothing_broke(stack);
    });
}

#[test]
fn a_second_login_leaves_one_token() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;

        person.with_password(&ann, &["login"]).done();

        let tokens = person.json(&["tokens", "list"]);
        let states: Vec<_> = tokens.as_array().unwrap().iter().map(|token| token["status"].clone()).collect();
        assert_eq!(states, ["active", "revoked"]);
        person.run(&["whoami"]).done();
    });
}

#[test]
fn a_wrong_password_keeps_nothing() {
    shared(async |stack| {
        let mut ann = stack.user().await;
        let person = Person::new(stack).await;
        ann.password = "another password".to_owned();

        let ran = person.with_password(&ann, &["login", &person.url]);

        assert_eq!(ran.status, Some(3), "{ran:?}");
        let kept: Json = serde_json::from_slice(&std::fs::read(person.file()).unwrap()).unwrap();
        assert_eq!(kept["deployments"], json!({}));
    });
}

#[test]
fn a_token_for_a_worker_is_made_with_the_password_and_revoked_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;
        let file = person.path("token");

        person.with_password(&ann, &["tokens", "create", "--project", "the worker", "--to", &file]).done();

        let token = std::fs::read_to_string(&file).unwrap();
        let claim = json!({ "worker": "builder-1" });
        let claimed = async || stack.post("/actions/claim").bearer(token.trim()).json(&claim).send().await;
        assert_eq!(claimed().await.status, 204);
        stack.get("/users/me").bearer(token.trim()).send().await.is(403);
        let id = person.json(&["tokens", "list", "--project"])[0]["id"].as_str().unwrap().to_owned();
        person.with_password(&ann, &["tokens", "revoke", "--project", &id]).done();
        claimed().await.is(401);
    });
}

#[test]
fn the_doctor_finds_no_fault_with_a_login_and_names_one_without() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;

        let checks = person.json(&["doctor"]);
        let names: Vec<_> = checks["checks"].as_array().unwrap().iter().map(|check| check["name"].clone()).collect();
        assert_eq!(names, ["file", "address", "clock", "version", "can do", "token"]);
        person.run(&["logout"]).done();

        let ran = person.run(&["doctor", "--url", &person.url]);
        assert_eq!(ran.status, Some(1), "{ran:?}");
        assert!(ran.out.contains(&format!("pipehook login {}", person.url)), "{ran:?}");
    });
}
