//! The steps of a pipeline: how they are added, changed, moved, taken out and put back.

use harness::{deployment, shared, shell};
use serde_json::{Value as Json, json};

/// A step which uses every field.
fn full() -> Json {
    json!({
        "name": "build", "description": "Line 1\n\tline 2", "type": "build", "command": "run build\n", "runner": "npm",
        "run_as_user": "deploy",
    })
}

#[test]
fn a_step_is_shown_as_it_was_added() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let answer = pipeline.ask_for_step(&full()).await;
        let added = answer.is(201);

        assert_eq!(answer.header("location"), format!("{}{}", stack.api_url(), pipeline.path));
        let (id, at) = (&added["id"], &added["created_at"]);
        let expected = json!({
            "id": id, "name": "build", "description": "Line 1\n\tline 2", "type": "build", "run_as_user": "deploy",
            "command": "run build\n", "runner": "npm", "script_id": id, "pipeline_id": pipeline.id, "trigger_order": 1,
            "is_auto_generated": false, "is_default_step": false, "created_at": at, "updated_at": at,
        });
        assert_eq!(added, expected);
        let shown = pipeline.get().await;
        assert_eq!(shown["steps"], json!([expected]));
        assert!(shown["updated_at"].as_str() > pipeline.json["updated_at"].as_str());

        let short = pipeline.ask_for_step(&shell("make build")).await.is(201);
        let defaults = ["name", "description", "type", "run_as_user", "trigger_order"].map(|name| short[name].clone());
        assert_eq!(defaults, [Json::Null, Json::Null, "custom".into(), "".into(), 2.into()]);
    });
}

#[test]
fn every_wrong_field_of_a_step_is_named_and_nothing_is_stored() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = pipeline.add_step(&full()).await;
        let before = pipeline.get().await;
        let long = |length| "x".repeat(length);
        for (field, value) in [
            ("command", json!(long(301))),
            ("command", json!("make all")),
            ("command", json!("make build\0")),
            ("command", json!("          ")),
            ("command", Json::Null),
            ("runner", json!("bash")),
            ("runner", Json::Null),
            ("name", json!("run")),
            ("name", json!(long(61))),
            ("description", json!(long(256))),
            ("type", json!(long(21))),
            ("type", json!("step-functions")),
            ("run_as_user", json!(long(61))),
            ("run_as_user", json!("a\nb")),
            ("id", json!("x")),
            ("environment", json!({})),
        ] {
            let mut wrong = full();
            wrong[field] = value.clone();
            assert_eq!(pipeline.ask_for_step(&wrong).await.invalid(), [field], "{value}");
            assert_eq!(pipeline.put_step(step, &wrong).await.invalid(), [field], "{value}");
        }
        let machine = json!({ "type": "step-functions", "command": "make build", "runner": "custom" });
        let message = pipeline.ask_for_step(&machine).await.json()["errors"]["type"][0].take();
        assert_eq!(
            message,
            "The field `type` must not be step-functions: state machines are not set up in this deployment."
        );
        assert_eq!(pipeline.get().await, before);
    });
}

#[test]
fn a_change_of_a_step_keeps_what_is_absent_or_null() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = pipeline.add_step(&full()).await;
        let nulls =
            json!({ "name": null, "description": null, "type": null, "run_as_user": null, "trigger_after": null });
        assert_eq!(pipeline.put_step(step, &nulls).await.status, 204);

        let mut expected = full();
        expected["command"] = "make build".into();
        expected["runner"] = "custom".into();
        let shown = pipeline.get().await["steps"][0].clone();
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(shown[name], *value, "{name}");
        }
        assert!(shown["updated_at"].as_str() > shown["created_at"].as_str());
        assert_eq!(pipeline.put_step(step, &shown).await.status, 204, "what GET has shown can be sent back");

        assert_eq!(pipeline.put_step(step, &json!({ "description": "", "run_as_user": "" })).await.status, 204);
        let shown = pipeline.get().await["steps"][0].clone();
        assert_eq!((&shown["description"], &shown["run_as_user"]), (&Json::Null, &json!("")));
    });
}

#[test]
fn what_cannot_be_changed_of_a_step_is_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = pipeline.add_step(&full()).await;
        let before = pipeline.get().await;
        for (field, value) in [
            ("id", json!(step + 1)),
            ("script_id", json!(step + 1)),
            ("pipeline_id", json!(pipeline.id + 1)),
            ("trigger_order", json!(2)),
            ("is_auto_generated", json!(true)),
            ("is_default_step", json!(true)),
            ("trigger_after", json!(-1)),
            ("trigger_after", json!(16_777_215)),
        ] {
            assert_eq!(pipeline.put_step(step, &json!({ field: value })).await.invalid(), [field]);
        }
        assert_eq!(pipeline.get().await, before);
    });
}

#[test]
fn a_step_moves_behind_the_one_that_has_the_order() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let mut ids = Vec::new();
        for number in 1..=4 {
            ids.push(pipeline.add_step(&shell(&format!("make target-{number}"))).await);
        }
        let [a, b, c, d] = ids[..] else { panic!("{ids:?}") };
        assert_eq!(pipeline.steps().await, [a, b, c, d]);
        for (moved, after, expected) in [
            (d, 0, [d, a, b, c]),
            (d, 2, [a, d, b, c]),
            (d, 2, [a, d, b, c]),
            (a, 4, [d, b, c, a]),
            (b, 16_777_214, [d, c, a, b]),
        ] {
            assert_eq!(pipeline.put_step(moved, &json!({ "trigger_after": after })).await.status, 204);
            assert_eq!(pipeline.steps().await, expected, "after {after}");
        }
    });
}

#[test]
fn an_unlinked_step_is_taken_out_and_comes_back_behind_the_others() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let (a, b) = (pipeline.add_step(&full()).await, pipeline.add_step(&shell("make build")).await);
        let shown = pipeline.get().await["steps"][0].clone();

        // Twice is as good as once.
        for _ in 0..2 {
            assert_eq!(pipeline.step("DELETE", a, "/unlink").send().await.status, 204);
            assert_eq!(pipeline.steps().await, [b]);
        }
        assert_eq!(pipeline.put_step(a, &json!({ "trigger_after": 0 })).await.invalid(), ["trigger_after"]);
        for _ in 0..2 {
            assert_eq!(pipeline.step("POST", a, "/link").send().await.status, 204);
            assert_eq!(pipeline.steps().await, [b, a]);
        }
        let mut expected = shown;
        expected["trigger_order"] = 2.into();
        assert_eq!(pipeline.get().await["steps"][1], expected);
    });
}

#[test]
fn a_step_belongs_to_one_pipeline() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (first, second) = (ann.create_pipeline(&deployment()).await, ann.create_pipeline(&deployment()).await);
        let step = first.add_step(&shell("make build")).await;
        let before = (first.get().await, second.get().await);

        for answer in [
            second.step("POST", step, "/link").send().await,
            second.step("DELETE", step, "/unlink").send().await,
            second.put_step(step, &json!({})).await,
            first.step("POST", step + 1, "/link").send().await,
            first.put_step(7, &json!({})).await,
        ] {
            assert_eq!(answer.refused(404), "The step was not found.");
        }
        assert_eq!((first.get().await, second.get().await), before);
    });
}
