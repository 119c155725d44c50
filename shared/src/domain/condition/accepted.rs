//! Values that a condition compares with.

use crate::domain::payload::{self, Value};

/// A value that a condition names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// A string.
    String(String),
    /// A number, as JSON text.
    Number(String),
    /// A boolean.
    Boolean(bool),
}

impl Accepted {
    /// Equal in type and value; numbers are equal when they are the same number, so `1` equals `1.0`. Headers,
    /// parameters and fields of forms have no type of their own, and are read as the accepted value's.
    pub(super) fn equals(&self, found: &Value<'_>) -> bool {
        match (self, found) {
            (Self::String(accepted), Value::String(found) | Value::Field(found)) => same(accepted, found),
            (Self::Boolean(accepted), Value::Boolean(found)) => accepted == found,
            (Self::Number(accepted), Value::Number(found)) => payload::same_number(accepted, found),
            (Self::Number(accepted), Value::Field(found)) => {
                payload::is_number(found) && payload::same_number(accepted, found)
            }
            (Self::Boolean(accepted), Value::Field(found)) => **found == *if *accepted { "true" } else { "false" },
            (Self::String(_) | Self::Boolean(_) | Self::Number(_), _) => false,
        }
    }

    /// How long it is, in bytes.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::String(text) | Self::Number(text) => text.len(),
            Self::Boolean(_) => 0,
        }
    }
}

/// Most texts differ in their length or in how they begin, which takes less time to see than a call that compares bytes.
fn same(one: &str, other: &str) -> bool {
    let head = |text: &str| text.as_bytes().first_chunk::<8>().copied();
    one.len() == other.len() && head(one) == head(other) && one == other
}
