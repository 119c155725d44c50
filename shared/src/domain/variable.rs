//! Input variables: what a hook takes out of a payload, typed.

use std::str::FromStr;

use super::Invalid;
use super::invalid::check_label;
use super::payload::{self, Path, Value};

/// The most variables that one hook has.
pub const MAX_VARIABLES: usize = 50;

/// `-9223372036854775808`.
const MAX_INTEGER_CHARS: usize = 20;

/// The longest number, in characters: Python reads integers of up to 4,300 digits.
const MAX_NUMBER_CHARS: usize = 1_000;

/// How deep an array or an object may nest. Within a job it lies two levels down, and there are readers of JSON that stop at 64: one
/// sender must not be able to make messages that a consumer cannot read.
const MAX_DEPTH: usize = 60;

/// A hook's variables: at most 50, each name once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variables(Vec<Variable>);

impl Variables {
    /// Checks the number and that no name comes twice.
    pub fn new(variables: Vec<Variable>) -> Result<Self, Invalid> {
        if variables.len() > MAX_VARIABLES {
            return Err(Invalid::new(format!("must be at most {MAX_VARIABLES} variables")));
        }
        for (index, variable) in variables.iter().enumerate() {
            if variables[..index].iter().any(|earlier| earlier.name == variable.name) {
                return Err(Invalid::new(format!(
                    "must have unique names: `{}` occurs more than once",
                    variable.name.as_str()
                )));
            }
        }
        Ok(Self(variables))
    }

    /// The variables in the order in which they were declared.
    pub fn as_slice(&self) -> &[Variable] {
        &self.0
    }
}

/// One variable's declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// What the job calls it.
    pub name: VariableName,
    /// Where its value is in the payload.
    pub path: Path,
    /// What its value must be.
    pub kind: VariableType,
    /// Whether a call without it is refused.
    pub required: bool,
    /// What it is when the payload does not have it.
    pub default: Option<VariableValue>,
}

/// 1 to 100 characters that print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableName(String);

impl VariableName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for VariableName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 100)?;
        Ok(Self(text.to_owned()))
    }
}

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
    fn is_absent(self, value: &Value<'_>) -> bool {
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
    fn size(self, value: &Value<'_>, limit: usize) -> usize {
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
                check_json(json, "an array", 0)?;
                Some(VariableValue::Array((*json).to_owned()))
            }
            (Self::Object, Value::Object(json)) => {
                check_json(json, "an object", 0)?;
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
    if text.len() > MAX_NUMBER_CHARS || payload::has_too_large_a_number(text) {
        return Err(Invalid::new(format!("must be a number up to 1.8e308, of at most {MAX_NUMBER_CHARS} characters")));
    }
    Ok(VariableValue::Number(text.to_owned()))
}

/// Refuses JSON that some consumers could not read within a job; `what` it is, or what it stands in, so many `levels`
/// deep.
fn check_json(json: &str, what: &str, levels: usize) -> Result<(), Invalid> {
    // Most values are texts without escapes, in which nothing can be wrong.
    if json.starts_with('"') && !json.contains('\\') {
        return Ok(());
    }
    if levels + payload::depth(json) > MAX_DEPTH {
        return Err(Invalid::new(format!("must be {what} of at most {MAX_DEPTH} levels")));
    }
    if payload::has_half_a_pair(json) {
        return Err(Invalid::new(format!(r"must be {what} in which no \u escape is half of a surrogate pair")));
    }
    if payload::has_too_large_a_number(json) {
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

/// What a call has for a variable.
#[derive(Debug, Clone, Copy)]
pub enum Given<'v> {
    /// The value at its path.
    One(&'v Value<'v>),
    /// The values at its path, which has a `*`, as JSON text.
    Each(&'v [&'v str]),
}

impl Given<'_> {
    /// How many bytes of JSON it takes as this type, as [`VariableType::size`] says.
    fn size(self, kind: VariableType, limit: usize) -> usize {
        match self {
            Self::One(value) => kind.size(value, limit),
            Self::Each(values) => values.iter().map(|json| json.len() + 1).sum::<usize>() + 1,
        }
    }

    fn read(self, kind: VariableType) -> Result<VariableValue, Invalid> {
        match self {
            Self::One(value) => kind.read(value),
            Self::Each(values) => {
                let array = format!("[{}]", values.join(","));
                if kind != VariableType::Array {
                    return kind.read(&Value::Array(&array));
                }
                values.iter().try_for_each(|json| check_json(json, "an array", 1))?;
                Ok(VariableValue::Array(array))
            }
        }
    }
}

/// Why a call's variables are not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// These are in error.
    Errors(Vec<VariableError>),
    /// Each can be read, but together they are too large.
    TooLarge {
        /// What they take at least, as JSON.
        bytes: usize,
    },
}

/// A variable that a call leaves in error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableError {
    /// The variable's name.
    pub name: VariableName,
    /// What is wrong, for the caller.
    pub reason: Invalid,
}

impl Variables {
    /// The variables of one call, in order; `find` gives what the call has for one.
    ///
    /// Together they may take `limit` bytes of JSON, which is checked before any value is copied: fifty variables may
    /// have one path, and the value there may be the whole body. An absent or null value takes the default. Without a
    /// default it is left out, unless it is required. All variables in error are returned, not only the first.
    pub fn resolve<'v>(
        &self,
        find: impl Fn(&Variable) -> Option<Given<'v>>,
        limit: usize,
    ) -> Result<Vec<(VariableName, VariableValue)>, Unresolved> {
        let mut resolved = Vec::with_capacity(self.0.len());
        let (mut errors, mut bytes) = (Vec::new(), 0);
        for variable in &self.0 {
            let found = find(variable);
            bytes += found.map_or(0, |given| given.size(variable.kind, limit));
            if bytes > limit {
                continue;
            }
            match variable.resolve(found) {
                Ok(Some(value)) => resolved.push((variable.name.clone(), value)),
                Ok(None) => {}
                Err(reason) => errors.push(VariableError { name: variable.name.clone(), reason }),
            }
        }
        if !errors.is_empty() {
            return Err(Unresolved::Errors(errors));
        }
        if bytes > limit { Err(Unresolved::TooLarge { bytes }) } else { Ok(resolved) }
    }
}

impl Variable {
    /// What the job has of a variable, if the call has this for it.
    pub fn resolve(&self, found: Option<Given<'_>>) -> Result<Option<VariableValue>, Invalid> {
        match found.filter(|given| !matches!(given, Given::One(value) if self.kind.is_absent(value))) {
            Some(given) => given.read(self.kind).map(Some),
            _ if self.default.is_some() => Ok(self.default.clone()),
            _ if self.required => {
                Err(Invalid::new(format!("is required, but the payload has nothing at `{}`", self.path)))
            }
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
