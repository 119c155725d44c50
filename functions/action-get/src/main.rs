//! Wires `action-get`.

use std::process::ExitCode;

use action_get::ActionGet;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (actions, tokens) = (start.actions()?, start.access_tokens()?);
        start.warm_up(&actions);
        Ok(ActionGet { actions, tokens: tokens.await?, public_url: start.public_url() })
    })
}
