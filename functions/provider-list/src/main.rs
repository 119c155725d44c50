//! Wires `provider-list`.

use std::process::ExitCode;

use provider_list::ProviderList;
use shared::start;

fn main() -> ExitCode {
    start::endpoint(module_path!(), async |_| Ok(ProviderList))
}
