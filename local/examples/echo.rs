//! A function for the tests of this crate: it answers with what it got, and misbehaves when the query says so.

#![expect(clippy::print_stdout, reason = "standard output is the log of a function")]

use std::{process, time::Duration};

use lambda_http::{Body, Error, Request, RequestExt, Response, http::StatusCode, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(echo)).await
}

async fn echo(request: Request) -> Result<Response<Body>, Error> {
    let query = request.query_string_parameters();
    let said = query.first("say").unwrap_or_default();
    println!("said {said:?} by {}", process::id());
    match said {
        "sleep" => tokio::time::sleep(Duration::from_mins(1)).await,
        "pause" => tokio::time::sleep(Duration::from_millis(300)).await,
        "crash" => process::exit(3),
        "fail" => return Err("asked to fail".into()),
        _ => {}
    }
    let answer = Response::builder()
        .status(StatusCode::CREATED)
        .header("content-type", "application/octet-stream")
        .header("x-process", process::id().to_string())
        .header("x-uri", request.uri().to_string())
        .header("x-greeting", std::env::var("GREETING").unwrap_or_default())
        .header("x-variables", std::env::vars().map(|(name, _)| name).collect::<Vec<_>>().join(","));
    if said == "swell" {
        return Ok(answer.body(Body::Text("x".repeat(6 * 1024 * 1024)))?);
    }
    Ok(answer.body(request.into_body())?)
}
