//! Wires `step-create`.

use std::process::ExitCode;

use shared::start;
use step_create::StepCreate;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (pipelines, tokens) = (start.pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        let (rules, random, public_url) = (start.machine_rules()?, start.random(), start.public_url());
        Ok(StepCreate { pipelines, tokens: tokens.await?, rules, random, public_url })
    })
}
