//! Wires `not-found`.

use std::process::ExitCode;

use not_found::NotFound;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |_| Ok(NotFound))
}
