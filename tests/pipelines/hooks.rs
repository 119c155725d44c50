//! Which pipelines of ours a hook may run: checked when the hook is written.

use harness::{Pipehook, Pipeline, User, alone, deployment, github_hook, open_hook, shared};
use serde_json::{Value as Json, json};

/// What asks for a hook that runs this pipeline.
fn hook_of(pipeline: i64) -> Json {
    let mut hook = github_hook();
    hook["pipeline_id"] = pipeline.into();
    hook
}

/// What asks for a hook whose sender chooses the pipeline, with this default.
fn hook_with_default(pipeline: i64) -> Json {
    let mut hook = github_hook();
    hook["settings"] =
        json!({ "variables": [{ "name": "pipeline_id", "type": "integer", "default_value": pipeline }] });
    hook
}

/// The pipelines that the stored hook may run.
async fn allowed(stack: &Pipehook, hook: &str) -> Vec<i64> {
    let item = stack.item("HooksTable", &json!({ "id": { "S": hook } })).await;
    let pipelines = item["pipelines"]["L"].as_array().into_iter().flatten();
    pipelines.map(|id| id["N"].as_str().unwrap().parse().unwrap()).collect()
}

/// A pipeline of another type of resource, and one with another operation.
async fn unfit(ann: &User<'_>) -> [i64; 2] {
    let of_server = ann.post("/pipelines/server/42").json(&deployment()).send().await.is(201);
    let restarts = ann.create_pipeline(&json!({ "name": "restart the shop", "operation": "restart" })).await;
    [of_server["id"].as_i64().unwrap(), restarts.id]
}

async fn pipeline<'s>(user: &User<'s>) -> Pipeline<'s> {
    user.create_pipeline(&deployment()).await
}

#[test]
fn a_hook_keeps_the_pipelines_of_ours_that_it_names() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (own, default) = (pipeline(&ann).await, pipeline(&ann).await);
        let mut both = hook_with_default(default.id);
        both["pipeline_id"] = own.id.into();
        let mut twice = hook_with_default(own.id);
        twice["pipeline_id"] = own.id.into();
        // A pipeline may run for other resources of the type that it was made for.
        let mut elsewhere = hook_of(own.id);
        elsewhere["resource_id"] = 43.into();
        let mut text = hook_with_default(0);
        text["settings"]["variables"][0] =
            json!({ "name": "pipeline_id", "type": "string", "default_value": default.id.to_string() });
        for (draft, expected) in [
            (hook_of(own.id), vec![own.id]),
            (hook_with_default(default.id), vec![default.id]),
            (both, vec![own.id, default.id]),
            (twice, vec![own.id]),
            (elsewhere, vec![own.id]),
            (hook_of(7), vec![]),
            (hook_with_default(7), vec![]),
            (hook_with_default(-1), vec![]),
            (text, vec![]),
            (github_hook(), vec![]),
        ] {
            let hook = ann.create_hook(&draft).await;
            assert_eq!(allowed(stack, &hook.id).await, expected, "{draft}");
        }
    });
}

#[test]
fn a_pipeline_that_does_not_fit_is_refused_by_the_field_that_names_it_and_nothing_is_stored() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let [of_server, restarts] = unfit(&ann).await;
        let others = pipeline(&bob).await.id;
        let hook = ann.create_hook(&github_hook()).await;
        let before = (ann.footprint().await, stack.items("HooksTable").await.len());
        for (id, reason) in [
            (others, "must be a pipeline of this project, and there it does not exist."),
            (others + 1, "must be a pipeline of this project, and there it does not exist."),
            (
                of_server,
                "must be a pipeline whose type of resource is application, like the hook's: this one's is server.",
            ),
            (restarts, "must be a pipeline whose operation is deploy, like the hook's: this one's is restart."),
        ] {
            for (draft, field) in
                [(hook_of(id), "pipeline_id"), (hook_with_default(id), "settings.variables.0.default_value")]
            {
                let change = json!({ "pipeline_id": draft["pipeline_id"], "settings": draft["settings"] });
                for answer in [ann.ask_for_hook(&draft).await, ann.put_hook(&hook, &change).await] {
                    assert_eq!(answer.invalid(), [field], "{id}");
                    assert_eq!(answer.json()["errors"][field][0], format!("The field `{field}` {reason}"));
                }
            }
        }
        let mut both = hook_with_default(of_server);
        both["pipeline_id"] = restarts.into();
        assert_eq!(ann.ask_for_hook(&both).await.invalid(), ["pipeline_id", "settings.variables.0.default_value"]);
        assert_eq!(ann.footprint().await, before.0);
        assert_eq!(allowed(stack, &hook.id).await, [0; 0]);
    });
}

