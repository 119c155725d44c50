//! Wires `hook-update`.

use std::process::ExitCode;

use hook_update::HookUpdate;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, pipelines) = (start.hooks()?, start.pipelines()?);
        let (tokens, sealing_keys) = (start.access_tokens()?, start.sealing_keys()?);
        start.warm_up(&hooks);
        let (tokens, sealing_keys) = (tokens.await?, sealing_keys.await?);
        Ok(HookUpdate {
            hooks,
            pipelines,
            tokens,
            sealing_keys,
            copies: start.hook_copies()?,
            random: start.random(),
            public_url: start.public_url(),
        })
    })
}
