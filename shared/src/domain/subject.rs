//! A place in a call: what a condition looks at, or a variable takes its value from.

use crate::domain::Invalid;
use crate::domain::invalid::{check_field_name, check_label};
use crate::domain::named::named_enum;
use crate::domain::payload::Path;

/// The longest name of a parameter, in characters.
const MAX_PARAMETER_CHARS: usize = 100;

named_enum! {
    /// What part of a call a place is in, as conditions name it. In words, it comes before the name of what is there.
    SubjectType {
        RequestBody = "request_body" "",
        RequestHeader = "request_header" "the header ",
        RequestQuery = "request_query" "the parameter ",
    }
}

named_enum! {
    /// The same, as variables name it.
    Source {
        Body = "body",
        Header = "header",
        Query = "query",
    }
}

impl From<Source> for SubjectType {
    fn from(source: Source) -> Self {
        match source {
            Source::Body => Self::RequestBody,
            Source::Header => Self::RequestHeader,
            Source::Query => Self::RequestQuery,
        }
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

    /// The path, when it is in the payload.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Body(path) => Some(path),
            Self::Header(_) | Self::Query(_) => None,
        }
    }

    /// The same place, if it has one value at most.
    pub fn to_one(self) -> Result<Self, Invalid> {
        Ok(match self {
            Self::Body(path) => Self::Body(path.to_one()?),
            Self::Header(_) | Self::Query(_) => self,
        })
    }

    /// Where it is, as variables name it.
    pub fn source(&self) -> Source {
        match self {
            Self::Body(_) => Source::Body,
            Self::Header(_) => Source::Header,
            Self::Query(_) => Source::Query,
        }
    }

    /// Where it is, as conditions name it.
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
