//! The only place that reads the clocks, the environment, the name and the randomness of this machine.

use std::{
    env,
    ffi::OsString,
    ops::{Add, Sub},
    path::PathBuf,
    time::Duration,
};

use nix::{
    time::{ClockId, clock_gettime},
    unistd::gethostname,
};
use time::{OffsetDateTime, UtcDateTime};
use tokio::time::sleep;

/// An instant on the clock by which leases are counted. It counts from the start of the machine, so that setting the
/// machine's time does not move it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

/// On Linux, the clock that goes on while the machine sleeps: a lease does too.
#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::CLOCK_BOOTTIME;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::CLOCK_MONOTONIC;

/// The longest sleep until a moment before the clock is looked at again. Timers stand still while the machine sleeps.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

impl Moment {
    pub(crate) fn now() -> Self {
        // Linux has these clocks since 2.6.39. Without them every lease is over, which is safe.
        Self(clock_gettime(CLOCK).map_or(Duration::MAX / 2, Duration::from))
    }

    /// For another process of this machine.
    pub(crate) fn as_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// How long it is until then; nothing if it has passed.
    pub(crate) fn remaining(self) -> Duration {
        self - Self::now()
    }

    pub(crate) fn has_passed(self) -> bool {
        Self::now() >= self
    }

    /// Waits until it has passed.
    pub(crate) async fn passes(self) {
        while !self.has_passed() {
            sleep(self.remaining().min(LONGEST_SLEEP)).await;
        }
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

impl Sub for Moment {
    type Output = Duration;

    /// Nothing if `earlier` is later.
    fn sub(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

pub(crate) fn now_utc() -> UtcDateTime {
    UtcDateTime::from(OffsetDateTime::now_utc())
}

pub(crate) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name)
}

/// What this program was started with.
pub(crate) fn arguments() -> impl Iterator<Item = OsString> {
    env::args_os().skip(1)
}

/// Bytes that no one can guess.
pub(crate) fn random() -> Result<[u8; 16], getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// What this machine is called, or `worker`.
pub(crate) fn name() -> String {
    let name = gethostname().ok().and_then(|name| name.into_string().ok());
    name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "worker".to_owned())
}

/// This very program, to be started again. On Linux it stays the same when a newer one takes its place on the disk.
#[cfg(target_os = "linux")]
pub(crate) fn this_program() -> PathBuf {
    "/proc/self/exe".into()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn this_program() -> PathBuf {
    env::current_exe().unwrap_or_else(|_| "pipehook".into())
}

/// A number from 0 to 1 that differs between workers and from call to call: enough to spread their questions.
pub(crate) fn spread() -> f64 {
    f64::from(now_utc().nanosecond() % 1_000_000) / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_never_before_the_one_read_earlier() {
        let first = Moment::now();

        assert!(Moment::now() >= first);
        assert!(first.has_passed());
        assert_eq!(first - (first + Duration::from_secs(1)), Duration::ZERO);
        assert!((first + Duration::from_hours(1)).remaining() > Duration::from_mins(59));
    }

    #[test]
    fn a_moment_survives_the_way_to_another_process_to_the_millisecond() {
        let moment = Moment::from_millis(1_234_567);

        assert_eq!(Moment::from_millis(moment.as_millis()), moment);
    }
}