#[test]
fn a_hook_in_a_pipeline_of_ours_does_what_the_pipeline_was_made_for() {
    shared(async |stack| {
        let ann = stack.user().await;
        let restarts = ann.create_pipeline(&json!({ "name": "restart the shop", "operation": "restart" })).await;
        let path = format!("{}/hooks/incoming", restarts.path);
        let short = json!({ "name": "restart it", "requires_secret": false });
        let hook = ann.post(&path).json(&short).send().await.is(201);
        let found = ["action_type", "resource_type", "resource_id", "pipeline_id"].map(|name| hook[name].clone());
        assert_eq!(found, [json!("restart"), json!("application"), json!(42), json!(restarts.id)]);
        assert_eq!(allowed(stack, hook["id"].as_str().unwrap()).await, [restarts.id]);
        assert_eq!(ann.list(&format!("{}/hooks", restarts.path)).await, [hook["id"].as_str().unwrap()]);

        let mut other = short.clone();
        other["resource_type"] = "application".into();
        other["resource_id"] = 43.into();
        assert_eq!(ann.post(&path).json(&other).send().await.is(201)["resource_id"], 43);
        let before = ann.footprint().await;
        for (field, value) in [("action_type", "deploy"), ("resource_type", "server")] {
            let mut wrong = other.clone();
            wrong[field] = value.into();
            assert_eq!(ann.post(&path).json(&wrong).send().await.invalid(), ["pipeline_id"], "{field}");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_hook_cannot_be_made_in_a_pipeline_of_another_project() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let pipeline = pipeline(&ann).await;
        let before = bob.footprint().await;
        for id in [pipeline.id, pipeline.id + 1] {
            let answer = bob.post(&format!("/pipelines/{id}/hooks/incoming")).json(&github_hook()).send().await;
            assert_eq!(answer.refused(404), "The pipeline was not found.");
        }
        assert_eq!(bob.footprint().await, before);
    });
}

#[test]
fn a_hook_can_lose_its_pipeline_and_get_another_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (first, second) = (pipeline(&ann).await, pipeline(&ann).await);
        let hook = ann.create_hook(&hook_of(first.id)).await;
        for (change, expected) in [
            (json!({ "active": true }), vec![first.id]),
            (json!({ "resource_id": 43 }), vec![first.id]),
            (json!({ "pipeline_id": second.id }), vec![second.id]),
            (json!({ "pipeline_id": null }), vec![]),
            (
                json!({ "pipeline_id": first.id, "settings": hook_with_default(second.id)["settings"] }),
                vec![first.id, second.id],
            ),
            (json!({ "settings": { "variables": [] } }), vec![first.id]),
        ] {
            assert_eq!(ann.put_hook(&hook, &change).await.status, 204, "{change}");
            assert_eq!(allowed(stack, &hook.id).await, expected, "{change}");
        }
    });
}

#[test]
fn a_hook_cannot_become_what_its_pipeline_is_not_for() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline(&ann).await;
        let hook = ann.create_hook(&hook_of(pipeline.id)).await;
        for change in [json!({ "action_type": "restart" }), json!({ "resource_type": "server" })] {
            assert_eq!(ann.put_hook(&hook, &change).await.invalid(), ["pipeline_id"], "{change}");
        }
        let shown = ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200);
        assert_eq!((&shown["action_type"], &shown["resource_type"]), (&json!("deploy"), &json!("application")));
        let without = json!({ "action_type": "restart", "pipeline_id": null });
        assert_eq!(ann.put_hook(&hook, &without).await.status, 204);
    });
}

#[test]
fn a_hook_whose_pipeline_was_deleted_can_still_be_changed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline(&ann).await;
        let hook = ann.create_hook(&hook_of(pipeline.id)).await;
        assert_eq!(pipeline.delete().await.status, 204);

        assert_eq!(ann.put_hook(&hook, &json!({ "active": false })).await.status, 204);
        assert_eq!(allowed(stack, &hook.id).await, [pipeline.id]);
        assert_eq!(ann.put_hook(&hook, &json!({ "pipeline_id": null })).await.status, 204);
        assert_eq!(ann.put_hook(&hook, &json!({ "pipeline_id": pipeline.id })).await.invalid(), ["pipeline_id"]);
    });
}

