//! Wires `pipeline-list`.

use std::process::ExitCode;

use pipeline_list::PipelineList;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, pipelines, tokens) = (start.users()?, start.pipelines()?, start.access_tokens()?);
        Ok(PipelineList { users, pipelines, tokens: tokens.await?, public_url: start.public_url() })
    })
}
