//! Wires `action-retry`.

use std::process::ExitCode;

use action_retry::ActionRetry;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, pipelines, tokens) = (start.users()?, start.pipelines()?, start.access_tokens()?);
        let (queue, actions) = (start.actions_queue()?, start.actions()?);
        start.warm_up(&actions);
        Ok(ActionRetry { users, pipelines, queue, actions, tokens: tokens.await?, public_url: start.public_url() })
    })
}
