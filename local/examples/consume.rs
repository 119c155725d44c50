//! A function for the tests of this crate: it writes down its events, and fails when they or their messages say so.

use std::{
    io::{self, Write},
    process,
    time::Duration,
};

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
    log(&format!("got {}", event.payload))?;
    if event.payload.to_string().contains("please fail") {
        return Err("asked to fail".into());
    }
    let mut failures = Vec::new();
    for record in event.payload["Records"].as_array().into_iter().flatten() {
        let body = record["body"].as_str().unwrap_or_default();
        log(&format!("began {body}"))?;
        match body.split(' ').next().unwrap_or_default() {
            "sleep" => tokio::time::sleep(Duration::from_mins(1)).await,
            "pause" => tokio::time::sleep(Duration::from_millis(300)).await,
            "crash" => process::exit(3),
            "fail" => failures.push(json!({ "itemIdentifier": record["messageId"] })),
            _ => {}
        }
        log(&format!("ended {body}"))?;
    }
    Ok(json!({ "batchItemFailures": failures }))
}

/// A line of the function's log, in one piece: `println!` writes a long one in several, and between them, other processes
/// of the function write theirs.
fn log(line: &str) -> io::Result<()> {
    io::stdout().write_all(format!("{line}\n").as_bytes())
}
