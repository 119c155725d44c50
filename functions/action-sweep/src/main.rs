//! Wires `action-sweep`.

use std::process::ExitCode;

use action_sweep::ActionSweep;
use shared::start;

fn main() -> ExitCode {
    start::command(module_path!(), async |start| {
        let (actions, pipelines, queue) = (start.actions()?, start.pipelines()?, start.actions_queue()?);
        Ok(ActionSweep { actions, pipelines, queue, executions: start.executions()? })
    })
}
