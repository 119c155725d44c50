//! Calls, signed or not.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Timestamp;

/// The time that stands in samples: 2025-11-29T08:00:00Z. Wherever its digits stand, in seconds, in milliseconds or as a
/// date, [`Call::moved`] puts another time.
pub const SECONDS: i64 = 1_764_403_200;

/// The same time as RFC 3339 writes it, up to the seconds.
pub(crate) const RFC3339: &str = "2025-11-29T08:00:00";

/// The number that stands in samples wherever a provider numbers its deliveries: in ids of any form, such as
/// `evt_123456789012`. [`Call::moved`] puts another one there.
pub const NUMBER: u64 = 123_456_789_012;

/// When a call is made, and which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The time that its body says.
    pub at: Timestamp,
    /// Its last twelve digits are a part of its ids.
    pub number: u64,
}

/// A call of a hook's URL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Call {
    /// In capitals.
    pub method: String,
    /// What follows the question mark of the address.
    pub query: String,
    /// By name, in lower case.
    pub headers: BTreeMap<String, String>,
    /// All providers send text.
    pub body: String,
}

impl Call {
    /// A `POST` of JSON.
    pub(crate) fn json(body: String) -> Self {
        Self::of_type("application/json", body)
    }

    /// A `POST` of a form.
    pub(crate) fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::of_type("application/x-www-form-urlencoded", body)
    }

    pub(crate) fn of_type(content_type: &str, body: String) -> Self {
        let headers = BTreeMap::from([("content-type".to_owned(), content_type.to_owned())]);
        Self { method: "POST".to_owned(), query: String::new(), headers, body }
    }

    /// Whether the body is a form.
    pub(crate) fn is_form(&self) -> bool {
        self.header("content-type").is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// With this header in the place of the one that it may have.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// With this header, unless it has one of this name.
    pub(crate) fn or_with(self, name: &str, value: impl FnOnce() -> String) -> Self {
        if self.headers.contains_key(name) { self } else { self.with(name, value()) }
    }

    /// The same call at another time and with another number. Sign it afterwards.
    #[must_use]
    pub fn moved(&self, to: Moment) -> Self {
        let (seconds, number) = (to.at.unix_seconds().to_string(), format!("{:012}", to.number % 1_000_000_000_000));
        let at = to.at.to_string();
        let moved = |text: &str| {
            let text = text.replace(&SECONDS.to_string(), &seconds).replace(&NUMBER.to_string(), &number);
            text.replace(RFC3339, &at[..RFC3339.len()])
        };
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), moved(value))).collect();
        Self { method: self.method.clone(), query: moved(&self.query), headers, body: moved(&self.body) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_moved_in_its_headers_its_query_and_its_body() {
        let body = r#"{"id": "evt_123456789012", "n": 123456789012, "s": 1764403200, "ms": 1764403200123,
                       "at": "2025-11-29T08:00:00.5Z"}"#;
        let mut call = Call::json(body.to_owned()).with("x-id", "123456789012");
        call.query = "t=1764403200".to_owned();
        let moved = call.moved(Moment { at: Timestamp::from_unix_seconds(1_800_000_000), number: 7 });
        let expected = r#"{"id": "evt_000000000007", "n": 000000000007, "s": 1800000000, "ms": 1800000000123,
                       "at": "2027-01-15T08:00:00.5Z"}"#;
        assert_eq!((moved.body.as_str(), moved.header("x-id")), (expected, Some("000000000007")));
        assert_eq!(moved.query, "t=1800000000");
    }
}
