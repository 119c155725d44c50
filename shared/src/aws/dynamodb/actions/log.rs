//! The output of steps: a ring of parts, which keeps the end of what a step prints.

use std::convert::Infallible;

use super::super::deflate::{deflate, inflate};
use super::super::item::{Attributes, StoredItem, binary, number, text};
use super::super::{put_refused, unavailable};
use super::{ActionsTable, action_partition, key};
use crate::domain::action::JOB_KEPT;
use crate::domain::id::ActionId;
use crate::domain::timestamp::Timestamp;
use crate::ports::{FindLog, KeptLog, LogPart, PutLog, StoreError};

/// How many parts of a step are kept: the last 256 KiB, and what the part before them was cut off from.
const KEPT_PARTS: u32 = 9;

impl PutLog for ActionsTable {
    /// A part that comes late finds a newer one in its place, and is dropped.
    async fn put_log(&self, part: LogPart<'_>, now: Timestamp) -> Result<(), StoreError> {
        let place = format!("LOG#{}#{}", part.step, part.part % KEPT_PARTS);
        let compressed = deflate(&[part.text.as_bytes()]).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let mut item = key(action_partition(part.action), &place);
        item.insert("attempt".to_owned(), number(part.attempt.into()));
        item.insert("part".to_owned(), number(part.part.into()));
        item.insert("output".to_owned(), binary(compressed));
        item.insert("updated_at".to_owned(), text(now));
        item.insert("expires_at".to_owned(), number(now.plus(JOB_KEPT).unix_seconds()));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item));
        let put = put
            .condition_expression(
                "attribute_not_exists(pk) OR attempt < :attempt OR (attempt = :attempt AND #part <= :part)",
            )
            .expression_attribute_names("#part", "part")
            .expression_attribute_values(":attempt", number(part.attempt.into()))
            .expression_attribute_values(":part", number(part.part.into()));
        match put.send().await {
            Err(error) if !put_refused(&error) => Err(unavailable(error)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

impl FindLog for ActionsTable {
    async fn find_log(&self, action: ActionId, step: usize) -> Result<Option<KeptLog>, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :step)")
            .expression_attribute_values(":pk", text(action_partition(action)))
            .expression_attribute_values(":step", text(format!("LOG#{step}#")));
        let items = query.send().await.map_err(unavailable)?.items.unwrap_or_default();
        let parts = items.iter().map(KeptPart::decode).collect::<Result<Vec<_>, _>>()?;
        Ok(joined(parts))
    }
}

#[derive(Debug)]
struct KeptPart {
    attempt: i64,
    part: i64,
    text: String,
    updated_at: Timestamp,
}

impl KeptPart {
    fn decode(attributes: &Attributes) -> Result<Self, StoreError> {
        let item = StoredItem::new(attributes, "pk");
        let output = inflate(item.binary("output")?).and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(Self {
            attempt: item.number("attempt", Ok::<_, Infallible>)?,
            part: item.number("part", Ok::<_, Infallible>)?,
            text: output.ok_or_else(|| item.corrupt("output"))?,
            updated_at: item.parsed("updated_at")?,
        })
    }
}

/// The parts of the newest attempt, in their order.
fn joined(mut parts: Vec<KeptPart>) -> Option<KeptLog> {
    let newest = parts.iter().map(|part| part.attempt).max()?;
    parts.retain(|part| part.attempt == newest);
    parts.sort_unstable_by_key(|part| part.part);
    let parts_left_out = u32::try_from(parts.first()?.part).unwrap_or_default();
    let updated_at = parts.iter().map(|part| part.updated_at).max()?;
    Some(KeptLog { text: parts.into_iter().map(|part| part.text).collect(), parts_left_out, updated_at })
}
