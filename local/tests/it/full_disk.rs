//! A data directory on a full disk, and files in it that were damaged.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use http::StatusCode;
use local::{Options, Stack};
use serde_json::{Value as Json, json};

use crate::support::{alone, aws, dynamodb, options, receive, send, sqs, states};

/// Where the child keeps its data.
const DIRECTORY: &str = "PIPEHOOK_TEST_DATA";

/// In KiB, for each file that the child writes.
const LIMIT: u32 = 512;

fn kept_in(directory: &Path) -> Options {
    Options { data: Some(directory.to_owned()), ..options() }
}

fn request(stack: &Stack, id: usize) -> Json {
    json!({
        "QueueUrl": stack.physical_id("Jobs"), "MessageBody": format!("{id} {}", "x".repeat(8000)),
        "MessageGroupId": id.to_string(), "MessageDeduplicationId": id.to_string(),
    })
}

/// The ids of all messages that wait, each once.
async fn waiting(stack: &Stack) -> BTreeSet<String> {
    let request = json!({
        "QueueUrl": stack.physical_id("Jobs"), "MaxNumberOfMessages": 10, "VisibilityTimeout": 600,
    });
    let mut ids = BTreeSet::new();
    loop {
        let answer = sqs(stack, "ReceiveMessage", request.clone()).await;
        let Some(messages) = answer["Messages"].as_array() else { return ids };
        for message in messages {
            let id = message["Body"].as_str().unwrap().split(' ').next().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
        }
    }
}

/// What asks for a state machine with a long comment.
fn machine(name: &str) -> Json {
    let definition = json!({
        "Comment": "x".repeat(8000), "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } },
    });
    json!({
        "name": name, "definition": definition.to_string(), "roleArn": "arn:aws:iam::000000000000:role/any",
    })
}

fn key(stack: &Stack) -> Json {
    json!({ "SecretId": stack.physical_id("Key") })
}

async fn secrets(stack: &Stack, operation: &str, request: Json) -> (StatusCode, Json) {
    let answer = aws(&stack.secrets_manager_url(), &format!("secretsmanager.{operation}"), request).await.unwrap();
    (answer.status, answer.json())
}

