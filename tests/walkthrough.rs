//! The way of a newcomer, from the login to the first job. The bodies are those of the guide, character by character.

use harness::{Call, Hash, Pipehook, User, alone, hmac, shared};
use serde_json::{Value as Json, json};

const LOGIN: &str = include_str!("walkthrough/login.json");
const HOOK: &str = include_str!("walkthrough/hook.json");

async fn log_in(stack: &Pipehook, email: &str, password: &str) -> String {
    let body = LOGIN.replace("<email>", email).replace("<password>", password);
    let call = stack.post("/users/login").header("accept", "application/json");
    let answer = call.header("content-type", "application/json").body(body).send().await;
    let tokens = answer.is(200);
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert!(tokens["refresh_token"].as_str().unwrap().len() >= 43);
    assert_eq!(answer.header("cache-control"), "no-store");
    tokens["access_token"].as_str().unwrap().to_owned()
}

/// Copies `url` and `secret` from the answer, as the guide says.
async fn create_hook(stack: &Pipehook, token: &str) -> Json {
    let body = HOOK.replace("<application_id>", "42").replace("<pipeline_id>", "7");
    let call = stack.post("/hooks/incoming").header("accept", "application/json").bearer(token);
    let answer = call.header("content-type", "application/json").body(body).send().await;
    let hook = answer.is(201);
    let id = hook["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("{}/hooks/incoming/{id}", stack.api_url()));
    assert_eq!(answer.header("cache-control"), "no-store");
    hook
}

async fn list_hooks(stack: &Pipehook, token: &str) -> Json {
    let call = stack.get("/applications/42/hooks").header("accept", "application/json").bearer(token);
    call.header("content-type", "application/json").send().await.is(200)
}

/// Asserts all that a created hook shows, and takes away what differs from one to the next.
fn check_hook(mut hook: Json, user: &User<'_>, api: &str) {
    let id = hook["id"].take();
    assert_eq!(id.as_str().unwrap().as_bytes()[14], b'4', "{id} is no random UUID");
    assert_eq!(hook["url"].take(), format!("{api}/hooks/{}/trigger", id.as_str().unwrap()));
    assert_eq!(hook["secret"].take().as_str().unwrap().len(), 64, "256 bits in hex");
    let created_at = hook["created_at"].take();
    assert!(created_at.as_str().unwrap().ends_with('Z'), "{created_at}");
    assert_eq!(hook["updated_at"].take(), created_at);
    let variables = json!([
        { "name": "branch", "path": "branch", "type": "string", "required": false, "default_value": "main" },
        { "name": "pipeline_id", "path": "pipeline_id", "type": "integer", "required": false, "default_value": 7 },
    ]);
    let creator = json!({
        "id": user.id, "name": "Ann Bee", "email": user.email, "url_slug": format!("ann-bee-{}", user.id),
        "active": true,
    });
    let expected = json!({
        "id": null, "url": null, "secret": null, "created_at": null, "updated_at": null,
        "name": "run pipeline 7 on application 42 using main branch", "type": "in", "action_type": "deploy",
        "target_url": null, "is_auto_generated": false, "requires_secret": true, "verify_ssl": true, "active": true,
        "project_id": user.project, "environment_id": user.project, "pipeline_id": null,
        "resource_type": "application", "resource_id": 42, "settings": { "variables": variables },
        "trigger_when": { "events": [], "conditions": [] }, "secret_algorithm": "sha256",
        "secret_header_name": "x-hub-signature-256", "created_by_user": creator,
    });
    assert_eq!(hook, expected);
}

/// What a list shows of a hook: all but the secret, and whom to ask.
fn relation_of(hook: &Json) -> Json {
    let mut relation = hook.clone();
    for name in ["secret", "secret_algorithm", "secret_header_name", "created_by_user"] {
        assert!(relation.as_object_mut().unwrap().remove(name).is_some(), "{name}");
    }
    relation
}

/// A push as GitHub sends it, signed with what the hook's creator copied.
fn push<'s>(stack: &'s Pipehook, hook: &Json, body: &str) -> Call<'s> {
    let signature = hmac(Hash::Sha256, hook["secret"].as_str().unwrap(), body.as_bytes());
    let path = hook["url"].as_str().unwrap().strip_prefix(&stack.api_url()).unwrap();
    let call = stack.post(path).header("content-type", "application/json").header("x-github-event", "push");
    call.header("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
        .header("x-hub-signature-256", format!("sha256={}", hex::encode(signature)))
        .body(body.to_owned())
}

fn expected_job(user: &User<'_>, hook: &Json, variables: &Json, request_id: &str) -> Json {
    json!({
        "version": 1, "id": request_id, "action_type": "deploy", "resource": { "type": "application", "id": 42 },
        "pipeline_id": variables["pipeline_id"], "project_id": user.project, "environment_id": user.project,
        "variables": variables,
        "triggered_from": {
            "hook_id": hook["id"], "hook_name": "run pipeline 7 on application 42 using main branch",
            "request_id": request_id, "delivery_id": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "event": "push",
            "ip_address": "127.0.0.1",
        },
    })
}

#[test]
fn the_guide_works_as_it_is_written() {
    alone(async |stack| {
        let ann = stack.user().await;

        let token = log_in(stack, &ann.email, &ann.password).await;
        let hook = create_hook(stack, &token).await;
        check_hook(hook.clone(), &ann, &stack.api_url());
        let list = list_hooks(stack, &token).await;

        assert_eq!(list, json!([relation_of(&hook)]));
    });
}

#[test]
fn a_push_puts_one_job_on_the_queue_with_its_variables_from_the_defaults_or_from_the_payload() {
    shared(async |stack| {
        for (body, variables) in [
            (r#"{"ref": "refs/heads/main"}"#, json!({ "branch": "main", "pipeline_id": 7 })),
            (r#"{"branch": "next", "pipeline_id": 9}"#, json!({ "branch": "next", "pipeline_id": 9 })),
            (r#"{"branch": null, "pipeline_id": "12"}"#, json!({ "branch": "main", "pipeline_id": 12 })),
        ] {
            let ann = stack.user().await;
            let hook = create_hook(stack, &ann.access_token).await;

            let answer = push(stack, &hook, body).send().await;

            answer.accepted();
            let mut job = ann.jobs().await.pop().unwrap();
            assert!(job.body.as_object_mut().unwrap().remove("created_at").unwrap().as_str().unwrap().ends_with('Z'));
            assert_eq!(job.body, expected_job(&ann, &hook, &variables, answer.request_id()));
            assert_eq!(ann.jobs().await.len(), 1);
        }
    });
}

#[test]
fn the_same_push_with_one_byte_changed_is_refused_and_not_queued() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = create_hook(stack, &ann.access_token).await;
        let call = push(stack, &hook, r#"{"ref": "refs/heads/main"}"#);

        call.clone().body(r#"{"ref": "refs/heads/mair"}"#).send().await.refused(401);

        assert_eq!(ann.jobs().await.len(), 0);
        call.send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1, "the unchanged one is queued");
    });
}
