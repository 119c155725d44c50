//! The loop around a function that takes messages off a FIFO queue: one answer and one log line per batch. The answer
//! says which messages come again (`ReportBatchItemFailures`).

use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tracing::Instrument as _;

use crate::config;
use crate::domain::timestamp::Timestamp;
use crate::telemetry::{self, Answered, Chain, Measurements, Status};

/// A message, as the queue has delivered it.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    /// What was sent.
    pub body: &'a str,
    /// Its place in its group.
    pub sequence: &'a str,
    attributes: &'a HashMap<String, Attribute>,
}

impl Delivered<'_> {
    /// A text that was sent beside the body.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.string_value.as_deref()
    }
}

/// What a function does with the messages of a queue.
pub trait Consumer: Send + Sync {
    /// Why a message was not dealt with.
    type Error: Error + Send + Sync + 'static;

    /// Deals with messages of one group, in their order, up to the first that fails. How many it has dealt with; those
    /// that are left come again, in their order.
    fn consume(
        &self,
        group: &[Delivered<'_>],
        clock: fn() -> Timestamp,
    ) -> impl Future<Output = (usize, Result<(), Self::Error>)> + Send;
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    message_id: &'a str,
    #[serde(borrow)]
    body: Cow<'a, str>,
    attributes: SystemAttributes,
    #[serde(default)]
    message_attributes: HashMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SystemAttributes {
    message_group_id: String,
    sequence_number: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attribute {
    string_value: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    batch_item_failures: Vec<Failure<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    item_identifier: &'a str,
}

/// Serves the consumer until Lambda ends the sandbox.
pub(super) fn serve(consumer: impl Consumer + 'static) -> super::Begun<()> {
    run(Box::new(consumer))
}

type Outcome<'a> = (usize, Result<(), Box<dyn Error + Send + Sync>>);

/// A consumer behind a pointer, so that the loop is compiled once.
trait Consume: Send + Sync {
    fn consume<'a>(&'a self, group: &'a [Delivered<'a>]) -> Pin<Box<dyn Future<Output = Outcome<'a>> + Send + 'a>>;
}

impl<C: Consumer> Consume for C {
    fn consume<'a>(&'a self, group: &'a [Delivered<'a>]) -> Pin<Box<dyn Future<Output = Outcome<'a>> + Send + 'a>> {
        Box::pin(async move {
            let (done, outcome) = Consumer::consume(self, group, || config::now().into()).await;
            (done, outcome.map_err(Into::into))
        })
    }
}

fn run(consumer: Box<dyn Consume>) -> super::Begun<()> {
    Box::pin(async move {
        let consumer = &*consumer;
        telemetry::ready();
        let answer = move |event: LambdaEvent<Box<RawValue>>| async move { answer(consumer, &event).await };
        lambda_runtime::run(service_fn(answer)).await
    })
}

async fn answer(consumer: &dyn Consume, event: &LambdaEvent<Box<RawValue>>) -> Result<serde_json::Value, Diagnostic> {
    let (measurements, request_id) = (Measurements::begin(), event.context.request_id.as_str());
    let span = tracing::error_span!("call", request_id);
    let batch = serde_json::from_str::<Batch<'_>>(event.payload.get());
    let outcome = match &batch {
        Ok(batch) => Ok(failures(consumer, batch).instrument(span.clone()).await),
        Err(error) => Err(Diagnostic {
            error_type: "InvalidInput".to_owned(),
            error_message: format!("The input must be a batch of SQS messages: {error}"),
        }),
    };
    let _in_span = span.enter();
    let status = Status::Invocation(match &outcome {
        Ok(failures) if failures.is_empty() => "OK",
        Ok(_) => "SomeFailed",
        Err(_) => "InvalidInput",
    });
    measurements.finish(&Answered { request_id, gateway_request_id: None, route: None, status, webhook: None });
    let batch_item_failures = outcome?.into_iter().map(|item_identifier| Failure { item_identifier }).collect();
    serde_json::to_value(Answer { batch_item_failures })
        .map_err(|error| Diagnostic { error_type: "Internal".to_owned(), error_message: error.to_string() })
}

/// The ids of the messages that come again.
async fn failures<'a>(consumer: &dyn Consume, batch: &'a Batch<'a>) -> Vec<&'a str> {
    let mut failures = Vec::new();
    for group in groups(&batch.records) {
        let messages: Vec<_> = group.iter().map(|record| record.delivered()).collect();
        let (done, outcome) = consumer.consume(&messages).await;
        if let Err(error) = outcome {
            tracing::error!(cause = %Chain(&*error), "A message was not dealt with, and comes again");
        }
        failures.extend(group.iter().skip(done).map(|record| record.message_id));
    }
    failures
}

/// The messages of each group, in their order.
fn groups<'r, 'a>(records: &'r [Record<'a>]) -> Vec<Vec<&'r Record<'a>>> {
    let mut groups: Vec<Vec<&Record<'a>>> = Vec::new();
    for record in records {
        let of = |group: &&mut Vec<&Record<'a>>| {
            group.first().is_some_and(|first| first.attributes.message_group_id == record.attributes.message_group_id)
        };
        match groups.iter_mut().find(of) {
            Some(group) => group.push(record),
            None => groups.push(vec![record]),
        }
    }
    groups
}

impl Record<'_> {
    fn delivered(&self) -> Delivered<'_> {
        Delivered { body: &self.body, sequence: &self.attributes.sequence_number, attributes: &self.message_attributes }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use serde_json::json;

    use super::*;

    /// Fails at each message that says so.
    struct Picky;

    impl Consumer for Picky {
        type Error = io::Error;

        async fn consume(&self, group: &[Delivered<'_>], _: fn() -> Timestamp) -> (usize, Result<(), io::Error>) {
            match group.iter().position(|message| message.body == "bad") {
                Some(at) => (at, Err(io::Error::other("bad"))),
                None => (group.len(), Ok(())),
            }
        }
    }

    #[tokio::test]
    async fn what_follows_a_failed_message_in_its_group_comes_again_and_other_groups_do_not() {
        let record = |id: &str, group: &str, body: &str| {
            json!({
                "messageId": id, "body": body, "attributes": { "MessageGroupId": group, "SequenceNumber": "1" },
                "messageAttributes": { "delivery": { "stringValue": "d", "dataType": "String" } },
            })
        };
        let batch = json!({ "Records": [
            record("1", "a", "good"), record("2", "b", "good"), record("3", "a", "bad"), record("4", "a", "good"),
            record("5", "b", "\"good\""),
        ] })
        .to_string();
        let batch: Batch<'_> = serde_json::from_str(&batch).unwrap();
        assert_eq!(failures(&Picky, &batch).await, ["3", "4"]);
        assert_eq!(batch.records[0].delivered().attribute("delivery"), Some("d"));
    }
}
