//! When a call was signed, so that one that was overheard cannot be played back for ever.

use std::time::Duration;

use super::refusal::NotAuthentic;
use super::scheme::{Holds, Scheme};
use super::signed::{SignedBytes, required};
use crate::domain::timestamp::Timestamp;

/// How replays are stopped. A time may be off by the tolerance, either way.
#[derive(Debug)]
pub enum Timing {
    /// They are not: the provider signs no timestamp.
    None,
    /// By a time in a header.
    Header {
        /// The header's name in lower case.
        name: &'static str,
        /// How it is written.
        form: TimeForm,
        /// How far it may be from the clock.
        tolerance: Duration,
    },
    /// By a time in an entry of the signature header.
    Entry {
        /// The entry's name.
        name: &'static str,
        /// How it is written.
        form: TimeForm,
        /// How far it may be from the clock.
        tolerance: Duration,
    },
    /// By a time in the body.
    Body {
        /// Where it is.
        path: &'static str,
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
}

impl TimeForm {
    fn read(self, text: &str) -> Option<Timestamp> {
        let number = || text.parse().ok().filter(|_| Holds::Time.allows(text));
        match self {
            Self::Seconds => number().map(Timestamp::from_unix_seconds),
            Self::Millis => number().map(Timestamp::from_unix_millis),
            Self::Rfc3339 => text.parse().ok(),
        }
    }
}

/// Refuses a timestamp that is not within the tolerance, before or after the clock.
pub(super) fn check_time(scheme: &Scheme, bytes: SignedBytes<'_>) -> Result<(), NotAuthentic> {
    let now = bytes.signed.received.received_at;
    match &scheme.timing {
        Timing::None | Timing::Body { .. } => Ok(()),
        Timing::Header { name, form, tolerance } => {
            let text = required(bytes.signed.received, name)?;
            check_within(Some(text), || format!("the header `{name}`"), *form, *tolerance, now)
        }
        Timing::Entry { name, form, tolerance } => {
            let text = bytes.required_entry(name)?;
            let place = || format!("the entry `{name}` of the header `{}`", bytes.header.name);
            check_within(Some(text), place, *form, *tolerance, now)
        }
    }
}

/// The same of a scheme whose timestamp is in the body; `find` gives what is at a place there.
pub fn check_time_in_body<'b>(
    scheme: &Scheme,
    find: impl Fn(&str) -> Option<&'b str>,
    received_at: Timestamp,
) -> Result<(), NotAuthentic> {
    match &scheme.timing {
        Timing::None | Timing::Header { .. } | Timing::Entry { .. } => Ok(()),
        Timing::Body { path, form, tolerance } => {
            check_within(find(path), || format!("`{path}` in the body"), *form, *tolerance, received_at)
        }
    }
}

/// `place` is where the time is, in words: only an error needs it.
fn check_within(
    text: Option<&str>,
    place: impl FnOnce() -> String,
    form: TimeForm,
    tolerance: Duration,
    now: Timestamp,
) -> Result<(), NotAuthentic> {
    let at = text.and_then(|text| form.read(text)).ok_or_else(|| NotAuthentic::NoTime(place()))?;
    let by = at.distance(now);
    if by <= tolerance { Ok(()) } else { Err(NotAuthentic::Stale { by, is_ahead: at > now, tolerance }) }
}
