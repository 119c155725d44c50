//! Wires `request-list`.

use std::process::ExitCode;

use request_list::RequestList;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, requests, tokens) = (start.hooks()?, start.requests()?, start.access_tokens()?);
        start.warm_up(&hooks);
        Ok(RequestList { hooks, requests, tokens: tokens.await?, public_url: start.public_url() })
    })
}
