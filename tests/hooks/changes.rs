//! Hooks as they are shown, changed and removed.

use std::time::Duration;

use harness::{Answer, Hook, Pipehook, User, alone, github_hook, open_hook, shared, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

async fn get(user: &User<'_>, hook: &Hook<'_>) -> Json {
    user.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200)
}

pub(super) async fn delete(user: &User<'_>, id: &str) -> Answer {
    user.call("DELETE", &format!("/hooks/incoming/{id}")).send().await
}

/// The stored items of a project's hooks: what a refused change must leave alone.
pub(crate) async fn items(stack: &Pipehook, user: &User<'_>) -> Vec<Json> {
    stack.items_with("HooksTable", "project_id", &json!({ "N": user.project.to_string() })).await
}

pub(crate) async fn changed(user: &User<'_>, hook: &Hook<'_>, change: &Json) -> Json {
    let answer = user.put_hook(hook, change).await;
    assert_eq!((answer.status, answer.text().as_str()), (204, ""), "{change}");
    get(user, hook).await
}

/// A hook which uses every field.
pub(super) fn full_hook() -> Json {
    let mut hook = github_hook();
    hook["pipeline_id"] = 7.into();
    hook["settings"]["variables"][0]["required"] = true.into();
    let condition = json!({ "name": "main", "type": "request_body", "path": "ref", "accepted_values": ["a", 1, true] });
    hook["trigger_when"] = json!({ "conditions": [condition] });
    hook
}

#[test]
fn a_hook_is_shown_as_it_was_created_but_for_its_secret() {
    shared(async |stack| {
        let ann = stack.user().await;
        for draft in [full_hook(), github_hook()] {
            let hook = ann.create_hook(&draft).await;
            let mut expected = hook.json.clone();
            expected["secret"] = "********".into();

            let shown = get(&ann, &hook).await;

            assert_eq!(shown, expected);
            let creator = json!({
                "id": ann.id, "name": "Ann Bee", "email": ann.email, "url_slug": format!("ann-bee-{}", ann.id),
                "active": true,
            });
            assert_eq!(shown["created_by_user"], creator);
        }
        let open = ann.create_hook(&open_hook()).await;
        let shown = get(&ann, &open).await;
        let signing = ["secret", "secret_algorithm", "secret_header_name"].map(|name| &shown[name]);
        assert_eq!(signing, [&json!(""), &Json::Null, &Json::Null], "the published clients take no null as a secret");
    });
}

#[test]
fn a_hook_shows_every_user_its_creator_as_the_creator_is_now() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let hook = ann.create_hook(&github_hook()).await;
        let input = json!({
            "email": ann.email, "name": "Ann Cee", "project_id": ann.project, "environment_id": 1, "active": false,
        });
        stack.put_user(&input).await.unwrap();

        let creator = get(&bob, &hook).await["created_by_user"].clone();

        assert_eq!(
            (&creator["id"], &creator["name"], &creator["active"]),
            (&json!(ann.id), &json!("Ann Cee"), &json!(false))
        );
        assert_eq!(bob.put_hook(&hook, &json!({ "name": "another name" })).await.status, 204);
        assert_eq!(get(&bob, &hook).await["created_by_user"], creator, "who changes it did not create it");
    });
}

#[test]
fn a_change_keeps_every_field_that_is_absent_or_null_but_a_pipeline_that_is_null() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&full_hook()).await;
        let before = get(&ann, &hook).await;
        let mut nulls = full_hook();
        nulls.as_object_mut().unwrap().values_mut().for_each(|value| *value = Json::Null);
        nulls["name"] = before["name"].clone();
        nulls.as_object_mut().unwrap().remove("pipeline_id");
        let empty = json!({ "settings": {}, "trigger_when": {} });
        let null = json!({ "settings": { "variables": null }, "trigger_when": { "conditions": null, "events": [] } });
        for change in [json!({}), nulls, empty, null] {
            let mut after = changed(&ann, &hook, &change).await;

            assert!(after["updated_at"].as_str().unwrap() > before["updated_at"].as_str().unwrap(), "{change}");
            after["updated_at"] = before["updated_at"].clone();
            assert_eq!(after, before, "{change}");
        }
        assert_eq!(changed(&ann, &hook, &json!({ "pipeline_id": null })).await["pipeline_id"], Json::Null);
        assert_eq!(ann.list("/pipelines/7/hooks").await, [""; 0]);
        let call = hook.signed(json!({ "ref": "a" }).to_string());
        call.send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1, "the secret is still the same");
    });
}

