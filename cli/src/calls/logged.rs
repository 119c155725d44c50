//! Calls as the log has them.

use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::Deserialize;

use crate::api::MASK;

/// Headers that say how the call came to Pipehook, and not what it is: those of one connection (RFC 9110 section 7.6.1),
/// and those that are made anew.
const OF_THE_WAY: [&str; 13] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// A call in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) hook_id: String,
    pub(crate) outcome: String,
    pub(crate) response_status_code: u16,
    pub(crate) message: String,
    pub(crate) event: Option<String>,
    pub(crate) proof: Option<String>,
    pub(crate) action_id: Option<u64>,
    pub(crate) retry_of: Option<String>,
    pub(crate) test: bool,
    pub(crate) created_at: String,
}

/// A call with what it was.
#[derive(Debug, Deserialize)]
pub(crate) struct Logged {
    pub(crate) id: String,
    pub(crate) outcome: String,
    pub(crate) request_query: String,
    pub(crate) request_headers: BTreeMap<String, String>,
    pub(crate) request_body_raw: Option<String>,
    pub(crate) request_body_omitted: Option<String>,
}

/// A call to be made again, elsewhere.
#[derive(PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    /// The parameters that the hook looks at, encoded: the log has no others.
    pub(crate) query: String,
    /// By name in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Bytes,
    /// The headers and parameters whose values the log does not keep.
    pub(crate) masked: Vec<String>,
}

/// Without the query and the values of headers: signed anew, one of them may be the secret of the hook.
impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.headers.keys();
        formatter.debug_struct("Delivery").field("id", &self.id).field("headers", &names).finish_non_exhaustive()
    }
}

/// Why a call is not forwarded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotForwarded {
    /// It was not authentic.
    #[error("refused by Pipehook, so it is not forwarded")]
    Refused,
    /// The log does not have its body.
    #[error("not forwarded: {0}")]
    NoBody(&'static str),
}

impl Logged {
    /// What is forwarded of it.
    pub(crate) fn delivery(self) -> Result<Delivery, NotForwarded> {
        // What was forged must reach nothing behind Pipehook.
        if !matches!(&*self.outcome, "queued" | "ignored" | "failed") {
            return Err(NotForwarded::Refused);
        }
        let body = self.request_body_raw.as_deref().and_then(raw_body);
        let body = body.ok_or_else(|| NotForwarded::NoBody(omitted(self.request_body_omitted.as_deref())))?;
        let (masked, headers): (BTreeMap<_, _>, BTreeMap<_, _>) = self
            .request_headers
            .into_iter()
            .filter(|(name, _)| !OF_THE_WAY.contains(&name.as_str()))
            .partition(|(_, value)| value.contains(MASK));
        let parameters = form_urlencoded::parse(self.request_query.as_bytes());
        let (unknown, known): (Vec<_>, Vec<_>) = parameters.into_owned().partition(|(_, value)| value == MASK);
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish();
        let masked = masked.into_keys().chain(unknown.into_iter().map(|(name, _)| name)).collect();
        Ok(Delivery { id: self.id, query, headers, body: body.into(), masked })
    }
}

/// The bytes of a body as they came.
pub(crate) fn raw_body(base64: &str) -> Option<Vec<u8>> {
    STANDARD.decode(base64).ok()
}

fn omitted(why: Option<&str>) -> &'static str {
    match why {
        Some("too_large" | "too_large_to_show") => "its body is too large for the log to show",
        Some("lost") => "its body was lost",
        Some("not_authentic") => "its body was not kept, because it was not authentic",
        Some(_) | None => "the log has no body of it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(outcome: &str, body: Option<&str>, omitted: Option<&str>) -> Logged {
        let headers = [
            ("content-type", "application/json"),
            ("x-github-event", "push"),
            ("x-hub-signature-256", MASK),
            ("cookie", "a=********; b=********"),
            ("host", "hooks.example.com"),
            ("content-length", "2"),
            ("transfer-encoding", "chunked"),
        ];
        Logged {
            id: "01a209f7-0f9d-79ba-9712-2b2164476eb4".to_owned(),
            outcome: outcome.to_owned(),
            request_query: "shop=a+b%26c&token=********".to_owned(),
            request_headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            request_body_raw: body.map(str::to_owned),
            request_body_omitted: omitted.map(str::to_owned),
        }
    }

    #[test]
    fn a_call_keeps_its_bytes_and_its_own_headers_and_loses_what_the_log_masks() {
        let delivery = logged("queued", Some("eyIA/30="), None).delivery().unwrap();

        assert_eq!(&*delivery.body, b"{\"\x00\xff}");
        assert_eq!(delivery.query, "shop=a+b%26c");
        assert_eq!(delivery.headers.keys().collect::<Vec<_>>(), ["content-type", "x-github-event"]);
        assert_eq!(delivery.masked, ["cookie", "x-hub-signature-256", "token"]);
    }

    #[test]
    fn a_call_that_was_refused_is_never_forwarded_and_neither_is_an_outcome_to_come() {
        for outcome in ["rejected", "quarantined", ""] {
            let refused = logged(outcome, Some("e30="), None).delivery();
            assert_eq!(refused, Err(NotForwarded::Refused), "{outcome}");
        }
        for outcome in ["queued", "ignored", "failed"] {
            assert!(logged(outcome, Some("e30="), None).delivery().is_ok(), "{outcome}");
        }
    }

    #[test]
    fn a_call_without_its_body_says_why() {
        for (omitted, expected) in [("too_large", "too large"), ("lost", "lost"), ("a reason to come", "no body of it")]
        {
            let error = logged("queued", None, Some(omitted)).delivery().unwrap_err().to_string();
            assert!(error.starts_with("not forwarded: ") && error.contains(expected), "{error}");
        }
        assert!(logged("queued", Some("not base64!"), None).delivery().is_err());
    }
}
