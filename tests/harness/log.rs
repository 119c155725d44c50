//! The log of calls, as the API shows it and as it is stored.

use std::io::Read as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Decompress;
use flate2::read::ZlibDecoder;
use local::LogLine;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::hook::Hook;
use crate::stack::Pipehook;
use crate::user::User;

/// What a compressed attribute of an item of the log says.
pub fn inflated(item: &Json, attribute: &str) -> String {
    let bytes = BASE64_STANDARD.decode(item[attribute]["B"].as_str().unwrap()).unwrap();
    let (format, compressed) = bytes.split_first().unwrap();
    assert_eq!(*format, 1);
    let mut raw = Decompress::new(false);
    raw.set_dictionary(include_bytes!("../../shared/src/aws/dynamodb/dictionary-1.txt")).unwrap();
    let mut inflated = Vec::new();
    ZlibDecoder::new_with_decompress(compressed, raw).read_to_end(&mut inflated).unwrap();
    String::from_utf8_lossy(&inflated).into_owned()
}

/// No function panicked so far, and none answered 500.
#[track_caller]
pub fn nothing_broke(stack: &Pipehook) {
    let is_broken = |line: &LogLine| line.text.contains("panicked at") || line.text.contains("\"status\":500");
    let logs = stack.logs();
    let broken: Vec<_> = logs.iter().enumerate().filter(|(_, line)| is_broken(line)).collect();
    let around = broken.iter().flat_map(|(at, _)| &logs[at.saturating_sub(1)..logs.len().min(at + 3)]);
    assert!(broken.is_empty(), "{:#?}", around.collect::<Vec<_>>());
}

impl Pipehook {
    /// The stored items of a hook's calls, and of their bodies that stand apart.
    pub async fn logged_items(&self, hook: &Hook<'_>) -> Vec<Json> {
        self.items_with("RequestsTable", "hook_id", &json!({ "S": hook.id })).await
    }

    /// Receives what is on a queue, given by its logical id, and leaves it there. Each message counts one receive.
    pub async fn peek(&self, queue: &str) -> Vec<Json> {
        let request = json!({
            "QueueUrl": self.physical_id(queue), "MaxNumberOfMessages": 10, "VisibilityTimeout": 0,
            "AttributeNames": ["All"],
        });
        let mut answer = self.sqs("ReceiveMessage", &request).await;
        answer["Messages"].take().as_array().cloned().unwrap_or_default()
    }
}

impl User<'_> {
    /// The calls of a hook, as its list shows them: the newest first.
    pub async fn calls_of(&self, hook: &Hook<'_>) -> Vec<Json> {
        let list = self.get(&format!("/hooks/incoming/{}/requests?per_page=100", hook.id)).send().await.is(200);
        list.as_array().unwrap().clone()
    }

    /// The log of the call that was answered so.
    pub async fn log_of(&self, answer: &Answer) -> Json {
        let request = self.get(&format!("/hook-requests/{}", answer.request_id())).send().await.is(200);
        assert_eq!(request["id"], answer.request_id());
        request
    }

    /// Asks to run a call again.
    pub async fn retry(&self, request: &str) -> Answer {
        self.post(&format!("/hook-requests/{request}/retry")).send().await
    }

    /// Asks to run the calls again that pass these filters: how many they are, or a step.
    pub async fn retry_many(&self, filters: &str, body: &Json) -> Answer {
        self.post("/hook-requests/retry").query(filters).json(body).send().await
    }

    /// Changes a hook.
    pub async fn put_hook(&self, hook: &Hook<'_>, change: &Json) -> Answer {
        let mut body = json!({ "id": hook.id, "name": "deploy the shop" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        self.call("PUT", &format!("/hooks/incoming/{}", hook.id)).json(&body).send().await
    }
}
