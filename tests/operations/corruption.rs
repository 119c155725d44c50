//! Stored items that cannot be read: an error of ours, logged with what is damaged, and no detail for the caller.

use harness::{Answer, Hook, Pipehook, alone, deployment, github_hook, open_hook, shell};
use serde_json::{Value as Json, json};

fn is_internal(answer: &Answer) {
    let message = answer.refused(500);
    assert_eq!(message, "An internal error occurred. It has been logged under this request's id.");
}

/// The one error in the log of this call.
fn logged(stack: &Pipehook, answer: &Answer) -> String {
    let logs = stack.logs().into_iter().map(|line| line.text);
    let errors: Vec<_> =
        logs.filter(|line| line.contains(answer.request_id()) && line.contains("\"level\":\"ERROR\"")).collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.concat()
}

async fn damaged<'s>(stack: &'s Pipehook, attribute: &str, value: Json) -> (harness::User<'s>, Hook<'s>) {
    let ann = stack.user().await;
    let hook = ann.create_hook(&github_hook()).await;
    hook.damage(attribute, &value).await;
    (ann, hook)
}

#[test]
fn a_call_of_a_damaged_hook_is_an_error_that_is_logged_with_key_and_attribute_and_not_told() {
    alone(async |stack| {
        for (attribute, value) in [
            ("name", Json::Null),
            ("name", json!({ "N": "7" })),
            ("action_type", json!({ "S": "explode" })),
            ("resource_id", json!({ "N": "-1" })),
            ("requires_secret", Json::Null),
            ("secret", Json::Null),
            ("secret_since", json!({ "S": "yesterday" })),
            ("secret_algorithm", json!({ "S": "md5" })),
            ("variables", json!({ "S": "[{" })),
            ("conditions", json!({ "BOOL": true })),
            ("active", json!({ "S": "true" })),
        ] {
            let (ann, hook) = damaged(stack, attribute, value).await;

            let answer = hook.push().send().await;

            is_internal(&answer);
            let line = logged(stack, &answer);
            assert!(
                line.contains(&format!("the item {} is corrupt at its attribute `{attribute}`", hook.id)),
                "{line}"
            );
            assert_eq!(ann.jobs().await.len(), 0, "{attribute}");
        }
    });
}

#[test]
fn a_list_with_a_damaged_hook_is_an_error_too() {
    alone(async |stack| {
        let (ann, hook) = damaged(stack, "action_type", json!({ "S": "explode" })).await;

        let answer = ann.get("/applications/42/hooks").send().await;

        is_internal(&answer);
        assert!(logged(stack, &answer).contains(&format!("the item {} is corrupt", hook.id)));
    });
}

#[test]
fn a_damaged_user_is_an_error_at_login_and_at_creation() {
    alone(async |stack| {
        let ann = stack.user().await;
        let key = format!("USER#{}", ann.id);
        stack.damage("UsersTable", &json!({ "pk": { "S": key } }), "active", &Json::Null).await;

        for answer in [stack.log_in(&ann.email, &ann.password).await, ann.ask_for_hook(&github_hook()).await] {
            is_internal(&answer);
            assert!(logged(stack, &answer).contains(&format!("the item {key} is corrupt at its attribute `active`")));
        }
    });
}

#[test]
fn a_sealed_secret_that_does_not_open_is_an_error_and_never_an_open_hook() {
    alone(async |stack| {
        let other = stack.user().await.create_hook(&github_hook()).await;
        let sealed = other.item().await["secret"].take();
        // Of another hook, cut, and of a format of the future.
        for value in [sealed, json!({ "B": "AQID" }), json!({ "B": "" }), json!({ "B": "/w==" })] {
            let (ann, hook) = damaged(stack, "secret", value).await;
            for call in [hook.push(), hook.unsigned("{}"), other.push()] {
                let url = hook.json["url"].as_str().unwrap().strip_prefix(&stack.api_url()).unwrap();
                let signature = call.header_value("x-hub-signature-256").unwrap_or_default();
                let answer = stack.post(url).header("x-hub-signature-256", signature).body("{}").send().await;
                is_internal(&answer);
                assert!(logged(stack, &answer).contains("the sealed secret cannot be opened"));
            }
            assert_eq!(ann.jobs().await.len(), 0);
        }
    });
}

#[test]
fn a_damaged_call_of_the_log_is_an_error_to_its_reader_and_queues_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        // One of them has its body apart.
        for (body, attribute, is_listed) in [
            (json!({}), "outcome", true),
            (json!({}), "exchange", false),
            (json!({ "a": "x".repeat(40_000) }), "body", false),
        ] {
            let call = hook.unsigned(body.to_string()).send().await;
            let items = stack.logged_items(&hook).await;
            let items = items.iter().filter(|item| item["id"]["S"] == call.request_id());
            let item = items.into_iter().find(|item| item.get(attribute).is_some()).unwrap();
            let key = json!({ "pk": item["pk"], "id": item["id"] });
            // Bytes that are no deflate of ours, and no outcome.
            stack.damage("RequestsTable", &key, attribute, &json!({ "B": "AQID" })).await;
            let before = ann.jobs().await.len();

            let shown = ann.get(&format!("/hook-requests/{}", call.request_id())).send().await;
            let retried = ann.retry(call.request_id()).await;
            let listed = ann.get(&format!("/hooks/incoming/{}/requests", hook.id)).send().await;

            for answer in [&shown, &retried].into_iter().chain(is_listed.then_some(&listed)) {
                is_internal(answer);
                let expected =
                    format!("the item {} is corrupt at its attribute `{attribute}`", item["id"]["S"].as_str().unwrap());
                assert!(logged(stack, answer).contains(&expected), "{attribute}");
            }
            assert_eq!(ann.jobs().await.len(), before, "{attribute}");
            stack.delete_item("RequestsTable", &key).await;
        }
    });
}

#[test]
fn a_damaged_pipeline_is_an_error_and_can_only_be_removed() {
    alone(async |stack| {
        let ann = stack.user().await;
        for (attribute, value) in [
            ("name", Json::Null),
            ("operation", json!({ "S": "explode" })),
            ("steps", json!({ "S": "[{" })),
            ("max_parallel_actions", json!({ "N": "11" })),
            ("on_lost", json!({ "BOOL": true })),
            ("claim_within", Json::Null),
        ] {
            let pipeline = ann.create_pipeline(&deployment()).await;
            let step = pipeline.add_step(&shell("make build")).await;
            pipeline.damage(stack, attribute, &value).await;
            for answer in [
                ann.get(&pipeline.path).send().await,
                pipeline.put(&json!({ "name": "another" })).await,
                pipeline.ask_for_step(&shell("make build")).await,
                pipeline.put_step(step, &json!({})).await,
                pipeline.step("DELETE", step, "/unlink").send().await,
            ] {
                is_internal(&answer);
                let line = logged(stack, &answer);
                let key = format!("P#{}#{}", ann.project, pipeline.id);
                assert!(line.contains(&format!("the item {key} is corrupt at its attribute `{attribute}`")), "{line}");
            }
            assert_eq!(pipeline.delete().await.status, 204, "{attribute}");
            ann.get(&pipeline.path).send().await.refused(404);
        }
    });
}
