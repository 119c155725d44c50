//! Wires `pipeline-delete`.

use std::process::ExitCode;

use pipeline_delete::PipelineDelete;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (pipelines, tokens) = (start.gated_pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        Ok(PipelineDelete { pipelines, tokens: tokens.await? })
    })
}