#[test]
fn a_pipeline_of_the_consumers_costs_no_read() {
    alone(async |stack| {
        let ann = stack.user().await;
        let reads = |before: usize| {
            let calls = &stack.aws_calls()[before..];
            calls.iter().filter(|call| call.operation == "GetItem").count()
        };
        // The first call of a process opens its connection with a read.
        ann.create_hook(&open_hook()).await;
        let mut counts = Vec::new();
        for draft in [open_hook(), hook_of(7), hook_with_default(7)] {
            let before = stack.aws_calls().len();
            ann.create_hook(&draft).await;
            counts.push(reads(before));
        }
        assert_eq!(counts, vec![counts[0]; 3]);
    });
}

#[test]
fn a_hook_says_that_only_its_newest_action_runs_and_keeps_it_until_it_is_changed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline(&ann).await;
        let mut draft = hook_of(pipeline.id);
        draft["only_latest"] = true.into();
        let hook = ann.create_hook(&draft).await;
        let path = format!("/hooks/incoming/{}", hook.id);
        let shown = async || ann.get(&path).send().await.is(200)["only_latest"].clone();
        assert_eq!(shown().await, true);
        let listed = ann.get(&format!("/pipelines/{}/hooks", pipeline.id)).send().await.is(200);
        assert_eq!(listed[0]["only_latest"], true);

        for (change, expected) in [
            (json!({}), true),
            (json!({ "only_latest": null }), true),
            (json!({ "only_latest": false }), false),
            (json!({ "only_latest": true }), true),
            (json!({ "only_latest": false, "pipeline_id": null }), false),
        ] {
            assert_eq!(ann.put_hook(&hook, &change).await.status, 204, "{change}");
            assert_eq!(shown().await, expected, "{change}");
        }
        let path = format!("/pipelines/{}/hooks/incoming", pipeline.id);
        let of_path = json!({ "name": "newest", "requires_secret": false, "only_latest": true });
        assert_eq!(ann.post(&path).json(&of_path).send().await.is(201)["only_latest"], true);
    });
}

#[test]
fn without_a_pipeline_of_ours_no_hook_can_have_its_older_actions_skipped() {
    const REASON: &str = "The field `only_latest` must be false unless `pipeline_id` is one of Pipehook's own pipelines: \
                          the jobs of others go to your own consumer, which has to skip them itself.";
    shared(async |stack| {
        let ann = stack.user().await;
        let ours = pipeline(&ann).await.id;
        let mut kept = hook_of(ours);
        kept["only_latest"] = true.into();
        let (kept, consumers) = (ann.create_hook(&kept).await, ann.create_hook(&hook_of(7)).await);
        let before = ann.footprint().await;

        for mut draft in [github_hook(), hook_of(7), hook_with_default(ours), hook_with_default(7)] {
            draft["only_latest"] = true.into();
            let answer = ann.ask_for_hook(&draft).await;
            assert_eq!(answer.invalid(), ["only_latest"], "{draft}");
            assert_eq!(answer.json()["errors"]["only_latest"][0], REASON);
        }
        let of_path = json!({ "name": "newest", "requires_secret": false, "only_latest": true });
        assert_eq!(ann.post("/pipelines/7/hooks/incoming").json(&of_path).send().await.invalid(), ["only_latest"]);
        let dry = json!({ "hook": { "name": "newest", "requires_secret": false, "only_latest": true,
            "action_type": "deploy", "resource_type": "application", "resource_id": 42 } });
        assert_eq!(ann.post("/hooks/incoming/test").json(&dry).send().await.invalid(), ["hook.only_latest"]);
        for (hook, change) in [
            (&consumers, json!({ "only_latest": true })),
            (&kept, json!({ "pipeline_id": null })),
            (&kept, json!({ "pipeline_id": 7 })),
            (&kept, json!({ "only_latest": "yes" })),
        ] {
            assert_eq!(ann.put_hook(hook, &change).await.invalid(), ["only_latest"], "{change}");
        }

        assert_eq!(ann.footprint().await, before);
        let shown = async |hook: &str| ann.get(&format!("/hooks/incoming/{hook}")).send().await.is(200);
        let (kept, consumers) = (shown(&kept.id).await, shown(&consumers.id).await);
        assert_eq!((&kept["only_latest"], &kept["pipeline_id"]), (&json!(true), &json!(ours)));
        assert_eq!((&consumers["only_latest"], &consumers["pipeline_id"]), (&json!(false), &json!(7)));
    });
}
