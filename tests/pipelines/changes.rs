//! Pipelines as they are changed and removed.

use harness::{Pipehook, User, alone, deployment, shared, shell, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

/// The stored items of a project's pipelines: what a refused change must leave alone.
async fn items(stack: &Pipehook, user: &User<'_>) -> Vec<Json> {
    stack.items_with("PipelinesTable", "project_id", &json!({ "N": user.project.to_string() })).await
}

#[test]
fn a_change_keeps_what_is_absent_or_null() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let before = pipeline.get().await;
        for (change, field) in [
            (json!({ "name": "another name" }), "name"),
            (json!({ "max_parallel_actions": 2, "label": null, "on_lost": null }), "max_parallel_actions"),
            (json!({ "label": "gpu" }), "label"),
            (json!({ "label": "" }), "label"),
            (json!({ "on_lost": "run_again" }), "on_lost"),
            (json!({ "claim_within_seconds": 60, "trigger_when": {} }), "claim_within_seconds"),
        ] {
            let earlier = pipeline.get().await;
            let mut body = json!({ "name": earlier["name"] });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());

            assert_eq!(pipeline.put(&body).await.status, 204, "{change}");

            let mut expected = earlier.clone();
            expected[field] = change[field].clone();
            let found = pipeline.get().await;
            assert!(found["updated_at"].as_str() > earlier["updated_at"].as_str(), "{found}");
            expected["updated_at"] = found["updated_at"].clone();
            assert_eq!(found, expected);
        }
        assert_eq!(pipeline.get().await["created_at"], before["created_at"]);
    });
}

#[test]
fn what_get_has_shown_can_be_sent_back_and_nothing_else_changes_what_it_shows() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let shown = pipeline.get().await;
        assert_eq!(pipeline.put(&shown).await.status, 204);
        let before = items(stack, &ann).await;

        for (field, value) in [
            ("id", json!(pipeline.id + 1)),
            ("id", json!("x")),
            ("project_id", json!(ann.project + 1)),
            ("environment_id", json!(ann.project + 1)),
            ("organization_id", json!(2)),
            ("resource_type", json!("server")),
            ("resource_type_human_readable", json!("Server")),
            ("resource_id", json!(43)),
            ("operation", json!("restart")),
            ("operation_human_readable", json!("Restart")),
            ("steps", json!([])),
            ("name", json!("ab")),
            ("max_parallel_actions", json!(11)),
            ("on_lost", json!("retry")),
            ("stepz", json!([])),
        ] {
            let mut change = shown.clone();
            change[field] = value;
            assert_eq!(pipeline.put(&change).await.invalid(), [field]);
        }
        let nameless = ann.call("PUT", &pipeline.path).json(&json!({ "id": pipeline.id }));
        assert_eq!(nameless.send().await.invalid(), ["name"]);
        assert_eq!(items(stack, &ann).await, before);
    });
}

#[test]
fn a_new_bound_is_that_of_the_gate_and_what_runs_is_still_counted() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let mut gate = pipeline.gate(stack).await;
        gate["running"] = json!({ "N": "2" });
        stack.put_item("ActionsTable", &gate).await;

        assert_eq!(pipeline.put(&json!({ "max_parallel_actions": 1 })).await.status, 204);
        gate["max"] = json!({ "N": "1" });
        assert_eq!(pipeline.gate(stack).await, gate);

        assert_eq!(pipeline.put(&json!({ "name": "another name" })).await.status, 204);
        assert_eq!(pipeline.gate(stack).await, gate);
    });
}

#[test]
fn a_removed_pipeline_is_gone_and_its_gate_says_so_for_400_days() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (pipeline, other) = (ann.create_pipeline(&deployment()).await, ann.create_pipeline(&deployment()).await);
        let step = pipeline.add_step(&shell("make build")).await;
        let gate = pipeline.gate(stack).await;

        assert_eq!(pipeline.delete().await.status, 204);

        for answer in [
            pipeline.delete().await,
            ann.get(&pipeline.path).send().await,
            pipeline.put(&json!({})).await,
            pipeline.ask_for_step(&shell("make build")).await,
            pipeline.put_step(step, &json!({})).await,
            pipeline.step("POST", step, "/link").send().await,
        ] {
            assert_eq!(answer.refused(404), "The pipeline was not found.");
        }
        assert_eq!(items(stack, &ann).await.len(), 1, "the other one");
        assert_eq!(ann.get("/pipelines/application/42").send().await.is(200)[0]["id"], other.id);
        let mut closed = pipeline.gate(stack).await;
        let expires_at: u64 = closed["expires_at"]["N"].as_str().unwrap().parse().unwrap();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!((399..=401).contains(&((expires_at - now + 43_200) / 86_400)), "{expires_at}");
        assert_eq!(closed["deleted"], json!({ "BOOL": true }));
        closed.as_object_mut().unwrap().retain(|name, _| !["deleted", "expires_at"].contains(&name.as_str()));
        assert_eq!(closed, gate);
        assert_eq!(other.gate(stack).await.get("deleted"), None);
    });
}

#[test]
fn of_two_changes_at_once_none_is_lost() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let changes: Vec<_> = (1..=8).map(|bound| json!({ "max_parallel_actions": bound })).collect();
        let answers = together(changes.iter().map(|change| pipeline.put(change))).await;

        let accepted = answers.iter().filter(|answer| answer.status == 204).count();
        assert!(accepted > 0);
        for answer in answers.iter().filter(|answer| answer.status != 204) {
            answer.refused(409);
        }
        let max = pipeline.get().await["max_parallel_actions"].to_string();
        assert_eq!(pipeline.gate(stack).await["max"]["N"], max, "pipeline and gate agree");
    });
}

#[test]
fn a_change_whose_answer_was_lost_is_made_once() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        for (operation, change) in
            [("PutItem", json!({ "label": "gpu" })), ("TransactWriteItems", json!({ "max_parallel_actions": 2 }))]
        {
            stack.fault(Service::DynamoDb, Fault::lose_answer().on(operation).first(1));
            assert_eq!(pipeline.put(&change).await.status, 204, "{operation}");
            stack.fault(Service::DynamoDb, None);
        }
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("UpdateItem").first(1));
        pipeline.add_step(&shell("make build")).await;
        stack.fault(Service::DynamoDb, Fault::lose_answer().on("TransactWriteItems").first(1));
        ann.create_pipeline(&deployment()).await;
        stack.fault(Service::DynamoDb, None);

        assert_eq!(pipeline.steps().await.len(), 1);
        assert_eq!(ann.footprint().await.pipelines, 2);
        let count =
            stack.items("PipelinesTable").await.into_iter().find(|item| item.get("pipelines").is_some()).unwrap();
        assert_eq!(count["pipelines"]["N"], "2");
    });
}

#[test]
fn while_the_table_is_unavailable_nothing_is_half_done() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let (before, gate) = (items(stack, &ann).await, pipeline.gate(stack).await);

        stack.fault(Service::DynamoDb, Fault::throttle().on("TransactWriteItems"));
        ann.ask_for_pipeline(&deployment()).await.refused(503);
        pipeline.put(&json!({ "max_parallel_actions": 2 })).await.refused(503);
        pipeline.delete().await.refused(503);
        stack.fault(Service::DynamoDb, None);

        assert_eq!(items(stack, &ann).await, before);
        assert_eq!(pipeline.gate(stack).await, gate);
    });
}
