//! When a call was signed, so that one that was overheard cannot be played back for ever.

use std::time::Duration;

use super::place::required;
use super::refusal::NotAuthentic;
use super::signed::SignedBytes;
use super::timing::{TimeForm, Timing};
use crate::domain::timestamp::Timestamp;

/// Refuses a timestamp that is not within the tolerance, before or after the clock.
pub(super) fn check_time(timing: &Timing<'_>, bytes: SignedBytes<'_>) -> Result<(), NotAuthentic> {
    let now = bytes.signed.received.received_at;
    match timing {
        Timing::None | Timing::Body { .. } => Ok(()),
        Timing::Header { name, form, tolerance } => {
            let text = required(bytes.signed.received, name)?;
            check_within(Some(text), || format!("the header `{name}`"), *form, *tolerance, now)
        }
        Timing::Entry { name, form, tolerance } => {
            let text = bytes.required_entry(name)?;
            let place = || format!("the entry `{name}` of the {}", bytes.carrier.at);
            check_within(Some(text), place, *form, *tolerance, now)
        }
    }
}

/// The same of a scheme whose timestamp is in the body; `find` gives what is at a place there.
pub(super) fn check_in_body<'b>(
    timing: &Timing<'_>,
    find: impl Fn(&str) -> Option<&'b str>,
    received_at: Timestamp,
) -> Result<(), NotAuthentic> {
    match timing {
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
