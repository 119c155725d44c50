//! Wires `step-update`.

use std::process::ExitCode;

use shared::start;
use step_update::StepUpdate;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (pipelines, tokens) = (start.pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        let rules = start.machine_rules()?;
        Ok(StepUpdate { pipelines, tokens: tokens.await?, rules })
    })
}
