//! Writes of an action that is new: until it waits in its lane.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde_json::value::RawValue;

use super::super::deflate::deflate;
use super::super::item::{Attributes, StoredItem, binary, number, text};
use super::super::transaction::{NotWritten, write_all};
use super::super::{Written, put_outcome_with};
use super::head::{LASTING, decode, encode};
use super::{ActionsTable, count_end, head_key, job_key, key, waiter_key};
use crate::domain::action::{Action, Ending, JOB_KEPT, NEXT_LOOK, NewAction, Status};
use crate::domain::id::ActionId;
use crate::ports::{Arrival, EndUnsent, RegisterAction, Registered, StoreError, WriteAction};

/// How long after a call of a delivery another one is its retry: as long as SQS drops them.
const RETRIED_WITHIN: Duration = Duration::from_mins(5);

/// How long a mark is kept: longer than a job that was called before may be on its queue and on that of dead letters,
/// which is two weeks each.
const MARK_KEPT: Duration = Duration::from_hours(30 * 24);

/// How many ids an action may have. One id is taken by another job in 97 days, at one action a second.
const MOST_IDS: u8 = 16;

impl WriteAction for ActionsTable {
    async fn write_action(&self, new: &NewAction) -> Result<ActionId, StoreError> {
        for id in ids(new) {
            let item = encode(&Action::queued(id, new.clone()));
            let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
            let put = put.condition_expression("attribute_not_exists(pk)");
            let answer = put.return_values_on_condition_check_failure(AllOld).send().await;
            match put_outcome_with(answer, &item)? {
                Written::Nothing(Some(there)) if !is_of(&there, new)? => {}
                Written::Nothing(_) | Written::Ours => return Ok(id),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl EndUnsent for ActionsTable {
    async fn end_unsent(&self, new: &NewAction) -> Result<(ActionId, Status), StoreError> {
        for id in ids(new) {
            let ending = Ending::unsent();
            let ended = ending.of(&Action::queued(id, new.clone()), new.created_at);
            let item = encode(&ended);
            let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
            let put = put
                .condition_expression("attribute_not_exists(pk) OR (job = :job AND #status = :queued)")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":job", text(new.job))
                .expression_attribute_values(":queued", text(Status::Queued));
            let answer = put.return_values_on_condition_check_failure(AllOld).send().await;
            match put_outcome_with(answer, &item)? {
                Written::Ours => {
                    count_end(&ended, &ending);
                    return Ok((id, ended.status));
                }
                Written::Nothing(Some(there)) if !is_of(&there, new)? => {}
                Written::Nothing(Some(there)) => return Ok((id, StoredItem::new(&there, "pk").parsed("status")?)),
                // It has expired meanwhile.
                Written::Nothing(None) => return Err(StoreError::Conflict),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl RegisterAction for ActionsTable {
    /// The head comes first among the writes: what it says goes before the mark.
    async fn register_action(&self, arrival: Arrival<'_>) -> Result<Registered, StoreError> {
        let new = arrival.action;
        for id in ids(new) {
            let waiting = waiting(id, &arrival);
            let mut writes = vec![self.registration(&waiting)?];
            writes.extend(self.belongings(&waiting, &arrival)?);
            match write_all(&self.client, writes).await {
                Ok(()) => return Ok(Registered::Waiting(id)),
                Err(NotWritten::Refused { at: 0, item: Some(there) }) if !is_of(&there, new)? => {}
                Err(NotWritten::Refused { at: 0, item: Some(there) }) => {
                    return Ok(Registered::Before(Box::new(decode(&there)?)));
                }
                Err(NotWritten::Refused { item: Some(mark), .. }) => {
                    let first = StoredItem::new(&mark, "pk").number("action", ActionId::new)?;
                    let action = Box::new(Action::queued(id, new.clone()));
                    return Ok(Registered::Duplicate { action, first });
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Conflict)
    }
}

impl ActionsTable {
    /// The head, if it is not there or only queued. What never changes stays as the trigger wrote it.
    fn registration(&self, waiting: &Action) -> Result<TransactWriteItem, NotWritten> {
        let mut update = self.update(head_key(waiting.id));
        let mut sets = Vec::new();
        for (at, (name, value)) in encode(waiting).into_iter().enumerate() {
            if ["pk", "sk"].contains(&name.as_str()) {
                continue;
            }
            sets.push(if LASTING.contains(&name.as_str()) {
                format!("#n{at} = if_not_exists(#n{at}, :v{at})")
            } else {
                format!("#n{at} = :v{at}")
            });
            update = update
                .expression_attribute_names(format!("#n{at}"), name)
                .expression_attribute_values(format!(":v{at}"), value);
        }
        let update = update
            .update_expression(format!("SET {}", sets.join(", ")))
            .condition_expression(
                "attribute_not_exists(pk) OR (job = :job AND #status = :queued AND attribute_not_exists(seq))",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":job", text(waiting.new.job))
            .expression_attribute_values(":queued", text(Status::Queued))
            .return_values_on_condition_check_failure(AllOld);
        Ok(TransactWriteItem::builder().update(update.build()?).build())
    }

    /// The job, the place in the lane, and the mark of the delivery.
    fn belongings(&self, waiting: &Action, arrival: &Arrival<'_>) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut job = job_key(waiting.id);
        let body = own_job(arrival, waiting.id);
        let compressed = deflate(&[body.as_bytes()]).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        job.insert("job".to_owned(), binary(compressed));
        job.insert("expires_at".to_owned(), number(arrival.now.plus(JOB_KEPT).unix_seconds()));
        let mut waiter = waiter_key(&waiting.lane(), arrival.sequence);
        waiter.insert("action".to_owned(), number(waiting.id.get()));
        if let Some(succession) = waiting.new.succession() {
            waiter.insert("succession".to_owned(), text(succession));
        }
        let mut writes = vec![self.put(job), self.put(waiter)];
        writes.extend(arrival.delivery.map(|delivery| self.mark(waiting, delivery, arrival)));
        Ok(writes.into_iter().collect::<Result<_, _>>()?)
    }

    /// Writes the mark of a delivery, if the mark is missing, this action's, or that of a call long before this one. A
    /// call that comes back from the dead letters after a later one of its delivery has run does not run as well.
    fn mark(&self, waiting: &Action, delivery: &str, arrival: &Arrival<'_>) -> Result<TransactWriteItem, NotWritten> {
        let called_at = waiting.new.created_at;
        let mut mark = key(format!("MARK#{delivery}"), "MARK");
        mark.insert("action".to_owned(), number(waiting.id.get()));
        mark.insert("created_at".to_owned(), text(called_at));
        mark.insert("expires_at".to_owned(), number(arrival.now.plus(MARK_KEPT).unix_seconds()));
        let put = Put::builder().table_name(&self.table).set_item(Some(mark));
        let put = put
            .condition_expression("attribute_not_exists(pk) OR #action = :me OR created_at <= :before")
            .expression_attribute_names("#action", "action")
            .expression_attribute_values(":me", number(waiting.id.get()))
            .expression_attribute_values(":before", text(called_at.minus(RETRIED_WITHIN)))
            .return_values_on_condition_check_failure(AllOld);
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }
}

/// The ids that the action may have, the likeliest first. The trigger and `action-start` try them in this order.
fn ids(new: &NewAction) -> impl Iterator<Item = ActionId> + use<> {
    let job = new.job;
    (0..MOST_IDS).map(move |attempt| ActionId::of_job(job, attempt))
}

/// Whether a stored action is that of the job.
fn is_of(there: &Attributes, new: &NewAction) -> Result<bool, StoreError> {
    Ok(StoredItem::new(there, "pk").text("job")? == new.job.to_string())
}

fn waiting(id: ActionId, arrival: &Arrival<'_>) -> Action {
    let queued = Action::queued(id, arrival.action.clone());
    Action {
        status: Status::Waiting,
        sequence: Some(arrival.sequence.clone()),
        updated_at: queued.changed_at(arrival.now),
        due: Some(arrival.now.plus(NEXT_LOOK)),
        ..queued
    }
}

/// The job as its worker gets it. It names the action as it is called in fact: another one had the first id.
fn own_job(arrival: &Arrival<'_>, id: ActionId) -> String {
    if id == ActionId::of_job(arrival.action.job, 0) {
        return arrival.job.to_owned();
    }
    let renamed = || {
        let mut fields: BTreeMap<String, Box<RawValue>> = serde_json::from_str(arrival.job).ok()?;
        fields.insert("action_id".to_owned(), RawValue::from_string(id.to_string()).ok()?);
        serde_json::to_string(&fields).ok()
    };
    renamed().unwrap_or_else(|| arrival.job.to_owned())
}