#[test]
fn a_change_changes_the_field_that_it_names_and_no_other() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&full_hook()).await;
        let mut expected = get(&ann, &hook).await;
        let variable = json!({ "name": "x", "source": "body", "path": "y", "type": "array", "required": false, "default_value": [1, 2.50], "max_length": null, "allowed_values": [] });
        let condition = json!({ "name": null, "type": "request_header", "path": "x-event", "operator": "equals", "accepted_values": ["push"] });
        for (change, pointer) in [
            (json!({ "name": "another name" }), "/name"),
            (json!({ "name": "another name", "action_type": "restart" }), "/action_type"),
            (json!({ "name": "another name", "resource_type": "server" }), "/resource_type"),
            (json!({ "name": "another name", "resource_id": 43 }), "/resource_id"),
            (json!({ "name": "another name", "pipeline_id": 8 }), "/pipeline_id"),
            (json!({ "name": "another name", "active": false }), "/active"),
            (json!({ "name": "another name", "settings": { "variables": [variable] } }), "/settings/variables"),
            (json!({ "name": "another name", "settings": { "variables": [] } }), "/settings/variables"),
            (
                json!({ "name": "another name", "trigger_when": { "conditions": [condition] } }),
                "/trigger_when/conditions",
            ),
            (json!({ "name": "another name", "trigger_when": { "conditions": [] } }), "/trigger_when/conditions"),
            (json!({ "name": "another name", "secret_header_name": "X-Signature" }), "/secret_header_name"),
            (json!({ "name": "another name", "secret_algorithm": "sha512" }), "/secret_algorithm"),
        ] {
            let after = changed(&ann, &hook, &change).await;

            *expected.pointer_mut(pointer).unwrap() = change.pointer(pointer).unwrap().clone();
            if pointer == "/secret_header_name" {
                expected["secret_header_name"] = "x-signature".into();
            }
            if pointer.starts_with("/secret_") {
                let algorithm = expected["secret_algorithm"].as_str().unwrap().to_uppercase();
                expected["proven_by"] = format!("HMAC-{algorithm} of `{{body}}` in the header `x-signature`").into();
            }
            expected["updated_at"] = after["updated_at"].clone();
            assert_eq!(after, expected, "{change}");
        }
        assert_eq!(ann.list("/applications/42/hooks").await, [""; 0], "it is where it was moved to");
        assert_eq!(ann.list("/servers/43/hooks").await, [hook.id.as_str()]);
        assert_eq!(ann.list("/pipelines/8/hooks").await, [hook.id.as_str()]);
        assert_eq!(ann.list("/pipelines/7/hooks").await, [""; 0]);
    });
}

#[test]
fn what_a_change_cannot_touch_is_refused_by_name_and_stays() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let before = get(&ann, &hook).await;
        let change = json!({
            "secret": "It's a Secret to Everybody", "project_id": 999, "environment_id": 999, "url": "http://x",
            "type": "out", "created_at": "2000-01-01T00:00:00.000Z", "created_by": 999, "is_auto_generated": true,
        });

        let refused = ann.put_hook(&hook, &change).await.invalid();

        assert_eq!(
            refused,
            ["created_by", "environment_id", "is_auto_generated", "project_id", "secret", "type"],
            "the others change on their own, so they are not read"
        );
        assert_eq!(get(&ann, &hook).await, before);
        hook.push().send().await.accepted();
        let mut other = hook.clone();
        other.secret = "It's a Secret to Everybody".to_owned();
        other.push().send().await.refused(401);
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn a_change_repeats_the_id_and_the_name_or_changes_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let other = ann.create_hook(&github_hook()).await;
        let before = items(stack, &ann).await;
        let put = ann.call("PUT", &format!("/hooks/incoming/{}", hook.id));
        for (body, fields) in [
            (json!({}), vec!["id", "name"]),
            (json!({ "id": hook.id }), vec!["name"]),
            (json!({ "name": "x" }), vec!["id"]),
            (json!({ "id": null, "name": null }), vec!["id", "name"]),
            (json!({ "id": other.id, "name": "x" }), vec!["id"]),
            (json!({ "id": UNKNOWN, "name": "x" }), vec!["id"]),
            (json!({ "id": "x", "name": "" }), vec!["id", "name"]),
            (json!({ "id": 7, "name": "x".repeat(101), "active": "no" }), vec!["active", "id", "name"]),
        ] {
            assert_eq!(put.clone().json(&body).send().await.invalid(), fields, "{body}");
        }
        put.clone().body("{").send().await.refused(400);
        put.with("content-type", "text/plain").body("{}").send().await.refused(415);
        assert_eq!(items(stack, &ann).await, before);
    });
}

