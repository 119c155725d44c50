//! Pipelines as they are created, shown and listed.

use harness::{User, deployment, shared};
use serde_json::{Value as Json, json};

/// A pipeline which uses every field.
fn full() -> Json {
    json!({
        "name": "train the model", "operation": "rotate_key", "max_parallel_actions": 2, "label": "gpu",
        "on_lost": "run_again", "claim_within_seconds": 3600, "trigger_when": { "conditions": [] },
    })
}

fn creator(user: &User<'_>) -> Json {
    json!({
        "id": user.id, "name": "Ann Bee", "email": user.email, "url_slug": format!("ann-bee-{}", user.id),
        "active": true,
    })
}

#[test]
fn a_pipeline_is_shown_as_it_was_created() {
    shared(async |stack| {
        let ann = stack.user().await;
        let answer = ann.post("/pipelines/ssh-key/7").json(&full()).send().await;
        let created = answer.is(201);
        let id = created["id"].as_i64().unwrap();

        assert!(id >= 1 << 52, "{id}");
        assert_eq!(answer.header("location"), format!("{}/pipelines/{id}", stack.api_url()));
        let at = &created["created_at"];
        let expected = json!({
            "id": id, "name": "train the model", "environment_id": ann.project, "project_id": ann.project,
            "organization_id": 1, "resource_type": "ssh-key", "resource_type_human_readable": "SSH key",
            "resource_id": 7, "operation": "rotate_key", "operation_human_readable": "Rotate key",
            "max_parallel_actions": 2, "trigger_when": null, "label": "gpu", "on_lost": "run_again",
            "claim_within_seconds": 3600, "steps": [], "created_by_user": creator(&ann), "created_at": at,
            "updated_at": at,
        });
        assert_eq!(created, expected);
        assert_eq!(ann.get(&format!("/pipelines/{id}")).send().await.is(200), expected);
    });
}

#[test]
fn what_is_left_out_or_null_has_its_default() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut nulls = deployment();
        for field in ["max_parallel_actions", "label", "on_lost", "claim_within_seconds", "trigger_when"] {
            nulls[field] = Json::Null;
        }
        for draft in [deployment(), nulls] {
            let pipeline = ann.create_pipeline(&draft).await;
            let found = ["max_parallel_actions", "label", "on_lost", "claim_within_seconds"];
            assert_eq!(
                found.map(|name| pipeline.json[name].clone()),
                [json!(0), "".into(), "fail".into(), 259_200.into()]
            );
        }
    });
}

#[test]
fn every_wrong_field_is_named_and_nothing_is_stored() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let wrong = json!({
            "name": "ab", "operation": "explode", "max_parallel_actions": 11, "label": " gpu", "on_lost": "retry",
            "claim_within_seconds": 59, "trigger_when": { "conditions": [{ "type": "request_body" }] }, "steps": [],
        });
        let fields = [
            "claim_within_seconds",
            "label",
            "max_parallel_actions",
            "name",
            "on_lost",
            "operation",
            "steps",
            "trigger_when.conditions",
        ];
        assert_eq!(ann.ask_for_pipeline(&wrong).await.invalid(), fields);
        assert_eq!(ann.ask_for_pipeline(&json!({})).await.invalid(), ["name", "operation"]);
        for (field, value) in [
            ("max_parallel_actions", json!(-1)),
            ("max_parallel_actions", json!("1")),
            ("max_parallel_actions", json!(0.5)),
            ("claim_within_seconds", json!(1_209_601)),
            ("label", json!("x".repeat(61))),
            ("name", json!("x".repeat(81))),
            ("trigger_when", json!([])),
        ] {
            let mut draft = deployment();
            draft[field] = value;
            assert_eq!(ann.ask_for_pipeline(&draft).await.invalid(), [field]);
        }
        for path in ["/pipelines/applications/42", "/pipelines/application/0", "/pipelines/application/x"] {
            ann.post(path).json(&deployment()).send().await.refused(404);
        }
        stack.post("/pipelines/application/42").json(&deployment()).send().await.refused(401);
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_new_pipeline_has_a_gate_that_bounds_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut bounded = deployment();
        bounded["max_parallel_actions"] = 3.into();
        for (draft, max) in [(bounded, "3"), (deployment(), "0")] {
            let pipeline = ann.create_pipeline(&draft).await;
            let key = format!("GATE#{}#{}", ann.project, pipeline.id);
            let expected =
                json!({ "pk": { "S": key }, "sk": { "S": "GATE" }, "max": { "N": max }, "running": { "N": "0" } });
            assert_eq!(pipeline.gate(stack).await, expected);
        }
    });
}

#[test]
fn the_pipelines_of_a_resource_are_listed_page_by_page_without_their_steps() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let mut expected = Vec::new();
        for user in [&ann, &bob, &ann] {
            let mut pipeline = user.create_pipeline(&deployment()).await.json;
            pipeline.as_object_mut().unwrap().remove("steps");
            expected.push(pipeline);
        }
        ann.post("/pipelines/application/43").json(&deployment()).send().await.is(201);
        ann.post("/pipelines/server/42").json(&deployment()).send().await.is(201);

        assert_eq!(ann.get("/pipelines/application/42").send().await.is(200), json!(expected));
        let second = ann.get("/pipelines/application/42?page=2&per_page=2").send().await;
        assert_eq!(second.is(200), json!([expected[2]]));
        let url = format!("{}/pipelines/application/42", stack.api_url());
        let link = |page: u8, rel: &str| format!("<{url}?page={page}&per_page=2>; rel=\"{rel}\"");
        assert_eq!(second.header("link"), [link(1, "first"), link(1, "prev"), link(2, "last")].join(", "));
        assert_eq!(ann.get("/pipelines/application/44").send().await.is(200), json!([]));
        assert_eq!(
            ann.get("/pipelines/application/42?page=0&per_page=101").send().await.invalid(),
            ["page", "per_page"]
        );
        ann.get("/pipelines/applications/42").send().await.refused(404);
    });
}

#[test]
fn a_creator_who_has_moved_is_not_shown() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let moved =
            json!({ "email": ann.email, "name": "Ann Secret", "project_id": stack.number(), "environment_id": 1 });
        stack.put_user(&moved).await.unwrap();

        assert_eq!(bob.get(&pipeline.path).send().await.is(200)["created_by_user"], Json::Null);
        assert_eq!(bob.get("/pipelines/application/42").send().await.is(200)[0]["created_by_user"], Json::Null);
        ann.ask_for_pipeline(&deployment()).await.refused(401);
    });
}
