//! Wires `pipeline-create`.

use std::process::ExitCode;

use pipeline_create::PipelineCreate;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, pipelines, tokens) = (start.users()?, start.gated_pipelines()?, start.access_tokens()?);
        start.warm_up(&users);
        let (random, public_url) = (start.random(), start.public_url());
        Ok(PipelineCreate { users, pipelines, tokens: tokens.await?, random, public_url })
    })
}
