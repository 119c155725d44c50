//! The types of variables, and how values are read as them.

use std::str::FromStr;

use json_search::Hazards;

use super::VariableValue;
use crate::domain::Invalid;
use crate::domain::payload::{self, Value};

/// `-9223372036854775808`.
const MAX_INTEGER_CHARS: usize = 20;

/// The longest number, in characters: Python reads integers of up to 4,300 digits.
const MAX_NUMBER_CHARS: usize = 1_000;

/// How deep an array or an object may nest. Within a job it lies two levels down, and there are readers of JSON that stop at 64: one
/// sender must not be able to make messages that a consumer cannot read.
const MAX_DEPTH: usize = 60;

/// What a variable's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableType {
    /// Text.
    String,
    /// A whole number of 64 bits.
    Integer,
    /// Any number, which keeps its digits.
    Number,
    /// A JSON array of at most 60 levels, whatever its elements are.
    Array,
    /// A JSON object of at most 60 levels, whatever its members are.
    Object,
    /// True or false.
    Boolean,
}

impl VariableType {
    /// The name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Array => "array",
            Self::Object => "object",
            Self::Boolean => "boolean",
        }
    }

    /// Whether a value says nothing: `null`, or a field of a form that was left blank, unless blank text is a value.
    pub(super) fn is_absent(self, value: &Value<'_>) -> bool {
        match (self, value) {
            (_, Value::Null) => true,
            (Self::String, _) => false,
            (Self::Integer | Self::Number | Self::Array | Self::Object | Self::Boolean, value) => {
                matches!(value, Value::Field(text) if text.trim().is_empty())
            }
        }
    }

    /// How many bytes of JSON a value takes that is read as this type; of one that has more than `limit`, at least how
    /// many. A number or boolean that is read as what it is takes too few to count.
    pub(super) fn size(self, value: &Value<'_>, limit: usize) -> usize {
        match (self, value) {
            (Self::String, Value::String(text) | Value::Field(text)) if text.len() > limit => text.len(),
            (Self::String, Value::String(text) | Value::Field(text)) => text.bytes().map(escaped).sum(),
            (Self::String, Value::Number(text)) => text.len(),
            (Self::Array, Value::Array(json)) | (Self::Object, Value::Object(json)) => json.len(),
            (Self::String | Self::Integer | Self::Number | Self::Array | Self::Object | Self::Boolean, _) => 0,
        }
    }

    /// Reads a value as this type. Only readings that lose nothing are taken: `"42"` is an integer and `true` a
    /// string, but `4.5` is no integer and `1` no boolean.
    pub fn read(self, value: &Value<'_>) -> Result<VariableValue, Invalid> {
        let read = match (self, value) {
            (Self::String, Value::String(text) | Value::Field(text)) => {
                Some(VariableValue::String(text.clone().into_owned()))
            }
            (Self::String, Value::Number(text)) => Some(VariableValue::String((*text).to_owned())),
            (Self::String, Value::Boolean(boolean)) => Some(VariableValue::String(boolean.to_string())),
            (Self::Integer, Value::Number(text)) => payload::integer(text).map(VariableValue::Integer),
            // `042` and `+42` would not come back as they were: they are no integers but texts.
            (Self::Integer, Value::String(text) | Value::Field(text)) => {
                let digits = Some(text).filter(|text| text.len() <= MAX_INTEGER_CHARS);
                let integer = digits.and_then(|digits| digits.parse::<i64>().ok());
                integer.filter(|read| read.to_string() == **text).map(VariableValue::Integer)
            }
            (Self::Number, Value::Number(text)) => return number(text),
            (Self::Number, Value::String(text) | Value::Field(text)) if payload::is_number(text) => {
                return number(text);
            }
            (Self::Array, Value::Array(json)) => {
                check_json(json, "an array")?;
                Some(VariableValue::Array((*json).to_owned()))
            }
            (Self::Object, Value::Object(json)) => {
                check_json(json, "an object")?;
                Some(VariableValue::Object((*json).to_owned()))
            }
            (Self::Boolean, Value::Boolean(boolean)) => Some(VariableValue::Boolean(*boolean)),
            (Self::Boolean, Value::String(text) | Value::Field(text)) => text.parse().ok().map(VariableValue::Boolean),
            (Self::String | Self::Integer | Self::Number | Self::Array | Self::Object | Self::Boolean, _) => None,
        };
        let expected = match self {
            Self::String => "a string",
            Self::Integer => "an integer of 64 bits",
            Self::Number => "a number",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Boolean => "a boolean",
        };
        read.ok_or_else(|| Invalid::new(format!("must be {expected}, not {}", value.kind())))
    }
}

/// A number with the digits that it has. Readers of JSON in some languages refuse one with more digits, or read infinity.
fn number(text: &str) -> Result<VariableValue, Invalid> {
    if text.len() > MAX_NUMBER_CHARS || Hazards::of(text).has_too_large_a_number {
        return Err(Invalid::new(format!("must be a number up to 1.8e308, of at most {MAX_NUMBER_CHARS} characters")));
    }
    Ok(VariableValue::Number(text.to_owned()))
}

/// Refuses JSON that some consumers could not read within a job; `what` it is.
fn check_json(json: &str, what: &str) -> Result<(), Invalid> {
    let hazards = Hazards::of(json);
    if hazards.depth > MAX_DEPTH {
        return Err(Invalid::new(format!("must be {what} of at most {MAX_DEPTH} levels")));
    }
    if hazards.has_half_a_pair {
        return Err(Invalid::new(format!(r"must be {what} in which no \u escape is half of a surrogate pair")));
    }
    if hazards.has_too_large_a_number {
        return Err(Invalid::new(format!("must be {what} of numbers up to 1.8e308")));
    }
    Ok(())
}

/// How many bytes a byte of a string takes as JSON.
fn escaped(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 8 | 12 => 2,
        0..=31 => 6,
        _ => 1,
    }
}

impl FromStr for VariableType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let all = [Self::String, Self::Integer, Self::Number, Self::Array, Self::Object, Self::Boolean];
        let known = all.into_iter().find(|kind| kind.as_str() == text);
        known.ok_or_else(|| Invalid::new("must be one of string, integer, number, array, object, boolean"))
    }
}
