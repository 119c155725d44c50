//! The whole way from the call of a hook to the steps that a worker runs: the API, the ledger and the real program
//! `pipehook worker`.

mod by_hand;
mod clock;
mod deaths;
mod many;
mod steps;

use harness::{Hook, Pipehook, Pipeline, User, deployment, github_hook};
use serde_json::{Value as Json, json};

/// A user whose hook runs a pipeline, and what the workers of the project present.
struct Setting<'s> {
    ann: User<'s>,
    pipeline: Pipeline<'s>,
    hook: Hook<'s>,
    token: String,
}

impl<'s> Setting<'s> {
    /// With a pipeline that is different in this.
    async fn with(stack: &'s Pipehook, change: &Json) -> Self {
        let ann = stack.user().await;
        let mut draft = deployment();
        draft.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let pipeline = ann.create_pipeline(&draft).await;
        let hook = hook(&ann, &pipeline, 42).await;
        let token = ann.report_token().await;
        Self { ann, pipeline, hook, token }
    }

    async fn new(stack: &'s Pipehook) -> Self {
        Self::with(stack, &json!({})).await
    }
}

/// A hook that runs the pipeline for this application.
async fn hook<'s>(ann: &User<'s>, pipeline: &Pipeline<'s>, application: i64) -> Hook<'s> {
    let mut draft = github_hook();
    draft["pipeline_id"] = pipeline.id.into();
    draft["resource_id"] = application.into();
    ann.create_hook(&draft).await
}

/// Calls the hook for this branch; returns the action.
async fn call(hook: &Hook<'_>, branch: &str) -> i64 {
    let answer = hook.signed(json!({ "ref": branch }).to_string()).send().await;
    answer.accepted();
    answer.action_id().unwrap()
}
