//! Where a call has the time at which it was signed, and how it is written.

use std::time::Duration;

use super::part::Holds;
use crate::domain::timestamp::Timestamp;

/// How replays are stopped. A time may be off by the tolerance, either way.
#[derive(Debug)]
pub enum Timing<'s> {
    /// They are not: the provider signs no timestamp.
    None,
    /// By a time in a header.
    Header {
        /// The header's name in lower case.
        name: &'s str,
        /// How it is written.
        form: TimeForm,
        /// How far it may be from the clock.
        tolerance: Duration,
    },
    /// By a time in an entry of the signature header.
    Entry {
        /// The entry's name.
        name: &'s str,
        /// How it is written.
        form: TimeForm,
        /// How far it may be from the clock.
        tolerance: Duration,
    },
    /// By a time in the body.
    Body {
        /// Where it is.
        path: &'s str,
        /// How it is written.
        form: TimeForm,
        /// How far it may be from the clock.
        tolerance: Duration,
    },
}

/// How a provider writes a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeForm {
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// As in RFC 3339.
    Rfc3339,
    /// As in HTTP's header `date`.
    HttpDate,
}

impl TimeForm {
    /// The time that a text says.
    pub(super) fn read(self, text: &str) -> Option<Timestamp> {
        let number = || text.parse().ok().filter(|_| Holds::Time.allows(text));
        match self {
            Self::Seconds => number().map(Timestamp::from_unix_seconds),
            Self::Millis => number().map(Timestamp::from_unix_millis),
            Self::Rfc3339 => text.parse().ok(),
            Self::HttpDate => Timestamp::from_http_date(text),
        }
    }
}
