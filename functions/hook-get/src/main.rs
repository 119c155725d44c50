//! Wires `hook-get`.

use std::process::ExitCode;

use hook_get::HookGet;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, hooks, tokens) = (start.users()?, start.hooks()?, start.access_tokens()?);
        start.warm_up(&hooks);
        Ok(HookGet { users, hooks, tokens: tokens.await?, public_url: start.public_url() })
    })
}
