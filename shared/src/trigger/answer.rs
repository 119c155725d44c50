//! What the provider is told when its call was understood.

use std::collections::BTreeMap;

use lambda_http::http::HeaderName;
use serde::Serialize;

use crate::domain::id::RequestId;
use crate::http::{Response, ResponseExt as _};

/// A 200.
pub(super) enum Answer {
    /// A message for people.
    Message(String),
    /// A message that only the log has: the provider would show it, or take it for an error.
    Unsaid(String),
    /// A challenge, as text.
    Text(String),
    /// A challenge or its proof, in JSON.
    Json(Vec<(&'static str, String)>),
    /// A challenge, in headers.
    Headers(Vec<(&'static str, String)>),
    /// What Discord wants of its events' ping.
    NoContent,
    /// What Discord wants of its interactions' ping.
    Pong,
}

/// The shape that the published clients parse; they look for `errors`.
#[derive(Serialize)]
struct MessageBody<'a> {
    message: &'a str,
    errors: Option<()>,
    request_id: String,
}

type Members<'a> = BTreeMap<&'static str, &'a String>;

#[derive(Serialize)]
struct PongBody {
    r#type: u8,
}

impl Answer {
    /// The queue has the job.
    pub(super) fn queued() -> Self {
        Self::Message("The pipeline job was queued.".to_owned())
    }

    /// The provider asked whether the URL is there.
    pub(super) fn ready() -> Self {
        Self::Message("The hook is ready.".to_owned())
    }

    /// The call was authentic, but is not to run the pipeline.
    pub(super) fn ignored(why: &str) -> Self {
        Self::Message(format!("The call was ignored. {why}"))
    }

    /// The same answer, to be logged but not said.
    pub(super) fn unsaid(self) -> Self {
        match self {
            Self::Message(message) => Self::Unsaid(message),
            Self::Unsaid(_) | Self::Text(_) | Self::Json(_) | Self::Headers(_) | Self::NoContent | Self::Pong => self,
        }
    }

    /// What was answered, for people.
    pub(super) fn in_words(&self) -> &str {
        match self {
            Self::Message(message) | Self::Unsaid(message) => message,
            Self::Text(_) | Self::Json(_) | Self::Headers(_) | Self::NoContent | Self::Pong => {
                "The provider asked for a proof that the URL is there, and got it."
            }
        }
    }

    /// The answer to the call with this id.
    pub(super) fn to_response(&self, id: RequestId) -> Response {
        match self {
            Self::Message(message) => Response::ok(&MessageBody { message, errors: None, request_id: id.to_string() }),
            Self::Unsaid(_) => Response::empty(),
            Self::Text(text) => Response::text(text),
            Self::Json(members) => {
                Response::ok(&members.iter().map(|(name, value)| (*name, value)).collect::<Members<'_>>())
            }
            Self::Headers(headers) => headers.iter().fold(Response::empty(), |response, (name, value)| {
                response.with_header(HeaderName::from_static(name), value)
            }),
            Self::NoContent => Response::no_content(),
            Self::Pong => Response::ok(&PongBody { r#type: 1 }),
        }
    }
}
