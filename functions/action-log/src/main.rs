//! Wires `action-log`.

use std::process::ExitCode;

use action_log::ActionLog;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (actions, tokens) = (start.actions()?, start.access_tokens()?);
        start.warm_up(&actions);
        Ok(ActionLog { actions, tokens: tokens.await? })
    })
}
