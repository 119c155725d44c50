//! Lists of actions. The indexes hold keys alone, so that a change of status writes none of them: a list reads the keys
//! of the newest actions, and then the actions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::super::item::{Attributes, text};
use super::super::unavailable;
use super::head::{decode, pipeline_partition, resource_partition};
use super::read::id_of;
use super::{ActionsTable, head_key};
use crate::domain::action::Action;
use crate::domain::id::ActionId;
use crate::ports::{ActionFilter, ActionPage, ActionQuery, ActionScope, ListActions, MOST_LISTED, StoreError};

/// What one request reads at most.
const BATCH: usize = 100;

/// How often what DynamoDB left out of a batch is asked for again.
const ROUNDS: usize = 5;

impl ListActions for ActionsTable {
    async fn list_actions(&self, query: &ActionQuery) -> Result<ActionPage, StoreError> {
        let (ids, stopped) = self.newest(query).await?;
        let part = |length: usize| query.offset.min(length)..query.offset.saturating_add(query.limit).min(length);
        if query.filter == ActionFilter::default() {
            let total = ids.len();
            return Ok(ActionPage { actions: self.heads(&ids[part(total)]).await?, total, stopped });
        }
        let mut actions = self.heads(&ids).await?;
        actions.retain(|action| query.filter.lets_through(action));
        let total = actions.len();
        Ok(ActionPage { actions: actions.drain(part(total)).collect(), total, stopped })
    }
}

impl ActionsTable {
    /// The ids of the newest actions, and whether there are older ones.
    async fn newest(&self, query: &ActionQuery) -> Result<(Vec<ActionId>, bool), StoreError> {
        let (name, partition) = match query.scope {
            ActionScope::Project => ("by-project", query.project_id.to_string()),
            ActionScope::Resource(resource) => ("by-resource", resource_partition(query.project_id, resource)),
            ActionScope::Pipeline(pipeline) => ("by-pipeline", pipeline_partition(query.project_id, pipeline)),
        };
        // One more tells whether there are more: a query that stops at its limit may have found everything.
        let request = self.index(name, MOST_LISTED + 1).scan_index_forward(false);
        let request = request
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", name.trim_start_matches("by-"))
            .expression_attribute_values(":partition", text(partition));
        let answer = request.send().await.map_err(unavailable)?;
        let ids = answer.items().iter().take(MOST_LISTED).map(id_of).collect::<Result<_, _>>()?;
        Ok((ids, answer.items().len() > MOST_LISTED))
    }

    /// The actions of these ids, in their order. One that has expired since is left out.
    async fn heads(&self, ids: &[ActionId]) -> Result<Vec<Action>, StoreError> {
        let mut found = HashMap::new();
        for batch in ids.chunks(BATCH) {
            for item in self.batch(batch).await? {
                let action = decode(&item)?;
                found.insert(action.id, action);
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    async fn batch(&self, ids: &[ActionId]) -> Result<Vec<Attributes>, StoreError> {
        let (mut keys, mut items) = (ids.iter().map(|id| head_key(*id)).collect::<Vec<_>>(), Vec::new());
        for _ in 0..ROUNDS {
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).build();
            let wanted = wanted.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
            let request = self.client.batch_get_item().request_items(&self.table, wanted);
            let mut answer = request.send().await.map_err(unavailable)?;
            let responses = answer.responses.as_mut().and_then(|tables| tables.remove(&self.table));
            items.extend(responses.unwrap_or_default());
            let left = answer.unprocessed_keys.as_mut().and_then(|tables| tables.remove(&self.table));
            keys = left.map(|left| left.keys).unwrap_or_default();
            if keys.is_empty() {
                return Ok(items);
            }
        }
        Err(StoreError::Unavailable("DynamoDB leaves out parts of a batch".into()))
    }
}
