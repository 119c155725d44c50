//! How Lambda asks for the messages of a queue: with the role of the function that is to get them.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value as Json, json};

use super::{
    Gate, Service,
    emulator::{self, Emulator},
    sqs::Sqs,
};
use crate::{server::HangUp, template::ACCOUNT};

/// What the role must allow before Lambda polls.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions>
const NEEDED: [&str; 3] = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];

/// The queues as a function sees them.
#[derive(Debug, Clone)]
pub(crate) struct Poller {
    gate: Arc<Gate<Sqs>>,
    /// Of SQS.
    address: SocketAddr,
    /// Logical id.
    function: String,
}

impl Poller {
    pub(super) fn new(gate: &Arc<Gate<Sqs>>, address: SocketAddr, function: &str) -> Self {
        Self { gate: Arc::clone(gate), address, function: function.to_owned() }
    }

    /// By the queue's name.
    pub(crate) fn url(&self, queue: &str) -> String {
        format!("http://{}/{ACCOUNT}/{queue}", self.address)
    }

    /// Whether the role allows to poll this queue. The error is a line of text.
    pub(crate) fn check(&self, queue_url: &str) -> Result<(), String> {
        let request = json!({ "QueueUrl": queue_url }).to_string();
        for operation in NEEDED {
            self.gate
                .access
                .check(&self.function, Service::Sqs, operation, request.as_bytes(), |arn| self.gate.emulator.tags(arn))
                .map_err(|denied| denied.to_string())?;
        }
        Ok(())
    }

    /// A request to SQS; `None` if it failed.
    pub(crate) async fn ask(&self, operation: &str, request: &Json) -> Option<Json> {
        self.call(operation, request).await.ok()
    }
}

impl Emulator for Poller {
    const TARGET: &str = Sqs::TARGET;

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let operation = emulator::operation(&request).to_owned();
        Arc::clone(&self.gate).pass(request, &operation, Some(&self.function), |_| {}).await
    }
}
