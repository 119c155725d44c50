//! Changes of a password by its user: what ends, what goes on, and what a stolen access token cannot do.

use harness::{Answer, ApiToken, Pipehook, User, alone, shared, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind::{Personal, Project};

const NEW: &str = "a password that she chose";
const WRONG: &str = "not the password of anybody";

async fn refresh(stack: &Pipehook, token: &str) -> Answer {
    stack.post("/users/refresh-token").json(&json!({ "refresh_token": token })).send().await
}

async fn log_in(stack: &Pipehook, ann: &User<'_>, password: &str) -> u16 {
    stack.log_in(&ann.email, password).await.status
}

/// The user's item: with another password, it is another.
async fn stored(stack: &Pipehook, ann: &User<'_>) -> Json {
    stack.item("UsersTable", &json!({ "pk": { "S": format!("USER#{}", ann.id) } })).await
}

/// The counts of failures for the user's address.
async fn failures(stack: &Pipehook, ann: &User<'_>) -> usize {
    let keys = [format!("LOGIN#{}", ann.email), format!("LOGIN-FROM#{}#", ann.email)];
    let is_count = |item: &&Json| {
        let counts = keys.iter().any(|key| item["pk"]["S"].as_str().unwrap().starts_with(key.as_str()));
        counts && item.get("t1").is_some_and(|newest| newest["N"] != "0")
    };
    stack.items("UsersTable").await.iter().filter(is_count).count()
}

#[test]
fn the_new_password_logs_in_and_no_session_goes_on_but_the_one_that_set_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let other = stack.log_in(&ann.email, &ann.password).await.is(200);
        let program = ApiToken::of(stack, &ann, Personal, 1).await;
        let before = ann.get("/users/me").send().await.is(200);

        let answer = ann.change_password(&ann.password, NEW).await;

        assert_eq!((answer.status, answer.text().as_str()), (204, ""));
        assert_eq!((log_in(stack, &ann, &ann.password).await, log_in(stack, &ann, NEW).await), (401, 200));
        refresh(stack, other["refresh_token"].as_str().unwrap()).await.refused(401);
        let renewed = refresh(stack, &ann.refresh_token).await.is(200);
        refresh(stack, renewed["refresh_token"].as_str().unwrap()).await.is(200);
        let after = ann.get("/users/me").send().await.is(200);
        assert!(after["updated_at"].as_str() > before["updated_at"].as_str(), "{after}");
        assert_eq!(program.call("GET", "/users/me").send().await.is(200)["id"], ann.id, "tokens outlive it");
        let item = stored(stack, &ann).await.to_string();
        assert!(item.contains("$argon2id$v=19$m=19456,t=2,p=1$") && !item.contains(NEW), "{item}");
    });
}

#[test]
fn a_password_can_be_changed_again_and_again_in_one_session() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut current = ann.password.clone();
        for number in 0..6 {
            let new = format!("{NEW} {number}");
            assert_eq!(ann.change_password(&current, &new).await.status, 204);
            current = new;
        }
        assert_eq!(log_in(stack, &ann, &current).await, 200);
        refresh(stack, &ann.refresh_token).await.is(200);
    });
}

#[test]
fn a_wrong_password_changes_nothing_and_counts_as_a_failed_login() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let before = stored(stack, &ann).await;
        for wrong in [WRONG, "", &bob.password, &ann.password.to_uppercase(), &format!("{} ", ann.password)] {
            let answer = ann.change_password(wrong, NEW).await;
            assert_eq!(answer.invalid(), ["current_password"], "{wrong}");
        }

        let locked = ann.change_password(&ann.password, NEW).await;

        locked.refused(429);
        let seconds: u64 = locked.header("retry-after").parse().unwrap();
        assert!((880..=900).contains(&seconds), "{seconds}");
        stack.log_in(&ann.email, &ann.password).await.refused(429);
        assert_eq!(stored(stack, &ann).await, before);
        refresh(stack, &ann.refresh_token).await.is(200);
        assert_eq!(ann.change_password_from("198.51.100.7", &ann.password, NEW).await.status, 204);
        assert_eq!(log_in(stack, &ann, NEW).await, 200, "a new password clears all failures");
    });
}

