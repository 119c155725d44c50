//! Wires `user-refresh`.

use std::process::ExitCode;

use shared::start;
use user_refresh::UserRefresh;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens) = (start.users()?, start.session_tokens()?);
        start.warm_up(&users);
        Ok(UserRefresh { users, tokens: tokens.await?, random: start.random() })
    })
}
