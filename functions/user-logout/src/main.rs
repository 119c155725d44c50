//! Wires `user-logout`.

use std::process::ExitCode;

use shared::start;
use user_logout::UserLogout;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens) = (start.users()?, start.access_tokens()?);
        start.warm_up(&users);
        Ok(UserLogout { users, tokens: tokens.await? })
    })
}
