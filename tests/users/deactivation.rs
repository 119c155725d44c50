//! A user who was deactivated: what the access token is still good for, and what becomes of the hooks.

use harness::{User, github_hook, shared};
use serde_json::{Value as Json, json};

fn put(user: &User<'_>, change: &Json) -> Json {
    let mut input = json!({ "email": user.email, "name": "Ann", "project_id": user.project, "environment_id": 1 });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    input
}

#[test]
fn the_hooks_of_a_user_who_was_deactivated_go_on() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&github_hook()).await;
        stack.put_user(&put(&ann, &json!({ "active": false }))).await.unwrap();

        hook.push().send().await.accepted();

        assert_eq!(ann.jobs().await.len(), 1);
        bob.get(&format!("/hooks/incoming/{}", hook.id)).send().await.refused(404);
        let cid = stack.user_of(ann.project).await;
        let shown = cid.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200);
        assert_eq!((&shown["active"], &shown["created_by_user"]["active"]), (&json!(true), &json!(false)));
        assert_eq!(cid.put_hook(&hook, &json!({ "active": false })).await.status, 204, "others can stop them");
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn the_token_of_a_user_who_was_deactivated_makes_and_shows_no_secret_and_does_all_else() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let request = hook.push().send().await;
        request.accepted();
        stack.put_user(&put(&ann, &json!({ "active": false }))).await.unwrap();
        let (before, path) = (ann.footprint().await, format!("/hooks/incoming/{}", hook.id));

        ann.ask_for_hook(&github_hook()).await.refused(401);
        ann.post("/pipelines/7/hooks/incoming").json(&github_hook()).send().await.refused(401);
        ann.post(&format!("{path}/rotate-secret")).send().await.refused(401);
        ann.get("/users/me").send().await.refused(401);
        assert_eq!(ann.footprint().await, before);
        hook.push().send().await.accepted();

        assert_eq!(ann.get(&path).send().await.is(200)["secret"], "********");
        assert_eq!(ann.list("/applications/42/hooks").await, std::slice::from_ref(&hook.id));
        assert_eq!(ann.calls_of(&hook).await.len(), 2);
        ann.log_of(&request).await;
        ann.retry(request.request_id()).await.is(201);
        assert_eq!(ann.put_hook(&hook, &json!({})).await.status, 204);
        assert_eq!(ann.call("DELETE", &path).send().await.status, 204);
        assert_eq!(ann.get("/users/logout").send().await.status, 204);
        let refresh = stack.post("/users/refresh-token").json(&json!({ "refresh_token": ann.refresh_token }));
        refresh.send().await.refused(401);
    });
}
