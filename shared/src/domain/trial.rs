//! Tests of a hook: calls that its owner makes up and has run for real.

use std::time::Duration;

use super::timestamp::Timestamp;

/// How many tests of one hook run within [`TEST_WINDOW`]. Each makes a job.
pub const MAX_TESTS: usize = 10;

/// The time over which tests are counted.
pub const TEST_WINDOW: Duration = Duration::from_mins(1);

/// Whether a test may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestAdmission {
    /// It may, and it counts.
    Admitted,
    /// [`MAX_TESTS`] count already.
    Full {
        /// When the next one may run.
        until: Timestamp,
    },
}
