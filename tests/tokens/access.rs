//! When a token gives access, and to what.

use harness::{ApiToken, Call, Pipehook, User, alone, github_hook, nothing_broke, shared};
use local::Fault;
use local::Service::DynamoDb;
use serde_json::{Value as Json, json};
use shared::auth::ApiToken as Presented;
use shared::domain::token::TokenKind::{self, Personal, Project};

const ALL: i64 = 1;
const REPORT: i64 = 2;

const INVALID: &str = "A valid access token is required";

/// A call that changes something, and one that shows something.
fn calls<'s>(token: &ApiToken<'s>) -> [Call<'s>; 2] {
    [token.call("POST", "/hooks/incoming").json(&github_hook()), token.call("GET", "/applications/42/hooks")]
}

/// Both calls are refused in these words, nothing is stored, and the token counts as not used.
async fn is_refused(user: &User<'_>, token: &ApiToken<'_>, words: &str) {
    let before = user.footprint().await;
    for call in calls(token) {
        let answer = call.send().await;
        let message = answer.refused(401);
        assert!(message.starts_with(words), "{message}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(user.footprint().await, before);
}

async fn is_taken(token: &ApiToken<'_>) {
    for (call, status) in calls(token).iter().zip([201, 200]) {
        call.send().await.is(status);
    }
}

async fn put(stack: &Pipehook, user: &User<'_>, change: Json) {
    let mut input = json!({ "email": user.email, "name": "Ann Bee", "project_id": user.project, "environment_id": 5 });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    stack.put_user(&input).await.unwrap();
}

fn today() -> String {
    let now = std::time::SystemTime::now();
    shared::domain::timestamp::Timestamp::from(now).start_of_day().to_string()
}

#[test]
fn a_token_acts_as_its_user_in_the_environment_where_the_user_works_now() {
    shared(async |stack| {
        let ann = stack.user().await;
        for kind in [Personal, Project] {
            let token = ApiToken::of(stack, &ann, kind, ALL).await;
            assert_eq!(token.call("GET", "/users/me").send().await.is(200)["id"], ann.id);
            put(stack, &ann, json!({})).await;
            let hook = token.call("POST", "/hooks/incoming").json(&github_hook()).send().await.is(201);
            let expected = (json!(ann.project), json!(5), json!(ann.id));
            assert_eq!(
                (&hook["project_id"], &hook["environment_id"], &hook["created_by_user"]["id"]),
                (&expected.0, &expected.1, &expected.2)
            );
        }
    });
}

#[test]
fn a_token_sees_nothing_of_another_project() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = bob.create_hook(&github_hook()).await;
        let token = ApiToken::of(stack, &ann, Project, ALL).await;
        let path = format!("/hooks/incoming/{}", hook.id);
        token.call("GET", &path).send().await.refused(404);
        token.call("DELETE", &path).send().await.refused(404);
        token.call("POST", &format!("{path}/rotate-secret")).send().await.refused(404);
        assert_eq!(token.call("GET", "/applications/42/hooks").send().await.is(200), json!([]));
        bob.get(&path).send().await.is(200);
    });
}

#[test]
fn only_the_very_token_is_taken() {
    shared(async |stack| {
        let ann = stack.user().await;
        let token = ApiToken::of(stack, &ann, Project, ALL).await;
        let with = |text: String| {
            let mut other = token.clone();
            other.text = text;
            other
        };
        let id = token.id.parse().unwrap();
        let other = |kind: TokenKind, secret: u8| Presented::new(kind, id, [secret; 32]).expose().to_owned();
        let text = token.text.as_str();
        let (digits, cut) = (text.trim_start_matches("devopness_proj_"), &text[..text.len() - 1]);
        for text in [
            other(Project, 7),
            other(Personal, 7),
            format!("devopness_pat_{digits}"),
            digits.to_owned(),
            cut.to_owned(),
            format!("{text}0"),
            text.to_uppercase(),
            format!("{text} {text}"),
            format!("{}.{text}", ann.access_token),
            token.id.clone(),
            "devopness_proj_".to_owned(),
        ] {
            is_refused(&ann, &with(text), INVALID).await;
        }
        for value in [format!("Basic {text}"), text.to_owned(), format!("Token {text}")] {
            let call = stack.get("/applications/42/hooks").header("authorization", value);
            assert!(call.send().await.refused(401).starts_with(INVALID));
        }
        assert_eq!(token.item().await.get("last_used"), None);
        is_taken(&token).await;
    });
}

#[test]
fn a_token_is_refused_from_the_call_on_that_follows_its_end() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (kind, role) in [(Personal, ALL), (Project, ALL), (Project, REPORT)] {
            let token = ApiToken::of(stack, &ann, kind, role).await;
            if role == ALL {
                is_taken(&token).await;
            }
            let until = token.item().await["valid_until"].clone();
            token.damage("valid_until", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
            is_refused(&ann, &token, "The token has expired").await;
            token.damage("valid_until", &until).await;
            token.damage("revoked_at", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
            is_refused(&ann, &token, "The token was revoked").await;
            stack.delete_item("TokensTable", &json!({ "id": { "S": token.id } })).await;
            is_refused(&ann, &token, INVALID).await;
        }
    });
}

