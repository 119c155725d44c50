//! A schedule: it invokes a function at a rate, for the first time when that time has passed.

use std::sync::Arc;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::{host, lambda::Function, template::Schedule};

pub(super) fn keep(schedule: Schedule, function: Arc<Function>) -> impl Future<Output = ()> {
    // The rate counts from here on, not from when the task is first polled.
    let mut times = interval_at(Instant::now() + schedule.every, schedule.every);
    // A machine that was asleep need not make up for the night.
    times.set_missed_tick_behavior(MissedTickBehavior::Skip);
    async move {
        loop {
            times.tick().await;
            // A function that fails has said so in its log.
            drop(function.invoke(schedule.input.clone().into(), host::new_trace()).await);
        }
    }
}
