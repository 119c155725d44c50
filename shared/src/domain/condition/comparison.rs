//! An operator with the values that it compares with.

use std::cmp::Ordering;

use super::accepted::Accepted;
use super::operator::Operator;
use super::pattern::Pattern;
use super::work::{TooMuchWork, Work};
use crate::domain::Invalid;
use crate::domain::payload::{self, Value};

/// The most values that one condition compares with.
const MAX_ACCEPTED: usize = 50;

/// The longest value or pattern, in characters.
const MAX_CHARS: usize = 1_000;

/// What must be true of the values at one place. One of several is enough, except where none may be: in `NotEquals` and
/// `Absent`. Null counts as absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// A value equals one of these.
    Equals(Vec<Accepted>),
    /// No value equals one of these, also because there is no value.
    NotEquals(Vec<Accepted>),
    /// A text begins with one of these.
    StartsWith(Vec<String>),
    /// A text ends with one of these.
    EndsWith(Vec<String>),
    /// A text has one of these in it.
    Contains(Vec<String>),
    /// A text matches one of these.
    Matches(Vec<Pattern>),
    /// There is a value.
    Exists,
    /// There is no value.
    Absent,
    /// A number is greater than this one, which is JSON text.
    GreaterThan(String),
    /// A number is less than this one, which is JSON text.
    LessThan(String),
}

