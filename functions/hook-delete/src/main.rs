//! Wires `hook-delete`.

use std::process::ExitCode;

use hook_delete::HookDelete;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, tokens) = (start.hooks()?, start.access_tokens()?);
        start.warm_up(&hooks);
        Ok(HookDelete { hooks, copies: start.hook_copies()?, tokens: tokens.await? })
    })
}
