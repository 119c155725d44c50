//! What is wrong with a text that should be JSON.

use std::borrow::Cow;

use json_search::Fault;

/// Why a text cannot be read. It says where, never what is there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is not JSON.
    #[error("is not valid JSON at line {line}, column {column}")]
    Invalid {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in bytes.
        column: usize,
    },
    /// It is JSON, which does not mean that a reader must take it (RFC 8259 section 9).
    #[error("cannot be read at line {line}, column {column}: {why}")]
    Unreadable {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in bytes.
        column: usize,
        /// What is wrong there.
        why: &'static str,
    },
    /// Paths with a `*` find more values in it, or longer ones, than are looked at.
    #[error("has too many values, or too long ones, for the paths with `*` in this hook")]
    TooManyValues,
    /// It is JSON, but of another type than was asked for.
    #[error("is JSON, but of another type")]
    OtherType,
}

/// Why JSON cannot be read that nests deeper than [`MAX_LEVELS`] where paths lead.
const NESTED: &str = "it nests more than 127 levels deep along a path";

/// Why a string cannot be read that stands for no text.
const HALF_A_PAIR: &str = r"a \u escape is half of a surrogate pair";

impl JsonError {
    /// What is wrong, where it would mislead to say where: in a part whose place is not known.
    pub fn why(&self) -> String {
        match self {
            Self::Unreadable { why, .. } => format!("cannot be read: {why}"),
            Self::Invalid { .. } | Self::OtherType | Self::TooManyValues => self.to_string(),
        }
    }

    /// What a search has found wrong in `whole`.
    pub(super) fn of_search(fault: Fault<'_>, whole: &str) -> Self {
        match fault {
            Fault::NotJson { at } => {
                let (line, column) = place(at.min(whole.len().saturating_sub(1)), whole);
                Self::Invalid { line, column }
            }
            Fault::TooDeep { at } => {
                let (line, column) = place(at, whole);
                Self::Unreadable { line, column, why: NESTED }
            }
            Fault::HalfAPair(json) => {
                let error = serde_json::from_str::<Cow<'_, str>>(json).err();
                error.map_or(Self::OtherType, |error| Self::new(&error, json, whole))
            }
            Fault::TooManyValues => Self::TooManyValues,
        }
    }

    /// What `error` says of `part`, which is a part of `whole`.
    pub(super) fn new(error: &serde_json::Error, part: &str, whole: &str) -> Self {
        let (first_line, first_column) = place(part.as_ptr().addr().saturating_sub(whole.as_ptr().addr()), whole);
        let line = first_line + error.line() - 1;
        let column = error.column().max(1) + if error.line() == 1 { first_column - 1 } else { 0 };
        // Its words are all that tells these errors apart; should they change, a test fails.
        match error.to_string() {
            _ if error.is_data() => Self::OtherType,
            said if said.contains("hex escape") => Self::Unreadable { line, column, why: HALF_A_PAIR },
            _ => Self::Invalid { line, column },
        }
    }
}

/// The line and the column of an offset, both counted from 1.
fn place(at: usize, whole: &str) -> (usize, usize) {
    let before = whole.as_bytes().get(..at).unwrap_or_default();
    let (line, start) = before
        .iter()
        .zip(1..)
        .fold((1, 0), |(line, start), (byte, next)| if *byte == b'\n' { (line + 1, next) } else { (line, start) });
    (line, 1 + before.len() - start)
}
