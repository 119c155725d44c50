//! What an action becomes that gets its turn.

use std::time::Duration;

use super::Action;
use super::execution::{Execution, ExecutionName};
use super::status::{Reason, Status};
use super::step::ActionStep;
use super::sweep::NEXT_LOOK;
use crate::domain::machine::MachineArn;
use crate::domain::pipeline::Label;
use crate::domain::timestamp::Timestamp;

/// How long after its turn the sweep looks whether an execution was started.
const STARTED_WITHIN: Duration = Duration::from_mins(2);

/// Who runs an action that gets its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// A worker that asks for this label. The action waits for it.
    Worker(Label),
    /// Step Functions. The action is in progress from then on, so its execution can be started at any time after.
    Execution {
        /// What is executed.
        machine: MachineArn,
        /// What the pipeline calls its step.
        step: Option<String>,
    },
}

impl Turn {
    /// The action that got its turn at `now`.
    pub fn of(&self, action: &Action, now: Timestamp) -> Action {
        let at = action.changed_at(now);
        let with_turn = Action { waiting_for: Reason::Target, updated_at: at, ..action.clone() };
        match self {
            Self::Worker(label) => Action {
                status: Status::Pending,
                due: Some(now.plus(NEXT_LOOK)),
                label: Some(label.clone()),
                claim_at: Some(now),
                ..with_turn
            },
            Self::Execution { machine, step } => {
                let name = ExecutionName { action: action.id, job: action.new.job };
                let execution = Execution { machine: machine.clone(), name };
                let mut step = ActionStep::pending(step.clone());
                step.advance(Status::InProgress, None, at);
                Action {
                    status: Status::InProgress,
                    attempt: 1,
                    started: true,
                    steps: vec![step],
                    url: execution.url(),
                    execution: Some(execution),
                    started_at: Some(at),
                    due: Some(now.plus(STARTED_WITHIN)),
                    ..with_turn
                }
            }
        }
    }
}