#[test]
fn failed_logins_count_as_wrong_passwords() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..5 {
            stack.log_in(&ann.email, WRONG).await.refused(401);
        }

        ann.change_password(&ann.password, NEW).await.refused(429);

        assert_eq!(stack.log_in_from(Some("198.51.100.7"), &ann.email, &ann.password).await.status, 200);
    });
}

#[test]
fn of_twenty_guesses_at_once_with_a_stolen_token_five_are_looked_at() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = stored(stack, &ann).await;
        let guess = async |number: usize| {
            let body = json!({ "current_password": format!("{WRONG} {number}"), "new_password": NEW });
            let call = ann.call("PUT", "/users/me/password").json(&body);
            call.header("x-forwarded-for", format!("203.0.113.{number}")).send().await.status
        };

        let mut answers = together((0..20).map(guess)).await;

        answers.sort_unstable();
        assert_eq!(answers, [[422; 5].as_slice(), &[429; 15]].concat());
        assert_eq!(stored(stack, &ann).await, before);
    });
}

#[test]
fn of_sixty_guesses_from_twelve_networks_fifty_are_looked_at() {
    shared(async |stack| {
        let ann = stack.user().await;
        let sources: Vec<_> = (0..60).map(|guess| format!("203.0.113.{}", guess % 12)).collect();

        let answers = together(sources.iter().map(|source| ann.change_password_from(source, WRONG, NEW))).await;

        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(422), count(429)), (50, 10));
        ann.change_password_from("198.51.100.7", &ann.password, NEW).await.refused(429);
        assert_eq!(ann.change_password(&ann.password, NEW).await.status, 204, "the user has logged in from here");
    });
}

#[test]
fn a_change_with_the_right_password_leaves_no_failure() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..4 {
            ann.change_password(WRONG, NEW).await.refused(422);
        }
        assert_eq!(ann.change_password(&ann.password, NEW).await.status, 204);
        for _ in 0..5 {
            assert_eq!(ann.change_password(WRONG, NEW).await.invalid(), ["current_password"]);
        }
        ann.change_password(NEW, &ann.password).await.refused(429);
    });
}

#[test]
fn no_token_of_a_program_changes_a_password_that_it_knows() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = (stored(stack, &ann).await, failures(stack, &ann).await);
        for (kind, role) in [(Personal, 1), (Project, 1), (Project, 2)] {
            let token = ApiToken::of(stack, &ann, kind, role).await;
            for current in [&*ann.password, WRONG] {
                let body = json!({ "current_password": current, "new_password": NEW });
                token.call("PUT", "/users/me/password").json(&body).send().await.refused(403);
            }
        }
        for token in ["", "x", &ann.refresh_token] {
            let body = json!({ "current_password": ann.password, "new_password": NEW });
            stack.call("PUT", "/users/me/password").bearer(token).json(&body).send().await.refused(401);
        }
        assert_eq!((stored(stack, &ann).await, failures(stack, &ann).await), before);
    });
}

#[test]
fn the_token_of_a_session_that_has_ended_changes_no_password() {
    shared(async |stack| {
        let ann = stack.user().await;
        assert_eq!(ann.get("/users/logout").send().await.status, 204);
        let before = stored(stack, &ann).await;

        ann.change_password(&ann.password, NEW).await.refused(401);

        assert_eq!(stored(stack, &ann).await, before);
        assert_eq!(log_in(stack, &ann, &ann.password).await, 200);
        let (here, there) = (stack.user().await, stack.user().await);
        let expired = json!({ "pk": { "S": format!("SESSION#{}", here.refresh_token.split('.').next().unwrap()) } });
        stack.damage("UsersTable", &expired, "expires_at", &json!({ "N": "1700000000" })).await;
        here.change_password(&here.password, NEW).await.refused(401);
        // That of a session whose password was replaced meanwhile, by an administrator.
        let input = json!({
            "email": there.email, "name": "Ann", "project_id": there.project, "environment_id": 1, "password": NEW,
        });
        stack.put_user(&input).await.unwrap();
        there.change_password(NEW, WRONG).await.refused(401);
        assert_eq!(log_in(stack, &there, NEW).await, 200);
    });
}

