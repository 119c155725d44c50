//! Wires `pipeline-get`.

use std::process::ExitCode;

use pipeline_get::PipelineGet;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, pipelines, tokens) = (start.users()?, start.pipelines()?, start.access_tokens()?);
        start.warm_up(&pipelines);
        Ok(PipelineGet { users, pipelines, tokens: tokens.await? })
    })
}
