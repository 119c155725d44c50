//! Messages of up to 1 MiB, as SQS takes them. The emulator measures bodies alone, and takes a quarter of that.
//!
//! So it never sees a longer body as such: it keeps it as one more attribute of the message, and in its place a short
//! text that is the same for the same body. This way the body stays and goes with its message: to the dead letters,
//! when it is deleted, when the queue is purged. One thing remains: a message with a long body and ten attributes of
//! its own is refused.

use std::{collections::HashMap, sync::Mutex};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustack_sqs_core::message::{md5_of_body, md5_of_message_attributes};
use serde_json::{Map, Value as Json, json};

use super::{list, list_mut, queue_name, text};
use crate::{aws::emulator::Refusal, tasks::lock};

/// What a queue takes at most, and unless it is told otherwise. A batch may be as long.
const MAXIMUM: usize = 1024 * 1024;
const MINIMUM: usize = 1024;
/// What the emulator takes.
const EMULATED: usize = 256 * 1024;
/// Keeps a body over [`EMULATED`].
const ATTRIBUTE: &str = "pipehook-local-body";

/// `MaximumMessageSize` by queue name, where it is not the default. The emulator does not get to know it.
#[derive(Debug, Default)]
pub(super) struct Sizes(Mutex<HashMap<String, usize>>);

/// What to do with a request.
pub(super) enum Admitted {
    AsItIs,
    /// The emulator gets this request, and its answer goes through [`Sizes::complete`].
    Instead(Json),
    /// There is nothing left for the emulator to do.
    Answered(Json),
}

impl Sizes {
    pub(super) fn admit(&self, operation: &str, asked: &Json) -> Result<Admitted, Refusal> {
        let mut request = asked.clone();
        match operation {
            "CreateQueue" | "SetQueueAttributes" => {
                size_attribute(asked)?;
                let attributes = request.get_mut("Attributes").and_then(Json::as_object_mut);
                attributes.map(|attributes| attributes.remove("MaximumMessageSize"));
            }
            "SendMessage" => {
                self.check(queue_name(asked), asked)?;
                pack(&mut request);
            }
            "SendMessageBatch" => {
                check_batch(asked)?;
                let queue = queue_name(asked);
                let entries = request.get_mut("Entries").and_then(Json::as_array_mut);
                if let Some(entries) = entries.filter(|entries| !entries.is_empty()) {
                    entries.retain(|entry| self.check(queue, entry).is_ok());
                    if entries.is_empty() {
                        return Ok(Admitted::Answered(self.complete(operation, asked, json!({}))));
                    }
                    entries.iter_mut().for_each(pack);
                }
            }
            "ReceiveMessage" => {
                let mut names: Vec<_> = list(&asked["MessageAttributeNames"]).cloned().collect();
                names.push(ATTRIBUTE.into());
                if let Some(request) = request.as_object_mut() {
                    request.insert("MessageAttributeNames".to_owned(), names.into());
                }
            }
            "GetQueueAttributes" | "DeleteQueue" => {}
            _ => return Ok(Admitted::AsItIs),
        }
        Ok(Admitted::Instead(request))
    }

    /// The answer of SQS, from the emulator's answer to the request that it got instead.
    pub(super) fn complete(&self, operation: &str, asked: &Json, mut answer: Json) -> Json {
        match operation {
            "CreateQueue" => self.remember(text(&asked["QueueName"]), asked),
            "SetQueueAttributes" => self.remember(queue_name(asked), asked),
            "DeleteQueue" => {
                lock(&self.0).remove(queue_name(asked));
            }
            "GetQueueAttributes" => {
                if let Some(size) = answer.pointer_mut("/Attributes/MaximumMessageSize") {
                    *size = self.limit(queue_name(asked)).to_string().into();
                }
            }
            "SendMessage" => digest(asked, &mut answer),
            "SendMessageBatch" => self.complete_batch(asked, &mut answer),
            "ReceiveMessage" => list_mut(&mut answer, "Messages").for_each(unpack),
            _ => {}
        }
        answer
    }

    fn complete_batch(&self, asked: &Json, answer: &mut Json) {
        for entry in list(&asked["Entries"]) {
            if let Err(refusal) = self.check(queue_name(asked), entry) {
                let failed = json!({
                    "Id": entry["Id"], "SenderFault": true, "Code": refusal.code, "Message": refusal.to_string(),
                });
                push(answer, "Failed", failed);
                continue;
            }
            let results = list_mut(answer, "Successful");
            results.filter(|result| result["Id"] == entry["Id"]).for_each(|result| digest(entry, result));
        }
    }

