//! The floor of a call: a function that makes the requests to AWS that `hook-trigger` makes, bare, with the same clients,
//! and does nothing else. `warm` in the benchmark says in a file which requests these are.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use lambda_http::{Error, Request, RequestExt as _, Response, run, service_fn};
use serde_json::Value as Json;
use shared::{aws, config};

/// What each call does, as the benchmark has seen `hook-trigger` do it.
struct Calls {
    dynamodb: aws_sdk_dynamodb::Client,
    sqs: aws_sdk_sqs::Client,
    hooks: String,
    requests: String,
    actions: String,
    queue: String,
    /// How often the hook is read.
    reads: u64,
    /// What is sent, if anything.
    message: Option<String>,
    /// What is written: nothing, one item, or two where the body is kept by itself.
    items: Vec<HashMap<String, AttributeValue>>,
    /// An action that is written, if any.
    action: Option<HashMap<String, AttributeValue>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let aws = aws::connect(config::optional)?;
    let plan: Json = serde_json::from_str(&std::fs::read_to_string(config::required("BENCH_CALLS")?)?)?;
    let calls = Calls {
        dynamodb: aws_sdk_dynamodb::Client::new(&aws),
        sqs: aws_sdk_sqs::Client::new(&aws),
        hooks: config::required("HOOKS_TABLE")?,
        requests: config::required("REQUESTS_TABLE")?,
        actions: config::required("ACTIONS_TABLE")?,
        queue: config::required("JOBS_QUEUE_URL")?,
        reads: plan["reads"].as_u64().unwrap_or_default(),
        message: plan["message"].as_str().map(str::to_owned),
        items: plan["items"].as_array().into_iter().flatten().map(item).collect(),
        action: plan.get("action").map(item),
    };
    // As `hook-trigger` does: the connections are open before the first call.
    calls.read("00000000-0000-4000-8000-000000000000").await?;
    calls.sqs.get_queue_attributes().queue_url(&calls.queue).send().await?;
    let calls = &calls;
    // On the heap, as that of the product is: the future of three requests at once is large.
    run(service_fn(async |request: Request| Box::pin(calls.answer(&request)).await)).await
}

impl Calls {
    async fn answer(&self, request: &Request) -> Result<Response<String>, Error> {
        let hook = request.path_parameters().first("hook_id").unwrap_or_default().to_owned();
        let delivery = request.headers().get("x-github-delivery").ok_or("the call has no delivery")?.to_str()?;
        for _ in 0..self.reads {
            self.read(&hook).await?;
        }
        let log = |index| self.write(&self.requests, "id", self.items.get(index), delivery);
        let start = self.write(&self.actions, "pk", self.action.as_ref(), delivery);
        tokio::try_join!(self.send(delivery), log(0), log(1), start)?;
        Ok(Response::new("done".to_owned()))
    }

    async fn read(&self, hook: &str) -> Result<(), Error> {
        let key = AttributeValue::S(hook.to_owned());
        let read = self.dynamodb.get_item().table_name(&self.hooks).key("id", key).consistent_read(true);
        read.send().await?;
        Ok(())
    }

    async fn send(&self, delivery: &str) -> Result<(), Error> {
        let Some(message) = &self.message else { return Ok(()) };
        let send = self.sqs.send_message().queue_url(&self.queue).message_body(message);
        // As long as the ids of the product.
        send.message_group_id("1.application.42").message_deduplication_id(format!("{delivery:0>64}")).send().await?;
        Ok(())
    }

    /// Writes the item with a key of its own.
    async fn write(
        &self,
        table: &str,
        key: &str,
        item: Option<&HashMap<String, AttributeValue>>,
        delivery: &str,
    ) -> Result<(), Error> {
        let Some(item) = item else { return Ok(()) };
        let put = self.dynamodb.put_item().table_name(table).set_item(Some(item.clone()));
        put.item(key, AttributeValue::S(delivery.to_owned())).send().await?;
        Ok(())
    }
}

fn item(json: &Json) -> HashMap<String, AttributeValue> {
    json.as_object().into_iter().flatten().filter_map(attribute).collect()
}

/// An attribute in DynamoDB's JSON, of the types that the log of calls and the ledger have.
fn attribute((name, value): (&String, &Json)) -> Option<(String, AttributeValue)> {
    let text = |kind: &str| value[kind].as_str().map(str::to_owned);
    let binary = || BASE64_STANDARD.decode(text("B")?).ok().map(|bytes| AttributeValue::B(Blob::new(bytes)));
    let boolean = || value["BOOL"].as_bool().map(AttributeValue::Bool);
    let value = text("S").map(AttributeValue::S).or_else(|| text("N").map(AttributeValue::N));
    let value = value.or_else(binary).or_else(boolean)?;
    Some((name.clone(), value))
}
