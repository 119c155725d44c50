//! How far the run is, on stderr: a bar on a terminal, a line for each topic anywhere else.

#![expect(clippy::print_stderr, reason = "printing is what this module is for")]

use std::io::IsTerminal as _;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

/// One topic that is being measured.
#[derive(Debug)]
pub(crate) struct Progress {
    topic: String,
    bar: ProgressBar,
    began: Instant,
}

impl Progress {
    /// Begins a topic of so many steps.
    pub(crate) fn begin(topic: &str, steps: usize) -> Self {
        let began = Instant::now();
        if !std::io::stderr().is_terminal() {
            eprintln!("bench: {topic} ...");
            return Self { topic: topic.to_owned(), bar: ProgressBar::hidden(), began };
        }
        let bar = ProgressBar::new(steps.try_into().unwrap_or(u64::MAX));
        if let Ok(style) = ProgressStyle::with_template("{prefix:<22} [{bar:30}] {pos}/{len} {elapsed} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(topic.to_owned());
        Self { topic: topic.to_owned(), bar, began }
    }

    /// One step is done; `what` comes next, or just was.
    pub(crate) fn step(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        eprintln!("bench: {} took {:.1} s", self.topic, self.began.elapsed().as_secs_f64());
    }
}
