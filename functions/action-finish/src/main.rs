//! Wires `action-finish`.

use std::process::ExitCode;

use action_finish::ActionFinish;
use shared::start;

fn main() -> ExitCode {
    start::command(module_path!(), async |start| {
        let (actions, queue) = (start.actions()?, start.actions_queue()?);
        start.warm_up(&actions);
        Ok(ActionFinish { actions, queue })
    })
}
