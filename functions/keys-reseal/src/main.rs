//! Wires `keys-reseal`.

use std::process::ExitCode;

use keys_reseal::KeysReseal;
use shared::start;

fn main() -> ExitCode {
    start::command(module_path!(), async |start| {
        Ok(KeysReseal { hooks: start.hooks()?, keys: start.sealing_key_secret()?, random: start.random() })
    })
}
