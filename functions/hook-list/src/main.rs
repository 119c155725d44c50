//! Wires `hook-list`.

use std::process::ExitCode;

use hook_list::HookList;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (hooks, tokens) = (start.hooks()?, start.access_tokens()?);
        Ok(HookList { hooks, tokens: tokens.await?, public_url: start.public_url() })
    })
}
