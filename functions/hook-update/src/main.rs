//! Wires `hook-update`.

use std::process::ExitCode;

use hook_update::HookUpdate;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let hooks = start.hooks()?;
        let (tokens, sealing_keys) = (start.access_tokens()?, start.sealing_keys()?);
        start.warm_up(&hooks);
        Ok(HookUpdate { hooks, tokens: tokens.await?, sealing_keys: sealing_keys.await?, random: start.random() })
    })
}
