//! Wires `action-claim`.

use std::process::ExitCode;

use action_claim::ActionClaim;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (actions, pipelines, queue) = (start.actions()?, start.pipelines()?, start.actions_queue()?);
        let tokens = start.access_tokens()?;
        start.warm_up(&actions);
        Ok(ActionClaim {
            actions,
            pipelines,
            queue,
            tokens: tokens.await?,
            random: start.random(),
            public_url: start.public_url(),
        })
    })
}
