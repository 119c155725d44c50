//! Wires `hook-create`.

use std::process::ExitCode;

use hook_create::HookCreate;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, hooks, pipelines) = (start.users()?, start.hooks()?, start.pipelines()?);
        let (tokens, sealing_keys) = (start.access_tokens()?, start.sealing_keys()?);
        start.warm_up(&users);
        Ok(HookCreate {
            users,
            hooks,
            pipelines,
            tokens: tokens.await?,
            sealing_keys: sealing_keys.await?,
            random: start.random(),
            public_url: start.public_url(),
        })
    })
}
