//! SQS: queues in memory. [`Messages`] puts back what an earlier run left undelivered, and [`Moves`] takes dead
//! letters back to their queue.

pub(super) mod messages;
mod moves;
mod queues;
mod sequence;
mod sizes;
pub(super) mod timeline;

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value as Json, json};

use self::{
    messages::{Exchange, Messages},
    moves::Moves,
    queues::Queues,
    timeline::Timeline,
};
use super::emulator::{self, Emulator, Refusal};
use crate::{data::Data, error::Error, server::HangUp, tasks::Tasks, template::Queue};

#[derive(Debug)]
pub(super) struct Sqs {
    queues: Arc<Queues>,
    messages: Arc<Messages>,
    moves: Moves,
}

impl Emulator for Sqs {
    const TARGET: &str = Queues::TARGET;

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let operation = emulator::operation(&request).to_owned();
        let asked = request.body().clone();
        if let Some(answer) = self.moves.answer(&operation, &asked).await {
            return Ok(answer);
        }
        let response = self.queues.answer(request).await?;
        if response.status().is_success()
            && let (Ok(asked), Ok(answered)) = (serde_json::from_slice(&asked), serde_json::from_slice(response.body()))
        {
            let exchange = Exchange { operation, request: asked, answer: answered };
            // What is not kept is not acknowledged. The message may still be received, as after any lost answer.
            if let Err(error) = self.messages.observe(vec![exchange]).await {
                return Ok(Refusal::unavailable(error.to_string()).into_response());
            }
        }
        Ok(response)
    }
}

pub(super) async fn start(
    tasks: &Arc<Tasks>,
    address: SocketAddr,
    declared: &[Queue],
    data: Option<&Data>,
) -> Result<(Sqs, Arc<Messages>, Arc<Timeline>), Error> {
    let timeline = Arc::new(Timeline::start().map_err(Error::io("cannot start a thread for SQS"))?);
    let queues = Arc::new(Queues::new(address, &timeline));
    for queue in declared {
        let request = json!({ "QueueName": queue.name, "Attributes": queue.attributes });
        queues
            .call("CreateQueue", &request)
            .await
            .map_err(|refusal| Error::Resource { resource: queue.id.clone(), message: refusal.to_string() })?;
    }
    let messages = Arc::new(Messages::restore(&*queues, &timeline, data).await?);
    let moves = Moves::new(&queues, &messages, tasks);
    Ok((Sqs { queues, messages: Arc::clone(&messages), moves }, messages, timeline))
}

/// The last part of the URL.
fn queue_name(request: &Json) -> &str {
    text(&request["QueueUrl"]).rsplit('/').next().unwrap_or_default()
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}

fn list_mut<'a>(object: &'a mut Json, key: &str) -> impl Iterator<Item = &'a mut Json> {
    object.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten()
}
