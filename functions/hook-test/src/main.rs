//! Wires `hook-test`.

use std::process::ExitCode;

use hook_test::HookTest;
use shared::start;
use shared::trigger::Destinations;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, pipelines, requests) = (start.hooks()?, start.pipelines()?, start.requests()?);
        let to = Destinations { jobs: start.jobs()?, actions: start.actions_queue()?, ledger: start.actions()? };
        let tokens = start.access_tokens()?;
        start.warm_up(&hooks);
        start.warm_up(&to.jobs);
        Ok(HookTest { hooks, pipelines, to, requests, tokens: tokens.await?, public_url: start.public_url() })
    })
}
