//! Message move tasks: `aws sqs start-message-move-task` gives dead letters another chance.
//!
//! A moved message is a new one, with a new id that no consumer has received yet. Its deduplication id is its
//! `MessageId` among the dead letters: no message had that before, so the five minutes of deduplication cannot swallow
//! it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::Response;
use serde_json::{Value as Json, json};

use super::{
    list,
    messages::{Exchange, Messages},
    queues::Queues,
    text,
};
use crate::{
    aws::emulator::{Emulator, Refusal, json_response},
    host,
    tasks::{Tasks, lock},
    template::{ACCOUNT, REGION},
};

const MAXIMUM_RATE: u32 = 500;
const MAXIMUM_RESULTS: usize = 10;

/// All tasks since the start, the latest last.
#[derive(Debug)]
pub(super) struct Moves {
    queues: Arc<Queues>,
    messages: Arc<Messages>,
    background: Arc<Tasks>,
    tasks: Mutex<Vec<Arc<Task>>>,
}

#[derive(Debug)]
struct Task {
    id: String,
    source_arn: String,
    /// Back to where each message came from, when `None`.
    destination_arn: Option<String>,
    /// Messages a second.
    rate: Option<u32>,
    /// Messages in the source when the task began.
    to_move: u64,
    /// Since 1970.
    started: Duration,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    moved: u64,
    status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Status {
    Running,
    Cancelling,
    Cancelled,
    Completed,
    Failed { reason: String },
}

impl Moves {
    pub(super) fn new(queues: &Arc<Queues>, messages: &Arc<Messages>, background: &Arc<Tasks>) -> Self {
        Self {
            queues: Arc::clone(queues),
            messages: Arc::clone(messages),
            background: Arc::clone(background),
            tasks: Mutex::default(),
        }
    }

    /// `None` when the operation is another one.
    pub(super) async fn answer(&self, operation: &str, request: &Bytes) -> Option<Response<Bytes>> {
        let request = serde_json::from_slice(request).unwrap_or_default();
        let answer = match operation {
            "StartMessageMoveTask" => self.start(&request).await,
            "ListMessageMoveTasks" => self.list(&request).await,
            "CancelMessageMoveTask" => self.cancel(&request).await,
            _ => return None,
        };
        Some(answer.map_or_else(Refusal::into_response, |answer| json_response(&answer)))
    }

    async fn start(&self, request: &Json) -> Result<Json, Refusal> {
        let task = Arc::new(self.task(request).await?);
        {
            let mut tasks = lock(&self.tasks);
            if tasks.iter().any(|other| other.source_arn == task.source_arn && other.is_active()) {
                return Err(invalid(
                    "There is already a task running. Only one active task is allowed for a source queue arn at a \
                     given time.",
                ));
            }
            tasks.push(Arc::clone(&task));
        }
        let answer = json!({ "TaskHandle": task.handle() });
        let mover = Mover { queues: Arc::clone(&self.queues), messages: Arc::clone(&self.messages), task };
        self.background.spawn(mover.run());
        Ok(answer)
    }

    /// The task that a request asks for.
    async fn task(&self, request: &Json) -> Result<Task, Refusal> {
        let (source_arn, source) = self.source(request).await?;
        let sources = self.queues.call("ListDeadLetterSourceQueues", &json!({ "QueueUrl": source })).await?;
        if list(&sources["QueueUrls"]).next().is_none() {
            return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
        }
        let destination_arn = request["DestinationArn"].as_str().map(str::to_owned);
        if let Some(arn) = &destination_arn {
            queue_url(&self.queues, arn).await.map_err(|_| no_such_queue("DestinationArn"))?;
            if *arn == source_arn {
                return Err(invalid("The source queue cannot be the destination queue."));
            }
            if is_fifo(arn) != is_fifo(&source_arn) {
                return Err(invalid("The source queue and the destination queue must be of the same type."));
            }
        }
        let rate = request.get("MaxNumberOfMessagesPerSecond").map(rate).transpose()?;
        Ok(Task {
            id: host::new_uuid().to_string(),
            source_arn,
            destination_arn,
            rate,
            to_move: self.count(&source).await?,
            started: host::now(),
            progress: Mutex::new(Progress { moved: 0, status: Status::Running }),
        })
    }

