//! Wires `token-revoke`.

use std::process::ExitCode;

use shared::start;
use token_revoke::TokenRevoke;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| {
        let (tokens, access_tokens) = (start.tokens()?, start.access_tokens()?);
        Ok(TokenRevoke { tokens, access_tokens: access_tokens.await? })
    })
}
