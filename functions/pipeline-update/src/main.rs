//! Wires `pipeline-update`.

use std::process::ExitCode;

use pipeline_update::PipelineUpdate;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (pipelines, tokens) = (start.gated_pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        Ok(PipelineUpdate { pipelines, tokens: tokens.await? })
    })
}
