//! Wires `user-password`.

use std::process::ExitCode;

use shared::auth::Passwords;
use shared::start;
use user_password::UserPassword;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens) = (start.users()?, start.access_tokens()?);
        start.warm_up(&users);
        let passwords = Passwords::new()?;
        Ok(UserPassword { users, tokens: tokens.await?, passwords, random: start.random() })
    })
}