#[test]
fn a_token_is_refused_while_its_user_is_inactive_or_of_another_project() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        for kind in [Personal, Project] {
            let token = ApiToken::of(stack, &ann, kind, ALL).await;
            for change in [json!({ "active": false }), json!({ "project_id": bob.project })] {
                put(stack, &ann, change).await;
                let of_bob = bob.footprint().await;
                is_refused(&ann, &token, "The user of the token is inactive or has moved").await;
                assert_eq!(bob.footprint().await, of_bob);
                put(stack, &ann, json!({ "active": true })).await;
            }
            assert_eq!(token.item().await.get("last_used"), None);
            is_taken(&token).await;
        }
    });
}

#[test]
fn the_day_of_a_tokens_last_use_is_written_once_a_day() {
    alone(async |stack| {
        let ann = stack.user().await;
        let token = ApiToken::of(stack, &ann, Personal, ALL).await;
        let list = token.call("GET", "/applications/42/hooks");
        let requests = async || {
            let before = stack.aws_calls().len();
            list.send().await.is(200);
            let calls = &stack.aws_calls()[before..];
            let of_dynamodb = calls.iter().filter(|call| call.service == DynamoDb);
            of_dynamodb.map(|call| call.operation.clone()).collect::<Vec<_>>()
        };

        // The token, its user, the day, and what the call is about.
        assert_eq!(requests().await, ["GetItem", "Query", "UpdateItem", "Query"]);
        assert_eq!(token.item().await["last_used"]["S"], today());
        assert_eq!(requests().await, ["GetItem", "Query", "Query"]);
        token.damage("last_used", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
        assert_eq!(requests().await, ["GetItem", "Query", "UpdateItem", "Query"]);
        assert_eq!(token.item().await["last_used"]["S"], today());
    });
}

#[test]
fn a_token_of_a_login_costs_no_read() {
    alone(async |stack| {
        let ann = stack.user().await;
        ann.list("/applications/42/hooks").await;
        let before = stack.aws_calls().len();
        ann.list("/applications/42/hooks").await;
        let calls: Vec<_> = stack.aws_calls()[before..].iter().map(|call| call.operation.clone()).collect();
        assert_eq!(calls, ["Query"]);
    });
}

#[test]
fn a_token_that_cannot_be_read_is_answered_503_and_not_401() {
    alone(async |stack| {
        let ann = stack.user().await;
        let token = ApiToken::of(stack, &ann, Personal, ALL).await;
        is_taken(&token).await;
        stack.fault(DynamoDb, Fault::status(503));
        let answer = token.call("GET", "/users/me").send().await;
        answer.refused(503);
        assert_ne!(answer.header("retry-after"), "");
        stack.fault(DynamoDb, None);
        is_taken(&token).await;
    });
}

#[test]
fn a_stored_token_that_is_damaged_is_answered_500_and_gives_no_access() {
    alone(async |stack| {
        let ann = stack.user().await;
        for (attribute, value) in [
            ("role_id", json!({ "N": "3" })),
            ("role_id", Json::Null),
            ("secret_hash", json!({ "B": "AAAA" })),
            ("valid_until", json!({ "S": "never" })),
            ("revoked_at", json!({ "N": "1" })),
            ("user_id", Json::Null),
            ("kind", json!({ "S": "session" })),
        ] {
            let token = ApiToken::of(stack, &ann, Personal, ALL).await;
            token.damage(attribute, &value).await;
            let before = ann.footprint().await;
            token.call("POST", "/hooks/incoming").json(&github_hook()).send().await.refused(500);
            assert_eq!(ann.footprint().await, before, "{attribute}");
        }
        let logs: String = stack.logs().into_iter().map(|line| line.text).collect();
        assert!(logs.contains("corrupt at its attribute `role_id`"), "{logs}");
    });
}

#[test]
fn no_log_shows_a_token_or_what_is_stored_of_it() {
    alone(async |stack| {
        let ann = stack.user().await;
        let token = ApiToken::of(stack, &ann, Personal, ALL).await;
        is_taken(&token).await;
        token.damage("revoked_at", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
        let mut answers = String::new();
        for call in calls(&token) {
            answers += &call.send().await.text();
        }
        let logs: String = stack.logs().into_iter().map(|line| line.text).collect();
        let presented = Presented::parse(&token.text).unwrap();
        let secret = &token.text["devopness_pat_".len() + 32..][..64];
        for part in [&secret[..16], &secret[32..48], &hex::encode(presented.hash())[..16]] {
            assert!(!logs.contains(part) && !answers.contains(part), "{part}");
        }
        nothing_broke(stack);
    });
}
