//! Wires `user-me`.

use std::process::ExitCode;

use shared::start;
use user_me::UserMe;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens) = (start.users()?, start.access_tokens()?);
        start.warm_up(&users);
        Ok(UserMe { users, tokens: tokens.await? })
    })
}
