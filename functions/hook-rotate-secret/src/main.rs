//! Wires `hook-rotate-secret`.

use std::process::ExitCode;

use hook_rotate_secret::HookRotateSecret;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, hooks) = (start.users()?, start.hooks()?);
        let (tokens, sealing_keys) = (start.access_tokens()?, start.sealing_keys()?);
        start.warm_up(&hooks);
        Ok(HookRotateSecret {
            users,
            hooks,
            copies: start.hook_copies()?,
            tokens: tokens.await?,
            sealing_keys: sealing_keys.await?,
            random: start.random(),
            public_url: start.public_url(),
        })
    })
}