/// Runs in a process of its own, whose files can grow up to [`LIMIT`]. Prints what was acknowledged.
#[tokio::test]
#[ignore = "the test below runs it, with a limit"]
async fn fill_the_disk() {
    let directory = std::env::var_os(DIRECTORY).unwrap();
    let stack = Stack::start(kept_in(Path::new(&directory))).await.unwrap();

    let mut refused = BTreeSet::new();
    for id in 0..100 {
        let answer = aws(&stack.sqs_url(), "AmazonSQS.SendMessage", request(&stack, id)).await.unwrap();
        if answer.status == StatusCode::OK {
            println!("acknowledged message {id}");
        } else {
            assert_eq!(answer.json()["__type"], "ServiceUnavailable", "{answer:?}");
            refused.insert(id);
        }
        let item = json!({ "id": { "S": id.to_string() }, "text": { "S": "x".repeat(2000) } });
        let put = json!({ "TableName": stack.physical_id("Items"), "Item": item });
        if dynamodb(&stack, "PutItem", put).await.status == StatusCode::OK {
            println!("acknowledged item {id}");
        }
        let made = states(&stack, "CreateStateMachine", machine(&format!("machine-{id}"))).await;
        if made.status == StatusCode::OK {
            println!("acknowledged machine {id}");
        } else {
            assert_eq!(made.json()["__type"], "ServiceUnavailable", "{made:?}");
        }
    }
    // A sender tries again. SQS takes the message for a duplicate, but it is not on the disk.
    let again = aws(&stack.sqs_url(), "AmazonSQS.SendMessage", request(&stack, *refused.first().unwrap())).await;
    assert_eq!(again.unwrap().status, StatusCode::SERVICE_UNAVAILABLE);

    let (_, before) = secrets(&stack, "GetSecretValue", key(&stack)).await;
    let mut large = key(&stack);
    large["SecretString"] = "x".repeat(60 * 1024).into();
    for id in 0..10 {
        let new = json!({ "Name": format!("other-{id}"), "SecretString": "x".repeat(60 * 1024) });
        secrets(&stack, "CreateSecret", new).await;
    }
    assert_eq!(secrets(&stack, "PutSecretValue", large).await.0, StatusCode::SERVICE_UNAVAILABLE);
    let (_, after) = secrets(&stack, "GetSecretValue", key(&stack)).await;
    assert_eq!(after["SecretString"], before["SecretString"], "a key that is not kept is not used");
    println!("key {}", after["SecretString"].as_str().unwrap());
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_acknowledged_that_is_not_kept() {
    let directory = tempfile::tempdir().unwrap();
    // bash counts in KiB. Without the signal, a write over the limit is an error as on a full disk.
    let script = format!(r#"trap "" XFSZ; ulimit -f {LIMIT}; exec "$0" "$@""#);
    let child = Command::new("bash")
        .args(["-c", &script])
        .args(alone("full_disk::fill_the_disk"))
        .env(DIRECTORY, directory.path())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let printed = String::from_utf8(child.stdout).unwrap();
    assert!(child.status.success() && printed.contains("1 passed"), "{printed}");
    let told = |what: &str| -> BTreeSet<String> {
        printed.lines().filter_map(|line| line.split_once(what)).map(|(_, text)| text.to_owned()).collect()
    };
    let (messages, items) = (told("acknowledged message "), told("acknowledged item "));
    let machines = told("acknowledged machine ");
    for acknowledged in [&messages, &items, &machines] {
        assert!((10..100).contains(&acknowledged.len()), "the disk was not full: {}", acknowledged.len());
    }

    let stack = Stack::start(kept_in(directory.path())).await.unwrap();

    assert_eq!(waiting(&stack).await, messages);
    for id in &items {
        let get = json!({ "TableName": stack.physical_id("Items"), "Key": { "id": { "S": id } } });
        assert!(dynamodb(&stack, "GetItem", get).await.json().get("Item").is_some(), "{id}");
    }
    let listed = states(&stack, "ListStateMachines", json!({})).await.json();
    let listed = listed["stateMachines"].as_array().unwrap().iter().map(|machine| machine["name"].as_str().unwrap());
    let listed: BTreeSet<_> = listed.map(|name| name.trim_start_matches("machine-").to_owned()).collect();
    assert_eq!(listed, machines);
    let (_, value) = secrets(&stack, "GetSecretValue", key(&stack)).await;
    assert_eq!(told("key "), BTreeSet::from([value["SecretString"].as_str().unwrap().to_owned()]));
}

/// A directory with three jobs in it, none of them received.
async fn kept_jobs() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let stack = Stack::start(kept_in(directory.path())).await.unwrap();
    for id in ["1", "2", "3"] {
        send(&stack, id, id, id).await;
    }
    stack.stop().await;
    directory
}

#[tokio::test]
async fn a_damaged_line_keeps_the_stack_from_starting_and_the_journal_as_it_is() {
    let directory = kept_jobs().await;
    let journal = directory.path().join("messages.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    let elsewhere = lines[1].replace("pipehook-jobs.fifo", "no-queue.fifo");
    assert_ne!(elsewhere, lines[1]);

    for (second, message) in [
        (&lines[1][..20], "control character"),
        ("", "EOF while parsing"),
        ("null", "expected"),
        (r#"{"Lost":{"id":"1"}}"#, "unknown variant `Lost`"),
        (&elsewhere, "no-queue.fifo does not take the message: "),
    ] {
        let damaged = format!("{}\n{second}\n{}\n", lines[0], lines[2]);
        fs::write(&journal, &damaged).unwrap();

        let error = Stack::start(kept_in(directory.path())).await.unwrap_err().to_string();

        assert!(error.starts_with(&format!("{}:2: ", journal.display())), "{second}: {error}");
        assert!(error.contains(message), "{second}: {error}");
        assert_eq!(fs::read_to_string(&journal).unwrap(), damaged, "{second}");
    }
    fs::write(&journal, whole).unwrap();
    let stack = Stack::start(kept_in(directory.path())).await.unwrap();
    assert_eq!(receive(&stack, "Jobs", true).await, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_last_line_that_was_cut_off_is_left_out() {
    let directory = kept_jobs().await;
    let journal = directory.path().join("messages.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, &whole[..whole.len() - 20]).unwrap();

    let stack = Stack::start(kept_in(directory.path())).await.unwrap();

    assert_eq!(receive(&stack, "Jobs", true).await, ["1", "2"]);
}

#[tokio::test]
async fn damaged_tables_keys_and_machines_keep_the_stack_from_starting_and_stay_as_they_are() {
    let directory = kept_jobs().await;
    let stack = Stack::start(kept_in(directory.path())).await.unwrap();
    assert_eq!(states(&stack, "CreateStateMachine", machine("one")).await.status, StatusCode::OK);
    stack.stop().await;
    for (name, damage) in [
        ("dynamodb.sqlite", b"not a database".repeat(400)),
        ("secrets.json", b"{\"a\":".to_vec()),
        ("state-machines.json", b"[{}]".to_vec()),
        (
            "state-machines.json",
            br#"[{"name":"a","definition":"{}","roleArn":"arn:aws:iam::000000000000:role/any"}]"#.to_vec(),
        ),
    ] {
        let path = directory.path().join(name);
        let good = fs::read(&path).unwrap();
        fs::write(&path, &damage).unwrap();

        let error = Stack::start(kept_in(directory.path())).await.unwrap_err().to_string();

        assert!(error.starts_with(&format!("{} does not fit: ", path.display())), "{error}");
        assert_eq!(fs::read(&path).unwrap(), damage, "{name}");
        fs::write(&path, good).unwrap();
    }
    Stack::start(kept_in(directory.path())).await.unwrap();
}

#[tokio::test]
async fn a_duplicate_is_kept_once() {
    let directory = tempfile::tempdir().unwrap();
    let stack = Stack::start(kept_in(directory.path())).await.unwrap();
    for _ in 0..2 {
        sqs(&stack, "SendMessage", request(&stack, 1)).await;
    }
    stack.stop().await;

    let journal = fs::read_to_string(directory.path().join("messages.jsonl")).unwrap();

    assert_eq!(journal.lines().count(), 1, "{journal}");
}
