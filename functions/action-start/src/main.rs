//! Wires `action-start`.

use std::process::ExitCode;

use action_start::ActionStart;
use shared::start;

fn main() -> ExitCode {
    start::consumer(module_path!(), async |start| {
        let (actions, pipelines, queue) = (start.actions()?, start.pipelines()?, start.actions_queue()?);
        let (executions, rules) = (start.executions()?, start.machine_rules()?);
        start.warm_up(&actions);
        Ok(ActionStart { actions, pipelines, queue, executions, rules })
    })
}
