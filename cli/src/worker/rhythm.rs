//! When to ask for an action. A question costs money, and a worker that is late costs time.

use std::time::Duration;

use crate::{api::Failure, host::Moment};

/// Between two questions of a worker that has had something to do lately.
const USUAL: Duration = Duration::from_secs(5);
/// Between two questions of one that has had nothing for a long time.
const IDLE: Duration = Duration::from_secs(20);
/// After which time the questions become rarer; they are rarest after four times that.
const IDLE_AFTER: Duration = Duration::from_mins(10);
/// The longest pause after errors, whatever the API asks for.
const LONGEST: Duration = Duration::from_mins(1);

/// One question at a time, and when the next one is due.
#[derive(Debug)]
pub(crate) struct Rhythm {
    /// When there last was something to do.
    busy: Moment,
    failures: u32,
    next: Moment,
}

impl Rhythm {
    pub(crate) fn new(now: Moment) -> Self {
        Self { busy: now, failures: 0, next: now }
    }

    pub(crate) fn next(&self) -> Moment {
        self.next
    }

    /// There was an action, or one has ended: there may be another one.
    pub(crate) fn at_once(&mut self, now: Moment) {
        (self.busy, self.failures) = (now, 0);
        self.next = now;
    }

    /// An action has ended; after an error the pause goes on.
    pub(crate) fn ended(&mut self, now: Moment) {
        if self.failures == 0 {
            self.at_once(now);
        }
    }

    /// There was nothing to do. `spread` is from 0 to 1.
    pub(crate) fn nothing(&mut self, now: Moment, spread: f64) {
        self.failures = 0;
        self.next = now + spread_out(usual_pause(now - self.busy), spread);
    }

    /// The question failed.
    pub(crate) fn failed(&mut self, now: Moment, failure: &Failure, spread: f64) {
        let pause = USUAL.saturating_mul(1 << self.failures.min(4)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let wished = failure.retry_after().unwrap_or_default().min(LONGEST);
        self.next = now + spread_out(pause, spread).max(wished).min(LONGEST);
    }
}

fn usual_pause(idle: Duration) -> Duration {
    USUAL.mul_f64((idle.as_secs_f64() / IDLE_AFTER.as_secs_f64()).max(1.0)).min(IDLE)
}

/// A fifth more or less, so that workers that were started together do not ask together.
fn spread_out(pause: Duration, spread: f64) -> Duration {
    pause.mul_f64(0.8 + 0.4 * spread.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use proptest::prelude::*;

    use super::*;

    const START: Moment = Moment::from_millis(1_000_000);

    fn busy(retry_after: Option<u64>) -> Failure {
        Failure::of(StatusCode::SERVICE_UNAVAILABLE, String::new(), retry_after.map(Duration::from_secs))
    }

    #[test]
    fn a_worker_asks_every_5_s_and_after_10_idle_minutes_more_and_more_rarely() {
        for (idle, pause) in [(0, 5.0), (599, 5.0), (600, 5.0), (1200, 10.0), (2400, 20.0), (90_000, 20.0)] {
            assert!((usual_pause(Duration::from_secs(idle)).as_secs_f64() - pause).abs() < 0.01, "{idle}");
        }
    }

    #[test]
    fn the_first_question_and_the_one_after_an_action_come_at_once() {
        let mut rhythm = Rhythm::new(START);
        assert_eq!(rhythm.next(), START);
        let later = START + Duration::from_hours(1);
        rhythm.nothing(later, 0.5);
        assert_eq!(rhythm.next() - later, Duration::from_secs(20));

        rhythm.at_once(later);

        assert_eq!(rhythm.next(), later);
        rhythm.nothing(later, 0.5);
        assert_eq!(rhythm.next() - later, Duration::from_secs(5));
    }

    #[test]
    fn errors_are_followed_by_5_to_60_s_that_the_end_of_an_action_does_not_cut_short() {
        let mut rhythm = Rhythm::new(START);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            rhythm.failed(START, &busy(None), 0.5);
            rhythm.ended(START);
            pauses.push((rhythm.next() - START).as_secs());
        }

        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn the_api_may_ask_for_a_longer_pause_of_at_most_a_minute() {
        for (wished, pause) in [(1, 5), (30, 30), (3600, 60)] {
            let mut rhythm = Rhythm::new(START);
            rhythm.failed(START, &busy(Some(wished)), 0.5);
            assert_eq!((rhythm.next() - START).as_secs(), pause, "{wished}");
        }
    }

    proptest! {
        #[test]
        fn the_pause_is_spread_by_a_fifth(seconds in 0..10_000_u64, spread in 0.0..=1.0_f64) {
            let pause = usual_pause(Duration::from_secs(seconds));
            let spread = spread_out(pause, spread);

            prop_assert!(spread >= pause.mul_f64(0.799) && spread <= pause.mul_f64(1.201));
        }
    }
}
