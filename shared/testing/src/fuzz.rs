//! What must hold for every input: the bodies of the targets in `fuzz/`. `shared/tests/corpus.rs` runs the same
//! functions over every input that was kept, so that what the fuzzer once found needs neither a nightly toolchain nor
//! luck to be found again.
//!
//! Each function takes any bytes and panics when a claim does not hold. Where an input has parts, it is text that a
//! person can write and read: lines, an empty line, and a body of any bytes.

mod certificate;
mod event;
mod form;
mod options;
mod payload;
mod proof;
mod published;
mod signature;
mod signed_text;
mod token;

pub use certificate::certificates;
pub use event::gateway_events;
pub use form::forms;
pub use options::option_values;
pub use payload::payload_paths;
pub use proof::proofs;
pub use signature::signature_headers;
pub use signed_text::signed_texts;
pub use token::tokens;

use shared::domain::payload::Path;

/// As many paths as a hook can have variables and conditions.
const MAX_PATHS: usize = 100;

/// The lines before the first empty one, and all that stands behind it.
fn sections(input: &[u8]) -> Option<(Vec<&str>, &[u8])> {
    let at = input.windows(2).position(|pair| pair == b"\n\n")?;
    let lines = std::str::from_utf8(&input[..at]).ok()?.split('\n').collect();
    Some((lines, &input[at + 2..]))
}

/// The lines that are paths, which are those that the grammar of paths says are.
fn paths(lines: &[&str]) -> Vec<Path> {
    lines.iter().take(MAX_PATHS).filter_map(|line| path(line)).collect()
}

fn path(text: &str) -> Option<Path> {
    let path = text.parse::<Path>();
    assert_eq!(path.is_ok(), is_path(text), "{text:?}");
    let path = path.ok()?;
    assert_eq!(path.to_string(), text, "a path is printed as it was read");
    Some(path)
}

/// The grammar by another way: without its escapes, a path has no backslash and no empty part.
fn is_path(text: &str) -> bool {
    let plain = text.replace(r"\\", "x").replace(r"\.", "x");
    text.chars().count() <= 500 && !plain.contains('\\') && plain.split('.').all(|part| !part.is_empty())
}
