//! Input variables: what a hook takes out of a call, typed and within bounds.

mod bounds;
mod kind;
#[cfg(test)]
mod tests;
mod value;

use std::str::FromStr;

use json_search::array_of;

pub use self::bounds::{AllowedValues, MaxLength};
pub use self::kind::VariableType;
pub use self::value::VariableValue;
use super::Invalid;
use super::invalid::check_label;
use super::payload::{Path, Value};
use super::subject::Subject;

/// The most variables that one hook has.
pub const MAX_VARIABLES: usize = 50;

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

    /// The variable of this name.
    pub fn find(&self, name: &VariableName) -> Option<&Variable> {
        self.0.iter().find(|variable| variable.name == *name)
    }

    /// The places in the payload.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|variable| variable.subject.path())
    }
}

/// One variable's declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// What the job calls it.
    pub name: VariableName,
    /// Where its value is in the call.
    pub subject: Subject,
    /// What its value must be.
    pub kind: VariableType,
    /// Whether a call without it is refused.
    pub required: bool,
    /// What it is when the call does not have it.
    pub default: Option<VariableValue>,
    /// How long its value may be; `None` if that does not matter.
    pub max_length: Option<MaxLength>,
    /// What its value may be.
    pub allowed: AllowedValues,
}

/// What of a variable contradicts the rest of it: the field of the API, and why.
pub type Fault = (&'static str, Invalid);

impl Variable {
    /// The fields that do not go together. A variable that has any would refuse every call, or restrict none.
    pub fn faults(&self) -> Vec<Fault> {
        let is_text = self.subject.path().is_none();
        let is_compound = matches!(self.kind, VariableType::Array | VariableType::Object);
        let mut faults = Vec::new();
        if self.subject.path().is_some_and(Path::is_many) && self.kind != VariableType::Array {
            let reason = "must lead to one value, or the `type` must be array: a path with `*` makes one";
            faults.push(("path", Invalid::new(reason)));
        }
        if is_text && is_compound {
            let reason = "must be string, integer, number or boolean: a header or parameter is text";
            faults.push(("type", Invalid::new(reason)));
        }
        if self.max_length.is_some() && self.kind != VariableType::String {
            let reason = format!("must be left out with the type {}: it bounds strings", self.kind.as_str());
            faults.push(("max_length", Invalid::new(reason)));
        }
        let of_type = || Invalid::new(format!("must be of the type {}", self.kind.as_str()));
        if !self.allowed.is_any() && is_compound {
            let reason = format!("must be left out with the type {}", self.kind.as_str());
            faults.push(("allowed_values", Invalid::new(reason)));
        } else if self.allowed.as_slice().iter().any(|value| value.kind() != self.kind) {
            faults.push(("allowed_values", of_type()));
        } else if let Some(reason) = self.too_long_to_be_allowed() {
            faults.push(("allowed_values", reason));
        }
        if let Some(default) = &self.default {
            let checked = if default.kind() == self.kind { self.check(default) } else { Err(of_type()) };
            faults.extend(checked.err().map(|reason| ("default_value", reason)));
        }
        faults
    }

    fn too_long_to_be_allowed(&self) -> Option<Invalid> {
        let max_length = self.max_length?;
        self.allowed.as_slice().iter().find_map(|value| max_length.check(value).err())
    }

    /// Checks a value of this type. The reason never repeats it: it goes to the sender.
    fn check(&self, value: &VariableValue) -> Result<(), Invalid> {
        self.max_length.map_or(Ok(()), |max_length| max_length.check(value))?;
        self.allowed.check(value)
    }
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

/// What a call has for a variable.
#[derive(Debug, Clone, Copy)]
pub enum Given<'v> {
    /// The value at its path.
    One(&'v Value<'v>),
    /// The values at its path, which has a `*`, as JSON text.
    Each {
        /// How each of them is written.
        values: &'v [&'v str],
        /// Whether they are known to be scalars that every reader of JSON takes.
        are_plain: bool,
    },
}

impl Given<'_> {
    /// How many bytes of JSON it takes as this type, as [`VariableType::size`] says.
    fn size(self, kind: VariableType, limit: usize) -> usize {
        match self {
            Self::One(value) => kind.size(value, limit),
            Self::Each { values, .. } => values.iter().map(|json| json.len() + 1).sum::<usize>() + 1,
        }
    }

    fn read(self, kind: VariableType) -> Result<VariableValue, Invalid> {
        match self {
            Self::One(value) => kind.read(value),
            Self::Each { values, are_plain } => {
                let array = array_of(values);
                let needs_no_reading = are_plain && kind == VariableType::Array;
                if needs_no_reading { Ok(VariableValue::Array(array)) } else { kind.read(&Value::Array(&array)) }
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
            Some(given) => {
                let value = given.read(self.kind)?;
                self.check(&value)?;
                Ok(Some(value))
            }
            _ if self.default.is_some() => Ok(self.default.clone()),
            _ if self.required => Err(self.missing()),
            _ => Ok(None),
        }
    }

    fn missing(&self) -> Invalid {
        Invalid::new(match &self.subject {
            Subject::Body(path) => format!("is required, but the payload has nothing at `{path}`"),
            Subject::Header(name) => format!("is required, but the call has no header `{name}`"),
            Subject::Query(name) => format!("is required, but the query of the call has no parameter `{name}`"),
        })
    }
}
