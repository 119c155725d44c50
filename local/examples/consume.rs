//! A function for the tests of this crate: it writes down its events, and fails when they or their messages say so.

#![expect(clippy::print_stdout, reason = "standard output is the log of a function")]

use std::{process, time::Duration};

use lambda_http::{
    Error,
    lambda_runtime::{LambdaEvent, run, service_fn},
};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(consume)).await
}

async fn consume(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("got {}", event.payload);
    if event.payload.to_string().contains("please fail") {
        return Err("asked to fail".into());
    }
    let mut failures = Vec::new();
    for record in event.payload["Records"].as_array().into_iter().flatten() {
        let body = record["body"].as_str().unwrap_or_default();
        println!("began {body}");
        match body.split(' ').next().unwrap_or_default() {
            "sleep" => tokio::time::sleep(Duration::from_mins(1)).await,
            "pause" => tokio::time::sleep(Duration::from_millis(300)).await,
            "crash" => process::exit(3),
            "fail" => failures.push(json!({ "itemIdentifier": record["messageId"] })),
            _ => {}
        }
        println!("ended {body}");
    }
    Ok(json!({ "batchItemFailures": failures }))
}