#[test]
fn a_value_that_no_new_hook_could_have_is_refused_in_a_change_too() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let before = items(stack, &ann).await;
        for (change, fields) in [
            (json!({ "name": null, "action_type": "explode" }), vec!["action_type", "name"]),
            (json!({ "resource_id": 0, "resource_type": "moon" }), vec!["resource_id", "resource_type"]),
            (json!({ "resource_id": 1.5, "pipeline_id": "7" }), vec!["pipeline_id", "resource_id"]),
            (json!({ "requires_secret": "false" }), vec!["requires_secret"]),
            (json!({ "secret_algorithm": "md5" }), vec!["secret_algorithm"]),
            (json!({ "secret_algorithm": "sha512" }), vec!["secret_algorithm"]),
            (json!({ "secret_header_name": "a b" }), vec!["secret_header_name"]),
            (json!({ "secret_header_name": "Authorization" }), vec!["secret_header_name"]),
            (json!({ "pipline_id": 8 }), vec!["pipline_id"]),
            (json!({ "secret": "another secret of 24 characters" }), vec!["secret"]),
            (json!({ "project_id": 999_999_999 }), vec!["project_id"]),
            (json!({ "verify_ssl": false, "type": "out" }), vec!["type", "verify_ssl"]),
            (json!({ "trigger_when": { "events": ["push"] } }), vec!["trigger_when.events"]),
            (json!({ "settings": [] }), vec!["settings"]),
            (json!({ "settings": { "variables": {} } }), vec!["settings.variables"]),
            (json!({ "settings": { "variables": [{ "type": "string" }] } }), vec!["settings.variables.0.name"]),
            (
                json!({ "trigger_when": { "conditions": [{}] } }),
                vec![
                    "trigger_when.conditions.0.accepted_values",
                    "trigger_when.conditions.0.path",
                    "trigger_when.conditions.0.type",
                ],
            ),
        ] {
            assert_eq!(ann.put_hook(&hook, &change).await.invalid(), fields, "{change}");
        }
        assert_eq!(items(stack, &ann).await, before);
    });
}

#[test]
fn a_hook_of_another_project_is_not_there_to_be_changed_or_removed() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&github_hook()).await;
        let before = items(stack, &ann).await;

        bob.put_hook(&hook, &json!({ "requires_secret": false })).await.refused(404);
        // What is wrong with the body must not tell that the hook is there.
        bob.call("PUT", &format!("/hooks/incoming/{}", hook.id)).json(&json!({})).send().await.refused(404);
        delete(&bob, &hook.id).await.refused(404);
        bob.get(&format!("/hooks/incoming/{}", hook.id)).send().await.refused(404);
        for method in ["GET", "PUT", "DELETE"] {
            stack.call(method, &format!("/hooks/incoming/{}", hook.id)).send().await.refused(401);
            ann.call(method, "/hooks/incoming/x").send().await.refused(404);
            ann.call(method, &format!("/hooks/incoming/{UNKNOWN}")).send().await.refused(404);
            assert_eq!(ann.call(method, &format!("/hooks/outgoing/{}", hook.id)).send().await.status, 404);
        }

        assert_eq!(items(stack, &ann).await, before);
        assert_eq!(items(stack, &bob).await, [Json::Null; 0], "a change makes no hook");
        hook.push().send().await.accepted();
    });
}

#[test]
fn of_changes_at_once_one_wins_and_the_others_are_told() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let changes: Vec<_> = (0..4).map(|number| json!({ "name": format!("name {number}") })).collect();

        // All have read the hook before one of them writes.
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(500)).on("PutItem"));
        let answers = together(changes.iter().map(|change| ann.put_hook(&hook, change))).await;
        stack.fault(Service::DynamoDb, None);

        let (winners, losers): (Vec<_>, Vec<_>) =
            answers.iter().zip(&changes).partition(|(answer, _)| answer.status == 204);
        assert_eq!(winners.len(), 1, "{answers:?}");
        for (answer, _) in losers {
            answer.refused(409);
        }
        assert_eq!(get(&ann, &hook).await["name"], winners[0].1["name"]);
    });
}

#[test]
fn no_change_that_was_answered_is_lost_to_another_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&full_hook()).await;
        for round in 0..5 {
            let changes = [
                ("resource_id", json!({ "resource_id": 1_000 + round })),
                ("pipeline_id", json!({ "pipeline_id": 1_000 + round })),
                ("action_type", json!({ "action_type": (["start", "stop"][round % 2]) })),
                ("active", json!({ "active": round % 2 == 0 })),
                ("resource_type", json!({ "resource_type": (["server", "daemon"][round % 2]) })),
            ];
            let before = get(&ann, &hook).await;

            let answers = together(changes.iter().map(|(_, change)| ann.put_hook(&hook, change))).await;

            let after = get(&ann, &hook).await;
            assert!(answers.iter().any(|answer| answer.status == 204));
            for ((field, change), answer) in changes.iter().zip(&answers) {
                let expected = if answer.status == 204 { change } else { &before };
                assert_eq!(after[field], expected[field], "{field}, answered {}", answer.status);
            }
        }
    });
}

#[test]
fn a_hook_that_is_deactivated_ignores_its_calls_until_it_is_activated() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        changed(&ann, &hook, &json!({ "active": false })).await;

        let message = hook.push().send().await.accepted();

        assert!(message.contains("inactive"), "{message}");
        hook.unsigned("{}").send().await.refused(401);
        assert_eq!(ann.jobs().await.len(), 0);
        changed(&ann, &hook, &json!({ "active": true })).await;
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}
