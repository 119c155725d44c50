//! What a variable's value may be, beyond its type. What a sender chooses ends up where it does something, such as in a
//! step's environment, so the owner of a hook may want to say what the choices are.

use super::VariableValue;
use crate::domain::Invalid;
use crate::domain::payload;

/// The most values that a variable allows.
const MAX_ALLOWED: usize = 50;

/// The longest of them, in characters.
const MAX_ALLOWED_CHARS: usize = 1_000;

/// The largest bound of a string's length: no job has more.
const MAX_CHARS: usize = 1024 * 1024;

/// How many characters a string has at most: code points, as in JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxLength(usize);

impl MaxLength {
    /// The bound of so many characters, which are 1 at least.
    pub fn new(chars: i64) -> Result<Self, Invalid> {
        let chars = usize::try_from(chars).ok().filter(|chars| (1..=MAX_CHARS).contains(chars));
        chars.map(Self).ok_or_else(|| Invalid::new(format!("must be from 1 to {MAX_CHARS}")))
    }

    /// The number of characters.
    pub fn get(self) -> usize {
        self.0
    }

    pub(super) fn check(self, value: &VariableValue) -> Result<(), Invalid> {
        match value {
            VariableValue::String(text) if text.chars().nth(self.0).is_some() => {
                Err(Invalid::new(format!("must be at most {} characters long", self.0)))
            }
            VariableValue::String(_)
            | VariableValue::Integer(_)
            | VariableValue::Boolean(_)
            | VariableValue::Number(_)
            | VariableValue::Array(_)
            | VariableValue::Object(_) => Ok(()),
        }
    }
}

/// The values that a variable may have. An empty list allows every value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedValues(Vec<VariableValue>);

impl AllowedValues {
    /// Checks the number of the values and their lengths.
    pub fn new(values: Vec<VariableValue>) -> Result<Self, Invalid> {
        let is_short = |value: &VariableValue| match value {
            VariableValue::String(text)
            | VariableValue::Number(text)
            | VariableValue::Array(text)
            | VariableValue::Object(text) => text.chars().nth(MAX_ALLOWED_CHARS).is_none(),
            VariableValue::Integer(_) | VariableValue::Boolean(_) => true,
        };
        if values.len() > MAX_ALLOWED {
            return Err(Invalid::new(format!("must be at most {MAX_ALLOWED} values")));
        }
        if !values.iter().all(is_short) {
            return Err(Invalid::new(format!("must be values of at most {MAX_ALLOWED_CHARS} characters")));
        }
        Ok(Self(values))
    }

    /// The values in the order in which they were declared.
    pub fn as_slice(&self) -> &[VariableValue] {
        &self.0
    }

    /// Whether every value is allowed.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// Numbers are the same if they are the same number: `1.0` is allowed where `1` is.
    pub(super) fn check(&self, value: &VariableValue) -> Result<(), Invalid> {
        let is_same = |allowed: &VariableValue| match (allowed, value) {
            (VariableValue::Number(allowed), VariableValue::Number(value)) => payload::same_number(allowed, value),
            (allowed, value) => allowed == value,
        };
        if self.is_any() || self.0.iter().any(is_same) {
            return Ok(());
        }
        Err(Invalid::new("must be one of the values that the hook allows"))
    }
}
