//! What a condition looks at.

use crate::domain::Invalid;
use crate::domain::invalid::{check_field_name, check_label};
use crate::domain::named::named_enum;
use crate::domain::payload::Path;

/// The longest name of a parameter, in characters.
const MAX_PARAMETER_CHARS: usize = 100;

named_enum! {
    /// Where a condition looks. In words, it comes before the name of what is there.
    SubjectType {
        RequestBody = "request_body" "",
        RequestHeader = "request_header" "the header ",
        RequestQuery = "request_query" "the parameter ",
    }
}

/// A place in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A place in the payload.
    Body(Path),
    /// A header, by its name in lower case.
    Header(String),
    /// A parameter of the query, by its name. Of several with one name, the first.
    Query(String),
}

impl Subject {
    /// The place of this name. Headers have theirs in any case.
    pub fn new(kind: SubjectType, name: &str) -> Result<Self, Invalid> {
        Ok(match kind {
            SubjectType::RequestBody => Self::Body(name.parse()?),
            SubjectType::RequestHeader => {
                check_field_name(name)?;
                Self::Header(name.to_ascii_lowercase())
            }
            SubjectType::RequestQuery => {
                check_label(name, MAX_PARAMETER_CHARS)?;
                Self::Query(name.to_owned())
            }
        })
    }

    /// The name of the parameter, when it is one.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Query(name) => Some(name),
            Self::Body(_) | Self::Header(_) => None,
        }
    }

    /// Where it is.
    pub fn kind(&self) -> SubjectType {
        match self {
            Self::Body(_) => SubjectType::RequestBody,
            Self::Header(_) => SubjectType::RequestHeader,
            Self::Query(_) => SubjectType::RequestQuery,
        }
    }

    /// Its name there.
    pub fn name(&self) -> String {
        match self {
            Self::Body(path) => path.to_string(),
            Self::Header(name) | Self::Query(name) => name.clone(),
        }
    }
}