    async fn count(&self, queue: &str) -> Result<u64, Refusal> {
        let request = json!({ "QueueUrl": queue, "AttributeNames": ["ApproximateNumberOfMessages"] });
        let answer = self.queues.call("GetQueueAttributes", &request).await?;
        Ok(text(&answer["Attributes"]["ApproximateNumberOfMessages"]).parse().unwrap_or_default())
    }

    async fn list(&self, request: &Json) -> Result<Json, Refusal> {
        let (source_arn, _) = self.source(request).await?;
        let maximum = request.get("MaxResults").map_or(Some(1), Json::as_u64).and_then(|count| count.try_into().ok());
        let maximum = maximum.filter(|maximum| (1..=MAXIMUM_RESULTS).contains(maximum));
        let maximum = maximum.ok_or_else(|| invalid("Value for parameter MaxResults is invalid."))?;
        let tasks = lock(&self.tasks);
        let latest = tasks.iter().rev().filter(|task| task.source_arn == source_arn).take(maximum);
        Ok(json!({ "Results": latest.map(|task| task.describe()).collect::<Vec<_>>() }))
    }

    async fn cancel(&self, request: &Json) -> Result<Json, Refusal> {
        let handle = BASE64_STANDARD.decode(text(&request["TaskHandle"])).unwrap_or_default();
        let handle: Json = serde_json::from_slice(&handle).unwrap_or_default();
        let id = handle["taskId"].as_str().ok_or_else(|| invalid("Value for parameter TaskHandle is invalid."))?;
        self.source(&json!({ "SourceArn": handle["sourceArn"] })).await?;
        let task = lock(&self.tasks).iter().find(|task| task.id == id).map(Arc::clone);
        let task = task.ok_or_else(|| Refusal::not_found("Task does not exist."))?;
        let mut progress = lock(&task.progress);
        if progress.status != Status::Running {
            let reason = "Only a running task can be cancelled.";
            return Err(Refusal::new("AWS.SimpleQueueService.UnsupportedOperation", reason));
        }
        progress.status = Status::Cancelling;
        Ok(json!({ "ApproximateNumberOfMessagesMoved": progress.moved }))
    }

    /// The ARN of the source queue, and its URL.
    async fn source(&self, request: &Json) -> Result<(String, String), Refusal> {
        let arn = request["SourceArn"]
            .as_str()
            .ok_or_else(|| Refusal::new("MissingParameter", "The request must contain the parameter SourceArn."))?;
        let url = queue_url(&self.queues, arn).await.map_err(|_| no_such_queue("SourceArn"))?;
        Ok((arn.to_owned(), url))
    }
}

impl Task {
    /// What cancels the task.
    fn handle(&self) -> String {
        BASE64_STANDARD.encode(json!({ "taskId": self.id, "sourceArn": self.source_arn }).to_string())
    }

    fn is_active(&self) -> bool {
        matches!(lock(&self.progress).status, Status::Running | Status::Cancelling)
    }

    fn describe(&self) -> Json {
        let progress = lock(&self.progress);
        let mut description = json!({
            "SourceArn": self.source_arn,
            "StartedTimestamp": u64::try_from(self.started.as_millis()).unwrap_or_default(),
            "ApproximateNumberOfMessagesToMove": self.to_move,
            "ApproximateNumberOfMessagesMoved": progress.moved,
        });
        if let Some(arn) = &self.destination_arn {
            description["DestinationArn"] = arn.as_str().into();
        }
        if let Some(rate) = self.rate {
            description["MaxNumberOfMessagesPerSecond"] = rate.into();
        }
        let status = match &progress.status {
            Status::Running => {
                description["TaskHandle"] = self.handle().into();
                "RUNNING"
            }
            Status::Cancelling => "CANCELLING",
            Status::Cancelled => "CANCELLED",
            Status::Completed => "COMPLETED",
            Status::Failed { reason } => {
                description["FailureReason"] = reason.as_str().into();
                "FAILED"
            }
        };
        description["Status"] = status.into();
        description
    }
}

/// Works one task off.
struct Mover {
    queues: Arc<Queues>,
    messages: Arc<Messages>,
    task: Arc<Task>,
}

impl Mover {
    async fn run(self) {
        let end = match self.move_all().await {
            Ok(end) => end,
            Err(refusal) => Status::Failed { reason: refusal.code },
        };
        lock(&self.task.progress).status = end;
    }

