//! Something to look at while an answer takes longer than a second.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::{select, time::sleep};

const AFTER: Duration = Duration::from_secs(1);

const EVERY: Duration = Duration::from_millis(120);

/// Waits for `work`, and says so on a terminal if it takes longer than a second.
pub(crate) async fn during<T>(text: &str, work: impl Future<Output = T>) -> T {
    tokio::pin!(work);
    select! {
        done = &mut work => return done,
        () = sleep(AFTER), if io::stderr().is_terminal() => {}
    }
    let bar = ProgressBar::new_spinner().with_message(text.to_owned());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(EVERY);
    let done = work.await;
    bar.finish_and_clear();
    done
}
