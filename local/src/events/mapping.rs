//! An event source mapping: Lambda takes messages off a queue and invokes a function with them.
//!
//! What succeeds is deleted. What fails stays invisible until its visibility timeout ends, and SQS moves it to the
//! dead letters when it has been received too often. The queue hands out no message of a group while another one of it
//! is invisible, so a group is never in two batches at the same time.

use std::{collections::HashSet, sync::Arc, time::Duration};

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use tokio::{
    select,
    sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch},
    time::sleep,
};

use crate::{
    aws::Poller,
    host,
    lambda::{Function, Outcome},
    tasks::Tasks,
    template::{self, REGION},
};

/// How long one request waits for messages. SQS answers as soon as there is one.
const WAIT_SECONDS: u32 = 1;

/// After a request that failed.
const PAUSE: Duration = Duration::from_millis(100);

/// How often it is tried to delete messages. After that, they come again.
const ATTEMPTS: u32 = 3;

#[derive(Debug)]
pub(super) struct Mapping {
    declared: template::Mapping,
    queue_url: String,
    function: Arc<Function>,
    poller: Poller,
    batches: Arc<Semaphore>,
    is_enabled: watch::Sender<bool>,
    /// Held while messages are received.
    receiving: Mutex<()>,
}

impl Mapping {
    /// Checks what Lambda checks when a mapping is made. The error is a line of text.
    pub(super) async fn new(
        declared: &template::Mapping,
        function: &Arc<Function>,
        poller: Poller,
    ) -> Result<Self, String> {
        let name = declared.queue.rsplit(':').next().unwrap_or_default();
        let queue_url = poller.url(name);
        poller.check(&queue_url)?;
        let request = json!({ "QueueUrl": queue_url, "AttributeNames": ["VisibilityTimeout"] });
        let answer = poller.ask("GetQueueAttributes", &request).await;
        let answer = answer.ok_or_else(|| format!("the queue {} does not exist", declared.queue))?;
        let visibility = answer["Attributes"]["VisibilityTimeout"].as_str().and_then(|seconds| seconds.parse().ok());
        let (visibility, timeout): (u64, _) = (visibility.unwrap_or_default(), function.declared.timeout.as_secs());
        if visibility < timeout {
            return Err(format!("the VisibilityTimeout of {name} is {visibility}, less than the Timeout {timeout}"));
        }
        Ok(Self {
            declared: declared.clone(),
            queue_url,
            function: Arc::clone(function),
            poller,
            batches: Arc::new(Semaphore::new(declared.concurrency)),
            is_enabled: watch::Sender::new(declared.is_enabled),
            receiving: Mutex::default(),
        })
    }

    pub(super) fn is_of(&self, function: &Function) -> bool {
        self.function.declared.id == function.declared.id
    }

    /// Once it is disabled, it receives nothing more. What it has received goes to the function all the same.
    pub(super) async fn enable(&self, is_enabled: bool) {
        self.is_enabled.send_replace(is_enabled);
        if !is_enabled {
            drop(self.receiving.lock().await);
        }
    }

    pub(super) async fn run(self: Arc<Self>, tasks: Arc<Tasks>) {
        while let Ok(slot) = Arc::clone(&self.batches).acquire_owned().await {
            match self.receive().await {
                Some(messages) if messages.is_empty() => {}
                Some(messages) => tasks.spawn(Arc::clone(&self).serve(messages, slot)),
                None => sleep(PAUSE).await,
            }
        }
    }

