//! Who may use the API.

use std::time::Duration;

use harness::{Call, Forger, Pipehook, User, github_hook, shared};
use serde_json::json;

fn create(stack: &Pipehook) -> Call<'_> {
    stack.post("/hooks/incoming").json(&github_hook())
}

/// The two functions that want a token refuse these calls, in the same words, and nothing is stored.
async fn all_are_refused(user: &User<'_>, calls: Vec<Call<'_>>) {
    let before = user.footprint().await;
    for call in calls {
        let answer = call.send().await;
        let message = answer.refused(401);
        assert!(message.starts_with("A valid access token is required"), "{message}: {call:?}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(user.footprint().await, before);
}

#[test]
fn a_call_without_a_token_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let token = ann.access_token.as_str();
        let cut = &token[..token.len() - 1];
        let mut calls = vec![create(stack), stack.get("/applications/42/hooks"), stack.get("/pipelines/7/hooks")];
        for value in ["", "Bearer", "Bearer ", "Basic YW5uOng=", token, &format!("Token {token}"), "Bearer a.b.c"] {
            calls.push(create(stack).header("authorization", value));
            calls.push(stack.get("/applications/42/hooks").header("authorization", value));
        }
        for token in [cut, &format!("{token}x"), &format!("{token}.x"), &format!("{token} {token}"), &ann.refresh_token]
        {
            calls.push(create(stack).bearer(token));
        }
        calls.push(ann.get("/applications/42/hooks").header("authorization", format!("Bearer {token}")));

        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn a_token_that_was_not_issued_here_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let forger = Forger::of(stack, &ann).await;
        let [without_signature, with_signature] = forger.unsigned();
        let tokens = [
            without_signature,
            with_signature,
            forger.foreign(),
            forger.forged(|claims| claims["project_id"] = 1.into()),
            forger.forged(|claims| claims["exp"] = json!(4_000_000_000_i64)),
            forger.forged(|claims| claims["sub"] = "1".into()),
        ];

        let calls = tokens
            .iter()
            .flat_map(|token| [create(stack).bearer(token), stack.get("/applications/42/hooks").bearer(token)]);

        all_are_refused(&ann, calls.collect()).await;
    });
}

#[test]
fn a_token_expires_after_an_hour() {
    shared(async |stack| {
        let ann = stack.user().await;
        let forger = Forger::of(stack, &ann).await;
        let (fresh, expired) = (forger.issued(Duration::from_mins(59)), forger.issued(Duration::from_mins(61)));

        all_are_refused(
            &ann,
            vec![create(stack).bearer(&expired), stack.get("/applications/42/hooks").bearer(&expired)],
        )
        .await;

        create(stack).bearer(&fresh).send().await.is(201);
        stack.get("/applications/42/hooks").bearer(&fresh).send().await.is(200);
    });
}

#[test]
fn the_scheme_of_a_token_may_be_written_in_any_case() {
    shared(async |stack| {
        let ann = stack.user().await;
        let call = stack.get("/applications/42/hooks").header("authorization", format!("bearer {}", ann.access_token));
        call.send().await.is(200);
    });
}

#[test]
fn an_inactive_user_creates_no_hook_with_a_token_that_is_still_valid() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut input =
            json!({ "email": ann.email, "name": "Ann Bee", "project_id": ann.project, "environment_id": 1 });
        input["active"] = false.into();
        stack.put_user(&input).await.unwrap();

        all_are_refused(&ann, vec![ann.post("/hooks/incoming").json(&github_hook())]).await;

        input["active"] = true.into();
        stack.put_user(&input).await.unwrap();
        ann.create_hook(&github_hook()).await;
    });
}
