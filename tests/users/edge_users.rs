//! Users, tokens and passwords where two things meet: a failure and a refresh, a login and a new password, a user who
//! was deactivated and what he left behind.

use std::time::{Duration, Instant};

use harness::{Answer, Pipehook, User, alone, github_hook, shared};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

async fn refresh(stack: &Pipehook, token: &str) -> Answer {
    stack.post("/users/refresh-token").json(&json!({ "refresh_token": token })).send().await
}

fn calls(stack: &Pipehook, operation: &str) -> usize {
    stack.aws_calls().iter().filter(|call| call.operation == operation).count()
}

/// Waits until DynamoDB has had more requests than before.
async fn until_more(stack: &Pipehook, operation: &str, before: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while calls(stack, operation) == before {
        assert!(Instant::now() < deadline, "no {operation} comes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn put(user: &User<'_>, change: &Json) -> Json {
    let mut input = json!({ "email": user.email, "name": "Ann", "project_id": user.project, "environment_id": 1 });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    input
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
        let input = put(&ann, &json!({ "password": "a password that she chose" }));
        // A login writes no update, so it is the new password that comes late.
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

#[test]
fn the_hooks_of_a_user_who_was_deactivated_go_on() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&github_hook()).await;
        stack.put_user(&put(&ann, &json!({ "active": false }))).await.unwrap();

        hook.push().send().await.accepted();

        assert_eq!(ann.jobs().await.len(), 1);
        bob.get(&format!("/hooks/incoming/{}", hook.id)).send().await.refused(404);
        let cid = stack.user_of(ann.project).await;
        let shown = cid.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200);
        assert_eq!((&shown["active"], &shown["created_by_user"]["active"]), (&json!(true), &json!(false)));
        assert_eq!(cid.put_hook(&hook, &json!({ "active": false })).await.status, 204, "others can stop them");
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn the_token_of_a_user_who_was_deactivated_makes_and_shows_no_secret_and_does_all_else() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let request = hook.push().send().await;
        request.accepted();
        stack.put_user(&put(&ann, &json!({ "active": false }))).await.unwrap();
        let (before, path) = (ann.footprint().await, format!("/hooks/incoming/{}", hook.id));

        ann.ask_for_hook(&github_hook()).await.refused(401);
        ann.post("/pipelines/7/hooks/incoming").json(&github_hook()).send().await.refused(401);
        ann.post(&format!("{path}/rotate-secret")).send().await.refused(401);
        ann.get("/users/me").send().await.refused(401);
        assert_eq!(ann.footprint().await, before);
        hook.push().send().await.accepted();

        assert_eq!(ann.get(&path).send().await.is(200)["secret"], "********");
        assert_eq!(ann.list("/applications/42/hooks").await, std::slice::from_ref(&hook.id));
        assert_eq!(ann.calls_of(&hook).await.len(), 2);
        ann.log_of(&request).await;
        ann.retry(request.request_id()).await.is(201);
        assert_eq!(ann.put_hook(&hook, &json!({})).await.status, 204);
        assert_eq!(ann.call("DELETE", &path).send().await.status, 204);
        assert_eq!(ann.get("/users/logout").send().await.status, 204);
        refresh(stack, &ann.refresh_token).await.refused(401);
    });
}