#[test]
fn a_user_who_was_deactivated_or_moved_changes_no_password() {
    shared(async |stack| {
        for change in [json!({ "active": false }), json!({ "project_id": stack.number() })] {
            let ann = stack.user().await;
            let mut input =
                json!({ "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1 });
            input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            stack.put_user(&input).await.unwrap();
            let before = (stored(stack, &ann).await, failures(stack, &ann).await);

            for current in [&*ann.password, WRONG] {
                ann.change_password(current, NEW).await.refused(401);
            }

            assert_eq!((stored(stack, &ann).await, failures(stack, &ann).await), before);
        }
    });
}

#[test]
fn of_changes_at_once_one_is_made() {
    shared(async |stack| {
        let ann = stack.user().await;
        let other = stack.log_in(&ann.email, &ann.password).await.is(200);
        let mut there = ann.clone();
        other["access_token"].as_str().unwrap().clone_into(&mut there.access_token);
        let news: Vec<_> = (0..4).map(|number| format!("{NEW} {number}")).collect();

        let changes = news.iter().zip([&ann, &there, &ann, &there]);
        let answers = together(changes.map(|(new, user)| user.change_password(&ann.password, new))).await;

        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 204).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [204, 409, 422].contains(status)), "{statuses:?}");
        for (new, status) in news.iter().zip(&statuses) {
            let logged_in = stack.log_in_from(Some("198.51.100.7"), &ann.email, new).await.status;
            assert_eq!(logged_in == 200, *status == 204, "{statuses:?}");
        }
        let here = refresh(stack, &ann.refresh_token).await.status;
        let there = refresh(stack, other["refresh_token"].as_str().unwrap()).await.status;
        let won_here = statuses[0] == 204 || statuses[2] == 204;
        assert_eq!((here, there), if won_here { (200, 401) } else { (401, 200) });
    });
}

#[test]
fn every_wrong_field_is_named_and_nothing_is_tried() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = (stored(stack, &ann).await, failures(stack, &ann).await);
        let put = ann.call("PUT", "/users/me/password");
        for (body, fields) in [
            (json!({}), vec!["current_password", "new_password"]),
            (json!({ "current_password": null, "new_password": 7 }), vec!["current_password", "new_password"]),
            (json!({ "current_password": ann.password, "new_password": "eleven char" }), vec!["new_password"]),
            (json!({ "current_password": ann.password, "new_password": "x".repeat(129) }), vec!["new_password"]),
            (json!({ "current_password": ann.password, "new_password": format!("{NEW}\n") }), vec!["new_password"]),
            (json!({ "current_password": ann.password, "new_password": format!(" {NEW}") }), vec!["new_password"]),
            (json!({ "current_password": ann.password, "new_password": ann.password }), vec!["new_password"]),
            (json!({ "current_password": "x".repeat(513), "new_password": NEW }), vec!["current_password"]),
            (json!({ "current_password": ann.password, "new_password": NEW, "email": ann.email }), vec!["email"]),
        ] {
            let answer = put.clone().json(&body).send().await;
            assert_eq!(answer.invalid(), fields);
            assert!(!answer.text().contains(&ann.password) && !answer.text().contains(NEW), "{answer:?}");
        }
        put.clone().body("current_password=a").send().await.refused(400);
        put.clone().body(" ".repeat(64 * 1024 + 1)).send().await.refused(413);
        put.with("content-type", "text/plain").body("{}").send().await.refused(415);
        assert_eq!((stored(stack, &ann).await, failures(stack, &ann).await), before);
    });
}

#[test]
fn a_change_that_cannot_be_written_ends_no_session_and_one_whose_receipt_is_lost_is_made() {
    alone(async |stack| {
        let ann = stack.user().await;
        let other = stack.log_in(&ann.email, &ann.password).await.is(200);
        let before = stored(stack, &ann).await;
        stack.fault(Service::DynamoDb, Fault::status(500).on("TransactWriteItems"));
        ann.change_password(&ann.password, NEW).await.refused(503);
        stack.fault(Service::DynamoDb, None);
        assert_eq!(stored(stack, &ann).await, before);
        refresh(stack, other["refresh_token"].as_str().unwrap()).await.is(200);

        stack.fault(Service::DynamoDb, Fault::lose_answer().on("TransactWriteItems").first(1));
        assert_eq!(ann.change_password(&ann.password, NEW).await.status, 204);

        assert_eq!(log_in(stack, &ann, NEW).await, 200);
        refresh(stack, &ann.refresh_token).await.is(200);
    });
}