    /// The next messages, when it is enabled. `None` after an error.
    async fn receive(&self) -> Option<Vec<Json>> {
        let mut is_enabled = self.is_enabled.subscribe();
        drop(is_enabled.wait_for(|is_enabled| *is_enabled).await);
        let request = json!({
            "QueueUrl": self.queue_url, "MaxNumberOfMessages": self.declared.batch_size,
            "WaitTimeSeconds": WAIT_SECONDS, "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"],
        });
        let _receiving = self.receiving.lock().await;
        let mut answer = select! {
            // In this order: nothing is received when it has been disabled.
            biased;
            () = async { drop(is_enabled.wait_for(|is_enabled| !*is_enabled).await) } => return Some(Vec::new()),
            answer = self.poller.ask("ReceiveMessage", &request) => answer?,
        };
        // Without messages, the answer has no list.
        Some(serde_json::from_value(answer["Messages"].take()).unwrap_or_default())
    }

    async fn serve(self: Arc<Self>, messages: Vec<Json>, _slot: OwnedSemaphorePermit) {
        let records: Vec<_> = messages.iter().map(|message| self.record(message)).collect();
        let event = json!({ "Records": records }).to_string();
        let outcome = self.function.invoke(event.into(), host::new_trace()).await;

        let ids = messages.iter().filter_map(|message| message["MessageId"].as_str()).collect();
        let failed = failures(&outcome, self.declared.reports_failures, ids);
        let done =
            messages.iter().filter(|message| !failed.contains(message["MessageId"].as_str().unwrap_or_default()));
        let entries: Vec<_> = done
            .enumerate()
            .map(|(id, message)| json!({ "Id": id.to_string(), "ReceiptHandle": message["ReceiptHandle"] }))
            .collect();
        if !entries.is_empty() {
            self.delete(&json!({ "QueueUrl": self.queue_url, "Entries": entries })).await;
        }
    }

    async fn delete(&self, request: &Json) {
        for _ in 0..ATTEMPTS {
            if self.poller.ask("DeleteMessageBatch", request).await.is_some() {
                return;
            }
            sleep(PAUSE).await;
        }
    }

    /// A message as a function gets it.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>
    fn record(&self, message: &Json) -> Json {
        let own = message["MessageAttributes"].as_object().into_iter().flatten().map(|(name, attribute)| {
            let mut own = json!({
                "stringListValues": [], "binaryListValues": [], "dataType": attribute["DataType"],
            });
            for (kept, given) in [("StringValue", "stringValue"), ("BinaryValue", "binaryValue")] {
                if let Some(value) = attribute.get(kept) {
                    own[given] = value.clone();
                }
            }
            (name.clone(), own)
        });
        json!({
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": own.collect::<Map<_, _>>(),
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": self.declared.queue,
            "awsRegion": REGION,
        })
    }
}

/// The answer of a function that reports which messages have failed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    batch_item_failures: Option<Vec<Failure>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

/// Which of the messages have failed. All have, if the function failed or its report makes no sense.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting>
fn failures<'a>(outcome: &Outcome, reports: bool, sent: HashSet<&'a str>) -> HashSet<&'a str> {
    let answer = match outcome {
        Outcome::Answer(answer) if reports => answer,
        Outcome::Answer(_) => return HashSet::new(),
        Outcome::Error(_) | Outcome::TimedOut(_) => return sent,
    };
    let Ok(report) = serde_json::from_slice::<Option<Report>>(answer) else { return sent };
    let named = report.and_then(|report| report.batch_item_failures).unwrap_or_default();
    let mut failed = HashSet::new();
    for Failure { item_identifier } in named {
        match sent.get(item_identifier.as_str()) {
            Some(id) => failed.insert(*id),
            None => return sent,
        };
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(answer: &'static str) -> Vec<&'static str> {
        let outcome = Outcome::Answer(answer.as_bytes().into());
        let mut failed: Vec<_> = failures(&outcome, true, HashSet::from(["1", "2"])).into_iter().collect();
        failed.sort_unstable();
        failed
    }

    #[test]
    fn what_a_function_reports_has_failed_and_all_has_after_a_report_that_makes_no_sense() {
        for none in ["null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(failed(none), [""; 0], "{none}");
        }
        assert_eq!(failed(r#"{"batchItemFailures":[{"itemIdentifier":"2"}]}"#), ["2"]);
        for nonsense in [
            "",
            "\"done\"",
            r#"{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"3"}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#,
            r#"{"batchItemFailures":[{"itemIdentifier":null}]}"#,
            r#"{"batchItemFailures":[{"id":"2"}]}"#,
        ] {
            assert_eq!(failed(nonsense), ["1", "2"], "{nonsense}");
        }
    }

    #[test]
    fn without_reports_a_batch_succeeds_or_fails_as_a_whole() {
        let sent = HashSet::from(["1"]);
        let report = Outcome::Answer(r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#.into());
        assert_eq!(failures(&report, false, sent.clone()), HashSet::new());
        for reports in [false, true] {
            for outcome in [Outcome::Error("x".into()), Outcome::TimedOut("x".into())] {
                assert_eq!(failures(&outcome, reports, sent.clone()), sent);
            }
        }
    }
}
