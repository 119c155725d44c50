//! The log of calls: what came, what was answered, and what became of it.

use std::time::Duration;

use bytes::Bytes;

use super::id::{ActionId, HookId, ProjectId, RequestId};
use super::received::{Received, Retried};
use super::signature::scheme::Worth;
use super::timestamp::Timestamp;

/// How many rejected calls a list shows that is not about them: the newest. Anyone who knows a hook's URL can make any
/// number of them, and they must not bury the calls that ran.
pub const MOST_REJECTED: usize = 10;

/// One call of a hook, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What lists show of it.
    pub summary: RequestSummary,
    /// What was sent and answered.
    pub exchange: Exchange,
}

/// The part of a call that lists show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSummary {
    /// Also says when the call arrived.
    pub id: RequestId,
    /// The hook that was called.
    pub hook_id: HookId,
    /// The tenant.
    pub project_id: ProjectId,
    /// The action that it started, if it runs a pipeline of ours.
    pub action_id: Option<ActionId>,
    /// The call that this one repeats.
    pub retry_of: Option<RequestId>,
    /// Whether a user made it up to try the hook, or repeats one that was made up.
    pub is_test: bool,
    /// Where the call came from.
    pub ip_address: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// What the caller was told.
    pub status: u16,
    /// What happened, for the owner of the hook: [`summarized`].
    pub message: String,
    /// What the provider calls the event: [`noted`]. `None` if it does not say, or if the call was not authentic.
    pub event: Option<String>,
    /// What the proof of the call is worth. `None` if it was not authentic.
    pub proof: Option<Worth>,
    /// Whether its body was left out because it is too large to keep, so that it cannot run again.
    pub is_body_too_large: bool,
}

/// What was sent and answered. Header values that may be credentials are masked before they come here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// By name in lower case, in the order in which they came.
    pub request_headers: Vec<(String, String)>,
    /// The parameters of the query that the hook looked at, encoded. Others are not kept: they may be anything.
    pub request_query: String,
    /// As it came.
    pub request_body: KeptBody,
    /// By name in lower case.
    pub response_headers: Vec<(String, String)>,
    /// JSON, or the beginning of it where the answer was too long to keep.
    pub response_body: String,
}

/// The body of a call, if it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptBody {
    /// These bytes.
    Whole(Bytes),
    /// Even compressed it was too large to keep.
    TooLarge,
    /// The call was not authentic: what strangers send is not kept.
    NotKept,
    /// It should have been kept, and could not be written.
    Lost,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The queue has its job.
    Queued,
    /// It was authentic but was not to run the pipeline: an inactive hook, a condition, a handshake.
    Ignored,
    /// It was not authentic.
    Rejected,
    /// It was authentic, but its payload could not be used or a service that we need was unavailable.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Ignored, Self::Rejected, Self::Failed];

    /// The name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Ignored => "ignored",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    /// Whether a call with this outcome can have been answered so.
    pub fn allows(self, status: u16) -> bool {
        match self {
            Self::Queued | Self::Ignored => status < 400,
            Self::Rejected => status == 401,
            Self::Failed => status >= 400 && status != 401,
        }
    }

    /// For how long the call is kept: 30 days, or a day if it was rejected.
    pub fn retention(self) -> Duration {
        match self {
            Self::Queued | Self::Ignored | Self::Failed => Duration::from_hours(30 * 24),
            Self::Rejected => Duration::from_hours(24),
        }
    }
}

impl std::str::FromStr for Outcome {
    type Err = super::Invalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text);
        known.ok_or_else(|| super::Invalid::new("must be one of queued, ignored, rejected, failed"))
    }
}

impl RequestSummary {
    /// When the call stops being kept.
    pub fn expires_at(&self) -> Timestamp {
        self.id.created_at().plus(self.outcome.retention())
    }
}

impl Request {
    /// The call as it was received, to be run again at `now` under another id; `None` when its body was not kept.
    pub fn again(&self, id: RequestId, now: Timestamp) -> Option<Received> {
        let body = match &self.exchange.request_body {
            KeptBody::Whole(body) => body.clone(),
            KeptBody::TooLarge | KeptBody::NotKept | KeptBody::Lost => return None,
        };
        Some(Received {
            id,
            received_at: now,
            ip_address: self.summary.ip_address.clone(),
            headers: self.exchange.request_headers.iter().cloned().collect(),
            query: self.exchange.request_query.clone(),
            body,
            retry_of: Some(Retried { call: self.summary.id, action: self.summary.action_id }),
            is_test: self.summary.is_test,
        })
    }
}

/// The longest message that a list shows, in characters and in bytes: an entry of the log's index has room for so much.
const MAX_MESSAGE: (usize, usize) = (160, 400);

/// The longest name of an event in the log, for the same reason.
pub const MAX_EVENT_BYTES: usize = 128;

/// A text as the message of a call: its beginning, if it is too long.
pub fn summarized(text: &str) -> String {
    beginning(text, MAX_MESSAGE)
}

/// The name of an event as the log has it: its beginning, if it is too long.
pub fn noted(event: &str) -> String {
    beginning(event, (MAX_EVENT_BYTES, MAX_EVENT_BYTES))
}

fn beginning(text: &str, (most_chars, most_bytes): (usize, usize)) -> String {
    if text.len() <= most_bytes && text.chars().count() <= most_chars {
        return text.to_owned();
    }
    let end = text.char_indices().nth(most_chars - 1).map_or(text.len(), |(end, _)| end);
    let end = end.min(text.floor_char_boundary(most_bytes - '…'.len_utf8()));
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_where_it_is_too_long_for_a_list() {
        for text in ["", "short", &"x".repeat(160), &"é".repeat(160), &"€".repeat(133)] {
            assert_eq!(summarized(text), text);
        }
        assert_eq!(summarized(&"x".repeat(161)), format!("{}…", "x".repeat(159)));
        assert_eq!(summarized(&"é".repeat(161)), format!("{}…", "é".repeat(159)));
        assert_eq!(summarized(&"𝄞".repeat(160)), format!("{}…", "𝄞".repeat(99)));
    }

    #[test]
    fn an_event_is_cut_where_it_is_too_long_for_the_log() {
        for event in ["push", &"x".repeat(128), &"é".repeat(64)] {
            assert_eq!(noted(event), event);
        }
        assert_eq!(noted(&"x".repeat(129)), format!("{}…", "x".repeat(125)));
        assert_eq!(noted(&"é".repeat(65)), format!("{}…", "é".repeat(62)));
    }

    #[test]
    fn a_rejected_call_is_kept_for_a_day_and_others_for_thirty() {
        assert_eq!(Outcome::Rejected.retention(), Duration::from_hours(24));
        for outcome in [Outcome::Queued, Outcome::Ignored, Outcome::Failed] {
            assert_eq!(outcome.retention(), Duration::from_hours(30 * 24));
        }
    }
}
