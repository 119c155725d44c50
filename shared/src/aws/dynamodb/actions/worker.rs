//! Writes of an action that has its turn: until it has ended.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::super::item::{boolean, number, text};
use super::super::transaction::{NotWritten, write_all};
use super::super::{unavailable, update_refused};
use super::{ActionsTable, Condition, change_of, count_end, gate_key, head_key, lane_key, lane_partition};
use crate::domain::action::{Action, Claim, Ending, MOST_ATTEMPTS, Status};
use crate::domain::id::UserId;
use crate::domain::timestamp::Timestamp;
use crate::ports::{AskCancel, Change, ClaimAction, FinishAction, PostponeLook, ReportStep, StoreError, TakeOver};

impl ClaimAction for ActionsTable {
    async fn claim_action(&self, seen: &Action, claim: &Claim, now: Timestamp) -> Result<Change, StoreError> {
        if seen.status != Status::Pending {
            return Ok(Change::Refused(Box::new(seen.clone())));
        }
        self.replace(seen, claim.of(seen, now), Condition::default().status(seen)).await
    }
}

impl TakeOver for ActionsTable {
    async fn take_over(&self, seen: &Action, claim: &Claim, now: Timestamp) -> Result<Change, StoreError> {
        let condition = Condition::default()
            .clause("lease_until < :now")
            .value(":now", text(now))
            .clause("attribute_not_exists(cancel)")
            .clause("(attribute_not_exists(started) OR run_again = :yes)")
            .value(":yes", boolean(true))
            .clause("attempt < :most")
            .value(":most", number(MOST_ATTEMPTS.into()));
        self.of_lease(seen, claim.of(seen, now), condition).await
    }
}

impl ReportStep for ActionsTable {
    async fn report_step(&self, seen: &Action, reported: &Action) -> Result<Change, StoreError> {
        self.of_lease(seen, reported.clone(), Condition::default()).await
    }
}

impl AskCancel for ActionsTable {
    async fn ask_cancel(&self, seen: &Action, user: UserId, now: Timestamp) -> Result<Change, StoreError> {
        if seen.status != Status::InProgress {
            return Ok(Change::Refused(Box::new(seen.clone())));
        }
        let condition = Condition::default().status(seen).holder(seen);
        self.replace(seen, seen.cancel_asked(user, now), condition).await
    }
}

impl FinishAction for ActionsTable {
    /// The gate only counts down, and the pipeline is asked for nothing: what has ended can always be written.
    async fn finish_action(&self, seen: &Action, ending: &Ending, now: Timestamp) -> Result<Change, StoreError> {
        if !seen.status.has_turn() {
            return Ok(Change::Refused(Box::new(seen.clone())));
        }
        let mut condition = Condition::default().status(seen).holder(seen);
        if ending.is_of_lost() {
            condition = condition.clause("lease_until < :now").value(":now", text(now));
        }
        let ended = ending.of(seen, now);
        let writes = vec![self.replacement(seen, &ended, condition)?, self.free_lane(seen)?, self.leave_gate(seen)?];
        match write_all(&self.client, writes).await {
            Err(NotWritten::Refused { at: 1, .. }) => {
                Err(StoreError::Corrupt { key: lane_partition(&seen.lane()), attribute: "holder" })
            }
            written => {
                let change = change_of(written, ended)?;
                if let Change::Made(ended) = &change {
                    count_end(ended, ending);
                }
                Ok(change)
            }
        }
    }
}

impl PostponeLook for ActionsTable {
    async fn postpone_look(&self, seen: &Action, due: Timestamp) -> Result<(), StoreError> {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(head_key(seen.id)));
        let answer = update
            .update_expression("SET due = :due")
            .condition_expression("updated_at = :seen AND attribute_exists(due)")
            .expression_attribute_values(":due", text(due))
            .expression_attribute_values(":seen", text(seen.updated_at))
            .send()
            .await;
        match answer {
            Err(error) if !update_refused(&error) => Err(unavailable(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl ActionsTable {
    /// Writes what becomes of an action in progress, if it still has the lease that was read.
    async fn of_lease(&self, seen: &Action, new: Action, condition: Condition) -> Result<Change, StoreError> {
        if seen.lease.is_none() || seen.status != Status::InProgress {
            return Ok(Change::Refused(Box::new(seen.clone())));
        }
        self.replace(seen, new, condition.status(seen).holder(seen)).await
    }

    pub(super) fn free_lane(&self, action: &Action) -> Result<TransactWriteItem, NotWritten> {
        let update = self.update(lane_key(&action.lane()));
        let update = update
            .update_expression("REMOVE holder")
            .condition_expression("holder = :me")
            .expression_attribute_values(":me", number(action.id.get()));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    pub(super) fn leave_gate(&self, action: &Action) -> Result<TransactWriteItem, NotWritten> {
        let update = self.update(gate_key(action));
        let update = update.update_expression("ADD running :less").expression_attribute_values(":less", number(-1));
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }
}
