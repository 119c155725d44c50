//! Wires `token-create`.

use std::process::ExitCode;

use shared::start;
use token_create::TokenCreate;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens, access_tokens) = (start.users()?, start.tokens()?, start.access_tokens()?);
        start.warm_up(&users);
        let (random, public_url) = (start.random(), start.public_url());
        Ok(TokenCreate { users, tokens, access_tokens: access_tokens.await?, random, public_url })
    })
}
