//! Every route alike: the document of the API, and requests that no HTTP client would write.

mod bodies;
mod console;
mod gateway_events;
mod heads;
mod openapi;
mod paths;
mod reference;
mod transfers;

use harness::{Answer, Hook, Pipehook, User, github_hook};

/// Whatever it is, the caller is told that it is at fault. Where it came to a function, that says so in its own words.
#[track_caller]
fn is_refused(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    if answer.headers.contains_key("x-request-id") && !answer.body.is_empty() {
        answer.refused(answer.status);
    }
}

/// Every route, with the ids of a hook and of one of its calls.
fn routes(hook: &Hook<'_>, call: &Answer) -> Vec<(&'static str, String)> {
    let hook_path = format!("/hooks/incoming/{}", hook.id);
    let call_path = format!("/hook-requests/{}", call.request_id());
    vec![
        ("POST", "/users/login".into()),
        ("POST", "/users/refresh-token".into()),
        ("GET", "/users/logout".into()),
        ("POST", "/users/logout".into()),
        ("GET", "/users/me".into()),
        ("GET", "/users".into()),
        ("POST", "/hooks/incoming".into()),
        ("POST", "/pipelines/7/hooks/incoming".into()),
        ("GET", "/applications/42/hooks".into()),
        ("GET", "/pipelines/7/hooks".into()),
        ("GET", hook_path.clone()),
        ("PUT", hook_path.clone()),
        ("DELETE", hook_path.clone()),
        ("POST", format!("{hook_path}/rotate-secret")),
        ("POST", format!("{hook_path}/test")),
        ("POST", "/hooks/incoming/test".into()),
        ("POST", format!("/hooks/{}/trigger", hook.id)),
        ("GET", format!("{hook_path}/requests")),
        ("GET", "/hook-requests".into()),
        ("GET", call_path.clone()),
        ("POST", format!("{call_path}/retry")),
    ]
}

/// A user with a hook that was called once.
async fn setting(stack: &Pipehook) -> (User<'_>, Hook<'_>, Answer) {
    let ann = stack.user().await;
    let hook = ann.create_hook(&github_hook()).await;
    let call = hook.push().send().await;
    call.accepted();
    (ann, hook, call)
}
