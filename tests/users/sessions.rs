//! Sessions: how they go on, and everything that ends them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use harness::{Answer, Forger, Pipehook, User, alone, github_hook, shared, together, until};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

/// The tokens of a login.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        let tokens = answer.is(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3_600)));
        let names: Vec<_> = tokens.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["access_token", "expires_in", "refresh_token", "token_type"]);
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        Self { access: text("access_token"), refresh: text("refresh_token") }
    }
}

async fn log_in(stack: &Pipehook, user: &User<'_>) -> Tokens {
    Tokens::of(&stack.log_in(&user.email, &user.password).await)
}

async fn refresh(stack: &Pipehook, token: &str) -> Answer {
    stack.post("/users/refresh-token").json(&json!({ "refresh_token": token })).send().await
}

/// Asserts that the token is refused in the words of every other one that is.
async fn is_dead(stack: &Pipehook, token: &str) {
    let answer = refresh(stack, token).await;
    assert_eq!(answer.refused(401), "The refresh token is not valid: log in again at POST /users/login.", "{token}");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

async fn me(stack: &Pipehook, token: &str) -> Answer {
    stack.get("/users/me").bearer(token).send().await
}

fn session_of(refresh_token: &str) -> Json {
    json!({ "pk": { "S": format!("SESSION#{}", refresh_token.split('.').next().unwrap()) } })
}

#[test]
fn a_refresh_token_is_good_for_one_new_pair_of_tokens() {
    shared(async |stack| {
        let ann = stack.user().await;
        let first = log_in(stack, &ann).await;

        let second = Tokens::of(&refresh(stack, &first.refresh).await);
        let third = Tokens::of(&refresh(stack, &second.refresh).await);

        assert!(first.refresh != second.refresh && second.refresh != third.refresh);
        for token in [&first.access, &second.access, &third.access] {
            assert_eq!(me(stack, token).await.is(200)["id"], ann.id);
        }
        let claims = Forger::of(stack, &ann).await;
        assert!(!claims.issued(Duration::ZERO).contains(&third.refresh));
    });
}

#[test]
fn a_refresh_token_is_not_stored_as_it_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let tokens = Tokens::of(&refresh(stack, &ann.refresh_token).await);

        let items = json!(stack.items("UsersTable").await).to_string();

        let session = tokens.refresh.split('.').next().unwrap();
        assert!(items.contains(session));
        for token in [&ann.refresh_token, &tokens.refresh] {
            assert!(!items.contains(token.as_str()) && !items.contains(token.split('.').nth(1).unwrap()));
        }
    });
}

#[test]
fn a_refresh_token_that_is_used_again_ends_the_session_of_the_newest_too() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (first, other) = (log_in(stack, &ann).await, log_in(stack, &ann).await);
        let second = Tokens::of(&refresh(stack, &first.refresh).await);
        let third = Tokens::of(&refresh(stack, &second.refresh).await);
        let before = ann.footprint().await.sessions;

        is_dead(stack, &first.refresh).await;

        assert_eq!(ann.footprint().await.sessions, before - 1);
        is_dead(stack, &third.refresh).await;
        is_dead(stack, &second.refresh).await;
        Tokens::of(&refresh(stack, &other.refresh).await);
    });
}

#[test]
fn of_refreshes_at_once_with_one_token_at_most_one_succeeds_and_the_session_ends() {
    shared(async |stack| {
        let ann = stack.user().await;
        let tokens = log_in(stack, &ann).await;
        let before = ann.footprint().await.sessions;

        let answers = together((0..6).map(|_| refresh(stack, &tokens.refresh))).await;

        let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert!(winners.len() <= 1);
        for winner in winners {
            is_dead(stack, &Tokens::of(winner).refresh).await;
        }
        assert_eq!(ann.footprint().await.sessions, before - 1);
    });
}

#[test]
fn a_logout_ends_its_own_session_and_no_other() {
    shared(async |stack| {
        for method in ["GET", "POST"] {
            let ann = stack.user().await;
            let (here, there) = (log_in(stack, &ann).await, log_in(stack, &ann).await);
            let before = ann.footprint().await.sessions;
            let log_out = stack.call(method, "/users/logout").bearer(&here.access);

            let answer = log_out.send().await;

            assert_eq!((answer.status, answer.text().as_str()), (204, ""), "{method}");
            assert_eq!(ann.footprint().await.sessions, before - 1);
            is_dead(stack, &here.refresh).await;
            assert_eq!(log_out.send().await.status, 204, "there is nothing left to end");
            Tokens::of(&refresh(stack, &there.refresh).await);
            Tokens::of(&refresh(stack, &ann.refresh_token).await);
        }
    });
}

