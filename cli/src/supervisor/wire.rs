//! What the worker and the supervisor of a step tell each other: one JSON value a line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::worker::user::RunAs;

/// The first line: what to run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) program: String,
    pub(crate) arguments: Vec<String>,
    /// All of it.
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) directory: PathBuf,
    pub(crate) user: Option<RunAs>,
    /// What the step reads.
    pub(crate) input: String,
    /// As in [`Order::Until`]: nothing starts after it either.
    pub(crate) until: u64,
}

/// The lines behind it. The end of the file means that the worker is dead: kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The lease was renewed: kill at this moment (`Moment::as_millis`), unless another such line comes first.
    Until(u64),
    /// Ask the step to end.
    Terminate,
    /// Kill everything that the step has started.
    Kill,
}

/// What the supervisor says, once, when nothing of the step is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    /// By itself.
    Exit(i32),
    /// By a signal.
    Signal(i32),
    /// It never started.
    NotStarted(String),
    /// The supervisor died first. It does not say so itself.
    Lost,
}
