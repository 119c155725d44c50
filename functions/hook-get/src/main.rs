//! Wires `hook-get`.

use std::process::ExitCode;

use hook_get::HookGet;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, hooks) = (start.users()?, start.hooks()?);
        let (tokens, sealing_keys) = (start.access_tokens()?, start.sealing_keys()?);
        start.warm_up(&hooks);
        Ok(HookGet {
            users,
            hooks,
            tokens: tokens.await?,
            sealing_keys: sealing_keys.await?,
            public_url: start.public_url(),
        })
    })
}
