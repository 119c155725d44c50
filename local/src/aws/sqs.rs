//! SQS: queues in memory. [`Messages`] puts back what an earlier run left undelivered.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use rustack_sqs_core::{config::SqsConfig, handler::RustackSqsHandler, provider::RustackSqs};
use rustack_sqs_http::{dispatch::dispatch_operation, response::error_to_response, router::resolve_operation};
use serde_json::json;

use super::{emulator::Emulator, messages::Messages, timeline::Timeline};
use crate::{
    data::Data,
    error::Error,
    host,
    server::{self, HangUp},
    template::{ACCOUNT, Queue, REGION},
};

#[derive(Debug)]
pub(super) struct Sqs {
    handler: Arc<RustackSqsHandler>,
    timeline: Arc<Timeline>,
}

impl Emulator for Sqs {
    const TARGET: &str = "AmazonSQS";

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let handler = Arc::clone(&self.handler);
        let answer = self.timeline.run(async move {
            let operation = resolve_operation(request.headers())?;
            dispatch_operation(handler.as_ref(), operation, request.into_body()).await
        });
        let answer = answer.await.ok_or(HangUp)?;
        server::whole(answer.unwrap_or_else(|error| error_to_response(&error, &host::new_uuid().to_string()))).await
    }
}

pub(super) async fn start(
    address: SocketAddr,
    queues: &[Queue],
    data: Option<&Data>,
) -> Result<(Sqs, Messages, Arc<Timeline>), Error> {
    let timeline = Arc::new(Timeline::start().map_err(Error::io("cannot start a thread for SQS"))?);
    let provider = Arc::new(RustackSqs::new(SqsConfig {
        skip_signature_validation: true,
        default_region: REGION.to_owned(),
        account_id: ACCOUNT.to_owned(),
        host: address.ip().to_string(),
        port: address.port(),
    }));
    let emulator = Sqs { handler: Arc::new(RustackSqsHandler::new(provider)), timeline: Arc::clone(&timeline) };
    for queue in queues {
        let request = json!({ "QueueName": queue.name, "Attributes": queue.attributes });
        emulator
            .call("CreateQueue", &request)
            .await
            .map_err(|message| Error::Resource { resource: queue.id.clone(), message })?;
    }
    let messages = Messages::restore(&emulator, data).await?;
    Ok((emulator, messages, timeline))
}
