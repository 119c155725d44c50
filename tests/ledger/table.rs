//! The adapter of the ledger, as a function has it, and what tests look at.

use harness::{Answer, Hook, Pipehook, User, deployment, github_hook, until};
use serde_json::{Value as Json, json};
use shared::aws::{ActionsTable, connect};

/// The adapter, as a function has it.
pub(super) fn table(stack: &Pipehook) -> ActionsTable {
    let url = stack.dynamodb_url();
    let config = connect(move |name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        "AWS_ENDPOINT_URL_DYNAMODB" => Some(url.clone()),
        _ => None,
    });
    ActionsTable::new(&config.unwrap(), stack.physical_id("ActionsTable"))
}

/// A hook of the user's on this resource, which runs this pipeline of ours.
pub(super) async fn hook_of<'s>(ann: &User<'s>, resource: i64, pipeline: i64) -> Hook<'s> {
    ann.create_hook(&draft_of(resource, pipeline)).await
}

/// The same, which wants only its newest action to run.
pub(super) async fn latest_hook_of<'s>(ann: &User<'s>, resource: i64, pipeline: i64) -> Hook<'s> {
    let mut hook = draft_of(resource, pipeline);
    hook["only_latest"] = true.into();
    ann.create_hook(&hook).await
}

fn draft_of(resource: i64, pipeline: i64) -> Json {
    let mut hook = github_hook();
    hook["resource_id"] = resource.into();
    hook["pipeline_id"] = pipeline.into();
    hook
}

/// A pipeline of the user's that lets so many of its actions run.
pub(super) async fn pipeline_of<'s>(ann: &User<'s>, max: i64) -> harness::Pipeline<'s> {
    let mut pipeline = deployment();
    pipeline["max_parallel_actions"] = max.into();
    ann.create_pipeline(&pipeline).await
}

/// The action of an accepted call.
pub(super) fn action_of(answer: &Answer) -> i64 {
    answer.accepted();
    answer.action_id().unwrap()
}

/// The stored action.
pub(super) async fn head(stack: &Pipehook, id: i64) -> Json {
    stack.item("ActionsTable", &head_key(id)).await
}

fn head_key(id: i64) -> Json {
    json!({ "pk": { "S": format!("A#{id}") }, "sk": { "S": "HEAD" } })
}

/// How far the action has come.
pub(super) async fn status(stack: &Pipehook, id: i64) -> String {
    head(stack, id).await["status"]["S"].as_str().unwrap_or_default().to_owned()
}

/// Waits until the action has come so far.
pub(super) async fn becomes(stack: &Pipehook, id: i64, expected: &str) {
    until(&format!("action {id} becomes {expected}"), async || status(stack, id).await == expected).await;
}

/// Changes an attribute of a stored action behind the product's back.
pub(super) async fn damage(stack: &Pipehook, id: i64, attribute: &str, value: &Json) {
    stack.damage("ActionsTable", &head_key(id), attribute, value).await;
}

/// Makes the action due, and runs the sweep. What it says it has done.
pub(super) async fn sweep(stack: &Pipehook, ids: &[i64]) -> Json {
    for id in ids {
        damage(stack, *id, "due", &json!({ "S": "2026-01-01T00:00:00.000Z" })).await;
    }
    let answer = stack.invoke("ActionSweep", "{}").await.unwrap();
    assert_eq!(answer.function_error, None, "{answer:?}");
    serde_json::from_slice(&answer.payload).unwrap()
}
