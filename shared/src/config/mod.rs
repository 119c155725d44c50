//! The process's surroundings: the only reader of the environment, the clock and the generator of random bytes.

use std::time::{Duration, Instant, SystemTime};

/// An environment variable that the template should have set.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set")]
pub struct MissingVariable(&'static str);

/// The value of an environment variable; an empty one counts as unset.
pub fn optional(name: &'static str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The value of an environment variable without which the function cannot work.
pub fn required(name: &'static str) -> Result<String, MissingVariable> {
    optional(name).ok_or(MissingVariable(name))
}

/// An environment variable that the template should have set to a number.
#[derive(Debug, thiserror::Error)]
pub enum InvalidVariable {
    /// It is not set.
    #[error(transparent)]
    Missing(#[from] MissingVariable),
    /// It is something else.
    #[error("the environment variable {0} must be a number of milliseconds")]
    NotMilliseconds(&'static str),
}

/// The time that an environment variable names in milliseconds.
pub fn milliseconds(name: &'static str) -> Result<Duration, InvalidVariable> {
    let milliseconds = required(name)?.parse();
    milliseconds.map(Duration::from_millis).map_err(|_| InvalidVariable::NotMilliseconds(name))
}

/// What the clock says.
pub fn now() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    SystemTime::now()
}

/// A clock that cannot be set: for measuring how long something takes.
pub fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    Instant::now()
}

/// Fills `bytes` from the operating system's generator.
///
/// # Panics
///
/// If the system provides none: without randomness no id and no key may be made, so the function cannot continue.
pub fn fill_random(bytes: &mut [u8]) {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads random bytes")]
    #[expect(clippy::expect_used, reason = "see above")]
    getrandom::fill(bytes).expect("the operating system has no random bytes");
}
