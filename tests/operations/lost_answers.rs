//! Answers of DynamoDB that are lost: the write happened, and its caller does not know.

use harness::{alone, github_hook};
use local::{Fault, Service};
use serde_json::json;

#[test]
fn a_user_whose_receipt_is_lost_is_put_once() {
    alone(async |stack| {
        for operation in ["UpdateItem", "TransactWriteItems"] {
            let input = json!({
                "email": format!("{operation}@example.com"), "name": "Ann", "project_id": 1, "environment_id": 1,
            });
            stack.fault(Service::DynamoDb, Fault::lose_answer().on(operation).first(1));

            let user = stack.put_user(&input).await.unwrap();

            let (email, password) = (input["email"].as_str().unwrap(), user["password"].as_str().unwrap());
            stack.log_in(email, password).await.is(200);
        }
    });
}

#[test]
fn a_login_whose_count_is_lost_succeeds() {
    alone(async |stack| {
        let ann = stack.user().await;
        for answers in 1..=2 {
            stack.fault(Service::DynamoDb, Fault::lose_answer().on("UpdateItem").first(answers));
            stack.log_in(&ann.email, &ann.password).await.is(200);
        }
    });
}

#[test]
fn a_hook_whose_receipt_is_lost_is_created_once_and_its_secret_is_shown() {
    alone(async |stack| {
        let ann = stack.user().await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("TransactWriteItems").first(1));

        let hook = ann.create_hook(&github_hook()).await;

        assert_eq!(ann.list("/applications/42/hooks").await, std::slice::from_ref(&hook.id));
        hook.push().send().await.accepted();
    });
}

#[test]
fn a_login_whose_session_is_lost_succeeds() {
    alone(async |stack| {
        let ann = stack.user().await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("PutItem").first(1));
        let before = stack.aws_calls().len();

        stack.log_in(&ann.email, &ann.password).await.is(200);

        let puts = stack.aws_calls()[before..].iter().filter(|call| call.operation == "PutItem").count();
        assert_eq!(puts, 2, "the session is the one item that a login puts, and the answer of the first try was lost");
    });
}

#[test]
fn a_change_whose_receipt_is_lost_is_made() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("PutItem").first(1));

        let change = json!({"id": hook.id, "name": "another name", "active": false});
        let put = ann.call("PUT", &format!("/hooks/incoming/{}", hook.id)).json(&change);
        assert_eq!(put.send().await.status, 204);

        assert!(hook.push().send().await.is(200)["message"].as_str().unwrap().contains("inactive"));
    });
}

#[test]
fn a_removal_whose_receipt_is_lost_is_made_and_a_second_one_is_not_found() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("TransactWriteItems").first(1));

        let delete = ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id));
        assert_eq!(delete.send().await.status, 204);

        hook.push().send().await.refused(404);
        delete.send().await.refused(404);
    });
}

#[test]
fn a_rotation_whose_receipt_is_lost_shows_the_secret_that_is_valid() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut hook = ann.create_hook(&github_hook()).await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("UpdateItem").first(1));

        let rotated =
            ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(&json!({"overlap_seconds": 0}));
        let rotated = rotated.send().await.is(200);

        hook.secret = rotated["secret"].as_str().unwrap().to_owned();
        hook.push().send().await.accepted();
    });
}

#[test]
fn a_renewal_whose_receipt_is_lost_hands_out_the_token_that_is_valid() {
    alone(async |stack| {
        let ann = stack.user().await;
        let tokens = stack.log_in(&ann.email, &ann.password).await.is(200);
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("UpdateItem").first(1));

        let renewed = stack.post("/users/refresh-token").json(&json!({"refresh_token": tokens["refresh_token"]}));
        let renewed = renewed.send().await.is(200);

        let again = stack.post("/users/refresh-token").json(&json!({"refresh_token": renewed["refresh_token"]}));
        again.send().await.is(200);
    });
}
