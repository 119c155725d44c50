//! Wires `step-create`.

use std::process::ExitCode;

use shared::start;
use step_create::StepCreate;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (pipelines, tokens) = (start.pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        let (random, public_url) = (start.random(), start.public_url());
        Ok(StepCreate { pipelines, tokens: tokens.await?, random, public_url })
    })
}
