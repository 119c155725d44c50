//! Wires `request-get`.

use std::process::ExitCode;

use request_get::RequestGet;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, requests, tokens) = (start.hooks()?, start.requests()?, start.access_tokens()?);
        start.warm_up(&hooks);
        Ok(RequestGet { hooks, requests, tokens: tokens.await?, public_url: start.public_url() })
    })
}
