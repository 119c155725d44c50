//! Conditions: which calls of a hook run its pipeline.

use super::Invalid;
use super::invalid::check_field_name;
use super::payload::{self, Path, Value};

/// The most conditions that one hook has.
pub const MAX_CONDITIONS: usize = 50;

/// A hook's conditions. All must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions(Vec<Condition>);

impl Conditions {
    /// Checks the number.
    pub fn new(conditions: Vec<Condition>) -> Result<Self, Invalid> {
        if conditions.len() > MAX_CONDITIONS {
            return Err(Invalid::new(format!("must be at most {MAX_CONDITIONS} conditions")));
        }
        Ok(Self(conditions))
    }

    /// The conditions in the order in which they were declared.
    pub fn as_slice(&self) -> &[Condition] {
        &self.0
    }
}

/// One condition: it holds when the subject's value equals any of the accepted ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// For people.
    pub name: Option<String>,
    /// What is looked at.
    pub subject: Subject,
    /// Never empty.
    pub accepted: Vec<Accepted>,
}

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A place in the payload.
    Body(Path),
    /// A header, by its name in lower case.
    Header(String),
}

impl Subject {
    /// The place in the payload, when it is one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Body(path) => Some(path),
            Self::Header(_) => None,
        }
    }

    /// A header by name, whatever its case.
    pub fn header(name: &str) -> Result<Self, Invalid> {
        check_field_name(name)?;
        Ok(Self::Header(name.to_ascii_lowercase()))
    }
}

/// A value that a condition accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// A string.
    String(String),
    /// A number, as JSON text.
    Number(String),
    /// A boolean.
    Boolean(bool),
}

impl Condition {
    /// How messages call it: its name, else what it looks at.
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| match &self.subject {
            Subject::Body(path) => path.to_string(),
            Subject::Header(name) => name.clone(),
        })
    }

    /// Whether what was found in the payload is accepted.
    pub fn accepts(&self, found: Option<&Value<'_>>) -> bool {
        found.is_some_and(|found| self.accepted.iter().any(|accepted| accepted.equals(found)))
    }

    /// Whether a header's value is accepted. Headers are text, so numbers and booleans are compared as they print.
    pub fn accepts_header(&self, found: Option<&str>) -> bool {
        found.is_some_and(|found| self.accepted.iter().any(|accepted| accepted.prints_as(found)))
    }
}

impl Accepted {
    /// Equal in type and value; numbers are equal when they are the same number, so `1` equals `1.0`. A field of a form
    /// has no type of its own, and is read as the accepted value's.
    fn equals(&self, found: &Value<'_>) -> bool {
        match (self, found) {
            (Self::String(accepted), Value::String(found)) => *accepted == **found,
            (Self::Boolean(accepted), Value::Boolean(found)) => accepted == found,
            (Self::Number(accepted), Value::Number(found)) => payload::same_number(accepted, found),
            (Self::Number(accepted), Value::Field(found)) => {
                payload::is_number(found) && payload::same_number(accepted, found)
            }
            (Self::String(_) | Self::Boolean(_), Value::Field(found)) => self.prints_as(found),
            (Self::String(_) | Self::Boolean(_) | Self::Number(_), _) => false,
        }
    }

    fn prints_as(&self, found: &str) -> bool {
        match self {
            Self::String(accepted) | Self::Number(accepted) => accepted == found,
            Self::Boolean(accepted) => found == if *accepted { "true" } else { "false" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(accepted: Accepted) -> Condition {
        Condition { name: None, subject: Subject::Body("ref".parse().unwrap()), accepted: vec![accepted] }
    }

    #[test]
    fn a_body_value_must_be_equal_in_type_and_value() {
        let main = accepting(Accepted::String("main".to_owned()));
        assert!(main.accepts(Some(&Value::String("main".into()))));
        assert!(!main.accepts(Some(&Value::String("Main".into()))));
        assert!(!main.accepts(None));
        let one = accepting(Accepted::Number("1".to_owned()));
        assert!(one.accepts(Some(&Value::Number("1.0"))));
        assert!(!one.accepts(Some(&Value::String("1".into()))));
        let large = accepting(Accepted::Number("18446744073709551616".to_owned()));
        assert!(!large.accepts(Some(&Value::Number("18446744073709551617"))));
        assert!(!accepting(Accepted::Boolean(true)).accepts(Some(&Value::String("true".into()))));
    }

    #[test]
    fn a_header_is_compared_as_text() {
        assert!(accepting(Accepted::Boolean(true)).accepts_header(Some("true")));
        assert!(accepting(Accepted::Number("1".to_owned())).accepts_header(Some("1")));
        assert!(!accepting(Accepted::String("push".to_owned())).accepts_header(None));
    }

    #[test]
    fn a_field_of_a_form_is_read_as_what_is_accepted() {
        let accepts = |accepted: Accepted, field: &str| accepting(accepted).accepts(Some(&Value::Field(field.into())));
        assert!(accepts(Accepted::Boolean(true), "true") && !accepts(Accepted::Boolean(true), "1"));
        assert!(accepts(Accepted::String("1".into()), "1") && !accepts(Accepted::String("1".into()), "1.0"));
        for same in ["0", "0.0", "-0", "0e5"] {
            assert!(accepts(Accepted::Number("0".into()), same), "{same}");
        }
        for other in ["", " ", "-", ".", "e", "00", "+0", "0x0", "1"] {
            assert!(!accepts(Accepted::Number("0".into()), other), "{other}");
        }
    }
}
