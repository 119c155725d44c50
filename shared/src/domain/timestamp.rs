//! Instants in UTC, to the millisecond.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

use super::Invalid;

/// Milliseconds since the Unix epoch; printed as RFC 3339 in UTC with exactly three decimals, so that the printed
/// forms sort as the instants do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 9999-12-31T23:59:59.999Z: RFC 3339 has four digits for the year.
const LATEST_MILLIS: i64 = 253_402_300_799_999;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;

impl Timestamp {
    /// The instant this many milliseconds after the epoch, clamped to the years 1970 to 9999.
    pub fn from_unix_millis(millis: i64) -> Self {
        Self(millis.clamp(0, LATEST_MILLIS))
    }

    /// The instant this many seconds after the epoch, clamped likewise.
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_unix_millis(seconds.saturating_mul(1_000))
    }

    /// The instant of a date as HTTP writes it: `Thu, 04 Jan 2024 18:05:25 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc2822).ok().map(|at| Self::from_unix_seconds(at.unix_timestamp()))
    }

    /// Milliseconds since the epoch.
    pub fn unix_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch: what JWTs and DynamoDB's time to live count in.
    pub fn unix_seconds(self) -> i64 {
        self.0 / 1_000
    }

    /// The instant `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.0.saturating_add(millis))
    }

    /// The instant `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_millis(self.0.saturating_sub(millis))
    }

    /// When the day of this instant began, in UTC.
    #[must_use]
    pub fn start_of_day(self) -> Self {
        Self(self.0 - self.0 % DAY_MILLIS)
    }

    /// How far apart two instants are, whichever is first.
    pub fn distance(self, other: Self) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let millis = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Self::from_unix_millis(i64::try_from(millis).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0) * 1_000_000;
        let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| fmt::Error)?;
        let (date, time) = (at.date(), at.time());
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.millisecond()
        )
    }
}

impl FromStr for Timestamp {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| Invalid::new("must be an RFC 3339 date-time"))?;
        let millis = at.unix_timestamp_nanos() / 1_000_000;
        Ok(Self::from_unix_millis(i64::try_from(millis).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_printed_form_is_rfc_3339_in_utc() {
        assert_eq!(Timestamp::from_unix_millis(1_763_920_603_007).to_string(), "2025-11-23T17:56:43.007Z");
        assert_eq!(Timestamp::from_unix_millis(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_unix_millis(-1).to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_date_of_http_is_an_instant() {
        let at = Timestamp::from_http_date("Thu, 04 Jan 2024 18:05:25 GMT");
        assert_eq!(at, Some(Timestamp::from_unix_seconds(1_704_391_525)));
        for text in ["", "Thu, 34 Jan 2024 18:05:25 GMT", "Thu, 04 Foo 2024 18:05:25 GMT", "2024-01-04T18:05:25Z"] {
            assert_eq!(Timestamp::from_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        for (at, day) in [
            ("2026-11-29T00:00:00.000Z", "2026-11-29T00:00:00.000Z"),
            ("2026-11-29T23:59:59.999Z", "2026-11-29T00:00:00.000Z"),
            ("2026-11-30T00:30:00.000+01:00", "2026-11-29T00:00:00.000Z"),
        ] {
            assert_eq!(at.parse::<Timestamp>().unwrap().start_of_day().to_string(), day, "{at}");
        }
    }

    proptest! {
        #[test]
        fn what_was_printed_parses_to_itself(millis in 0..=LATEST_MILLIS) {
            let at = Timestamp::from_unix_millis(millis);
            prop_assert_eq!(at.to_string().parse(), Ok(at));
        }

        #[test]
        fn printed_forms_sort_as_the_instants(a in 0..=LATEST_MILLIS, b in 0..=LATEST_MILLIS) {
            let (first, second) = (Timestamp::from_unix_millis(a), Timestamp::from_unix_millis(b));
            prop_assert_eq!(first.cmp(&second), first.to_string().cmp(&second.to_string()));
        }
    }
}
