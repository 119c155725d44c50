//! The values of variables.

use super::VariableType;
use crate::domain::Invalid;
use crate::domain::payload::Value;

/// A variable's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableValue {
    /// Of a string variable.
    String(String),
    /// Of an integer variable.
    Integer(i64),
    /// Of a boolean variable.
    Boolean(bool),
    /// Of a number variable, as JSON text.
    Number(String),
    /// Of an array variable, as JSON text.
    Array(String),
    /// Of an object variable, as JSON text.
    Object(String),
}

impl VariableValue {
    /// The type that it is of.
    pub fn kind(&self) -> VariableType {
        match self {
            Self::String(_) => VariableType::String,
            Self::Integer(_) => VariableType::Integer,
            Self::Boolean(_) => VariableType::Boolean,
            Self::Number(_) => VariableType::Number,
            Self::Array(_) => VariableType::Array,
            Self::Object(_) => VariableType::Object,
        }
    }

    /// The value that JSON spells, where no variable is declared: its type follows from how it is written.
    pub fn of_json(value: &Value<'_>) -> Result<Self, Invalid> {
        match value {
            Value::String(_) | Value::Field(_) => VariableType::String.read(value),
            Value::Boolean(_) => VariableType::Boolean.read(value),
            Value::Array(_) => VariableType::Array.read(value),
            Value::Object(_) => VariableType::Object.read(value),
            Value::Number(text) => match text.parse::<i64>() {
                Ok(integer) if integer.to_string() == **text => Ok(Self::Integer(integer)),
                Ok(_) | Err(_) => VariableType::Number.read(value),
            },
            Value::Null => Err(Invalid::new("must not be null: leave the variable out")),
        }
    }
}
