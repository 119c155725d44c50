//! What the provider is told when its call was understood.

use serde::Serialize;

use crate::domain::id::RequestId;
use crate::http::{Response, ResponseExt as _};

/// A 200.
pub(super) enum Answer {
    /// A message for people.
    Message(String),
    /// A message that only the log has: the provider would show it, or take it for an error.
    Unsaid(String),
    /// Slack's challenge, repeated.
    Challenge(String),
    /// Zoom's token, and the proof that we know the secret.
    Token {
        /// As it came.
        plain: String,
        /// Its HMAC.
        encrypted: String,
    },
    /// Twitch's challenge, as text.
    Text(String),
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

#[derive(Serialize)]
struct ChallengeBody<'a> {
    challenge: &'a str,
}

#[derive(Serialize)]
struct PongBody {
    r#type: u8,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenBody<'a> {
    plain_token: &'a str,
    encrypted_token: &'a str,
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
            Self::Unsaid(_)
            | Self::Challenge(_)
            | Self::Token { .. }
            | Self::Text(_)
            | Self::NoContent
            | Self::Pong => self,
        }
    }

    /// What was answered, for people.
    pub(super) fn in_words(&self) -> &str {
        match self {
            Self::Message(message) | Self::Unsaid(message) => message,
            Self::Challenge(_) | Self::Token { .. } | Self::Text(_) | Self::NoContent | Self::Pong => {
                "The provider asked for a proof that the URL is there, and got it."
            }
        }
    }

    /// The answer to the call with this id.
    pub(super) fn to_response(&self, id: RequestId) -> Response {
        match self {
            Self::Message(message) => Response::ok(&MessageBody { message, errors: None, request_id: id.to_string() }),
            Self::Unsaid(_) => Response::empty(),
            Self::Challenge(challenge) => Response::ok(&ChallengeBody { challenge }),
            Self::Token { plain, encrypted } => {
                Response::ok(&TokenBody { plain_token: plain, encrypted_token: encrypted })
            }
            Self::Text(text) => Response::text(text),
            Self::NoContent => Response::no_content(),
            Self::Pong => Response::ok(&PongBody { r#type: 1 }),
        }
    }
}
