//! Writes the table of providers into `docs/providers.md`.

use std::process::ExitCode;

use shared_testing::provider_table::{DOCUMENT, updated};

fn main() -> ExitCode {
    let written = std::fs::read_to_string(DOCUMENT).ok().and_then(|document| updated(&document));
    match written.map(|document| std::fs::write(DOCUMENT, document)) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(_)) | None => ExitCode::FAILURE,
    }
}
