//! Wires `action-list`.

use std::process::ExitCode;

use action_list::ActionList;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (actions, tokens) = (start.actions()?, start.access_tokens()?);
        Ok(ActionList { actions, tokens: tokens.await?, public_url: start.public_url() })
    })
}
