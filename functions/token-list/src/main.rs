//! Wires `token-list`.

use std::process::ExitCode;

use shared::start;
use token_list::TokenList;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (users, tokens, access_tokens) = (start.users()?, start.tokens()?, start.access_tokens()?);
        start.warm_up(&users);
        Ok(TokenList { users, tokens, access_tokens: access_tokens.await?, public_url: start.public_url() })
    })
}
