//! Reads of actions, lanes and gates.

use std::convert::Infallible;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

use super::super::deflate::inflate;
use super::super::item::{Attributes, StoredItem, number, text};
use super::super::unavailable;
use super::head::{claim_partition, decode};
use super::{ActionsTable, gate_partition, head_key, job_key, lane_partition};
use crate::domain::action::{Action, Gate, GateWaiter, Lane, LaneState, Sequence, Waiter};
use crate::domain::id::{ActionId, PipelineId, ProjectId};
use crate::domain::pipeline::Label;
use crate::domain::timestamp::Timestamp;
use crate::ports::{
    Claimable, Consistency, FindAction, FindJob, ListClaimable, ListDue, ReadGate, ReadLane, StoreError,
};

/// What a lane is read for: its holder and its first waiters, among which those are found that give way to newer ones. Most
/// lanes have fewer, and what is not there costs nothing.
const LANE_ITEMS: i32 = 100;

/// What a gate is read for: itself and as many waiters as one end wakes.
const GATE_ITEMS: i32 = 10;

impl FindAction for ActionsTable {
    async fn find_action(&self, id: ActionId, consistency: Consistency) -> Result<Option<Action>, StoreError> {
        let item = self.get(head_key(id), consistency == Consistency::Strong).await?;
        item.as_ref().map(decode).transpose()
    }
}

impl FindJob for ActionsTable {
    async fn find_job(&self, id: ActionId) -> Result<Option<String>, StoreError> {
        let Some(item) = self.get(job_key(id), true).await? else { return Ok(None) };
        let item = StoredItem::new(&item, "pk");
        let job = inflate(item.binary("job")?).and_then(|bytes| String::from_utf8(bytes).ok());
        job.map(Some).ok_or_else(|| item.corrupt("job"))
    }
}

impl ReadLane for ActionsTable {
    async fn read_lane(&self, lane: &Lane) -> Result<LaneState, StoreError> {
        let mut state = LaneState::default();
        for item in self.partition(lane_partition(lane), LANE_ITEMS).await? {
            let item = StoredItem::new(&item, "pk");
            match item.text("sk")?.strip_prefix("W#") {
                Some(place) => state.waiters.push(Waiter {
                    sequence: place.parse::<Sequence>().map_err(|_| item.corrupt("sk"))?,
                    action: item.number("action", ActionId::new)?,
                    succession: item.optional_text("succession")?.map(|_| item.parsed("succession")).transpose()?,
                }),
                None => state.holder = item.optional_number("holder", ActionId::new)?,
            }
        }
        Ok(state)
    }
}

impl ReadGate for ActionsTable {
    async fn read_gate(&self, project: ProjectId, pipeline: PipelineId) -> Result<Option<Gate>, StoreError> {
        let (mut gate, mut waiters) = (None, Vec::new());
        for attributes in self.partition(gate_partition(project, pipeline), GATE_ITEMS).await? {
            let item = StoredItem::new(&attributes, "pk");
            if let Some(id) = item.text("sk")?.strip_prefix("W#") {
                let action = id.trim_start_matches('0').parse().map_err(|_| item.corrupt("sk"))?;
                waiters.push(GateWaiter { action, lane: item.parsed("lane")? });
            } else {
                let number = |name| item.number(name, Ok::<_, Infallible>);
                let (max, running) = (number("max")?, number("running")?);
                gate = Some(Gate { max, running, deleted: attributes.contains_key("deleted"), waiters: Vec::new() });
            }
        }
        Ok(gate.map(|gate| Gate { waiters, ..gate }))
    }
}

impl ListClaimable for ActionsTable {
    async fn list_claimable(
        &self,
        project: ProjectId,
        label: &Label,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Claimable>, StoreError> {
        let query = self.index("claimable", limit).key_condition_expression("claim = :claim AND claim_at <= :now");
        let query = query.expression_attribute_values(":claim", text(claim_partition(project, label.as_str())));
        let answer = query.expression_attribute_values(":now", text(now)).send().await.map_err(unavailable)?;
        let claimable = |entry: &Attributes| {
            Ok(Claimable { since: StoredItem::new(entry, "pk").parsed("claim_at")?, action: id_of(entry)? })
        };
        answer.items().iter().map(claimable).collect()
    }
}

impl ListDue for ActionsTable {
    async fn list_due(&self, shard: i64, now: Timestamp, limit: usize) -> Result<Vec<ActionId>, StoreError> {
        let query = self.index("due", limit).key_condition_expression("#shard = :shard AND due < :now");
        // A word of DynamoDB's own.
        let query = query.expression_attribute_names("#shard", "shard");
        let query = query.expression_attribute_values(":shard", number(shard));
        ids(query.expression_attribute_values(":now", text(now))).await
    }
}

impl ActionsTable {
    /// The first items of a partition, as they are now.
    async fn partition(&self, pk: String, limit: i32) -> Result<Vec<Attributes>, StoreError> {
        let query = self.client.query().table_name(&self.table).consistent_read(true).limit(limit);
        let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", text(pk));
        Ok(query.send().await.map_err(unavailable)?.items.unwrap_or_default())
    }

    pub(super) fn index(&self, name: &str, limit: usize) -> QueryFluentBuilder {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        self.client.query().table_name(&self.table).index_name(name).limit(limit)
    }
}

/// The actions that a query of an index finds. Their keys are all that an index has.
async fn ids(query: QueryFluentBuilder) -> Result<Vec<ActionId>, StoreError> {
    let items = query.send().await.map_err(unavailable)?.items.unwrap_or_default();
    items.iter().map(id_of).collect()
}

/// The action that an entry of an index is of.
pub(super) fn id_of(entry: &Attributes) -> Result<ActionId, StoreError> {
    StoredItem::new(entry, "pk").decoded("pk", |pk| pk.strip_prefix("A#").unwrap_or_default().parse())
}