#[test]
fn a_log_out_needs_a_token() {
    shared(async |stack| {
        let ann = stack.user().await;
        for method in ["GET", "POST"] {
            for token in ["", "x", &ann.refresh_token] {
                stack.call(method, "/users/logout").bearer(token).send().await.refused(401);
            }
        }
        Tokens::of(&refresh(stack, &ann.refresh_token).await);
    });
}

#[test]
fn a_user_who_was_deactivated_cannot_come_back_with_any_token() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (first, second) = (log_in(stack, &ann).await, log_in(stack, &ann).await);
        let mut input = json!({
            "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1, "active": false,
        });
        stack.put_user(&input).await.unwrap();

        is_dead(stack, &first.refresh).await;
        me(stack, &first.access).await.refused(401);
        stack.log_in(&ann.email, &ann.password).await.refused(401);
        ann.ask_for_hook(&github_hook()).await.refused(401);

        input["active"] = true.into();
        stack.put_user(&input).await.unwrap();
        is_dead(stack, &first.refresh).await;
        assert_eq!(me(stack, &second.access).await.is(200)["id"], ann.id);
        log_in(stack, &ann).await;
    });
}

#[test]
fn a_new_password_ends_the_sessions_that_the_old_one_opened() {
    shared(async |stack| {
        let mut ann = stack.user().await;
        let tokens = log_in(stack, &ann).await;
        let mut input = json!({ "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1 });
        stack.put_user(&input).await.unwrap();
        let tokens = Tokens::of(&refresh(stack, &tokens.refresh).await);

        input["password"] = "a password that she chose".into();
        stack.put_user(&input).await.unwrap();

        is_dead(stack, &tokens.refresh).await;
        is_dead(stack, &ann.refresh_token).await;
        stack.log_in(&ann.email, &ann.password).await.refused(401);
        ann.password = "a password that she chose".to_owned();
        let tokens = log_in(stack, &ann).await;
        Tokens::of(&refresh(stack, &tokens.refresh).await);
    });
}

#[test]
fn a_token_that_was_never_issued_is_refused_and_ends_no_session() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (session, random) = ann.refresh_token.split_once('.').unwrap();
        let before = ann.footprint().await;
        let unknown = "00000000-0000-4000-8000-000000000000";
        let long = "x".repeat(10_000);
        for token in ["", ".", "x", "x.y", session, unknown, random, &ann.access_token, &long, "\u{0}", "é.é"] {
            is_dead(stack, token).await;
        }
        for token in [format!("{unknown}.{random}"), format!("{}.{random}", session.replace('-', ""))] {
            is_dead(stack, &token).await;
        }
        let post = stack.post("/users/refresh-token");
        for body in [json!({}), json!({ "refresh_token": null }), json!({ "refresh_token": 7 })] {
            assert_eq!(post.clone().json(&body).send().await.invalid(), ["refresh_token"]);
        }
        assert_eq!(post.clone().json(&json!({ "token": "x" })).send().await.invalid(), ["refresh_token", "token"]);
        post.clone().body("{").send().await.refused(400);
        post.clone().body("[]").send().await.refused(400);
        post.with("content-type", "application/x-www-form-urlencoded")
            .body("refresh_token=x")
            .send()
            .await
            .refused(415);

        assert_eq!(ann.footprint().await, before);
        Tokens::of(&refresh(stack, &ann.refresh_token).await);
    });
}

#[test]
fn a_session_that_has_expired_is_over_also_before_the_table_forgets_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let tokens = log_in(stack, &ann).await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let session = session_of(&tokens.refresh);
        let item = stack.item("UsersTable", &session).await;
        let expires_at: u64 = item["expires_at"]["N"].as_str().unwrap().parse().unwrap();
        let month = 30 * 24 * 60 * 60;
        assert!((now + month - 60..=now + month).contains(&expires_at), "{expires_at}");

        let expired = json!({ "N": (now - 1).to_string() });
        stack.damage("UsersTable", &session, "expires_at", &expired).await;

        is_dead(stack, &tokens.refresh).await;
        let after = stack.item("UsersTable", &session).await;
        assert!(after.is_null() || after["expires_at"] == expired, "it was not renewed: {after}");
    });
}

