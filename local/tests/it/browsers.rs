//! Pages in a browser on this machine reach the ports of the stack, and must get nothing there.

use std::{
    collections::HashSet,
    fs,
    net::{Ipv4Addr, SocketAddr},
    process::Command,
    time::Duration,
};

use http::{Method, StatusCode};
use local::{Options, Stack};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::{alone, dynamodb, options, receive, request, send, start};

/// What tells that a page has sent a request: from another origin, and by a name that was rebound to this machine.
const PAGES: [(&str, &str); 3] =
    [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("host", "evil.example:3004")];

/// One request for each port that would do harm: where, to do what, and with which body.
fn harm(stack: &Stack) -> [(String, &'static str, String); 4] {
    let message = json!({
        "QueueUrl": stack.physical_id("Jobs"), "MessageBody": "forged", "MessageGroupId": "a",
        "MessageDeduplicationId": "1",
    });
    let item = json!({ "TableName": stack.physical_id("Items"), "Item": { "id": { "S": "forged" } } });
    let invoke = format!("{}/2015-03-31/functions/Echo/invocations", stack.lambda_url());
    [
        (stack.dynamodb_url(), "DynamoDB_20120810.PutItem", item.to_string()),
        (stack.sqs_url(), "AmazonSQS.SendMessage", message.to_string()),
        (
            stack.secrets_manager_url(),
            "secretsmanager.GetSecretValue",
            json!({ "SecretId": stack.physical_id("Key") }).to_string(),
        ),
        (invoke, "", "{}".to_owned()),
    ]
}

#[tokio::test]
async fn a_page_in_a_browser_reaches_neither_functions_nor_services() {
    let stack = start().await;

    for (url, target, body) in harm(&stack) {
        for page in PAGES {
            for method in [Method::POST, Method::OPTIONS, Method::GET] {
                let headers = [page, ("x-amz-target", target), ("content-type", "text/plain")];
                let answer = request(method, &url, &headers, body.clone()).await.unwrap();

                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{url} {page:?}");
                assert!(answer.json()["message"].as_str().unwrap().contains("refused here: "), "{answer:?}");
                assert_eq!(answer.header("access-control-allow-origin"), "", "{url} {page:?}");
            }
        }
    }

    assert_eq!(stack.aws_calls(), []);
    assert_eq!(stack.logs(), [], "no function ran");
    assert_eq!(receive(&stack, "Jobs", true).await, [""; 0]);
    let get = json!({ "TableName": stack.physical_id("Items"), "Key": { "id": { "S": "forged" } } });
    assert_eq!(dynamodb(&stack, "GetItem", get).await.json().get("Item"), None);
}

#[tokio::test]
async fn a_page_in_a_browser_gets_no_event_of_a_function() {
    let stack = start().await;
    let answer = request(Method::POST, &format!("{}/echo/a", stack.api_url()), &[], "").await.unwrap();
    let environment = fs::read(format!("/proc/{}/environ", answer.header("x-process"))).unwrap();
    let runtime = String::from_utf8(environment).unwrap();
    let runtime = runtime.split('\0').find_map(|line| line.strip_prefix("AWS_LAMBDA_RUNTIME_API=")).unwrap();

    // Even if it could guess the id of the sandbox.
    for page in PAGES {
        let next = format!("{runtime}/2018-06-01/runtime/invocation/next");
        assert_eq!(request(Method::GET, &next, &[page], "").await.unwrap().status, StatusCode::FORBIDDEN, "{page:?}");
        let error = format!("{runtime}/2018-06-01/runtime/init/error");
        assert_eq!(request(Method::POST, &error, &[page], "").await.unwrap().status, StatusCode::FORBIDDEN, "{page:?}");
    }
}

#[tokio::test]
async fn only_a_page_of_the_api_calls_it_and_under_no_name_but_its_own() {
    let stack = Stack::start(Options { public_host: Some("a.example.com".into()), ..options() }).await.unwrap();
    let url = format!("{}/echo/a", stack.api_url());
    let mut answers = stack.watch_calls();

    for page in PAGES {
        for method in [Method::POST, Method::OPTIONS] {
            let answer = request(method, &url, &[page], "").await.unwrap();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{page:?}");
            assert!(answer.json()["message"].as_str().unwrap().contains(" are refused here"), "{answer:?}");
            assert_eq!(answer.header("access-control-allow-origin"), "", "{page:?}");
            assert_eq!(answers.try_recv().unwrap().status, 403, "the terminal shows it");
        }
    }
    assert_eq!(stack.logs(), [], "no function ran");

    let own = stack.api_url();
    for page in [
        [("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
        [("host", "a.example.com"), ("origin", "https://a.example.com")],
    ] {
        let answer = request(Method::POST, &url, &page, "").await.unwrap();
        assert_eq!(answer.status, StatusCode::CREATED, "{page:?}");
    }
}

/// The ports on which this process listens.
fn listening() -> Vec<u16> {
    let sockets = fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| {
        let target = fs::read_link(entry.unwrap().path()).ok()?;
        Some(target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())
    });
    let sockets: HashSet<_> = sockets.collect();
    let table = fs::read_to_string("/proc/self/net/tcp").unwrap();
    table
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        // `0A` is the state LISTEN.
        .filter(|columns| columns[3] == "0A" && sockets.contains(columns[9]))
        .map(|columns| u16::from_str_radix(columns[1].rsplit(':').next().unwrap(), 16).unwrap())
        .collect()
}

/// Runs in a process of its own, in which no other stack opens ports.
#[tokio::test]
#[ignore = "the test below runs it, alone"]
async fn scan_the_ports() {
    let stack = start().await;
    send(&stack, "a", "1", "one").await;
    // Several at a time, so that there are several connections to the tables.
    let list = || dynamodb(&stack, "ListTables", json!({}));
    tokio::join!(list(), list(), list(), list());
    let ports = listening();
    assert!(ports.len() > 5, "{ports:?}");

    for port in ports {
        let attack = format!(
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: https://evil.example\r\nConnection: close\r\n\
             X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/json\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0\r\n\
             X-Amz-Date: 20260101T000000Z\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.unwrap();
        stream.write_all(attack.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // A port that accepts no connection gives no answer.
        let _ = timeout(Duration::from_millis(300), stream.read_to_string(&mut answer)).await;
        println!("{port}: {}", answer.lines().next().unwrap_or_default());
        assert!(!answer.starts_with("HTTP/1.1 200") && !answer.contains("TableNames"), "{port}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control-allow-origin"), "{port}: {answer}");
    }
}

#[tokio::test]
async fn no_port_of_the_stack_leads_a_page_around_the_gates() {
    let mut command = alone("browsers::scan_the_ports").into_iter();

    let scan = Command::new(command.next().unwrap()).args(command).output().unwrap();

    let printed = String::from_utf8_lossy(&scan.stdout).into_owned() + &String::from_utf8_lossy(&scan.stderr);
    assert!(scan.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}
