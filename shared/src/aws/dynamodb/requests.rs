//! The table of calls and its index by hook.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_types::SdkConfig;

use super::item::text;
use super::request_item::{decode, decode_summary, encode};
use super::{put_outcome, unavailable};
use crate::domain::id::{HookId, RequestId};
use crate::domain::request::{Outcome, Request, RequestSummary};
use crate::ports::{FindRequest, ListRequests, PutRequest, StoreError};

/// The table of calls: partition key `id`, index `by-hook`, time to live `expires_at`.
#[derive(Debug, Clone)]
pub struct RequestsTable {
    client: Client,
    table: String,
}

impl RequestsTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }
}

impl PutRequest for RequestsTable {
    async fn put_request(&self, request: &Request) -> Result<(), StoreError> {
        let item = encode(request)?;
        let put = self.client.put_item().table_name(&self.table).set_item(Some(item.clone()));
        // A call that is `queued` may turn out to have failed, and never the other way round: a write that was given up
        // can arrive after the one that took its place.
        let put = put.condition_expression("attribute_not_exists(id) OR (hook_id = :hook AND outcome = :queued)");
        let put = put.expression_attribute_values(":hook", text(request.summary.hook_id));
        let put = put.expression_attribute_values(":queued", text(Outcome::Queued.as_str()));
        put_outcome(put.return_values_on_condition_check_failure(AllOld).send().await, &item)
    }
}

impl FindRequest for RequestsTable {
    async fn find_request(&self, id: RequestId) -> Result<Option<Request>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).key("id", text(id)).consistent_read(true);
        let answer = request.send().await.map_err(unavailable)?;
        answer.item.as_ref().map(decode).transpose()
    }
}

impl ListRequests for RequestsTable {
    async fn list_requests(&self, hook: HookId, limit: usize) -> Result<Vec<RequestSummary>, StoreError> {
        let query = self.client.query().table_name(&self.table).index_name("by-hook");
        let query = query.key_condition_expression("hook_id = :hook").scan_index_forward(false);
        let query = query.expression_attribute_values(":hook", text(hook));
        // One page of an answer holds 1 MB, which is some 4,000 summaries; a limit stops it at what is asked for.
        let mut items = query.limit(i32::try_from(limit).unwrap_or(i32::MAX)).into_paginator().items().send();
        let mut requests = Vec::new();
        while requests.len() < limit
            && let Some(item) = items.next().await
        {
            requests.push(decode_summary(&item.map_err(unavailable)?)?);
        }
        Ok(requests)
    }
}
