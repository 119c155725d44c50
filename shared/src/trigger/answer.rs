//! What the provider is told when its call was understood.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::condition::Failed;
use crate::domain::hook::Hook;
use crate::domain::received::Received;
use crate::domain::signature::handshake::{Characters, Echo, Proven};
use crate::domain::signature::scheme::{Reply, Shown};
use crate::http::{Response, ResponseExt as _};

/// A 200.
pub(super) enum Answer {
    /// A message for people.
    Message(String),
    /// A message for people, and one for the owner of the hook that says more.
    Confided { said: String, noted: String },
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

    /// A condition does not hold. The sender is told which: what it is compared with is for the owner of the hook alone,
    /// because calls of a hook may be anyone's, and a hook may expect what senders are not to know.
    pub(super) fn unmet(failed: &Failed) -> Self {
        let opening = format!("The call was ignored. The condition `{}` does not hold", failed.label);
        Self::Confided { said: format!("{opening}."), noted: format!("{opening}: {}.", failed.reason) }
    }

    /// What a provider wants to hear of this challenge, if it wants no proof.
    pub(super) fn of(echo: Echo, challenge: String) -> Self {
        match echo {
            Echo::Empty => Self::Text(String::new()),
            Echo::NoContent => Self::NoContent,
            Echo::Pong => Self::Pong,
            Echo::Text => Self::Text(challenge),
            Echo::Json(name) => Self::Json(vec![(name, challenge)]),
            Echo::Header(name) => Self::Headers(vec![(name, challenge)]),
            Echo::AllowedOrigin => {
                Self::Headers(vec![("webhook-allowed-origin", challenge), ("webhook-allowed-rate", "*".to_owned())])
            }
            Echo::Proof(..) => Self::ready(),
        }
    }

    /// The proof of a challenge where the provider wants it. `option` gives the options of the hook.
    pub(super) fn proving<'h>(
        place: Proven,
        challenge: String,
        proof: String,
        option: impl Fn(&str) -> &'h str,
    ) -> Self {
        match place {
            Proven::Json { repeated, name, prefix } => {
                let repeated = repeated.map(|name| (name, challenge));
                Self::Json(repeated.into_iter().chain([(name, format!("{prefix}{proof}"))]).collect())
            }
            Proven::Header(name) => Self::Headers(vec![(name, proof)]),
            Proven::Behind(name) => Self::Text(format!("{}|{proof}", option(name))),
        }
    }

    /// The same answer, to be logged but not said.
    pub(super) fn unsaid(self) -> Self {
        match self {
            Self::Message(message) | Self::Confided { noted: message, .. } => Self::Unsaid(message),
            Self::Unsaid(_) | Self::Text(_) | Self::Json(_) | Self::Headers(_) | Self::NoContent | Self::Pong => self,
        }
    }

    /// What was answered, for people.
    pub(super) fn in_words(&self) -> &str {
        match self {
            Self::Message(message) | Self::Unsaid(message) | Self::Confided { noted: message, .. } => message,
            Self::Text(_) | Self::Json(_) | Self::Headers(_) | Self::NoContent | Self::Pong => {
                "The provider asked for a proof that the URL is there, and got it."
            }
        }
    }

    /// What its sender is told, for people.
    pub(super) fn said(&self) -> &str {
        if let Self::Confided { said, .. } = self { said } else { self.in_words() }
    }

    /// The answer to a call of the hook, in the form that its provider reads.
    pub(super) fn to_response(&self, hook: &Hook, received: &Received) -> Response {
        let (reply, response) = (hook.scheme().reply, self.without_headers_of(hook, received));
        match reply {
            Reply::Message | Reply::Text(_) | Reply::Json(_) => response,
            Reply::Repeating(name) => match received.header(name).filter(|value| Characters::Any.allow(value)) {
                Some(value) => response.with_named(name, value),
                None => response,
            },
            Reply::Showing(Shown { option, header }) => {
                let shown = hook.signing.as_ref().and_then(|signing| signing.means.options.get(option));
                response.with_named(header, shown.unwrap_or_default())
            }
        }
    }

    fn without_headers_of(&self, hook: &Hook, received: &Received) -> Response {
        match self {
            Self::Message(message) | Self::Confided { said: message, .. } => match hook.scheme().reply {
                Reply::Message | Reply::Repeating(_) | Reply::Showing(_) => {
                    Response::ok(&MessageBody { message, errors: None, request_id: received.id.to_string() })
                }
                Reply::Text(text) => Response::text(text),
                Reply::Json(json) => Response::written(json),
            },
            Self::Unsaid(_) => Response::empty(),
            Self::Text(text) => Response::text(text),
            Self::Json(members) => {
                Response::ok(&members.iter().map(|(name, value)| (*name, value)).collect::<Members<'_>>())
            }
            Self::Headers(headers) => {
                headers.iter().fold(Response::empty(), |response, (name, value)| response.with_named(name, value))
            }
            Self::NoContent => Response::no_content(),
            Self::Pong => Response::ok(&PongBody { r#type: 1 }),
        }
    }
}
