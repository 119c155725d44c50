//! What a worker may say of its action, and when it is not believed.

use harness::{Pipeline, User, deployment, nothing_broke, shared, shell, together};
use serde_json::{Value as Json, json};

async fn claimed<'s>(stack: &'s harness::Pipehook, user: &User<'s>) -> (Pipeline<'s>, i64, String) {
    let pipeline = user.create_pipeline(&deployment()).await;
    pipeline.add_step(&shell("make build")).await;
    pipeline.add_step(&shell("make install")).await;
    let id = pipeline.pending(stack, 1).await;
    let token = user.claimed(id).await;
    (pipeline, id, token)
}

fn statuses(action: &Json) -> Vec<&str> {
    action["targets"][0]["steps"].as_array().unwrap().iter().map(|step| step["status"].as_str().unwrap()).collect()
}

#[test]
fn steps_go_forward_and_the_end_gives_the_turn_back() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (pipeline, id, token) = claimed(stack, &ann).await;
        let steps = |steps: Json| json!({ "steps": steps });
        let started = json!({ "order": 1, "status": "in-progress" });
        let answer = ann.report(id, &token, &steps(json!([started]))).await.is(200);
        assert_eq!(answer["cancel"], false);
        assert!((290..=300).contains(&answer["lease_seconds"].as_i64().unwrap()), "{answer}");
        let next = json!([{ "order": 1, "status": "completed" }, { "order": 2, "status": "in-progress" }]);
        ann.report(id, &token, &steps(next)).await.is(200);
        // What comes late changes nothing.
        ann.report(id, &token, &steps(json!([started]))).await.is(200);
        assert_eq!(statuses(&ann.action(id).await), ["completed", "in-progress"]);

        let end = json!({ "status": "failed", "reason": "step 2 ended with 1", "url": "https://ci.example.com/7" });
        ann.report(id, &token, &end).await.is(200);
        let action = ann.action(id).await;
        assert_eq!(statuses(&action), ["completed", "failed"]);
        assert_eq!(action["status_reason_human_readable"], "Failed: step 2 ended with 1");
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
        nothing_broke(stack);
    });
}

#[test]
fn the_report_that_ended_an_action_may_be_sent_again_and_no_other_is_taken() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (_, id, token) = claimed(stack, &ann).await;
        let end = json!({ "status": "completed" });
        let answers = together((0..4).map(async |_| ann.report(id, &token, &end).await)).await;
        for answer in &answers {
            assert_eq!(answer.is(200)["cancel"], false);
        }
        let before = stack.items_of_action(id).await;
        assert_eq!(ann.report(id, &token, &end).await.is(200)["lease_seconds"], 0);
        let late = json!({ "output": { "order": 1, "part": 0, "text": "late" } });
        ann.report(id, &token, &late).await.is(200);
        ann.report(id, "not the token", &end).await.refused(409);
        assert_eq!(stack.items_of_action(id).await, before, "an ended action never changes");
    });
}

#[test]
fn who_has_no_lease_changes_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (pipeline, id, token) = claimed(stack, &ann).await;
        let pending = pipeline.pending(stack, 2).await;
        let all = json!({
            "steps": [{ "order": 1, "status": "completed" }], "output": { "order": 1, "part": 0, "text": "x" },
            "status": "completed",
        });
        let before = (stack.items_of_action(id).await, stack.items_of_action(pending).await);
        for (action, token) in
            [(id, ""), (id, "wrong"), (id, &*token.to_lowercase()), (pending, ""), (pending, &*token)]
        {
            ann.report(action, token, &all).await.refused(409);
        }
        assert_eq!((stack.items_of_action(id).await, stack.items_of_action(pending).await), before);
    });
}

#[test]
fn a_lease_that_is_over_counts_until_another_worker_has_the_action() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (_, id, token) = claimed(stack, &ann).await;
        stack.lapse(id).await;
        let answer = ann.report(id, &token, &json!({})).await.is(200);
        assert!(answer["lease_seconds"].as_i64().unwrap() >= 299, "it is renewed: {answer}");
        assert_eq!(ann.claim(&json!({})).await.status, 204);
    });
}

#[test]
fn what_is_no_report_is_refused_and_changes_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (_, id, token) = claimed(stack, &ann).await;
        let before = stack.items_of_action(id).await;
        let output =
            |order: Json, part: Json, text: Json| json!({ "output": { "order": order, "part": part, "text": text } });
        let step = |order: Json, status: &str| json!({ "steps": [{ "order": order, "status": status }] });
        for (report, field) in [
            (json!({ "lease_token": null }), "lease_token"),
            (json!({ "lease_token": 1 }), "lease_token"),
            (step(json!(0), "completed"), "steps.0.order"),
            (step(json!(21), "completed"), "steps.0.order"),
            (step(json!(3), "completed"), "steps"),
            (step(json!(1), "pending"), "steps.0.status"),
            (step(json!(1), "done"), "steps.0.status"),
            (json!({ "steps": [{ "order": 1, "status": "failed", "reason": "a\nb" }] }), "steps.0.reason"),
            (json!({ "steps": vec![json!({ "order": 1, "status": "completed" }); 41] }), "steps"),
            (output(json!(3), json!(0), json!("x")), "output.order"),
            (output(json!(1), json!(-1), json!("x")), "output.part"),
            (output(json!(1), json!(1_000_000), json!("x")), "output.part"),
            (output(json!(1), json!(0), json!("é".repeat(16_385))), "output.text"),
            (json!({ "output": {} }), "output.order"),
            (json!({ "status": "skipped" }), "status"),
            (json!({ "status": "in-progress" }), "status"),
            (json!({ "reason": "why" }), "reason"),
            (json!({ "status": "failed", "reason": "x".repeat(256) }), "reason"),
            (json!({ "url": "http://ci.example.com" }), "url"),
            (json!({ "url": "javascript:alert(1)" }), "url"),
            (json!({ "state": "completed" }), "state"),
        ] {
            assert!(ann.report(id, &token, &report).await.invalid().contains(&field.to_owned()), "{report}");
        }
        ann.call("PUT", &format!("/actions/{id}")).json(&json!({ "x": "y".repeat(262_144) })).send().await.refused(413);
        assert_eq!(stack.items_of_action(id).await, before);
        let whole = output(json!(1), json!(0), json!("\u{1}".repeat(32_768)));
        ann.report(id, &token, &whole).await.is(200);
    });
}
