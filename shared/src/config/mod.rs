//! The process's surroundings: the only reader of the environment, the clock and the generator of random bytes.

use std::time::{Instant, SystemTime};

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
