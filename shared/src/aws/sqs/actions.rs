//! The queue of the jobs that actions run.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use aws_types::SdkConfig;

use super::message;
use crate::aws::source;
use crate::domain::action::Lane;
use crate::domain::job::{Job, MAX_ACTION_JOB_BYTES};
use crate::ports::{PushJob, QueueError, Random, SendWake, ShowJob, WakeError};

/// The attribute of a message that all calls of one delivery have in common.
const DELIVERY: &str = "delivery";

/// The attribute of a message that names the action which this one repeats.
const RETRY_OF: &str = "retry_of";

/// The attribute of a message whose action gives way to a newer one of its hook.
const ONLY_LATEST: &str = "only_latest";

/// The queue whose one consumer is `action-start`.
#[derive(Debug, Clone)]
pub struct ActionsQueue {
    client: Client,
    url: String,
    random: Random,
}

impl ActionsQueue {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, url: String, random: Random) -> Self {
        Self { client: Client::new(config), url, random }
    }

    /// A wake-up stands in the message group of its lane, behind the jobs that wait there. Its deduplication id is random:
    /// one that SQS drops because another came before could be the one that is needed.
    fn wake_up(&self, at: usize, lane: &Lane) -> Result<SendMessageBatchRequestEntry, WakeError> {
        SendMessageBatchRequestEntry::builder()
            .id(at.to_string())
            .message_body(format!(r#"{{"wake": "{lane}"}}"#))
            .message_group_id(lane.to_string())
            .message_deduplication_id(hex::encode(self.random.bytes::<16>()))
            .build()
            .map_err(|error| WakeError(source(error)))
    }
}

impl SendWake for ActionsQueue {
    async fn send_wakes(&self, lanes: &[Lane]) -> Result<(), WakeError> {
        if lanes.is_empty() {
            return Ok(());
        }
        let entries = lanes.iter().take(10).enumerate().map(|(at, lane)| self.wake_up(at, lane));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        let answer = request.send().await.map_err(|error| WakeError(source(error)))?;
        match answer.failed().first() {
            Some(failed) => Err(WakeError(format!("SQS did not take a message: {}", failed.code()).into())),
            None => Ok(()),
        }
    }
}

impl PushJob for ActionsQueue {
    /// The deduplication id is the job's own. A provider's retry must not be dropped here, because its action would wait
    /// for ever: the ledger finds it by its attribute `delivery`.
    fn push_job(&self, job: &Job) -> Result<impl Future<Output = Result<(), QueueError>> + Send, QueueError> {
        let body = message::body(job, MAX_ACTION_JOB_BYTES)?;
        let message = self.client.send_message().queue_url(&self.url).message_body(body);
        let mut message = message.message_group_id(job.group_id()).message_deduplication_id(job.id.to_string());
        let action = job.action();
        let retry_of = action.as_ref().and_then(|action| action.retry_of).map(|action| action.to_string());
        let only_latest = action.filter(|action| action.only_latest).map(|_| "true".to_owned());
        for (name, value) in [(DELIVERY, job.delivery_mark()), (RETRY_OF, retry_of), (ONLY_LATEST, only_latest)] {
            let Some(value) = value else { continue };
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build();
            message = message.message_attributes(name, value.map_err(|error| QueueError::Unavailable(source(error)))?);
        }
        Ok(async { message.send().await.map(drop).map_err(|error| QueueError::Unavailable(source(error))) })
    }
}

impl ShowJob for ActionsQueue {
    fn show_job(&self, job: &Job) -> Result<String, QueueError> {
        message::body(job, MAX_ACTION_JOB_BYTES)
    }
}
