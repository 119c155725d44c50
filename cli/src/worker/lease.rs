//! How long an action is this worker's. All is counted from the sending of a request: the API counts from its arrival,
//! which is later, so this worker always lets go first.

use std::time::Duration;

use crate::host::Moment;

/// What is left of a lease when the children are killed.
pub(crate) const MARGIN: Duration = Duration::from_secs(10);

/// The longest pause between two reports: so a worker hears of a cancel.
const LONGEST_SILENCE: Duration = Duration::from_secs(20);

/// The lease that was granted last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lease {
    sent: Moment,
    granted: Duration,
}

impl Lease {
    /// Granted for a request that was sent at that moment.
    pub(crate) fn new(sent: Moment, seconds: u32) -> Self {
        Self { sent, granted: Duration::from_secs(seconds.into()) }
    }

    /// When nothing may run any more.
    pub(crate) fn kill_at(&self) -> Moment {
        self.sent + self.granted.saturating_sub(MARGIN)
    }

    /// When the next report is due, with nothing to say. Of a short lease, two reports may fail.
    pub(crate) fn next_report(&self) -> Moment {
        self.sent + LONGEST_SILENCE.min(self.granted.saturating_sub(MARGIN) / 3)
    }
}

/// How long to wait after a report that failed for the n-th time in a row, from 1.
pub(crate) fn pause_after_failures(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.saturating_sub(1).min(3)).min(Duration::from_secs(5))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Moment = Moment::from_millis(1_000_000);

    fn seconds(moment: Moment) -> u64 {
        (moment - START).as_secs()
    }

    #[test]
    fn the_usual_lease_is_renewed_every_20_s_and_given_up_10_s_before_its_end() {
        let lease = Lease::new(START, 300);

        assert_eq!((seconds(lease.next_report()), seconds(lease.kill_at())), (20, 290));
    }

    #[test]
    fn the_shortest_lease_leaves_time_for_failed_reports() {
        let lease = Lease::new(START, 30);

        assert_eq!((seconds(lease.next_report()), seconds(lease.kill_at())), (6, 20));
    }

    proptest! {
        #[test]
        fn nothing_runs_in_the_last_10_s_of_a_lease_and_reports_come_before(granted in 0..=3600_u32) {
            let lease = Lease::new(START, granted);
            let ends = START + Duration::from_secs(granted.into());

            prop_assert!(lease.kill_at() + MARGIN <= ends || granted < 10);
            prop_assert!(lease.kill_at() <= ends);
            prop_assert!(lease.next_report() <= lease.kill_at());
            prop_assert!(lease.next_report() - START <= LONGEST_SILENCE);
        }

        #[test]
        fn failed_reports_are_tried_again_within_5_s(failures in 1_u32..) {
            let pause = pause_after_failures(failures);

            prop_assert!((Duration::from_secs(1)..=Duration::from_secs(5)).contains(&pause));
        }
    }
}
