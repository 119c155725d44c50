//! The table of calls.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::Select;
use aws_types::SdkConfig;

use super::item::{Attributes, text};
use super::request_item::{
    Items, SUMMARY_ATTRIBUTES, body_partition, decode, decode_body, decode_summary, encode, partition,
};
use super::{put_outcome, unavailable};
use crate::domain::id::{HookId, RequestId};
use crate::domain::request::{KeptBody, Outcome, Request, RequestSummary};
use crate::ports::{FindRequest, ListRequests, PutRequest, StoreError};

/// The table of calls: partition key `pk`, sort key `id`, time to live `expires_at`.
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

    /// The call's own item. One that is `queued` may turn out to have failed, and never the other way round: a write
    /// that was given up can arrive after the one that took its place.
    async fn put_call(&self, summary: &RequestSummary, item: Attributes) -> Result<(), StoreError> {
        let put = self.client.put_item().set_item(Some(item.clone()));
        let put = match summary.outcome {
            Outcome::Queued => put.condition_expression("attribute_not_exists(id)"),
            Outcome::Ignored | Outcome::Rejected | Outcome::Failed => put
                .condition_expression("attribute_not_exists(id) OR (hook_id = :hook AND outcome = :queued)")
                .expression_attribute_values(":hook", text(summary.hook_id))
                .expression_attribute_values(":queued", text(Outcome::Queued.as_str())),
        };
        self.send(put, &item).await
    }

    /// A body that stands apart. It stays as it is, whatever becomes of its call.
    async fn put_body(&self, item: Attributes) -> Result<(), StoreError> {
        let put = self.client.put_item().set_item(Some(item.clone()));
        self.send(put.condition_expression("attribute_not_exists(id)"), &item).await
    }

    async fn send(&self, put: PutItemFluentBuilder, item: &Attributes) -> Result<(), StoreError> {
        let put = put.table_name(&self.table).return_values_on_condition_check_failure(AllOld);
        put_outcome(put.send().await, item)
    }

    async fn get(&self, partition: String, id: RequestId) -> Result<Option<Attributes>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", text(partition)).key("id", text(id));
        Ok(get.consistent_read(true).send().await.map_err(unavailable)?.item)
    }
}

impl PutRequest for RequestsTable {
    async fn put_request(&self, request: &Request) -> Result<(), StoreError> {
        let Items { call, body } = encode(request)?;
        let call = self.put_call(&request.summary, call);
        let Some(body) = body else { return call.await };
        // Neither waits for the other or ends it: each is worth having alone.
        let (call, body) = tokio::join!(call, self.put_body(body));
        call.and(body)
    }
}

impl FindRequest for RequestsTable {
    async fn find_request(&self, id: RequestId) -> Result<Option<Request>, StoreError> {
        let Some(item) = self.get(partition(id.tag()), id).await? else { return Ok(None) };
        let mut request = decode(&item)?;
        if request.exchange.request_body == KeptBody::Lost
            && let Some(body) = self.get(body_partition(id), id).await?
        {
            request.exchange.request_body = decode_body(&body)?;
        }
        Ok(Some(request))
    }
}

impl ListRequests for RequestsTable {
    async fn list_requests(&self, hook: HookId, limit: usize) -> Result<Vec<RequestSummary>, StoreError> {
        let query = self.client.query().table_name(&self.table).scan_index_forward(false);
        let query = query.key_condition_expression("pk = :pk").filter_expression("hook_id = :hook");
        let query = query.expression_attribute_values(":pk", text(partition(hook.tag())));
        let query = query.expression_attribute_values(":hook", text(hook));
        // These alone: the role allows no others. Through placeholders, because one is a word of DynamoDB's own.
        let query = query.select(Select::SpecificAttributes);
        let names = SUMMARY_ATTRIBUTES.map(|name| (format!("#{name}"), name.to_owned()));
        let query = query.projection_expression(names.clone().map(|(placeholder, _)| placeholder).join(", "));
        let query = query.set_expression_attribute_names(Some(names.into()));
        // DynamoDB reads 1 MB at a time, which is some 500 calls with their exchanges, and 110 of the largest; a limit
        // stops it at what is asked for.
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
