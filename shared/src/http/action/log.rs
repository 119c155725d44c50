//! The output of a step as it is shown.

use std::str::FromStr;

use serde::Serialize;

use super::body::instant;
use crate::domain::Invalid;
use crate::domain::action::ActionStep;
use crate::domain::pipeline::MOST_STEPS;
use crate::ports::KeptLog;

/// What a step has printed.
#[derive(Serialize)]
pub struct LogBody<'a> {
    target: (),
    step: LogStep<'a>,
    updated_at: Option<String>,
}

#[derive(Serialize)]
struct LogStep<'a> {
    order: usize,
    started_at: Option<String>,
    completed_at: Option<String>,
    output: Option<&'a str>,
    output_truncated: bool,
}

impl<'a> LogBody<'a> {
    /// The output of the step of this order; without any, the step has printed nothing, or it has expired.
    pub fn new(order: usize, step: &ActionStep, log: Option<&'a KeptLog>) -> Self {
        let changed = [step.started_at, step.completed_at, log.map(|log| log.updated_at)];
        Self {
            target: (),
            step: LogStep {
                order,
                started_at: instant(step.started_at),
                completed_at: instant(step.completed_at),
                output: log.map(|log| &*log.text),
                output_truncated: log.is_some_and(|log| log.parts_left_out > 0),
            },
            updated_at: instant(changed.into_iter().flatten().max()),
        }
    }
}

/// The order of a step in a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepOrder(usize);

impl StepOrder {
    /// Counted from 1.
    pub fn get(self) -> usize {
        self.0
    }
}

impl FromStr for StepOrder {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // A sign or a leading zero would give one step several addresses.
        let order = (1..=MOST_STEPS).find(|order| order.to_string() == text);
        order.map(Self).ok_or_else(|| Invalid::new(format!("must be an integer from 1 to {MOST_STEPS}")))
    }
}
