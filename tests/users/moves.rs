//! A user who was moved to another project: what a token that names the old project is still good for, and who sees what
//! the user is called now.

use harness::{Pipehook, User, github_hook, shared};
use serde_json::{Value as Json, json};

/// Moves the user to a project without other users, under another name.
async fn move_away(stack: &Pipehook, user: &User<'_>) -> i64 {
    let project = stack.number();
    move_to(stack, user, project).await;
    project
}

async fn move_to(stack: &Pipehook, user: &User<'_>, project: i64) {
    let input = json!({ "email": user.email, "name": "Ann of Elsewhere", "project_id": project, "environment_id": 1 });
    stack.put_user(&input).await.unwrap();
}

async fn refreshed(stack: &Pipehook, user: &User<'_>) -> String {
    let call = stack.post("/users/refresh-token").json(&json!({ "refresh_token": user.refresh_token }));
    call.send().await.is(200)["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn an_old_token_makes_and_shows_no_secret_in_either_project() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let bob = stack.user().await;
        move_to(stack, &ann, bob.project).await;
        let (before, of_bob) = (ann.footprint().await, bob.footprint().await);
        let (path, item) = (format!("/hooks/incoming/{}", hook.id), hook.item().await);

        ann.ask_for_hook(&github_hook()).await.refused(401);
        ann.post("/pipelines/7/hooks/incoming").json(&github_hook()).send().await.refused(401);
        for body in [json!({}), json!({ "secret": "a secret that the thief knows" }), json!({ "overlap_seconds": 0 })] {
            ann.post(&format!("{path}/rotate-secret")).json(&body).send().await.refused(401);
        }
        ann.get("/users/me").send().await.refused(401);

        assert_eq!((ann.footprint().await, bob.footprint().await), (before, of_bob));
        assert_eq!(hook.item().await, item, "the secret is what it was");
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
        assert_eq!(ann.get(&path).send().await.is(200)["secret"], "********");
    });
}

#[test]
fn an_old_token_does_all_else_in_the_old_project_and_nothing_in_the_new_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let request = hook.push().send().await;
        request.accepted();
        let bob = stack.user().await;
        let of_bob = bob.create_hook(&github_hook()).await;
        let call_of_bob = of_bob.push().send().await;
        move_to(stack, &ann, bob.project).await;

        let path = format!("/hooks/incoming/{}", of_bob.id);
        ann.get(&path).send().await.refused(404);
        ann.get(&format!("{path}/requests")).send().await.refused(404);
        ann.get(&format!("/hook-requests/{}", call_of_bob.request_id())).send().await.refused(404);
        ann.retry(call_of_bob.request_id()).await.refused(404);
        ann.put_hook(&of_bob, &json!({})).await.refused(404);
        ann.call("DELETE", &path).send().await.refused(404);

        let path = format!("/hooks/incoming/{}", hook.id);
        assert_eq!(ann.list("/applications/42/hooks").await, std::slice::from_ref(&hook.id));
        assert_eq!(ann.calls_of(&hook).await.len(), 1);
        ann.log_of(&request).await;
        ann.retry(request.request_id()).await.is(201);
        assert_eq!(ann.put_hook(&hook, &json!({})).await.status, 204);
        assert_eq!(ann.call("DELETE", &path).send().await.status, 204);
        assert_eq!(ann.get("/users/logout").send().await.status, 204);
    });
}

#[test]
fn a_new_token_works_in_the_new_project_and_not_in_the_old_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let project = move_away(stack, &ann).await;
        let token = refreshed(stack, &ann).await;

        assert_eq!(stack.get("/users/me").bearer(&token).send().await.is(200)["project_id"], project);
        let created = stack.post("/hooks/incoming").bearer(&token).json(&github_hook()).send().await.is(201);
        assert_eq!(created["project_id"], project);
        let rotate = |id: &str| stack.post(&format!("/hooks/incoming/{id}/rotate-secret")).bearer(&token);
        rotate(created["id"].as_str().unwrap()).send().await.is(200);
        rotate(&hook.id).send().await.refused(404);
    });
}

#[test]
fn a_hook_does_not_say_what_its_creator_is_called_in_another_project() {
    shared(async |stack| {
        let ann = stack.user().await;
        let bob = stack.user_of(ann.project).await;
        let hook = ann.create_hook(&github_hook()).await;
        let path = format!("/hooks/incoming/{}", hook.id);
        assert_eq!(bob.get(&path).send().await.is(200)["created_by_user"]["email"], ann.email);
        move_away(stack, &ann).await;

        let shown = bob.get(&path).send().await;
        let rotated = bob.post(&format!("{path}/rotate-secret")).send().await;

        for answer in [shown, rotated] {
            assert_eq!(answer.is(200)["created_by_user"], Json::Null);
            assert!(!answer.text().contains("Elsewhere") && !answer.text().contains(&ann.email), "{answer:?}");
        }
        move_to(stack, &ann, bob.project).await;
        assert_eq!(bob.get(&path).send().await.is(200)["created_by_user"]["name"], "Ann of Elsewhere");
    });
}
