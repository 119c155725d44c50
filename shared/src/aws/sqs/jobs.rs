//! The queue of other people's consumers.

use std::future::Future;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_types::SdkConfig;

use super::message;
use crate::aws::{WarmUp, source};
use crate::domain::job::{Job, MAX_JOB_BYTES};
use crate::ports::{PushJob, QueueError, ShowJob};
use crate::telemetry::Chain;

/// The queue on which consumers find their jobs.
#[derive(Debug, Clone)]
pub struct JobsQueue {
    client: Client,
    url: String,
}

impl JobsQueue {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }
}

impl WarmUp for JobsQueue {
    /// By reading an attribute of the queue.
    async fn warm_up(&self) {
        let request = self.client.get_queue_attributes().queue_url(&self.url);
        if let Err(error) = request.attribute_names(QueueAttributeName::QueueArn).send().await {
            tracing::warn!(error = %Chain(&error), "The queue did not answer at start-up");
        }
    }
}

impl PushJob for JobsQueue {
    fn push_job(&self, job: &Job) -> Result<impl Future<Output = Result<(), QueueError>> + Send, QueueError> {
        let body = message::body(job, MAX_JOB_BYTES)?;
        let message = self.client.send_message().queue_url(&self.url).message_body(body);
        let message = message.message_group_id(job.group_id()).message_deduplication_id(job.deduplication_id());
        Ok(async { message.send().await.map(drop).map_err(|error| QueueError::Unavailable(source(error))) })
    }
}

impl ShowJob for JobsQueue {
    fn show_job(&self, job: &Job) -> Result<String, QueueError> {
        message::body(job, MAX_JOB_BYTES)
    }
}