#[test]
fn a_session_is_good_for_thirty_days_from_its_last_use() {
    shared(async |stack| {
        let ann = stack.user().await;
        let session = session_of(&ann.refresh_token);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        stack.damage("UsersTable", &session, "expires_at", &json!({ "N": (now + 60).to_string() })).await;

        Tokens::of(&refresh(stack, &ann.refresh_token).await);

        let item = stack.item("UsersTable", &session).await;
        let expires_at: u64 = item["expires_at"]["N"].as_str().unwrap().parse().unwrap();
        assert!(expires_at >= now + 30 * 24 * 60 * 60);
    });
}

#[test]
fn a_user_sees_itself_alone() {
    shared(async |stack| {
        let ann = stack.user().await;

        let mut user = ann.get("/users/me").send().await.is(200);

        for name in ["created_at", "updated_at"] {
            assert!(user.as_object_mut().unwrap().remove(name).unwrap().as_str().unwrap().ends_with('Z'));
        }
        let expected = json!({
            "id": ann.id, "name": "Ann Bee", "email": ann.email, "url_slug": format!("ann-bee-{}", ann.id),
            "active": true, "project_id": ann.project, "environment_id": ann.project, "language": null,
            "social_accounts": [],
        });
        assert_eq!(user, expected);
        for token in ["", "x", &ann.refresh_token, &Forger::of(stack, &ann).await.foreign()] {
            me(stack, token).await.refused(401);
        }
        let old = Forger::of(stack, &ann).await.issued(Duration::from_secs(3_601));
        me(stack, &old).await.refused(401);
    });
}

#[test]
fn a_user_who_changed_projects_works_in_the_new_one_once_the_token_is_renewed() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = bob.create_hook(&github_hook()).await;
        let input = json!({ "email": ann.email, "name": "Ann", "project_id": bob.project, "environment_id": 1 });
        stack.put_user(&input).await.unwrap();
        me(stack, &ann.access_token).await.refused(401);

        let tokens = Tokens::of(&refresh(stack, &ann.refresh_token).await);
        assert_eq!(me(stack, &tokens.access).await.is(200)["project_id"], bob.project);

        let list = stack.get("/applications/42/hooks").bearer(&tokens.access).send().await.is(200);
        assert_eq!(list[0]["id"], hook.id);
    });
}

fn calls(stack: &Pipehook, operation: &str) -> usize {
    stack.aws_calls().iter().filter(|call| call.operation == operation).count()
}

/// Waits until DynamoDB has had more requests than before.
async fn until_more(stack: &Pipehook, operation: &str, before: usize) {
    until(&format!("a {operation} comes"), async || calls(stack, operation) > before).await;
}

#[test]
fn a_refresh_that_fails_before_it_renews_leaves_the_token_good() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut token = ann.refresh_token.clone();
        for fault in [Fault::hang_up(), Fault::throttle(), Fault::status(500)] {
            // The session cannot be read, then it can and the user cannot, then nothing can be written.
            stack.fault(Service::DynamoDb, fault.clone().on("GetItem"));
            refresh(stack, &token).await.refused(503);

            let reads = calls(stack, "GetItem");
            stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(300)).on("GetItem").first(1));
            let fail = async {
                until_more(stack, "GetItem", reads).await;
                stack.fault(Service::DynamoDb, fault.clone().on("GetItem"));
            };
            let (answer, ()) = tokio::join!(refresh(stack, &token), fail);
            answer.refused(503);

            stack.fault(Service::DynamoDb, fault.clone().on("UpdateItem"));
            refresh(stack, &token).await.refused(503);

            stack.fault(Service::DynamoDb, None);
            let tokens = refresh(stack, &token).await.is(200);
            token = tokens["refresh_token"].as_str().unwrap().to_owned();
        }
    });
}

#[test]
fn a_login_with_the_old_password_while_a_new_one_is_being_set_does_not_outlive_it() {
    alone(async |stack| {
        let ann = stack.user().await;
        let input = json!({
            "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1,
            "password": "a password that she chose",
        });
        // The first update is that of the new password, so it is that which comes late.
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(600)).on("UpdateItem").first(1));
        let updates = calls(stack, "UpdateItem");
        let meanwhile = async {
            until_more(stack, "UpdateItem", updates).await;
            stack.log_in(&ann.email, &ann.password).await
        };

        let (user, login) = tokio::join!(stack.put_user(&input), meanwhile);

        user.unwrap();
        let token = login.is(200)["refresh_token"].as_str().unwrap().to_owned();
        refresh(stack, &token).await.refused(401);
        let new = stack.log_in(&ann.email, "a password that she chose").await.is(200);
        refresh(stack, new["refresh_token"].as_str().unwrap()).await.is(200);
    });
}