impl Comparison {
    /// The comparison, if the operator can do something with these values.
    pub fn new(operator: Operator, accepted: Vec<Accepted>) -> Result<Self, Invalid> {
        Ok(match operator {
            Operator::Equals => Self::Equals(values(accepted)?),
            Operator::NotEquals => Self::NotEquals(values(accepted)?),
            Operator::StartsWith => Self::StartsWith(texts(accepted)?),
            Operator::EndsWith => Self::EndsWith(texts(accepted)?),
            Operator::Contains => Self::Contains(texts(accepted)?),
            Operator::Matches => {
                Self::Matches(texts(accepted)?.iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
            }
            Operator::GreaterThan => Self::GreaterThan(number(accepted)?),
            Operator::LessThan => Self::LessThan(number(accepted)?),
            Operator::Exists | Operator::Absent if !accepted.is_empty() => {
                return Err(Invalid::new(format!("must be left out or empty: `{operator}` compares with nothing")));
            }
            Operator::Exists => Self::Exists,
            Operator::Absent => Self::Absent,
        })
    }

    /// How it compares.
    pub fn operator(&self) -> Operator {
        match self {
            Self::Equals(_) => Operator::Equals,
            Self::NotEquals(_) => Operator::NotEquals,
            Self::StartsWith(_) => Operator::StartsWith,
            Self::EndsWith(_) => Operator::EndsWith,
            Self::Contains(_) => Operator::Contains,
            Self::Matches(_) => Operator::Matches,
            Self::Exists => Operator::Exists,
            Self::Absent => Operator::Absent,
            Self::GreaterThan(_) => Operator::GreaterThan,
            Self::LessThan(_) => Operator::LessThan,
        }
    }

    /// What it compares with.
    pub fn accepted(&self) -> Vec<Accepted> {
        match self {
            Self::Equals(accepted) | Self::NotEquals(accepted) => accepted.clone(),
            Self::StartsWith(texts) | Self::EndsWith(texts) | Self::Contains(texts) => {
                texts.iter().cloned().map(Accepted::String).collect()
            }
            Self::Matches(patterns) => {
                patterns.iter().map(|pattern| Accepted::String(pattern.as_str().to_owned())).collect()
            }
            Self::Exists | Self::Absent => Vec::new(),
            Self::GreaterThan(number) | Self::LessThan(number) => vec![Accepted::Number(number.clone())],
        }
    }

    /// Whether it is true of these values.
    pub(super) fn holds(&self, found: &[Value<'_>], work: &mut Work) -> Result<bool, TooMuchWork> {
        let is_there = || found.iter().any(|value| *value != Value::Null);
        match self {
            Self::Equals(accepted) => any_equal(accepted, found, work),
            Self::NotEquals(accepted) => any_equal(accepted, found, work).map(|equal| !equal),
            Self::StartsWith(texts) => {
                any_text(texts, found, work, Looks::AtAnEnd, |text, start| text.starts_with(start.as_str()))
            }
            Self::EndsWith(texts) => {
                any_text(texts, found, work, Looks::AtAnEnd, |text, end| text.ends_with(end.as_str()))
            }
            Self::Contains(texts) => {
                any_text(texts, found, work, Looks::AtAllOfIt, |text, part| text.contains(part.as_str()))
            }
            Self::Matches(patterns) => {
                any_text(patterns, found, work, Looks::AtAllOfIt, |text, pattern| pattern.matches(text))
            }
            Self::Exists => Ok(is_there()),
            Self::Absent => Ok(!is_there()),
            Self::GreaterThan(bound) => any_number(bound, Ordering::Greater, found, work),
            Self::LessThan(bound) => any_number(bound, Ordering::Less, found, work),
        }
    }
}

/// How much of a text a comparison looks at.
#[derive(Clone, Copy)]
enum Looks {
    AtAnEnd,
    AtAllOfIt,
}

/// What a text is compared with.
trait Wanted {
    fn size(&self) -> usize;
}

impl Wanted for String {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Wanted for Pattern {
    fn size(&self) -> usize {
        self.as_str().len()
    }
}

fn any_equal(accepted: &[Accepted], found: &[Value<'_>], work: &mut Work) -> Result<bool, TooMuchWork> {
    for value in found {
        for accepted in accepted {
            work.spend(accepted.size())?;
            if accepted.equals(value) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Numbers are texts too, as they are written.
fn any_text<T: Wanted>(
    wanted: &[T],
    found: &[Value<'_>],
    work: &mut Work,
    looks: Looks,
    holds: impl Fn(&str, &T) -> bool,
) -> Result<bool, TooMuchWork> {
    for text in found.iter().filter_map(Value::as_text) {
        let looked_at = match looks {
            Looks::AtAnEnd => 0,
            Looks::AtAllOfIt => text.len(),
        };
        for wanted in wanted {
            work.spend(looked_at.saturating_add(wanted.size()))?;
            if holds(text, wanted) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Also a string that spells a number: many providers send amounts as strings.
fn any_number(bound: &str, side: Ordering, found: &[Value<'_>], work: &mut Work) -> Result<bool, TooMuchWork> {
    for text in found.iter().filter_map(Value::as_text) {
        work.spend(bound.len())?;
        if payload::is_number(text) && payload::compare_numbers(text, bound) == Some(side) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn values(accepted: Vec<Accepted>) -> Result<Vec<Accepted>, Invalid> {
    let is_short = |accepted: &Accepted| match accepted {
        Accepted::String(text) | Accepted::Number(text) => text.chars().count() <= MAX_CHARS,
        Accepted::Boolean(_) => true,
    };
    if !(1..=MAX_ACCEPTED).contains(&accepted.len()) {
        return Err(Invalid::new(format!("must be an array of 1 to {MAX_ACCEPTED} strings, numbers or booleans")));
    }
    if !accepted.iter().all(is_short) {
        return Err(Invalid::new(format!("must be values of at most {MAX_CHARS} characters")));
    }
    Ok(accepted)
}

/// What an operator on texts compares with. Every text begins with an empty one.
fn texts(accepted: Vec<Accepted>) -> Result<Vec<String>, Invalid> {
    let text = |accepted| match accepted {
        Accepted::String(text) if !text.is_empty() => Some(text),
        Accepted::String(_) | Accepted::Number(_) | Accepted::Boolean(_) => None,
    };
    let accepted = values(accepted)?.into_iter().map(text).collect::<Option<Vec<_>>>();
    accepted.ok_or_else(|| Invalid::new("must be strings that are not empty, because of the operator"))
}

/// What an operator on numbers compares with: as a number, or as the string that answers show where a condition is on
/// a header or a parameter.
fn number(accepted: Vec<Accepted>) -> Result<String, Invalid> {
    let wrong = || Invalid::new("must be an array of one number, because of the operator");
    match <[Accepted; 1]>::try_from(values(accepted)?).map_err(|_| wrong())? {
        [Accepted::Number(text) | Accepted::String(text)] if payload::is_number(&text) => {
            let is_comparable = payload::compare_numbers(&text, "0").is_some();
            is_comparable.then_some(text).ok_or_else(|| Invalid::new("must be a number with an exponent of 64 bits"))
        }
        [Accepted::Number(_) | Accepted::String(_) | Accepted::Boolean(_)] => Err(wrong()),
    }
}
