//! Wires `user-login`.

use std::process::ExitCode;

use shared::auth::Passwords;
use shared::start;
use user_login::UserLogin;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens) = (start.users()?, start.session_tokens()?);
        start.warm_up(&users);
        let passwords = Passwords::new()?;
        Ok(UserLogin { users, tokens: tokens.await?, passwords, random: start.random() })
    })
}