    async fn move_all(&self) -> Result<Status, Refusal> {
        let source = queue_url(&self.queues, &self.task.source_arn).await?;
        while lock(&self.task.progress).status == Status::Running {
            let request = json!({
                "QueueUrl": source, "VisibilityTimeout": 60,
                "MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["All"],
            });
            let received = self.call("ReceiveMessage", &request).await?;
            let Some(message) = list(&received["Messages"]).next() else {
                return Ok(Status::Completed);
            };
            if let Err(refusal) = self.move_one(&source, message).await {
                let request =
                    json!({ "QueueUrl": source, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0 });
                let _ = self.call("ChangeMessageVisibility", &request).await;
                return Err(refusal);
            }
            lock(&self.task.progress).moved += 1;
            if let Some(rate) = self.task.rate {
                self.queues.sleep(Duration::from_secs(1) / rate).await;
            }
        }
        Ok(Status::Cancelled)
    }

    async fn move_one(&self, source: &str, message: &Json) -> Result<(), Refusal> {
        let attributes = &message["Attributes"];
        let arn = self.task.destination_arn.as_deref().or_else(|| attributes["DeadLetterQueueSourceArn"].as_str());
        // A message that was sent here came from no queue.
        let arn = arn.ok_or_else(|| Refusal::new("CouldNotDetermineMessageSource", "sent to the dead letters"))?;
        let mut copy = json!({ "QueueUrl": queue_url(&self.queues, arn).await?, "MessageBody": message["Body"] });
        if let Some(own) = message.get("MessageAttributes") {
            copy["MessageAttributes"] = own.clone();
        }
        if let Some(group) = attributes.get("MessageGroupId") {
            copy["MessageGroupId"] = group.clone();
            copy["MessageDeduplicationId"] = message["MessageId"].clone();
        }
        let delete = json!({ "QueueUrl": source, "ReceiptHandle": message["ReceiptHandle"] });

        let sent = self.queues.call("SendMessage", &copy).await?;
        let deleted = self.queues.call("DeleteMessage", &delete).await?;
        // Together, so that stopping the stack cannot come between: the message would be kept twice.
        self.observe(vec![
            Exchange { operation: "SendMessage".to_owned(), request: copy, answer: sent },
            Exchange { operation: "DeleteMessage".to_owned(), request: delete, answer: deleted },
        ])
        .await
    }

    async fn call(&self, operation: &str, request: &Json) -> Result<Json, Refusal> {
        let answer = self.queues.call(operation, request).await?;
        let exchange = Exchange { operation: operation.to_owned(), request: request.clone(), answer: answer.clone() };
        self.observe(vec![exchange]).await?;
        Ok(answer)
    }

    async fn observe(&self, exchanges: Vec<Exchange>) -> Result<(), Refusal> {
        self.messages.observe(exchanges).await.map_err(|error| Refusal::unavailable(error.to_string()))
    }
}

async fn queue_url(queues: &Queues, arn: &str) -> Result<String, Refusal> {
    let name = arn.strip_prefix(&format!("arn:aws:sqs:{REGION}:{ACCOUNT}:")).unwrap_or_default();
    let answer = queues.call("GetQueueUrl", &json!({ "QueueName": name })).await?;
    Ok(text(&answer["QueueUrl"]).to_owned())
}

fn is_fifo(arn: &str) -> bool {
    arn.strip_suffix(".fifo").is_some()
}

fn rate(value: &Json) -> Result<u32, Refusal> {
    let rate = value.as_u64().and_then(|rate| rate.try_into().ok()).filter(|rate| (1..=MAXIMUM_RATE).contains(rate));
    rate.ok_or_else(|| invalid("Value for parameter MaxNumberOfMessagesPerSecond is invalid."))
}

fn invalid(message: &str) -> Refusal {
    Refusal::new("InvalidParameterValue", message)
}

fn no_such_queue(parameter: &str) -> Refusal {
    Refusal::not_found(format!("The resource that you specified for the {parameter} parameter doesn't exist."))
}
