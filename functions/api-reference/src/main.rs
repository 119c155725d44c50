//! Wires `api-reference`.

use std::process::ExitCode;

use api_reference::ApiReference;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |start| Ok(ApiReference { public_url: start.public_url() }))
}
