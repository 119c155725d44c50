//! Wires `action-cancel`.

use std::process::ExitCode;

use action_cancel::ActionCancel;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (actions, queue, tokens) = (start.actions()?, start.actions_queue()?, start.access_tokens()?);
        start.warm_up(&actions);
        let (executions, public_url) = (start.executions()?, start.public_url());
        Ok(ActionCancel { actions, queue, executions, tokens: tokens.await?, public_url })
    })
}
