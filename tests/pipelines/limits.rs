//! How many pipelines a resource may have, and how many steps a pipeline, also when they are created at once.

use harness::{Answer, Pipeline, deployment, shared, shell, together};
use serde_json::{Value as Json, json};

const FULL: &str = "The resource has 100 pipelines, the maximum: delete one first.";
const STEPS_FULL: &str = "The pipeline has 20 steps, the maximum: unlink one first.";

#[test]
fn a_resource_has_at_most_100_pipelines_also_when_they_are_created_at_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let key = format!("COUNT#{}#application#42", ann.project);
        let pretended = json!({ "pk": { "S": key }, "pipelines": { "N": "97" } });
        stack.put_item("PipelinesTable", &pretended).await;
        let draft = deployment();

        let answers = together((0..8).map(|_| ann.ask_for_pipeline(&draft))).await;

        let created: Vec<Json> = answers.iter().filter(|answer| answer.status == 201).map(Answer::json).collect();
        assert_eq!(created.len(), 3, "{answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.refused(409), FULL);
        }
        let before = ann.footprint().await;
        assert_eq!(before.pipelines, 3, "nothing else was stored");
        let gates = stack.items("ActionsTable").await;
        let start = format!("GATE#{}#", ann.project);
        assert_eq!(gates.iter().filter(|item| item["pk"]["S"].as_str().unwrap().starts_with(&start)).count(), 3);

        ann.post("/pipelines/application/43").json(&draft).send().await.is(201);
        ann.post("/pipelines/server/42").json(&draft).send().await.is(201);
        assert_eq!(ann.call("DELETE", &format!("/pipelines/{}", created[0]["id"])).send().await.status, 204);
        ann.create_pipeline(&draft).await;
        assert_eq!(ann.ask_for_pipeline(&draft).await.refused(409), FULL);
    });
}

async fn with_steps<'s>(user: &harness::User<'s>, count: usize) -> Pipeline<'s> {
    let pipeline = user.create_pipeline(&deployment()).await;
    for _ in 0..count {
        pipeline.add_step(&shell("make build")).await;
    }
    pipeline
}

#[test]
fn a_pipeline_has_at_most_20_steps_also_when_they_are_added_at_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = with_steps(&ann, 18).await;
        let step = shell("make build");

        let answers = together((0..5).map(|_| pipeline.ask_for_step(&step))).await;

        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2, "{answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.refused(409), STEPS_FULL);
        }
        let steps = pipeline.steps().await;
        assert_eq!(steps.len(), 20);

        assert_eq!(pipeline.step("DELETE", steps[0], "/unlink").send().await.status, 204);
        pipeline.add_step(&step).await;
        assert_eq!(pipeline.step("POST", steps[0], "/link").send().await.refused(409), STEPS_FULL);
        assert_eq!(pipeline.steps().await.len(), 20);
    });
}

#[test]
fn steps_that_are_added_at_once_are_all_there() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = shell("make build");
        let answers = together((0..4).map(|_| pipeline.ask_for_step(&step))).await;
        let mut added: Vec<_> = answers.iter().map(|answer| answer.is(201)["id"].as_i64().unwrap()).collect();
        let mut steps = pipeline.steps().await;
        added.sort_unstable();
        steps.sort_unstable();
        assert_eq!(steps, added);
    });
}

#[test]
fn a_pipeline_remembers_the_last_20_steps_that_were_unlinked() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = with_steps(&ann, 20).await;
        let first = pipeline.steps().await;
        for step in &first {
            assert_eq!(pipeline.step("DELETE", *step, "/unlink").send().await.status, 204);
        }
        let last = pipeline.add_step(&shell("make build")).await;
        assert_eq!(pipeline.step("DELETE", last, "/unlink").send().await.status, 204);

        assert_eq!(pipeline.step("POST", first[0], "/link").send().await.refused(404), "The step was not found.");
        assert_eq!(pipeline.step("POST", first[1], "/link").send().await.status, 204);
        assert_eq!(pipeline.steps().await, [first[1]]);
    });
}

#[test]
fn the_largest_pipeline_can_be_shown_and_changed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = json!({
            "name": "😀".repeat(60), "description": "\"".repeat(255), "type": "😀".repeat(20), "command": "\n\"".repeat(150),
            "runner": "composer", "run_as_user": "😀".repeat(60),
        });
        for _ in 0..20 {
            let id = pipeline.add_step(&step).await;
            assert_eq!(pipeline.step("DELETE", id, "/unlink").send().await.status, 204);
        }
        for _ in 0..20 {
            pipeline.add_step(&step).await;
        }
        assert_eq!(pipeline.steps().await.len(), 20);
        assert_eq!(pipeline.put(&json!({ "max_parallel_actions": 1 })).await.status, 204);
    });
}
