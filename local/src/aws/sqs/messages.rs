//! The messages in the queues, known from the requests that pass: to show each as it lands, and to keep what is not
//! yet deleted. The emulator has no way to look into a queue without receiving from it.
//!
//! The journal is a file of JSON lines. Each start replays it into the queues and starts a new one. A request is
//! acknowledged when its lines are on the disk.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::{sync::broadcast, task::spawn_blocking};

use super::{list, queue_name, text, timeline::Timeline};
use crate::{
    aws::emulator::Emulator,
    data::{Data, Journal},
    error::Error,
    tasks::lock,
};

const JOURNAL: &str = "messages.jsonl";

/// For so long, SQS drops a message that has the deduplication id of another one.
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// A message that has landed on a queue. A duplicate that SQS drops does not count.
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
    state: Arc<Mutex<State>>,
    is_kept: bool,
}

#[derive(Debug)]
struct State {
    landed: broadcast::Sender<Message>,
    /// Every `MessageId` so far: a dropped duplicate is answered with an id that is known. An id is known once its
    /// message is in the journal, so that a sender's second attempt gets another try.
    known: HashSet<String>,
    /// From receipt handle to `MessageId`.
    receipts: HashMap<String, String>,
    journal: Option<Journal>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Entry {
    Sent { id: String, request: Json },
    Deleted { id: String },
    Purged { queue: String },
}

/// A request that has succeeded.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    pub(super) operation: String,
    pub(super) request: Json,
    pub(super) answer: Json,
}

impl Messages {
    /// Sends again what the journal has, in order, and begins a new journal.
    pub(super) async fn restore(
        emulator: &impl Emulator,
        timeline: &Timeline,
        data: Option<&Data>,
    ) -> Result<Self, Error> {
        let (landed, _) = broadcast::channel(1024);
        let mut state = State { landed, known: HashSet::new(), receipts: HashMap::new(), journal: None };
        if let Some(data) = data {
            let path = data.path(JOURNAL);
            // The old journal stays as it is until all of it is sent again.
            let sent = replay(emulator, timeline, &path).await?;
            state.journal = Some(Journal::begin(&path, &sent)?);
            state.take(&sent);
        }
        Ok(Self { state: Arc::new(Mutex::new(state)), is_kept: data.is_some() })
    }

    pub(in crate::aws) fn watch(&self) -> broadcast::Receiver<Message> {
        lock(&self.state).landed.subscribe()
    }

    /// Takes note of requests that have succeeded, of all or of none. They may be acknowledged when this returns.
    pub(super) async fn observe(&self, exchanges: Vec<Exchange>) -> Result<(), Error> {
        if !self.is_kept {
            return lock(&self.state).observe(&exchanges);
        }
        // The disk may take its time. The task goes on when the client goes away.
        let state = Arc::clone(&self.state);
        let observed = spawn_blocking(move || lock(&state).observe(&exchanges)).await;
        observed.unwrap_or_else(|error| Err(Error::io("cannot keep messages")(error.into())))
    }
}

/// What was sent again, of what was neither deleted nor purged.
async fn replay(emulator: &impl Emulator, timeline: &Timeline, path: &Path) -> Result<Vec<Entry>, Error> {
    let (mut sent, mut ids) = (Vec::new(), HashSet::new());
    for (index, request) in undelivered(Journal::load(path)?) {
        let offer = async || {
            let answer = emulator.call("SendMessage", &request).await;
            answer.map(|answer| text(&answer["MessageId"]).to_owned()).map_err(|refusal| {
                Journal::bad_line(path, index, format!("{} does not take the message: {refusal}", queue_name(&request)))
            })
        };
        let mut id = offer().await?;
        if ids.contains(&id) {
            // It has the deduplication id of an earlier one, but came when that one no longer counted.
            timeline.advance(DEDUPLICATION).await;
            id = offer().await?;
        }
        ids.insert(id.clone());
        sent.push(Entry::Sent { id, request });
    }
    Ok(sent)
}

