//! SQS: queues in memory. [`Messages`] puts back what an earlier run left undelivered.

use std::{net::SocketAddr, sync::Arc};

use rustack_sqs_core::{config::SqsConfig, handler::RustackSqsHandler, provider::RustackSqs};
use serde_json::json;

use super::{emulator::Emulator, messages::Messages};
use crate::{
    data::Data,
    error::Error,
    template::{ACCOUNT, Queue, REGION},
};

pub(super) async fn start(
    address: SocketAddr,
    queues: &[Queue],
    data: Option<&Data>,
) -> Result<(Emulator, Messages), Error> {
    let emulator = Emulator::Sqs(RustackSqsHandler::new(Arc::new(RustackSqs::new(SqsConfig {
        skip_signature_validation: true,
        default_region: REGION.to_owned(),
        account_id: ACCOUNT.to_owned(),
        host: address.ip().to_string(),
        port: address.port(),
    }))));
    for queue in queues {
        let request = json!({ "QueueName": queue.name, "Attributes": queue.attributes });
        emulator
            .call("CreateQueue", &request)
            .await
            .map_err(|message| Error::Resource {
                resource: queue.id.clone(),
                message,
            })?;
    }
    let messages = Messages::restore(&emulator, data).await?;
    Ok((emulator, messages))
}
