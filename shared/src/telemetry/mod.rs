//! Logs and metrics: one JSON object per line on standard output, which Lambda hands to CloudWatch Logs. The line of a
//! call holds its metrics, which CloudWatch takes from there.

mod call;
mod metrics;

use std::error::Error;
use std::fmt;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

pub use self::call::{Answered, Measurements, Status, count, ready};
pub use self::metrics::Metric;
use crate::config;

/// Starts logging and measuring for the function whose crate is `function` (`module_path!()` in its `main`).
///
/// `LOG_LEVEL` (`error`, `warn`, `info`, `debug`, `trace`; default `info`) applies to Pipehook's own crates. All others
/// stay at `warn`: at finer levels the AWS SDK and the HTTP client log headers and bodies, and so tokens and secrets.
/// The line of a call is printed at every level, because it holds the metrics.
pub fn init(function: &'static str) {
    call::process_started(function);
    let level = config::optional("LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    let targets =
        Targets::new().with_default(LevelFilter::WARN).with_target("shared", level).with_target(function, level);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    tracing_subscriber::registry().with(targets).with(lines).init();
}

/// An error and what caused it, in one line. The `Debug` forms of SDK errors may show what was sent; the messages of
/// their chain do not.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