impl State {
    fn observe(&mut self, exchanges: &[Exchange]) -> Result<(), Error> {
        let (mut entries, mut spent) = (Vec::new(), Vec::new());
        for Exchange { operation, request, answer } in exchanges {
            match operation.as_str() {
                "SendMessage" => entries.extend(self.sent(request, &answer["MessageId"])),
                "SendMessageBatch" => {
                    for entry in list(&request["Entries"]) {
                        let result = list(&answer["Successful"]).find(|result| result["Id"] == entry["Id"]);
                        let mut single = entry.clone();
                        single["QueueUrl"] = request["QueueUrl"].clone();
                        entries.extend(result.and_then(|result| self.sent(&single, &result["MessageId"])));
                    }
                }
                "ReceiveMessage" => self.receipts.extend(list(&answer["Messages"]).map(|message| {
                    (text(&message["ReceiptHandle"]).to_owned(), text(&message["MessageId"]).to_owned())
                })),
                "DeleteMessage" => spent.push(text(&request["ReceiptHandle"])),
                "DeleteMessageBatch" => {
                    spent.extend(list(&request["Entries"]).map(|entry| text(&entry["ReceiptHandle"])));
                }
                "PurgeQueue" => entries.push(Entry::Purged { queue: queue_name(request).to_owned() }),
                _ => {}
            }
        }
        let deleted = spent.iter().filter_map(|receipt| self.receipts.get(*receipt));
        entries.extend(deleted.map(|id| Entry::Deleted { id: id.clone() }));
        if let Some(journal) = &mut self.journal {
            journal.append(&entries)?;
        }
        self.take(&entries);
        for receipt in spent {
            self.receipts.remove(receipt);
        }
        Ok(())
    }

    /// `None` for a duplicate, which was dropped.
    fn sent(&self, request: &Json, id: &Json) -> Option<Entry> {
        let id = text(id).to_owned();
        (!self.known.contains(&id)).then(|| Entry::Sent { id, request: request.clone() })
    }

    /// What is in the journal has happened.
    fn take(&mut self, entries: &[Entry]) {
        for entry in entries {
            match entry {
                // Two entries of one batch may be duplicates of each other.
                Entry::Sent { id, request } if self.known.insert(id.clone()) => {
                    // An error means that no one is watching.
                    let _ = self.landed.send(Message {
                        queue: queue_name(request).to_owned(),
                        id: id.clone(),
                        group: request["MessageGroupId"].as_str().map(str::to_owned),
                        body: text(&request["MessageBody"]).to_owned(),
                    });
                }
                Entry::Sent { .. } | Entry::Deleted { .. } | Entry::Purged { .. } => {}
            }
        }
    }
}

/// The `SendMessage` requests of what was neither deleted nor purged, in the order in which they were sent, each with
/// the index of its entry.
fn undelivered(entries: Vec<Entry>) -> Vec<(usize, Json)> {
    // A quick consumer deletes a message before it is noted as sent.
    let mut gone: HashSet<_> = entries.iter().filter_map(Entry::deleted).map(str::to_owned).collect();
    let mut requests = Vec::new();
    for (index, entry) in entries.into_iter().enumerate() {
        match entry {
            // A message that is noted twice was sent once.
            Entry::Sent { id, request } if gone.insert(id.clone()) => requests.push((index, request)),
            Entry::Sent { .. } | Entry::Deleted { .. } => {}
            Entry::Purged { queue } => requests.retain(|(_, request)| queue_name(request) != queue),
        }
    }
    requests
}

impl Entry {
    fn deleted(&self) -> Option<&str> {
        match self {
            Self::Deleted { id } => Some(id),
            Self::Sent { .. } | Self::Purged { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_deleted_or_purged_is_not_sent_again_and_nothing_is_sent_twice() {
        let sent = |id: &str, queue: &str| Entry::Sent {
            id: id.to_owned(),
            request: json!({ "QueueUrl": format!("http://127.0.0.1:1/0/{queue}"), "MessageBody": id }),
        };
        let entries = vec![
            sent("1", "a"),
            sent("3", "a"),
            sent("2", "b"),
            sent("3", "a"),
            Entry::Deleted { id: "1".to_owned() },
            Entry::Purged { queue: "b".to_owned() },
            sent("4", "b"),
            Entry::Deleted { id: "5".to_owned() },
            sent("5", "a"),
        ];

        let bodies: Vec<_> =
            undelivered(entries).iter().map(|(_, request)| text(&request["MessageBody"]).to_owned()).collect();

        assert_eq!(bodies, ["3", "4"]);
    }
}
