//! Actions of another project.

use harness::{ApiToken, deployment, shared, shell};
use serde_json::json;
use shared::domain::token::TokenKind::Project;

const REPORT: i64 = 2;

#[test]
fn an_action_of_another_project_does_not_exist() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let id = pipeline.pending(stack, 1).await;
        let token = ann.claimed(id).await;
        let pending = pipeline.pending(stack, 2).await;
        let before = (stack.items_of_action(id).await, stack.items_of_action(pending).await);

        let worker = ApiToken::of(stack, &bob, Project, REPORT).await;
        let absent = bob.get("/actions/5").send().await.refused(404);
        for id in [id, pending] {
            for path in [format!("/actions/{id}"), format!("/actions/{id}/targets/{id}/steps/1/logs")] {
                assert_eq!(bob.get(&path).send().await.refused(404), absent, "{path}");
            }
            assert_eq!(bob.cancel(id).await.refused(404), absent);
            // Not even with the token of the lease.
            assert_eq!(bob.report(id, &token, &json!({ "status": "completed" })).await.refused(404), absent);
            let report = worker.call("PUT", &format!("/actions/{id}")).json(&json!({ "lease_token": token }));
            assert_eq!(report.send().await.refused(404), absent);
        }
        assert_eq!(worker.call("POST", "/actions/claim").json(&json!({ "worker": "w" })).send().await.status, 204);
        for path in [
            "/actions".to_owned(),
            format!("/actions?filter[project_id]={}", ann.project),
            "/actions/application/1".into(),
            format!("/environments/{}/actions", ann.project),
            format!("/pipelines/{}/actions", pipeline.id),
        ] {
            assert_eq!(bob.get(&path).send().await.is(200), json!([]), "{path}");
        }
        let path = format!("/projects/{}/actions/application", ann.project);
        assert_eq!(bob.get(&path).send().await.refused(404), "The project was not found.");
        assert_eq!((stack.items_of_action(id).await, stack.items_of_action(pending).await), before);
    });
}
