//! How many calls that are not authentic are logged.

use std::sync::Mutex;
use std::time::Duration;

use shared::domain::timestamp::Timestamp;

/// How many may be logged one right after the other.
const BURST: u32 = 20;

/// After which time one more may be logged.
const REFILL: Duration = Duration::from_secs(10);

/// A token bucket for this sandbox. Anyone who knows a hook's URL can make it refuse calls at any rate. Without a
/// limit, the operator would pay for a write for each of them, and the log would contain nothing else.
#[derive(Debug, Default)]
pub struct RejectionBudget(Mutex<Bucket>);

#[derive(Debug, Default)]
struct Bucket {
    /// How many were taken and have not been refilled.
    taken: u32,
    /// Up to when the bucket has been refilled.
    refilled_at: Option<Timestamp>,
}

impl RejectionBudget {
    /// Takes one, if there is one left at `now`.
    pub fn take(&self, now: Timestamp) -> bool {
        let mut bucket = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let refilled_at = *bucket.refilled_at.get_or_insert(now);
        let elapsed = now.unix_millis().saturating_sub(refilled_at.unix_millis());
        let refills = u32::try_from(elapsed / i64::try_from(REFILL.as_millis()).unwrap_or(i64::MAX)).unwrap_or(0);
        if refills > 0 {
            bucket.taken = bucket.taken.saturating_sub(refills);
            bucket.refilled_at = Some(refilled_at.plus(REFILL.saturating_mul(refills)));
        }
        let left = bucket.taken < BURST;
        bucket.taken += u32::from(left);
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_800_000_000 + seconds)
    }

    fn taken(budget: &RejectionBudget, seconds: i64, tries: usize) -> usize {
        (0..tries).filter(|_| budget.take(at(seconds))).count()
    }

    #[test]
    fn a_flood_is_cut_off_after_the_burst() {
        let budget = RejectionBudget::default();
        assert_eq!(taken(&budget, 0, 1_000), 20);
        assert_eq!(taken(&budget, 9, 1_000), 0);
        assert_eq!(taken(&budget, 10, 1_000), 1);
        assert_eq!(taken(&budget, 39, 1_000), 2);
        assert_eq!(taken(&budget, 40, 1_000), 1);
    }

    #[test]
    fn a_long_pause_refills_no_more_than_the_burst() {
        let budget = RejectionBudget::default();
        assert_eq!(taken(&budget, 0, 20), 20);
        assert_eq!(taken(&budget, 1_000_000, 1_000), 20);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let budget = RejectionBudget::default();
        assert_eq!(taken(&budget, 100, 20), 20);
        assert_eq!(taken(&budget, 0, 1_000), 0);
    }
}
