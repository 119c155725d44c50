//! Hooks that are removed.

use std::time::Duration;

use harness::{alone, github_hook, open_hook, shared};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

use super::changes::{delete, full_hook, items};

#[test]
fn a_hook_that_is_removed_is_gone() {
    shared(async |stack| {
        let ann = stack.user().await;
        for draft in [full_hook(), open_hook()] {
            let hook = ann.create_hook(&draft).await;
            let kept = ann.create_hook(&draft).await;
            let call = hook.signed(json!({ "ref": "a" }).to_string());
            call.send().await.accepted();
            let jobs = ann.jobs().await.len();

            let answer = delete(&ann, &hook.id).await;

            assert_eq!((answer.status, answer.text().as_str()), (204, ""));
            call.send().await.refused(404);
            hook.unsigned("{}").send().await.refused(404);
            delete(&ann, &hook.id).await.refused(404);
            for path in ["", "/requests"] {
                ann.get(&format!("/hooks/incoming/{}{path}", hook.id)).send().await.refused(404);
            }
            ann.put_hook(&hook, &json!({})).await.refused(404);
            ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).send().await.refused(404);
            assert_eq!(ann.list("/applications/42/hooks").await, [kept.id.as_str()]);
            assert_eq!(items(stack, &ann).await.len(), 1);
            assert_eq!(ann.jobs().await.len(), jobs);
            delete(&ann, &kept.id).await;
        }
    });
}

#[test]
fn a_change_does_not_bring_a_removed_hook_back() {
    alone(async |stack| {
        let ann = stack.user().await;
        for operation in ["PutItem", "UpdateItem"] {
            let hook = ann.create_hook(&github_hook()).await;
            let before = stack.aws_calls().len();
            stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(500)).on(operation));
            let change = async {
                if operation == "PutItem" {
                    ann.put_hook(&hook, &json!({ "name": "another name" })).await
                } else {
                    ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).send().await
                }
            };
            let remove = async {
                while !stack.aws_calls()[before..].iter().any(|call| call.operation == operation) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                delete(&ann, &hook.id).await
            };

            let (changed, removed) = tokio::join!(change, remove);

            stack.fault(Service::DynamoDb, None);
            assert_eq!(removed.status, 204);
            changed.refused(409);
            assert_eq!(items(stack, &ann).await, [Json::Null; 0], "{operation}");
            hook.push().send().await.refused(404);
        }
    });
}
