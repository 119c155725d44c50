//! A call as it was received.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;

use super::id::{ActionId, RequestId};
use super::timestamp::Timestamp;

/// What was received: the first time from its sender, or again from the log because a user wants it retried.
#[derive(Clone)]
pub struct Received {
    /// The id under which it is handled, which its job and its log entry have too.
    pub id: RequestId,
    /// When that began.
    pub received_at: Timestamp,
    /// The address that the call came from, as API Gateway saw it; a header could claim any other.
    pub ip_address: Option<String>,
    /// By name in lower case. API Gateway joins the values of headers with the same name with commas, so a second
    /// signature header becomes one more entry for a scheme whose header is a list separated by commas, and makes any
    /// other signature wrong.
    pub headers: BTreeMap<String, String>,
    /// The text after the question mark of the address, as it came.
    pub query: String,
    /// As it came; its clones share the bytes.
    pub body: Bytes,
    /// What this call repeats.
    pub retry_of: Option<Retried>,
    /// Whether a user made it up to try the hook, or repeats one that was made up.
    pub is_test: bool,
}

/// A call that a user asked to run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    /// Which call.
    pub call: RequestId,
    /// The action that it started.
    pub action: Option<ActionId>,
}

impl Received {
    /// Whether a user has it run, and not its sender: then it is of no delivery, and its time proves nothing.
    pub fn is_by_user(&self) -> bool {
        self.is_test || self.retry_of.is_some()
    }

    /// The value of a header, by its name in lower case: whatever characters it has, and of several headers with one
    /// name all of them, joined with commas.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A parameter of the query; of several with one name, the first.
    pub fn query_parameter(&self, name: &str) -> Option<Cow<'_, str>> {
        form_urlencoded::parse(self.query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value)
    }
}
