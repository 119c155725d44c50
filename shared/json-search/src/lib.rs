//! Finds values in JSON by path, in one pass over the text, and checks that all of the text is JSON (RFC 8259).
//!
//! It is a crate of its own because it goes through every byte of a call: releases compile it for speed, and most of what
//! is around it for size.

mod cursor;
mod hazards;
mod search;
#[cfg(test)]
mod tests;
mod tree;

pub use self::hazards::Hazards;
pub use self::search::{Entry, search};
pub use self::tree::{Step, Tree};

/// The most levels of arrays and objects that paths lead through. What no path leads into may nest as deep as it likes.
pub const MAX_LEVELS: usize = 127;

/// The most values that all paths with a `*` find together: each takes memory, and three bytes of a body can be one.
pub const MAX_VALUES: usize = 200_000;

/// How many bytes of JSON these values have together. A value counts for each of the paths that find it, and some of
/// them are copied; the largest body may be found four times.
pub const MAX_FOUND_BYTES: usize = 16 * 1024 * 1024;

/// Why a search has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault<'a> {
    /// The text is not JSON.
    NotJson {
        /// The offset of the first byte that is wrong: the length of the text if it ends too early.
        at: usize,
    },
    /// This string stands for no text: a `\u` escape is half of a surrogate pair (RFC 8259 section 8.2).
    HalfAPair(&'a str),
    /// Paths lead through more than [`MAX_LEVELS`] levels.
    TooDeep {
        /// The offset of the array or the object that is one level too deep.
        at: usize,
    },
    /// See [`MAX_VALUES`] and [`MAX_FOUND_BYTES`].
    TooManyValues,
}

/// The offset at which a text is not JSON, if it is not.
pub fn fault_of(text: &str) -> Option<usize> {
    cursor::Cursor::new(text).read_all().err()
}

/// A JSON array of these values.
pub fn array_of(values: &[&str]) -> String {
    let mut array = String::with_capacity(values.iter().map(|json| json.len() + 1).sum::<usize>() + 2);
    array.push('[');
    for (index, json) in values.iter().enumerate() {
        if index > 0 {
            array.push(',');
        }
        array.push_str(json);
    }
    array.push(']');
    array
}
