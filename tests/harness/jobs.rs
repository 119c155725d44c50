//! The queue, as a consumer sees it.

use serde_json::{Value as Json, json};

use crate::job_schema::job_faults;
use crate::stack::Pipehook;

/// A message that a consumer has received.
#[derive(Debug, Clone)]
pub struct Job {
    /// The `MessageGroupId`.
    pub group: String,
    /// The `MessageDeduplicationId`.
    pub deduplication: String,
    /// The message's body.
    pub body: Json,
}

impl Pipehook {
    /// Every job of a project so far, in the order in which they were received.
    ///
    /// A consumer cannot choose what it receives, so this takes everything off the queue and keeps it for the test that asks
    /// next. An accepted call has its job on the queue when it is answered: there is nothing to wait for. A job that is
    /// not as its schema says fails the test.
    pub async fn jobs(&self, project: i64) -> Vec<Job> {
        let mut received = self.received.lock().await;
        loop {
            let jobs = self.receive().await;
            if jobs.is_empty() {
                break;
            }
            received.extend(jobs);
        }
        received.iter().filter(|job| job.body["project_id"] == project).cloned().collect()
    }

    async fn receive(&self) -> Vec<Job> {
        let queue = self.physical_id("JobsQueue");
        let request = json!({ "QueueUrl": queue, "MaxNumberOfMessages": 10, "AttributeNames": ["All"] });
        let mut answer = self.sqs("ReceiveMessage", &request).await;
        let messages = answer["Messages"].take();
        let mut jobs = Vec::new();
        for message in messages.as_array().into_iter().flatten() {
            let request = json!({ "QueueUrl": queue, "ReceiptHandle": message["ReceiptHandle"] });
            self.sqs("DeleteMessage", &request).await;
            let attribute = |name: &str| message["Attributes"][name].as_str().unwrap().to_owned();
            let body: Json = serde_json::from_str(message["Body"].as_str().unwrap()).unwrap();
            let faults = job_faults(&body);
            assert!(faults.is_empty(), "not as docs/job.schema.json says: {faults:?}\n{body}");
            jobs.push(Job {
                group: attribute("MessageGroupId"),
                deduplication: attribute("MessageDeduplicationId"),
                body,
            });
        }
        jobs
    }

    /// A request to SQS, as a consumer or an operator makes it.
    pub async fn sqs(&self, operation: &str, request: &Json) -> Json {
        self.aws(&self.sqs_url(), &format!("AmazonSQS.{operation}"), request).await
    }
}
