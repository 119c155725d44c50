//! Writes of an action that waits: until it has its turn, or ends without one.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};

use super::super::item::{Attributes, number, text};
use super::super::transaction::{NotWritten, write_all};
use super::super::{Written, put_outcome_with};
use super::head::encode;
use super::{ActionsTable, Condition, change_of, count_end, gate_key, gate_waiter_key, lane_key, refused, waiter_key};
use crate::domain::action::{Action, Ending, Reason, Status};
use crate::domain::timestamp::Timestamp;
use crate::ports::{Change, EndUnrun, StoreError, TakeTurn, Taken, WaitAtGate};

impl TakeTurn for ActionsTable {
    /// The writes are in the order of what they say: an action that does not wait comes before a lane that is held, and
    /// that before the pipeline.
    async fn take_turn(&self, seen: &Action, with_turn: &Action) -> Result<Taken, StoreError> {
        let Some(sequence) = seen.sequence.as_ref().filter(|_| seen.status == Status::Waiting) else {
            return Ok(Taken::NotWaiting);
        };
        let writes = vec![
            self.replacement(seen, with_turn, Condition::default().status(seen))?,
            self.hold_lane(seen)?,
            self.enter_gate(seen)?,
            self.delete(waiter_key(&seen.lane(), sequence))?,
            self.delete(gate_waiter_key(seen))?,
        ];
        match write_all(&self.client, writes).await {
            Ok(()) => Ok(Taken::Taken),
            Err(NotWritten::Refused { at: 0, .. }) => Ok(Taken::NotWaiting),
            Err(NotWritten::Refused { at: 1, .. }) => Ok(Taken::LaneHeld),
            Err(NotWritten::Refused { item, .. }) => Ok(what_gate_says(item.as_ref())),
            Err(error) => Err(error.into()),
        }
    }
}

impl WaitAtGate for ActionsTable {
    async fn wait_at_gate(&self, seen: &Action, now: Timestamp) -> Result<bool, StoreError> {
        let waiting = Action { waiting_for: Reason::Pipeline, updated_at: seen.changed_at(now), ..seen.clone() };
        let mut waiter = gate_waiter_key(seen);
        waiter.insert("lane".to_owned(), text(seen.lane()));
        let writes = vec![
            self.replacement(seen, &waiting, Condition::default().status(seen))?,
            self.full_gate(seen)?,
            self.put(waiter)?,
        ];
        if seen.status != Status::Waiting {
            return Ok(false);
        }
        match write_all(&self.client, writes).await {
            Ok(()) => Ok(true),
            Err(NotWritten::Refused { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl EndUnrun for ActionsTable {
    async fn end_unrun(&self, seen: &Action, ending: &Ending, now: Timestamp) -> Result<Change, StoreError> {
        let ended = ending.of(seen, now);
        let change = match (seen.status, &seen.sequence) {
            (Status::Queued, _) => self.end_queued(seen, ended).await?,
            (Status::Waiting, Some(sequence)) => {
                let writes = vec![
                    self.replacement(seen, &ended, Condition::default().status(seen))?,
                    self.delete(waiter_key(&seen.lane(), sequence))?,
                    self.delete(gate_waiter_key(seen))?,
                ];
                change_of(write_all(&self.client, writes).await, ended)?
            }
            (Status::Waiting, None)
            | (Status::Pending | Status::InProgress | Status::Completed | Status::Failed | Status::Skipped, _) => {
                Change::Refused(Box::new(seen.clone()))
            }
        };
        if let Change::Made(ended) = &change {
            count_end(ended, ending);
        }
        Ok(change)
    }
}

impl ActionsTable {
    /// Ends an action that waits nowhere, or that is not even there.
    async fn end_queued(&self, seen: &Action, ended: Action) -> Result<Change, StoreError> {
        let item = encode(&ended);
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        let put = put
            .condition_expression("attribute_not_exists(pk) OR (job = :job AND #status = :queued)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":job", text(seen.new.job))
            .expression_attribute_values(":queued", text(Status::Queued))
            .return_values_on_condition_check_failure(AllOld);
        match put_outcome_with(put.send().await, &item)? {
            Written::Ours => Ok(Change::Made(Box::new(ended))),
            Written::Nothing(there) => refused(there.as_ref()),
        }
    }

    fn hold_lane(&self, action: &Action) -> Result<TransactWriteItem, NotWritten> {
        let update = self.update(lane_key(&action.lane()));
        let update = update
            .update_expression("SET holder = :me")
            .condition_expression("attribute_not_exists(holder)")
            .expression_attribute_values(":me", number(action.id.get()));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn enter_gate(&self, action: &Action) -> Result<TransactWriteItem, NotWritten> {
        let update = self.update(gate_key(action));
        let update = update
            .update_expression("ADD running :one")
            .condition_expression(
                "attribute_exists(pk) AND attribute_not_exists(deleted) AND (#max = :none OR running < #max)",
            )
            .expression_attribute_names("#max", "max")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":none", number(0))
            .return_values_on_condition_check_failure(AllOld);
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    fn full_gate(&self, action: &Action) -> Result<TransactWriteItem, NotWritten> {
        let check = ConditionCheck::builder().table_name(&self.table).set_key(Some(gate_key(action)));
        let check = check
            .condition_expression("attribute_not_exists(deleted) AND #max > :none AND running >= #max")
            .expression_attribute_names("#max", "max")
            .expression_attribute_values(":none", number(0));
        Ok(TransactWriteItem::builder().condition_check(check.build()?).build())
    }
}

/// Why a gate let no one in.
fn what_gate_says(gate: Option<&Attributes>) -> Taken {
    match gate {
        Some(gate) if !gate.contains_key("deleted") => Taken::PipelineFull,
        Some(_) | None => Taken::PipelineGone,
    }
}