    fn remember(&self, queue: &str, asked: &Json) {
        if let Ok(Some(size)) = size_attribute(asked) {
            lock(&self.0).insert(queue.to_owned(), size);
        }
    }

    fn limit(&self, queue: &str) -> usize {
        lock(&self.0).get(queue).copied().unwrap_or(MAXIMUM)
    }

    fn check(&self, queue: &str, message: &Json) -> Result<(), Refusal> {
        let limit = self.limit(queue);
        if size(message) <= limit {
            return Ok(());
        }
        let reason = format!("One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.");
        Err(Refusal::new("InvalidParameterValue", reason))
    }
}

fn check_batch(asked: &Json) -> Result<(), Refusal> {
    let size: usize = list(&asked["Entries"]).map(size).sum();
    if size <= MAXIMUM {
        return Ok(());
    }
    let reason = format!("Batch requests cannot be longer than {MAXIMUM} bytes. You have sent {size} bytes.");
    Err(Refusal::new("AWS.SimpleQueueService.BatchRequestTooLong", reason))
}

/// The `MaximumMessageSize` that a request gives.
fn size_attribute(asked: &Json) -> Result<Option<usize>, Refusal> {
    let Some(value) = asked["Attributes"].get("MaximumMessageSize") else { return Ok(None) };
    let size = text(value).parse().ok().filter(|size| (MINIMUM..=MAXIMUM).contains(size));
    let refusal = || Refusal::new("InvalidAttributeValue", "Invalid value for the parameter MaximumMessageSize.");
    size.map(Some).ok_or_else(refusal)
}

/// As SQS counts: the body, and each attribute with its name and type.
fn size(message: &Json) -> usize {
    let attributes = message["MessageAttributes"].as_object().into_iter().flatten();
    let attributes = attributes.map(|(name, attribute)| {
        let binary = BASE64_STANDARD.decode(text(&attribute["BinaryValue"])).map_or(0, |bytes| bytes.len());
        name.len() + text(&attribute["DataType"]).len() + text(&attribute["StringValue"]).len() + binary
    });
    text(&message["MessageBody"]).len() + attributes.sum::<usize>()
}

fn is_long(message: &Json) -> bool {
    text(&message["MessageBody"]).len() > EMULATED
}

fn pack(message: &mut Json) {
    if !is_long(message) {
        return;
    }
    let body = message["MessageBody"].take();
    let Some(message) = message.as_object_mut() else { return };
    let stand_in = format!("{} bytes with MD5 {}", text(&body).len(), md5_of_body(text(&body)));
    message.insert("MessageBody".to_owned(), stand_in.into());
    let attributes = message.entry("MessageAttributes").or_insert_with(|| json!({}));
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert(ATTRIBUTE.to_owned(), json!({ "DataType": "String", "StringValue": body }));
    }
}

fn unpack(message: &mut Json) {
    let Some(message) = message.as_object_mut() else { return };
    let attributes = message.get_mut("MessageAttributes").and_then(Json::as_object_mut);
    let Some(attributes) = attributes else { return };
    let Some(mut kept) = attributes.remove(ATTRIBUTE) else { return };
    let body = kept["StringValue"].take();
    let digest = attributes_digest(attributes);
    if attributes.is_empty() {
        message.remove("MessageAttributes");
    }
    message.insert("MD5OfBody".to_owned(), md5_of_body(text(&body)).into());
    message.insert("Body".to_owned(), body);
    set_or_remove(message, "MD5OfMessageAttributes", digest);
}

/// The digests of what was sent, in place of those of what the emulator got.
fn digest(sent: &Json, result: &mut Json) {
    let Some(result) = result.as_object_mut().filter(|_| is_long(sent)) else { return };
    let attributes = sent["MessageAttributes"].as_object().cloned().unwrap_or_default();
    result.insert("MD5OfMessageBody".to_owned(), md5_of_body(text(&sent["MessageBody"])).into());
    set_or_remove(result, "MD5OfMessageAttributes", attributes_digest(&attributes));
}

fn attributes_digest(attributes: &Map<String, Json>) -> Option<String> {
    let attributes = serde_json::from_value(Json::Object(attributes.clone())).unwrap_or_default();
    md5_of_message_attributes(&attributes)
}

fn set_or_remove(object: &mut Map<String, Json>, key: &str, value: Option<String>) {
    match value {
        Some(value) => object.insert(key.to_owned(), value.into()),
        None => object.remove(key),
    };
}

fn push(object: &mut Json, key: &str, value: Json) {
    let list = object.as_object_mut().map(|object| object.entry(key).or_insert_with(|| json!([])));
    if let Some(list) = list.and_then(Json::as_array_mut) {
        list.push(value);
    }
}
