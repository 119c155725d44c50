//! Skipping the actions of a lane that give way to newer ones.

use super::wake_after;
use crate::domain::action::{LaneState, Status, Superseded};
use crate::domain::timestamp::Timestamp;
use crate::ports::{Consistency, FindAction, ReadGate, SendWake, StoreError, SupersedeAction};

/// Ends the waiting actions of the lane, as it was read, of whose hooks only the newest runs. Whether there were any: then
/// the lane is not as it was read any more.
pub(super) async fn skip_superseded(
    actions: &(impl FindAction + ReadGate + SupersedeAction),
    queue: &impl SendWake,
    lane: &LaneState,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let holder = match lane.holder_to_look_at() {
        Some(holder) => actions.find_action(holder, Consistency::Strong).await?,
        None => None,
    };
    let superseded = lane.superseded(holder.as_ref());
    for Superseded { action, by } in &superseded {
        let Some(seen) = actions.find_action(*action, Consistency::Strong).await? else { continue };
        let is_made = actions.supersede_action(&seen, *by, now).await?;
        // It had one of the turns of its pipeline, which another lane may wait for.
        if is_made && seen.status == Status::Pending {
            wake_after(actions, queue, &seen).await;
        }
    }
    Ok(!superseded.is_empty())
}
