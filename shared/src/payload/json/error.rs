//! What is wrong with a text that should be JSON.

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
    /// It is so large, and so many paths lead through one another, that it would be read over and over.
    #[error("is too large for so many paths that lead through one another")]
    TooMuchWork,
    /// Paths with a `*` find more values in it, or longer ones, than are looked at.
    #[error("has too many values, or too long ones, for the paths with `*` in this hook")]
    TooManyValues,
    /// It is JSON, but of another type than was asked for.
    #[error("is JSON, but of another type")]
    OtherType,
}

/// What `serde_json` refuses although it is JSON. Its words are all that tells these errors apart; should they change,
/// the errors count as any other, and a test fails.
const LIMITS: [(&str, &str); 3] = [
    ("recursion limit exceeded", "it nests more than 127 levels deep along a path"),
    ("number out of range", "the number is too large"),
    ("hex escape", r"a \u escape is half of a surrogate pair"),
];

impl JsonError {
    /// What is wrong, where it would mislead to say where: in a part whose place is not known.
    pub fn why(&self) -> String {
        match self {
            Self::Unreadable { why, .. } => format!("cannot be read: {why}"),
            Self::Invalid { .. } | Self::OtherType | Self::TooMuchWork | Self::TooManyValues => self.to_string(),
        }
    }

    /// What `error` says of `part`, which is a part of `whole`.
    pub(super) fn new(error: &serde_json::Error, part: &str, whole: &str) -> Self {
        let start = part.as_ptr().addr().saturating_sub(whole.as_ptr().addr());
        let before = whole.get(..start).unwrap_or_default();
        let last_line = before.rsplit('\n').next().unwrap_or_default();
        let first_column = if error.line() == 1 { last_line.len() } else { 0 };
        let line = before.matches('\n').count() + error.line();
        let column = first_column + error.column().max(1);
        let said = error.to_string();
        let known = LIMITS.iter().find(|(words, _)| said.contains(words));
        match known {
            _ if error.is_data() => Self::OtherType,
            Some((_, why)) => Self::Unreadable { line, column, why },
            None => Self::Invalid { line, column },
        }
    }
}
