//! Which pipelines of ours a sender may choose: those that the hook allows.

use harness::{OURS, github_hook, shared};
use serde_json::{Value as Json, json};

/// What asks for a hook whose sender chooses the pipeline.
fn choosing_hook() -> Json {
    let mut hook = github_hook();
    hook["settings"] = json!({ "variables": [{ "name": "pipeline_id", "type": "integer" }] });
    hook
}

#[test]
fn a_sender_that_chooses_a_pipeline_of_ours_that_the_hook_does_not_allow_is_refused_and_nothing_is_queued() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&choosing_hook()).await;
        for chosen in [json!(OURS), json!(OURS + 1), json!(OURS.to_string()), json!((1_i64 << 53) - 1)] {
            let refused = hook.signed(json!({ "pipeline_id": chosen }).to_string()).send().await;

            refused.refused(422);
            let reason = refused.json()["errors"]["pipeline_id"][0].as_str().unwrap().to_owned();
            assert!(
                reason.starts_with("The field `pipeline_id` must be a pipeline that this hook may run"),
                "{reason}"
            );
            let logged = ann.log_of(&refused).await;
            assert_eq!((&logged["outcome"], &logged["action_id"]), (&json!("failed"), &Json::Null));
        }
        assert_eq!(ann.jobs().await.len(), 0);

        hook.signed(json!({ "pipeline_id": OURS - 1 }).to_string()).send().await.accepted();
        assert_eq!(ann.jobs().await[0].body["pipeline_id"], OURS - 1, "it is the consumer's");
    });
}
