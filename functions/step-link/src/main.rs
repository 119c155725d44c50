//! Wires `step-link`.

use std::process::ExitCode;

use shared::start;
use step_link::StepLink;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (pipelines, tokens) = (start.pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        Ok(StepLink { pipelines, tokens: tokens.await? })
    })
}
