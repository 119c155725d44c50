//! The write of an action that gives way to a newer one.

use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};

use super::super::item::text;
use super::super::transaction::{NotWritten, write_all};
use super::{ActionsTable, Condition, gate_waiter_key, head_key, lane_partition, waiter_key};
use crate::domain::action::{Action, Ending, Status};
use crate::domain::id::ActionId;
use crate::domain::timestamp::Timestamp;
use crate::ports::{StoreError, SupersedeAction};

impl SupersedeAction for ActionsTable {
    /// That the newer one still waits is a part of the transaction: one that was cancelled since replaces no other.
    async fn supersede_action(&self, seen: &Action, by: ActionId, now: Timestamp) -> Result<bool, StoreError> {
        let ended = Ending::superseded(by).of(seen, now);
        let mut writes =
            vec![self.replacement(seen, &ended, Condition::default().status(seen))?, self.still_waits(by)?];
        match (seen.status, &seen.sequence) {
            (Status::Waiting, Some(sequence)) => {
                writes.extend([self.delete(waiter_key(&seen.lane(), sequence))?, self.delete(gate_waiter_key(seen))?]);
            }
            (Status::Pending, _) => writes.extend([self.free_lane(seen)?, self.leave_gate(seen)?]),
            (Status::Waiting, None)
            | (Status::Queued | Status::InProgress | Status::Completed | Status::Failed | Status::Skipped, _) => {
                return Ok(false);
            }
        }
        match write_all(&self.client, writes).await {
            Ok(()) => Ok(true),
            Err(NotWritten::Refused { at: 0 | 1, .. }) => Ok(false),
            Err(NotWritten::Refused { .. }) => {
                Err(StoreError::Corrupt { key: lane_partition(&seen.lane()), attribute: "holder" })
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl ActionsTable {
    fn still_waits(&self, action: ActionId) -> Result<TransactWriteItem, NotWritten> {
        let check = ConditionCheck::builder().table_name(&self.table).set_key(Some(head_key(action)));
        let check = check
            .condition_expression("#status IN (:waiting, :pending)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":waiting", text(Status::Waiting))
            .expression_attribute_values(":pending", text(Status::Pending));
        Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
    }
}
