//! Points in time, as people write them.

use std::{fmt, str::FromStr, time::Duration};

use time::{UtcDateTime, format_description::well_known::Rfc3339};

use crate::host;

/// A point in time: the API reads it as RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    instant: String,
    /// Whether it was counted back from what the clock of this machine says.
    pub(crate) is_counted: bool,
}

impl fmt::Display for When {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.instant)
    }
}

impl FromStr for When {
    type Err = String;

    /// RFC 3339, a day in UTC, `now`, or how long ago: `90s`, `15m`, `2h`, `3d`.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_counted = text == "now" || ago(text).is_some();
        at(text, host::now_utc()).map(|instant| Self { instant, is_counted }).ok_or_else(|| {
            "must be a time such as 2026-11-23T08:00:00Z, a day such as 2026-11-23, or how long ago: 90s, 15m, 2h, 3d"
                .to_owned()
        })
    }
}

fn at(text: &str, now: UtcDateTime) -> Option<String> {
    if text == "now" {
        return now.format(&Rfc3339).ok();
    }
    if let Some(ago) = ago(text) {
        return now.checked_sub(ago.try_into().ok()?)?.format(&Rfc3339).ok();
    }
    let whole = if text.len() == "2026-11-23".len() { format!("{text}T00:00:00Z") } else { text.to_owned() };
    time::OffsetDateTime::parse(&whole, &Rfc3339).ok()?;
    Some(whole)
}

fn ago(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    Some(Duration::from_secs(u64::from(number) * seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        at(text, UtcDateTime::from_unix_timestamp(1_764_403_200).unwrap())
    }

    #[test]
    fn a_time_is_given_as_such_or_as_how_long_ago_it_was() {
        for (text, expected) in [
            ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"),
            ("2026-11-23T08:00:00.5+02:00", "2026-11-23T08:00:00.5+02:00"),
            ("2026-11-23", "2026-11-23T00:00:00Z"),
            ("now", "2025-11-29T08:00:00Z"),
            ("90s", "2025-11-29T07:58:30Z"),
            ("15m", "2025-11-29T07:45:00Z"),
            ("2h", "2025-11-29T06:00:00Z"),
            ("3d", "2025-11-26T08:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in
            ["", "s", "h", "-1h", "1.5h", "1w", "yesterday", "2026-13-01", "2026-11-23 08:00", "99999999999d", "5 m"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("4294967295d"), None);
    }
}
