//! Wires `user-list`.

use std::process::ExitCode;

use shared::start;
use user_list::UserList;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens) = (start.users()?, start.access_tokens()?);
        Ok(UserList { users, tokens: tokens.await?, public_url: start.public_url() })
    })
}
