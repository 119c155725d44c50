//! The messages in the queues, known from the requests that pass: to show each as it lands, and to keep what is not
//! yet deleted. The emulator has no way to look into a queue without receiving from it.
//!
//! The journal is a file of JSON lines. Each start replays it into the queues and begins it anew.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::Write,
    sync::Mutex,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio::sync::broadcast;

use super::{list, queue_name, text};
use crate::{aws::emulator::Emulator, data::Data, error::Error, tasks::lock};

const JOURNAL: &str = "messages.jsonl";

/// A message that has landed on a queue. A duplicate that SQS drops is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The queue's name.
    pub queue: String,
    /// The `MessageId`.
    pub id: String,
    /// The `MessageGroupId` of a FIFO queue.
    pub group: Option<String>,
    /// The text that consumers receive.
    pub body: String,
}

#[derive(Debug)]
pub(in crate::aws) struct Messages {
    landed: broadcast::Sender<Message>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Every `MessageId` so far: a dropped duplicate is answered with an id that is known.
    known: HashSet<String>,
    /// From receipt handle to `MessageId`.
    receipts: HashMap<String, String>,
    journal: Option<File>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Entry {
    Sent { id: String, request: Json },
    Deleted { id: String },
    Purged { queue: String },
}

impl Entry {
    fn deleted(&self) -> Option<&str> {
        match self {
            Self::Deleted { id } => Some(id),
            Self::Sent { .. } | Self::Purged { .. } => None,
        }
    }
}

impl Messages {
    /// Sends again what the journal has, in order, and begins a new journal.
    pub(super) async fn restore(emulator: &impl Emulator, data: Option<&Data>) -> Result<Self, Error> {
        let messages = Self { landed: broadcast::channel(1024).0, state: Mutex::default() };
        let Some(data) = data else { return Ok(messages) };

        let undelivered = undelivered(data.load_lines(JOURNAL));
        // The old journal stays as it is until all of it is sent again.
        let (new, journal) = data.begin(JOURNAL)?;
        lock(&messages.state).journal = Some(journal);
        for request in undelivered {
            // A queue that the template no longer has takes its messages with it.
            if let Ok(answer) = emulator.call("SendMessage", &request).await {
                messages.observe("SendMessage", &request, &answer);
            }
        }
        new.commit()?;
        Ok(messages)
    }

    pub(in crate::aws) fn watch(&self) -> broadcast::Receiver<Message> {
        self.landed.subscribe()
    }

    /// Takes note of a request that has succeeded.
    pub(super) fn observe(&self, operation: &str, request: &Json, answer: &Json) {
        match operation {
            "SendMessage" => self.sent(request, text(&answer["MessageId"])),
            "SendMessageBatch" => {
                for entry in list(&request["Entries"]) {
                    let result = list(&answer["Successful"]).find(|result| result["Id"] == entry["Id"]);
                    if let Some(result) = result {
                        let mut single = entry.clone();
                        single["QueueUrl"] = request["QueueUrl"].clone();
                        self.sent(&single, text(&result["MessageId"]));
                    }
                }
            }
            "ReceiveMessage" => {
                let received = list(&answer["Messages"]).map(|message| {
                    (text(&message["ReceiptHandle"]).to_owned(), text(&message["MessageId"]).to_owned())
                });
                lock(&self.state).receipts.extend(received);
            }
            "DeleteMessage" => self.deleted(text(&request["ReceiptHandle"])),
            "DeleteMessageBatch" => {
                list(&request["Entries"]).for_each(|entry| self.deleted(text(&entry["ReceiptHandle"])));
            }
            "PurgeQueue" => lock(&self.state).note(&Entry::Purged { queue: queue_name(request).to_owned() }),
            _ => {}
        }
    }

    fn sent(&self, request: &Json, id: &str) {
        let mut state = lock(&self.state);
        if !state.known.insert(id.to_owned()) {
            return;
        }
        state.note(&Entry::Sent { id: id.to_owned(), request: request.clone() });
        // Nobody may be watching.
        let _ = self.landed.send(Message {
            queue: queue_name(request).to_owned(),
            id: id.to_owned(),
            group: request["MessageGroupId"].as_str().map(str::to_owned),
            body: text(&request["MessageBody"]).to_owned(),
        });
    }

    fn deleted(&self, receipt: &str) {
        let mut state = lock(&self.state);
        if let Some(id) = state.receipts.remove(receipt) {
            state.note(&Entry::Deleted { id });
        }
    }
}

impl State {
    fn note(&mut self, entry: &Entry) {
        if let Some(journal) = &mut self.journal {
            // A full disk must not stop the queue, whose messages are in memory.
            let _ = writeln!(journal, "{}", json!(entry));
        }
    }
}

/// The `SendMessage` requests of what was neither deleted nor purged, in the order in which they were sent.
fn undelivered(entries: Vec<Entry>) -> Vec<Json> {
    // A quick consumer deletes a message before it is noted as sent.
    let deleted: HashSet<_> = entries.iter().filter_map(Entry::deleted).map(str::to_owned).collect();
    let mut requests = Vec::new();
    for entry in entries {
        match entry {
            Entry::Sent { id, request } if !deleted.contains(&id) => requests.push(request),
            Entry::Sent { .. } | Entry::Deleted { .. } => {}
            Entry::Purged { queue } => requests.retain(|request| queue_name(request) != queue),
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_or_purged_is_not_sent_again() {
        let sent = |id: &str, queue: &str| Entry::Sent {
            id: id.to_owned(),
            request: json!({ "QueueUrl": format!("http://127.0.0.1:1/0/{queue}"), "MessageBody": id }),
        };
        let entries = vec![
            sent("1", "a"),
            sent("2", "b"),
            sent("3", "a"),
            Entry::Deleted { id: "1".to_owned() },
            Entry::Purged { queue: "b".to_owned() },
            sent("4", "b"),
            Entry::Deleted { id: "5".to_owned() },
            sent("5", "a"),
        ];

        let bodies: Vec<_> =
            undelivered(entries).iter().map(|request| text(&request["MessageBody"]).to_owned()).collect();

        assert_eq!(bodies, ["3", "4"]);
    }
}
