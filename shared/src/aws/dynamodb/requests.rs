//! The table of calls: how one is kept and found. [`request_list`](super::request_list) lists them.

use std::fmt::Display;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_types::SdkConfig;

use super::item::{Attributes, StoredItem, text};
use super::request_item::{Items, body_partition, decode, decode_body, encode, encode_replaced, partition};
use super::{put_outcome, unavailable};
use crate::domain::id::RequestId;
use crate::domain::request::{KeptBody, Outcome, Request, RequestSummary};
use crate::ports::{FindRequest, PutRequest, ReplaceRequest, StoreError};

/// The table of calls: partition key `pk`, sort key `id`, time to live `expires_at`, index `by-project`.
#[derive(Debug, Clone)]
pub struct RequestsTable {
    pub(super) client: Client,
    pub(super) table: String,
}

impl RequestsTable {
    /// Connects lazily.
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self { client: Client::new(config), table }
    }

    /// An item that is written once.
    pub(super) async fn put_new(&self, item: Attributes) -> Result<(), StoreError> {
        let put = self.client.put_item().set_item(Some(item.clone()));
        self.send(put.condition_expression("attribute_not_exists(id)"), &item).await
    }

    /// Takes the place of a call that was kept as queued. That one may come second: a write that was given up can arrive
    /// after this one, and must not undo it.
    async fn put_over(&self, item: Attributes, summary: &RequestSummary) -> Result<(), StoreError> {
        let put = self.client.put_item().set_item(Some(item.clone()));
        let put = put
            .condition_expression("attribute_not_exists(id) OR (hook_id = :hook AND outcome = :queued)")
            .expression_attribute_values(":hook", text(summary.hook_id))
            .expression_attribute_values(":queued", text(Outcome::Queued.as_str()));
        self.send(put, &item).await
    }

    async fn send(&self, put: PutItemFluentBuilder, item: &Attributes) -> Result<(), StoreError> {
        let put = put.table_name(&self.table).return_values_on_condition_check_failure(AllOld);
        put_outcome(put.send().await, item)
    }

    /// The call, if this is its outcome.
    async fn find_with(&self, outcome: Outcome, id: RequestId) -> Result<Option<Request>, StoreError> {
        let Some(item) = self.get(partition(outcome, id.tag()), id).await? else { return Ok(None) };
        // One that has failed after all only holds its place among the queued ones.
        let found: Outcome = StoredItem::new(&item, "id").parsed("outcome")?;
        if found == outcome { decode(&item).map(Some) } else { Ok(None) }
    }

    pub(super) async fn get(&self, partition: String, id: impl Display) -> Result<Option<Attributes>, StoreError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", text(partition)).key("id", text(id));
        Ok(get.consistent_read(true).send().await.map_err(unavailable)?.item)
    }
}

impl PutRequest for RequestsTable {
    async fn put_request(&self, request: &Request) -> Result<(), StoreError> {
        let Items { call, body } = encode(request)?;
        let call = self.put_new(call);
        let Some(body) = body else { return call.await };
        // Neither waits for the other or ends it: each is worth having alone.
        let (call, body) = tokio::join!(call, self.put_new(body));
        call.and(body)
    }
}

impl ReplaceRequest for RequestsTable {
    async fn replace_request(&self, request: &Request) -> Result<(), StoreError> {
        let summary = &request.summary;
        if summary.outcome == Outcome::Queued {
            return self.put_over(encode(request)?.call, summary).await;
        }
        // First the new one: whatever happens in between, the call is in the log.
        self.put_request(request).await?;
        self.put_over(encode_replaced(summary), summary).await
    }
}

impl FindRequest for RequestsTable {
    /// Its id does not say what became of it, so it is looked for under each outcome.
    async fn find_request(&self, id: RequestId) -> Result<Option<Request>, StoreError> {
        let (failed, queued, ignored, rejected) = tokio::join!(
            self.find_with(Outcome::Failed, id),
            self.find_with(Outcome::Queued, id),
            self.find_with(Outcome::Ignored, id),
            self.find_with(Outcome::Rejected, id),
        );
        let Some(mut request) = failed?.or(queued?).or(ignored?).or(rejected?) else { return Ok(None) };
        if request.exchange.request_body == KeptBody::Lost
            && let Some(body) = self.get(body_partition(id), id).await?
        {
            request.exchange.request_body = decode_body(&body)?;
        }
        Ok(Some(request))
    }
}
