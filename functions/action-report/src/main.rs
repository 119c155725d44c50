//! Wires `action-report`.

use std::process::ExitCode;

use action_report::ActionReport;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (actions, queue, tokens) = (start.actions()?, start.actions_queue()?, start.access_tokens()?);
        start.warm_up(&actions);
        Ok(ActionReport { actions, queue, tokens: tokens.await? })
    })
}
