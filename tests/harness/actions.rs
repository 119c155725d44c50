//! The ledger of actions and its queue, past the API.

use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::hook::Hook;
use crate::job_schema::job_faults;
use crate::stack::Pipehook;
use crate::until::until;

/// The smallest id of a pipeline of ours.
pub const OURS: i64 = 1 << 52;

/// A message on the queue of actions.
#[derive(Debug, Clone)]
pub struct ActionJob {
    /// The `MessageGroupId`.
    pub group: String,
    /// The `MessageDeduplicationId`.
    pub deduplication: String,
    /// What all messages of one delivery have in common.
    pub delivery: Option<String>,
    /// The action that it repeats.
    pub retry_of: Option<String>,
    /// Whether its action gives way to a newer one.
    pub only_latest: bool,
    /// The job.
    pub body: Json,
}

impl Pipehook {
    /// Pauses the consumer of the queue of actions, so that jobs stay there.
    pub async fn pause_actions(&self) {
        self.enable_mappings("ActionStart", false).await.unwrap();
        // What it has received before would hide what comes later for the same resource.
        until("no message is in flight", async || self.queued("ActionsQueue").await.1 == 0).await;
    }

    /// Takes the jobs off the queue of actions, whose consumer must be paused, and the wake-ups, which are left out. A job
    /// that is not as its schema says fails the test.
    pub async fn take_action_jobs(&self) -> Vec<ActionJob> {
        let queue = self.physical_id("ActionsQueue");
        let mut jobs = Vec::new();
        loop {
            let request = json!({
                "QueueUrl": queue, "MaxNumberOfMessages": 10, "AttributeNames": ["All"],
                "MessageAttributeNames": ["All"],
            });
            let mut answer = self.sqs("ReceiveMessage", &request).await;
            let messages = answer["Messages"].take().as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return jobs;
            }
            for message in messages {
                let request = json!({ "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"] });
                self.sqs("DeleteMessage", &request).await;
                jobs.extend(read(&message));
            }
        }
    }

    /// The stored heads of the actions of a project.
    pub async fn heads(&self, project: i64) -> Vec<Json> {
        let mut items = self.items_with("ActionsTable", "project", &json!({ "S": project.to_string() })).await;
        items.retain(|item| item["sk"]["S"] == "HEAD");
        items
    }
}

/// The job; `None` if the message is a wake-up.
fn read(message: &Json) -> Option<ActionJob> {
    let attribute = |name: &str| message["Attributes"][name].as_str().unwrap().to_owned();
    let own = |name: &str| message["MessageAttributes"][name]["StringValue"].as_str().map(str::to_owned);
    let body: Json = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
    if body.get("wake").is_some() {
        return None;
    }
    let faults = job_faults(&body);
    assert!(faults.is_empty(), "not as docs/job.schema.json says: {faults:?}\n{body}");
    Some(ActionJob {
        group: attribute("MessageGroupId"),
        deduplication: attribute("MessageDeduplicationId"),
        delivery: own("delivery"),
        retry_of: own("retry_of"),
        only_latest: own("only_latest").is_some(),
        body,
    })
}

impl Hook<'_> {
    /// Gives the hook this pipeline of ours, behind the product's back.
    pub async fn runs(&self, pipeline: i64) {
        self.damage("pipeline_id", &json!({ "N": pipeline.to_string() })).await;
        self.damage("pipelines", &json!({ "L": [{ "N": pipeline.to_string() }] })).await;
    }
}

impl Answer {
    /// The action that the answer names.
    pub fn action_id(&self) -> Option<i64> {
        let header = self.header("x-devopness-action-id");
        (!header.is_empty()).then(|| header.parse().unwrap())
    }
}
