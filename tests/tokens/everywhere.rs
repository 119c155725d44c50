//! Every route that needs an access token, and every kind of token.

use harness::{ApiToken, Call, Pipehook, Route, User, routes, shared};
use serde_json::json;
use shared::domain::token::TokenKind::{Personal, Project};

/// Functions that no one has to log in for.
const PUBLIC: [&str; 6] = ["ApiReference", "Console", "HookTrigger", "ProviderList", "UserLogin", "UserRefresh"];

/// What only a user does who is logged in.
const OF_LOGINS: [&str; 4] = ["TokenCreate", "TokenRotate", "UserLogout", "UserPassword"];

/// What a token does to itself alone: `lifecycle.rs` has it.
const OF_ITSELF: &str = "TokenRevoke";

/// All that a token of the role `report` is for.
const OF_WORKERS: [&str; 2] = ["ActionClaim", "ActionReport"];

const ALL: i64 = 1;
const REPORT: i64 = 2;

/// The routes that need an access token.
fn guarded() -> Vec<Route> {
    let routes: Vec<_> = routes().into_iter().filter(|route| !PUBLIC.contains(&&*route.function)).collect();
    assert!(routes.len() > 12, "{routes:?}");
    routes
}

fn call<'s>(route: &Route, user: &User<'_>, token: &ApiToken<'s>) -> Call<'s> {
    let call = token.call(&route.method, &route.example(user.project));
    if ["POST", "PUT"].contains(&&*route.method) { call.json(&json!({})) } else { call }
}

async fn tokens<'s>(stack: &'s Pipehook, ann: &User<'s>) -> [ApiToken<'s>; 3] {
    [
        ApiToken::of(stack, ann, Personal, ALL).await,
        ApiToken::of(stack, ann, Project, ALL).await,
        ApiToken::of(stack, ann, Project, REPORT).await,
    ]
}

#[test]
fn a_token_is_taken_wherever_the_one_of_a_login_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let [personal, of_project, _] = tokens(stack, &ann).await;
        let is_open = |route: &&Route| !OF_LOGINS.contains(&&*route.function) && route.function != OF_ITSELF;
        for route in guarded().iter().filter(is_open) {
            for token in [&personal, &of_project] {
                let answer = call(route, &ann, token).send().await;
                assert!(![401, 403].contains(&answer.status) && answer.status < 500, "{route:?}: {answer:?}");
            }
        }
    });
}

#[test]
fn a_token_of_the_role_report_reaches_nothing_but_what_a_worker_does() {
    shared(async |stack| {
        let ann = stack.user().await;
        let [_, _, report] = tokens(stack, &ann).await;
        let before = ann.footprint().await;
        for route in guarded() {
            let answer = call(&route, &ann, &report).send().await;
            if OF_WORKERS.contains(&&*route.function) {
                assert!(![401, 403].contains(&answer.status) && answer.status < 500, "{route:?}: {answer:?}");
            } else {
                answer.refused(403);
            }
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn no_token_does_what_only_a_user_does_who_is_logged_in() {
    shared(async |stack| {
        let ann = stack.user().await;
        for token in &tokens(stack, &ann).await {
            let before = (ann.footprint().await, token.item().await);
            for route in guarded().iter().filter(|route| OF_LOGINS.contains(&&*route.function)) {
                let message = call(route, &ann, token).send().await.refused(403);
                assert!(message.starts_with("Only a user who is logged in may do this"), "{route:?}: {message}");
            }
            assert_eq!(ann.footprint().await, before.0);
        }
    });
}

#[test]
fn no_route_takes_a_token_that_was_revoked() {
    shared(async |stack| {
        let ann = stack.user().await;
        for token in tokens(stack, &ann).await {
            token.damage("revoked_at", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
            let before = (ann.footprint().await, token.item().await);
            for route in guarded() {
                let answer = call(&route, &ann, &token).send().await;
                assert_eq!(answer.refused(401), "The token was revoked: create another one.", "{route:?}");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
            assert_eq!((ann.footprint().await, token.item().await), before);
        }
    });
}
