//! Wires `user-put`.

use std::process::ExitCode;

use shared::auth::Passwords;
use shared::start;
use user_put::UserPut;

fn main() -> ExitCode {
    start::command(module_path!(), async |start| {
        Ok(UserPut { users: start.users()?, passwords: Passwords::new()?, random: start.random() })
    })
}
