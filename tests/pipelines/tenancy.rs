//! Pipelines of projects that cannot see each other.

use harness::{deployment, shared, shell};
use serde_json::json;

#[test]
fn a_pipeline_of_another_project_is_answered_like_one_that_does_not_exist() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = pipeline.add_step(&shell("make build")).await;
        let (before, footprint) = (pipeline.get().await, bob.footprint().await);

        for (method, suffix, body) in [
            ("GET", String::new(), json!(null)),
            ("PUT", String::new(), json!({ "id": pipeline.id, "name": "mine now" })),
            ("DELETE", String::new(), json!(null)),
            ("POST", "/steps".to_owned(), shell("rm -rf /tmp/x")),
            ("PUT", format!("/steps/{step}"), json!({ "id": step, "command": "rm -rf /tmp/x", "runner": "custom" })),
            ("POST", format!("/steps/{step}/link"), json!(null)),
            ("DELETE", format!("/steps/{step}/unlink"), json!(null)),
        ] {
            let answer = |id: i64| bob.call(method, &format!("/pipelines/{id}{suffix}")).json(&body);
            let others = answer(pipeline.id).send().await.refused(404);
            assert_eq!(others, answer(pipeline.id + 1).send().await.refused(404), "{method} {suffix}");
            assert_eq!(others, answer(7).send().await.refused(404), "{method} {suffix}");
        }
        assert_eq!(bob.get("/pipelines/application/42").send().await.is(200), json!([]));
        assert_eq!(pipeline.get().await, before);
        assert_eq!(bob.footprint().await, footprint);
    });
}

#[test]
fn all_users_of_a_project_may_change_its_pipelines() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let change = json!({ "id": pipeline.id, "name": "renamed by bob" });
        assert_eq!(bob.call("PUT", &pipeline.path).json(&change).send().await.status, 204);
        let shown = pipeline.get().await;
        assert_eq!((&shown["name"], &shown["created_by_user"]["id"]), (&json!("renamed by bob"), &json!(ann.id)));
    });
}
