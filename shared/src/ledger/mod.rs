//! What several functions do with actions: give out turns, skip what newer actions take the place of, start and end what
//! Step Functions runs, and wake the lanes that may have a turn.

mod advance;
mod execution;
mod supersede;

pub use self::advance::{AdvanceError, Turns};
pub use self::execution::{BeginError, Begun, ExecutionEnded, begin_execution, end_execution};
use crate::domain::action::{Action, Lane};
use crate::ports::{ReadGate, SendWake};
use crate::telemetry::Chain;

/// Wakes the lane of an action that has ended, and the lanes that wait at the gate of its pipeline, as many as there is
/// room for. Nothing fails when this does: the sweep wakes them later.
pub async fn wake_after(actions: &impl ReadGate, queue: &impl SendWake, ended: &Action) {
    let own = ended.lane();
    let mut lanes = vec![own];
    match actions.read_gate(ended.new.project_id, ended.new.pipeline_id).await {
        Ok(gate) => {
            let others = gate.map(|gate| gate.lanes_to_wake()).unwrap_or_default();
            lanes.extend(others.into_iter().filter(|lane| *lane != own));
        }
        Err(error) => {
            tracing::warn!(error = %Chain(&error), action_id = ended.id.get(), "The gate of an action's pipeline was not read");
        }
    }
    wake(queue, &lanes).await;
}

/// Wakes these lanes. Nothing fails when this does: the sweep wakes them later.
pub async fn wake(queue: &impl SendWake, lanes: &[Lane]) {
    if let Err(error) = queue.send_wakes(lanes).await {
        tracing::warn!(error = %Chain(&error), "Lanes were not woken");
    }
}
