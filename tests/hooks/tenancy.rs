//! Projects that cannot see each other.

use harness::{User, github_hook, open_hook, shared};
use serde_json::json;

#[test]
fn application_42_of_one_project_is_not_application_42_of_another() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let of_ann = ann.create_hook(&github_hook()).await;
        let of_bob = bob.create_hook(&github_hook()).await;

        assert_eq!(ann.list("/applications/42/hooks").await, [of_ann.id]);
        assert_eq!(bob.list("/applications/42/hooks").await, [of_bob.id]);
    });
}

#[test]
fn pipeline_7_of_one_project_is_not_pipeline_7_of_another() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let mut hook = github_hook();
        hook["pipeline_id"] = 7.into();
        let of_ann = ann.create_hook(&hook).await;
        let of_bob = bob.create_hook(&hook).await;

        assert_eq!(ann.list("/pipelines/7/hooks").await, [of_ann.id]);
        assert_eq!(bob.list("/pipelines/7/hooks").await, [of_bob.id]);
    });
}

#[test]
fn what_only_another_project_has_is_answered_like_what_does_not_exist() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let mut hook = github_hook();
        hook["pipeline_id"] = 7.into();
        ann.create_hook(&hook).await;

        for (others, unknowns) in
            [("/applications/42/hooks", "/applications/43/hooks"), ("/pipelines/7/hooks", "/pipelines/8/hooks")]
        {
            let (others_answer, unknown_answer) = (bob.get(others).send().await, bob.get(unknowns).send().await);
            assert_eq!(others_answer.is(200), unknown_answer.is(200));
            assert_eq!(others_answer.header("link"), unknown_answer.header("link").replace(unknowns, others));
        }
    });
}

#[test]
fn a_hook_and_the_calls_of_another_project_are_not_found() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&github_hook()).await;
        let request = hook.push().send().await.request_id().to_owned();
        let unknown = "00000000-0000-4000-8000-000000000000";
        let answer = async |user: &User<'_>, method: &str, path: String, id: &str| {
            let call = user.call(method, &path).json(&json!({ "id": id, "name": "mine now" }));
            call.send().await
        };

        for (method, suffix) in [
            ("GET", ""),
            ("PUT", ""),
            ("DELETE", ""),
            ("POST", "/rotate-secret"),
            ("POST", "/test"),
            ("GET", "/requests"),
        ] {
            let others = answer(&bob, method, format!("/hooks/incoming/{}{suffix}", hook.id), &hook.id).await;
            let unknowns = answer(&bob, method, format!("/hooks/incoming/{unknown}{suffix}"), unknown).await;
            assert_eq!(others.refused(404), unknowns.refused(404), "{method} {suffix}");
        }
        for (method, suffix) in [("GET", ""), ("POST", "/retry")] {
            let others = answer(&bob, method, format!("/hook-requests/{request}{suffix}"), "").await;
            let unknowns = answer(&bob, method, format!("/hook-requests/{unknown}{suffix}"), "").await;
            assert_eq!(others.refused(404), unknowns.refused(404), "{method} {suffix}");
        }
        assert_eq!(ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200)["name"], "deploy the shop");
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 2, "neither changed nor retried");
    });
}

#[test]
fn all_users_of_a_project_see_its_hooks() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let hook = ann.create_hook(&github_hook()).await;

        assert_eq!(bob.list("/applications/42/hooks").await, [hook.id]);
    });
}

#[test]
fn a_hook_belongs_to_the_project_and_the_environment_of_its_creator_and_no_body_can_say_otherwise() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let mut foreign = open_hook();
        foreign["project_id"] = ann.project.into();
        foreign["environment_id"] = ann.project.into();

        assert_eq!(bob.ask_for_hook(&foreign).await.invalid(), ["environment_id", "project_id"]);
        let hook = bob.create_hook(&open_hook()).await;

        assert_eq!(
            (&hook.json["project_id"], &hook.json["environment_id"]),
            (&json!(bob.project), &json!(bob.project))
        );
        assert_eq!(ann.list("/applications/42/hooks").await, [""; 0]);
        hook.unsigned("{}").send().await.accepted();
        assert_eq!((ann.jobs().await.len(), bob.jobs().await.len()), (0, 1));
    });
}
