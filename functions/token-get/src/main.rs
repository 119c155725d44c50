//! Wires `token-get`.

use std::process::ExitCode;

use shared::start;
use token_get::TokenGet;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens, access_tokens) = (start.users()?, start.tokens()?, start.access_tokens()?);
        start.warm_up(&users);
        Ok(TokenGet { users, tokens, access_tokens: access_tokens.await? })
    })
}
