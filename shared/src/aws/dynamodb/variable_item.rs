//! The variables of a hook, as JSON in its item.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::condition_item::StoredSubject;
use crate::domain::Invalid;
use crate::domain::variable::{AllowedValues, MaxLength, Variable, VariableValue, Variables};

#[derive(Serialize, Deserialize)]
struct StoredVariable {
    name: String,
    #[serde(flatten)]
    subject: StoredSubject,
    #[serde(rename = "type")]
    kind: String,
    required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<StoredValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_length: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<StoredValue>,
}

/// Tagged by type, so that what is read back is what was written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredValue {
    String(String),
    Integer(i64),
    Boolean(bool),
    /// JSON text.
    Number(String),
    /// JSON text.
    Array(String),
    /// JSON text.
    Object(String),
}

/// The variables as text.
pub(super) fn encode(variables: &Variables) -> String {
    let stored: Vec<_> = variables.as_slice().iter().map(StoredVariable::of).collect();
    // It has string keys and no foreign `Serialize`: writing it cannot fail.
    serde_json::to_string(&stored).unwrap_or_default()
}

/// The variables that a text holds.
pub(super) fn decode(json: &str) -> Result<Variables, Invalid> {
    let stored: Vec<StoredVariable> =
        serde_json::from_str(json).map_err(|_| Invalid::new("is not JSON of variables"))?;
    Variables::new(stored.into_iter().map(StoredVariable::decode).collect::<Result<_, _>>()?)
}

impl StoredVariable {
    fn of(variable: &Variable) -> Self {
        Self {
            name: variable.name.as_str().to_owned(),
            subject: StoredSubject::of(&variable.subject),
            kind: variable.kind.as_str().to_owned(),
            required: variable.required,
            default: variable.default.clone().map(StoredValue::from),
            max_length: variable.max_length.and_then(|chars| i64::try_from(chars.get()).ok()),
            allowed: variable.allowed.as_slice().iter().cloned().map(StoredValue::from).collect(),
        }
    }

    fn decode(self) -> Result<Variable, Invalid> {
        let variable = Variable {
            name: self.name.parse()?,
            subject: self.subject.decode()?,
            kind: self.kind.parse()?,
            required: self.required,
            default: self.default.map(StoredValue::decode).transpose()?,
            max_length: self.max_length.map(MaxLength::new).transpose()?,
            allowed: AllowedValues::new(self.allowed.into_iter().map(StoredValue::decode).collect::<Result<_, _>>()?)?,
        };
        match variable.faults().into_iter().next() {
            Some((_, reason)) => Err(reason),
            None => Ok(variable),
        }
    }
}

impl From<VariableValue> for StoredValue {
    fn from(value: VariableValue) -> Self {
        match value {
            VariableValue::String(text) => Self::String(text),
            VariableValue::Integer(integer) => Self::Integer(integer),
            VariableValue::Boolean(boolean) => Self::Boolean(boolean),
            VariableValue::Number(json) => Self::Number(json),
            VariableValue::Array(json) => Self::Array(json),
            VariableValue::Object(json) => Self::Object(json),
        }
    }
}

impl StoredValue {
    fn decode(self) -> Result<VariableValue, Invalid> {
        Ok(match self {
            Self::String(text) => VariableValue::String(text),
            Self::Integer(integer) => VariableValue::Integer(integer),
            Self::Boolean(boolean) => VariableValue::Boolean(boolean),
            Self::Number(json) => VariableValue::Number(whole(json)?),
            Self::Array(json) => VariableValue::Array(whole(json)?),
            Self::Object(json) => VariableValue::Object(whole(json)?),
        })
    }
}

/// A text that is JSON.
fn whole(json: String) -> Result<String, Invalid> {
    let is_json = serde_json::from_str::<&RawValue>(&json).is_ok();
    is_json.then_some(json).ok_or_else(|| Invalid::new("is not JSON"))
}
