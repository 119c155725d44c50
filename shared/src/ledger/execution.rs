//! The actions that Step Functions runs: their start, and their end.

use super::wake_after;
use crate::domain::action::{Action, Ending, Execution, Outcome};
use crate::domain::timestamp::Timestamp;
use crate::ports::{
    Change, ExecutionsError, FindJob, FinishAction, LogPart, PutLog, ReadGate, SendWake, StartExecution, Started,
    StoreError,
};

/// How often an end is tried that another request overtakes. Few can: a user who cancels, and the sweep.
const TRIES: usize = 5;

/// The longest part of a step's output.
const PART_BYTES: usize = 32 * 1024;

/// Why an execution did not start now. The sweep tries it again.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// The ledger is at fault.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Step Functions is.
    #[error(transparent)]
    Executions(#[from] ExecutionsError),
}

/// What became of the start of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is there.
    Started,
    /// It never will be: the action has ended, and its lane was woken.
    Ended,
}

/// Starts the execution of an action that has its turn. If that is refused, the action ends.
pub async fn begin_execution(
    actions: &(impl FindJob + FinishAction + ReadGate),
    queue: &impl SendWake,
    executions: &impl StartExecution,
    (action, execution): (&Action, &Execution),
    now: Timestamp,
) -> Result<Begun, BeginError> {
    let refused = match actions.find_job(action.id).await? {
        None => "its job is not kept any more".to_owned(),
        Some(job) => match executions.start_execution(execution, &job).await? {
            Started::Started => return Ok(Begun::Started),
            Started::Refused(reason) => reason,
        },
    };
    if let Change::Made(ended) = actions.finish_action(action, &Ending::failed(&refused), now).await? {
        wake_after(actions, queue, &ended).await;
    }
    Ok(Begun::Ended)
}

/// What became of the end of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionEnded {
    /// The action has ended with it.
    Now,
    /// It had ended before.
    Before,
    /// It is in the hands of others: look again later.
    Later,
}

/// Ends an action as its execution has ended. The output comes first: what has ended must have all of it. Whatever woke
/// what comes after it may have been lost, so that is woken each time.
pub async fn end_execution(
    actions: &(impl FinishAction + PutLog + ReadGate),
    queue: &impl SendWake,
    action: &Action,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<ExecutionEnded, StoreError> {
    let mut action = action.clone();
    for _ in 0..TRIES {
        if action.status.is_ended() {
            wake_after(actions, queue, &action).await;
            return Ok(ExecutionEnded::Before);
        }
        put_output(actions, &action, &outcome.log(), now).await?;
        match actions.finish_action(&action, &Ending::executed(&action, outcome), now).await? {
            Change::Made(ended) => {
                wake_after(actions, queue, &ended).await;
                return Ok(ExecutionEnded::Now);
            }
            Change::Refused(found) => action = *found,
        }
    }
    Ok(ExecutionEnded::Later)
}

/// Keeps the output of an execution as that of the action's one step.
async fn put_output(actions: &impl PutLog, action: &Action, text: &str, now: Timestamp) -> Result<(), StoreError> {
    for (part, text) in (0..).zip(parts(text)) {
        actions.put_log(LogPart { action: action.id, attempt: action.attempt, step: 1, part, text }, now).await?;
    }
    Ok(())
}

/// The text in parts, none of which ends within a character.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (part, left) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        rest = left;
        (!part.is_empty()).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_kept_whole_in_parts_of_whole_characters() {
        assert_eq!(parts("").count(), 0);
        assert_eq!(parts("made").collect::<Vec<_>>(), ["made"]);
        let text = "é".repeat(100_000);
        let all: Vec<_> = parts(&format!("x{text}")).map(str::to_owned).collect();
        assert_eq!((all.len(), all.concat()), (7, format!("x{text}")));
        assert!(all.iter().all(|part| (1..=PART_BYTES).contains(&part.len())));
    }
}
