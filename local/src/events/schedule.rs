//! A schedule: it invokes a function at a rate, for the first time when that time has passed.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// Invokes without end. What is still running when its time has come again delays it.
pub(super) fn keep(every: Duration, invoke: impl AsyncFn()) -> impl Future<Output = ()> {
    // The rate counts from here on, not from when the task is first polled.
    let mut times = interval_at(Instant::now() + every, every);
    // A machine that was asleep need not make up for the night.
    times.set_missed_tick_behavior(MissedTickBehavior::Skip);
    async move {
        loop {
            times.tick().await;
            invoke().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use tokio::time::{sleep, timeout_at};

    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    /// The seconds at which a schedule of a minute invokes something that takes as long as `takes` says, one after the
    /// other, within ten minutes. `late`: after how long the schedule is first polled.
    async fn seconds(late: Duration, takes: &[u64]) -> Vec<u64> {
        let (start, seconds) = (Instant::now(), RefCell::default());
        let kept = keep(MINUTE, async || {
            let nth = {
                let mut seconds = seconds.borrow_mut();
                Vec::push(&mut seconds, start.elapsed().as_secs());
                seconds.len()
            };
            sleep(Duration::from_secs(takes.get(nth - 1).copied().unwrap_or(3_600))).await;
        });
        sleep(late).await;
        assert!(timeout_at(start + 10 * MINUTE, kept).await.is_err());
        seconds.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn it_invokes_at_its_rate_for_the_first_time_when_that_has_passed() {
        assert_eq!(seconds(Duration::ZERO, &[1, 0, 59]).await, [60, 120, 180, 240]);
    }

    #[tokio::test(start_paused = true)]
    async fn it_counts_from_its_start_also_if_it_is_polled_late() {
        assert_eq!(seconds(Duration::from_secs(30), &[0]).await, [60, 120]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_longer_than_the_rate_is_not_made_up_for() {
        assert_eq!(seconds(Duration::ZERO, &[150]).await, [60, 210]);
    }
}
