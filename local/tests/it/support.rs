//! Starts the test stack, and speaks HTTP to it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use local::{Options, Stack};
use serde_json::{Value as Json, json};

/// Options for the template beside this file, with the echo function that cargo builds for these tests.
pub(crate) fn options() -> Options {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"));
    let deps = std::env::current_exe().unwrap();
    Options {
        template: Some(directory.join("tests/it/template.yaml")),
        binaries: Some(PathBuf::from(deps.parent().unwrap()).join("../examples")),
        ..Options::default()
    }
}

pub(crate) async fn start() -> Stack {
    Stack::start(options()).await.unwrap()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub(crate) async fn request(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Answer, hyper_util::client::legacy::Error> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let (parts, body) = client.request(request.body(Full::new(body.into())).unwrap()).await?.into_parts();
    Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() })
}

/// The command that runs one ignored test of this binary in a process of its own.
pub(crate) fn alone(test: &str) -> Vec<OsString> {
    let mut command = vec![std::env::current_exe().unwrap().into_os_string()];
    command.extend(["--exact", test, "--ignored", "--nocapture"].map(OsString::from));
    command
}

/// A request in AWS's JSON protocol, by a caller that is not a function.
pub(crate) async fn aws(url: &str, target: &str, body: Json) -> Result<Answer, hyper_util::client::legacy::Error> {
    aws_as("local", url, target, body).await
}

/// A request in AWS's JSON protocol, signed with this access key id.
pub(crate) async fn aws_as(
    id: &str,
    url: &str,
    target: &str,
    body: Json,
) -> Result<Answer, hyper_util::client::legacy::Error> {
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0");
    let headers = [
        ("x-amz-target", target),
        ("x-amz-date", "20260101T000000Z"),
        ("authorization", &authorization),
        ("content-type", "application/x-amz-json-1.0"),
    ];
    request(Method::POST, url, &headers, body.to_string()).await
}

pub(crate) async fn dynamodb(stack: &Stack, operation: &str, body: Json) -> Answer {
    aws(&stack.dynamodb_url(), &format!("DynamoDB_20120810.{operation}"), body).await.unwrap()
}

pub(crate) async fn sqs(stack: &Stack, operation: &str, body: Json) -> Json {
    let answer = aws(&stack.sqs_url(), &format!("AmazonSQS.{operation}"), body).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

pub(crate) async fn send(stack: &Stack, group: &str, id: &str, body: &str) -> Json {
    let request = json!({
        "QueueUrl": stack.physical_id("Jobs"),
        "MessageBody": body,
        "MessageGroupId": group,
        "MessageDeduplicationId": id,
    });
    sqs(stack, "SendMessage", request).await
}

pub(crate) async fn states(stack: &Stack, operation: &str, body: Json) -> Answer {
    aws(&stack.step_functions_url(), &format!("AWSStepFunctions.{operation}"), body).await.unwrap()
}

/// Receives what is there, and leaves it in the queue or deletes it.
pub(crate) async fn receive(stack: &Stack, queue: &str, delete: bool) -> Vec<String> {
    let url = stack.physical_id(queue);
    let answer = sqs(stack, "ReceiveMessage", json!({ "QueueUrl": url, "MaxNumberOfMessages": 10 })).await;
    let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
    for message in messages.iter().filter(|_| delete) {
        let request = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
        sqs(stack, "DeleteMessage", request).await;
    }
    messages.iter().map(|message| message["Body"].as_str().unwrap().to_owned()).collect()
}
