//! Wires `request-retry`.

use std::process::ExitCode;

use request_retry::RequestRetry;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, jobs, requests) = (start.hooks()?, start.jobs()?, start.requests()?);
        let tokens = start.access_tokens()?;
        start.warm_up(&hooks);
        start.warm_up(&jobs);
        Ok(RequestRetry { hooks, jobs, requests, tokens: tokens.await?, public_url: start.public_url() })
    })
}
