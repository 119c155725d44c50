//! Answers of DynamoDB that are lost: what was written is there, and whoever wrote it does not know.

use harness::alone;
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
        for operation in ["PutItem", "DeleteItem"] {
            stack.fault(Service::DynamoDb, Fault::lose_answer().on(operation).first(1));
            stack.log_in(&ann.email, &ann.password).await.is(200);
        }
    });
}
