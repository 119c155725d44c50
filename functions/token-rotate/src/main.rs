//! Wires `token-rotate`.

use std::process::ExitCode;

use shared::start;
use token_rotate::TokenRotate;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens, access_tokens) = (start.users()?, start.tokens()?, start.access_tokens()?);
        start.warm_up(&users);
        Ok(TokenRotate { users, tokens, access_tokens: access_tokens.await?, random: start.random() })
    })
}
