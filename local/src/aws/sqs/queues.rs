//! The emulator of the queues, with the message sizes and the sequence numbers of SQS.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use rustack_sqs_core::{config::SqsConfig, handler::RustackSqsHandler, provider::RustackSqs};
use rustack_sqs_http::{dispatch::dispatch_operation, response::error_to_response, router::resolve_operation};
use serde_json::Value as Json;
use tokio::time;

use super::{
    sequence::Sequence,
    sizes::{Admitted, Sizes},
    timeline::Timeline,
};
use crate::{
    aws::emulator::{self, Emulator, json_response},
    host,
    server::{self, HangUp},
    template::{ACCOUNT, REGION},
};

#[derive(Debug)]
pub(super) struct Queues {
    handler: Arc<RustackSqsHandler>,
    timeline: Arc<Timeline>,
    sizes: Sizes,
    sequence: Sequence,
}

impl Queues {
    pub(super) fn new(address: SocketAddr, timeline: &Arc<Timeline>) -> Self {
        let provider = RustackSqs::new(SqsConfig {
            skip_signature_validation: true,
            default_region: REGION.to_owned(),
            account_id: ACCOUNT.to_owned(),
            host: address.ip().to_string(),
            port: address.port(),
        });
        let handler = Arc::new(RustackSqsHandler::new(Arc::new(provider)));
        let sequence = Sequence::since(host::now());
        Self { handler, timeline: Arc::clone(timeline), sizes: Sizes::default(), sequence }
    }

    /// Waits by the clock of the queues.
    pub(super) async fn sleep(&self, duration: Duration) {
        self.timeline.run(async move { time::sleep(duration).await }).await;
    }

    async fn emulate(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let handler = Arc::clone(&self.handler);
        let answer = self.timeline.run(async move {
            let operation = resolve_operation(request.headers())?;
            dispatch_operation(handler.as_ref(), operation, request.into_body()).await
        });
        let answer = answer.await.ok_or(HangUp)?;
        server::whole(answer.unwrap_or_else(|error| error_to_response(&error, &host::new_uuid().to_string()))).await
    }
}

impl Emulator for Queues {
    const TARGET: &str = "AmazonSQS";

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let operation = emulator::operation(&request).to_owned();
        // What is not JSON, the emulator refuses.
        let Ok(asked) = serde_json::from_slice::<Json>(request.body()) else {
            return self.emulate(request).await;
        };
        let passed_on = match self.sizes.admit(&operation, &asked) {
            Ok(Admitted::AsItIs) => return self.emulate(request).await,
            Ok(Admitted::Instead(body)) => body,
            Ok(Admitted::Answered(answer)) => return Ok(json_response(&answer)),
            Err(refusal) => return Ok(refusal.into_response()),
        };
        let response = self.emulate(request.map(|_| passed_on.to_string().into())).await?;
        match serde_json::from_slice(response.body()) {
            Ok(answer) if response.status().is_success() => {
                let mut answer = self.sizes.complete(&operation, &asked, answer);
                self.sequence.raise(&mut answer);
                Ok(json_response(&answer))
            }
            _ => Ok(response),
        }
    }
}
