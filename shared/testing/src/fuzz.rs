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
    if text.contains(BRACKETS) {
        return None;
    }
    let path = text.parse::<Path>();
    assert_eq!(path.is_ok(), is_path(text), "{text:?}");
    let path = path.ok()?;
    assert_eq!(path.to_string(), text, "a path is printed as it was read");
    Some(path)
}

/// What stands for a pair of brackets with a right content, where a grammar is checked.
const BRACKETS: char = '\u{e000}';

/// The grammar by another way: without its escapes and its brackets, a path has nothing but names between dots.
fn is_path(text: &str) -> bool {
    let Some(plain) = without_escapes(text).and_then(|plain| without_brackets(&plain)) else { return false };
    let names = match plain.strip_prefix('$') {
        Some("") => return text.chars().count() <= 500,
        Some(rest) if rest.starts_with('.') => &rest[1..],
        Some(_) | None if text.starts_with('[') => &plain[1..],
        Some(_) | None => &plain,
    };
    let is_name = |name: &str| {
        name == "*"
            || name == BRACKETS.to_string()
            || !(name.is_empty() || name.contains(['*', BRACKETS]) || name.starts_with(['"', '\'']))
    };
    text.chars().count() <= 500 && names.split('.').all(is_name)
}

/// With a character in place of each escape that a name may have, and a word in brackets may not.
fn without_escapes(text: &str) -> Option<String> {
    let mut parts = text.split('\\');
    let mut plain = parts.next()?.to_owned();
    while let Some(part) = parts.next() {
        match part.chars().next() {
            // A second backslash is an escaped one.
            None => plain = plain + "é" + parts.next()?,
            Some(escaped) if r#".[]*$"'"#.contains(escaped) => plain = plain + "é" + &part[1..],
            Some(_) => return None,
        }
    }
    Some(plain)
}

fn without_brackets(text: &str) -> Option<String> {
    let Some((before, rest)) = text.split_once('[') else { return (!text.contains(']')).then(|| text.to_owned()) };
    let (content, after) = match rest.chars().next()? {
        quote @ ('"' | '\'') => ("x", rest[1..].split_once(quote)?.1.strip_prefix(']')?),
        _ => rest.split_once(']')?,
    };
    let is_word = content.chars().all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '-')
        && !content.starts_with(|char: char| char.is_ascii_digit() || char == '-');
    let is_index = content.bytes().all(|byte| byte.is_ascii_digit()) && (content == "0" || !content.starts_with('0'));
    let is_right = content == "*" || (!content.is_empty() && (is_index || is_word));
    (is_right && !before.contains(']')).then_some(())?;
    Some(format!("{before}.{BRACKETS}{}", without_brackets(after)?))
}
