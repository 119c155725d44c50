//! Users, as an administrator puts them.

use harness::{Pipehook, shared, together};
use serde_json::{Value as Json, json};

fn ann(stack: &Pipehook) -> Json {
    json!({ "email": stack.unused_email(), "name": "Ann Bee", "project_id": 3, "environment_id": 4 })
}

/// The user's item and the item that makes the address unique.
async fn stored(stack: &Pipehook, email: &str) -> Vec<Json> {
    let mut items = stack.items("UsersTable").await;
    let address = format!("EMAIL#{}", email.to_lowercase());
    items.retain(|item| item["email"]["S"] == email.to_lowercase() || item["pk"]["S"] == address);
    items
}

async fn logs_in(stack: &Pipehook, user: &Json, password: &str) -> u16 {
    stack.log_in(user["email"].as_str().unwrap(), password).await.status
}

#[test]
fn a_new_user_gets_a_password_which_is_shown_once_and_stored_as_a_hash() {
    shared(async |stack| {
        let input = ann(stack);

        let mut user = stack.put_user(&input).await.unwrap();

        let password = user.as_object_mut().unwrap().remove("password").unwrap().as_str().unwrap().to_owned();
        assert!(password.len() >= 24, "144 bits");
        assert_eq!(logs_in(stack, &input, &password).await, 200);
        let items = json!(stored(stack, input["email"].as_str().unwrap()).await).to_string();
        assert!(!items.contains(&password) && items.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{items}");
        let again = stack.put_user(&input).await.unwrap();
        assert_eq!(again.get("password"), None);
        assert_eq!(again["id"], user["id"]);
        assert_eq!(logs_in(stack, &input, &password).await, 200, "it still holds");
    });
}

#[test]
fn the_answer_is_the_user() {
    shared(async |stack| {
        let input = ann(stack);
        let mut user = stack.put_user(&input).await.unwrap();
        let id = user["id"].as_i64().unwrap();
        for name in ["id", "password", "created_at", "updated_at"] {
            assert!(user.as_object_mut().unwrap().remove(name).is_some(), "{name}");
        }
        let expected = json!({
            "email": input["email"], "name": "Ann Bee", "project_id": 3, "environment_id": 4, "active": true,
            "url_slug": format!("ann-bee-{id}"), "language": null, "social_accounts": [],
        });
        assert_eq!(user, expected);
    });
}

#[test]
fn a_given_password_is_taken_and_not_shown() {
    shared(async |stack| {
        let mut input = ann(stack);
        input["password"] = "correct horse battery".into();

        let user = stack.put_user(&input).await.unwrap();

        assert_eq!(user.get("password"), None);
        assert_eq!(logs_in(stack, &input, "correct horse battery").await, 200);
        input["password"] = "another horse battery".into();
        stack.put_user(&input).await.unwrap();
        assert_eq!(logs_in(stack, &input, "correct horse battery").await, 401);
        assert_eq!(logs_in(stack, &input, "another horse battery").await, 200);
    });
}

#[test]
fn a_user_is_changed_by_its_address_in_any_case() {
    shared(async |stack| {
        let mut input = ann(stack);
        let before = stack.put_user(&input).await.unwrap();
        input["email"] = input["email"].as_str().unwrap().to_uppercase().into();
        input["name"] = "Ann Cee".into();
        input["project_id"] = 5.into();

        let after = stack.put_user(&input).await.unwrap();

        assert_eq!((&after["id"], &after["email"]), (&before["id"], &before["email"]));
        assert_eq!((&after["name"], &after["project_id"]), (&json!("Ann Cee"), &json!(5)));
        assert_eq!(after["created_at"], before["created_at"]);
        assert_eq!(stored(stack, before["email"].as_str().unwrap()).await.len(), 2);
    });
}

#[test]
fn a_user_stays_active_or_inactive_until_told_otherwise() {
    shared(async |stack| {
        let mut input = ann(stack);
        input["password"] = "correct horse battery".into();
        let mut states = Vec::new();
        for active in [json!(null), json!(false), json!(null), json!(true), json!(null)] {
            input["active"] = active;
            let state = stack.put_user(&input).await.unwrap()["active"].clone();
            let login = logs_in(stack, &input, "correct horse battery").await;
            assert_eq!(login, if state == true { 200 } else { 401 });
            states.push(state.as_bool().unwrap());
        }
        assert_eq!(states, [true, false, false, true, true]);
    });
}

#[test]
fn bad_input_is_refused_with_every_field_at_fault_and_stores_nothing() {
    shared(async |stack| {
        let email = stack.unused_email();
        for (field, value) in [
            ("name", json!("")),
            ("name", json!("x".repeat(101))),
            ("project_id", json!(0)),
            ("project_id", json!("1")),
            ("environment_id", json!(-1)),
            ("password", json!("eleven char")),
            ("password", json!("x".repeat(129))),
            ("password", json!("correct horse battery\n")),
            ("password", json!(" correct horse battery")),
            ("password", json!("\0".repeat(12))),
            ("active", json!("yes")),
        ] {
            let mut input = ann(stack);
            input["email"] = email.clone().into();
            input[field] = value.clone();
            let error = stack.put_user(&input).await.unwrap_err();
            assert_eq!(error["errorType"], "InvalidInput");
            assert!(error["errorMessage"].as_str().unwrap().contains(&format!("`{field}`")), "{value}: {error}");
            assert!(
                !error.to_string().contains(value.as_str().filter(|text| text.len() > 10).unwrap_or("\0")),
                "{error}"
            );
        }
        let error = stack.put_user(&json!({ "email": "nobody", "password": "short" })).await.unwrap_err();
        for field in ["email", "name", "project_id", "environment_id", "password"] {
            assert!(error["errorMessage"].as_str().unwrap().contains(&format!("`{field}`")), "{error}");
        }
        for input in [json!([]), json!("x"), json!(null)] {
            assert_eq!(stack.put_user(&input).await.unwrap_err()["errorType"], "InvalidInput");
        }
        assert_eq!(stored(stack, &email).await, [] as [Json; 0]);
    });
}

#[test]
fn ids_ascend_and_are_never_given_out_twice() {
    shared(async |stack| {
        let id = async || stack.put_user(&ann(stack)).await.unwrap()["id"].as_i64().unwrap();
        let before = id().await;

        let mut ids = together((0..10).map(|_| id())).await;

        let after = id().await;
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 10);
        assert!(before < ids[0] && ids[9] < after, "{before} {ids:?} {after}");
    });
}

#[test]
fn ten_puts_of_one_address_at_once_make_one_user() {
    shared(async |stack| {
        let input = ann(stack);

        let answers = together((0..10).map(|_| stack.put_user(&input))).await;

        let items = stored(stack, input["email"].as_str().unwrap()).await;
        assert_eq!(items.len(), 2, "{items:?}");
        let passwords: Vec<_> = answers.iter().flatten().filter_map(|user| user["password"].as_str()).collect();
        assert_eq!(passwords.len(), 1, "one of them made the user");
        assert_eq!(logs_in(stack, &input, passwords[0]).await, 200);
        for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert_eq!(error["errorType"], "Conflict", "{error}");
        }
    });
}
