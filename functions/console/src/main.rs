//! Wires `console`.

use std::process::ExitCode;

use console::Console;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |_| Ok(Console))
}
