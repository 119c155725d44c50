//! The queue of the jobs that actions run.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_types::SdkConfig;

use super::message;
use crate::aws::source;
use crate::domain::job::{Job, MAX_ACTION_JOB_BYTES};
use crate::ports::{PushJob, QueueError};

/// The attribute of a message that all calls of one delivery have in common.
const DELIVERY: &str = "delivery";

/// The queue whose one consumer is `action-start`.
#[derive(Debug, Clone)]
pub struct ActionsQueue {
    client: Client,
    url: String,
}

impl ActionsQueue {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }
}

impl PushJob for ActionsQueue {
    /// The deduplication id is the job's own. A provider's retry must not be dropped here, because its action would wait
    /// for ever: the ledger finds it by its attribute `delivery`.
    fn push_job(&self, job: &Job) -> Result<impl Future<Output = Result<(), QueueError>> + Send, QueueError> {
        let body = message::body(job, MAX_ACTION_JOB_BYTES)?;
        let message = self.client.send_message().queue_url(&self.url).message_body(body);
        let mut message = message.message_group_id(job.group_id()).message_deduplication_id(job.id.to_string());
        if let Some(mark) = job.delivery_mark() {
            let mark = MessageAttributeValue::builder().data_type("String").string_value(mark).build();
            message =
                message.message_attributes(DELIVERY, mark.map_err(|error| QueueError::Unavailable(source(error)))?);
        }
        Ok(async { message.send().await.map(drop).map_err(|error| QueueError::Unavailable(source(error))) })
    }
}
