//! What `bench-calls` is to do: the requests that `hook-trigger` makes for the same call, taken from one that it served.

use std::collections::HashMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sample::Failure;
use serde_json::{Map, Value as Json, json};
use shared::aws;

use crate::load::{Expect, Kind, Outcome};
use crate::process::Process;
use crate::stage::Stage;

/// Looks at what the product has stored.
pub(crate) struct Plans(Client);

impl Plans {
    pub(crate) fn new(stage: &Stage) -> Result<Self, Failure> {
        Ok(Self(Client::new(&aws::connect(variables(stage))?)))
    }

    /// Lets the product serve one such call and writes down what a bare one has to do: the message and the items are those
    /// that the product made.
    pub(crate) async fn write(&self, stage: &Stage, kind: &Kind) -> Result<PathBuf, Failure> {
        let mut messages = stage.stack.watch_messages();
        let mut process = Process::ready(&stage.trigger(kind)?).await?;
        let answer = std::sync::Mutex::new(Vec::new());
        let keep = |body: &[u8]| {
            if let Ok(mut answer) = answer.lock() {
                *answer = body.to_vec();
            }
            Expect::Outcome(kind.outcome).is_met(body)
        };
        process.call(kind.event(), keep).await?;
        let answer: Json = serde_json::from_slice(&answer.into_inner()?)?;
        let answer: Json = serde_json::from_str(answer["body"].as_str().unwrap_or_default())?;
        let id = answer["request_id"].as_str().ok_or("the answer names no request")?;
        let items = async { self.items(stage, id).await };
        let reads = u8::from(!kind.is_busy);
        let plan = match kind.outcome {
            Outcome::Accepted => json!({ "reads": reads, "message": messages.try_recv()?.body, "items": items.await? }),
            Outcome::Started => {
                let action = self.action(stage).await?;
                json!({
                    "reads": reads, "message": messages.try_recv()?.body, "items": items.await?, "action": action,
                })
            }
            Outcome::Ignored => json!({ "reads": reads, "items": items.await? }),
            // In a flood, which this becomes, nothing is logged.
            Outcome::BadSignature => json!({ "reads": reads }),
        };
        let path = stage.directory.path().join("calls.json");
        std::fs::write(&path, plan.to_string())?;
        process.end().await?;
        Ok(path)
    }

    /// Any item of a table that has this value in this attribute, in DynamoDB's JSON.
    pub(crate) async fn item(&self, stage: &Stage, table: &str, attribute: &str, value: &str) -> Result<Json, Failure> {
        let scan = self.0.scan().table_name(stage.stack.physical_id(table)).consistent_read(true);
        let scan = scan.filter_expression("#a = :v").expression_attribute_names("#a", attribute);
        let scan = scan.expression_attribute_values(":v", AttributeValue::S(value.to_owned()));
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let item = items.into_iter().next();
        dynamodb_json(item.ok_or_else(|| format!("{table} has no item whose {attribute} is {value}"))?)
    }

    /// What the log has of a call, in DynamoDB's JSON. A body that is kept by itself has the id of its call too.
    async fn items(&self, stage: &Stage, id: &str) -> Result<Vec<Json>, Failure> {
        let scan = self.0.scan().table_name(stage.stack.physical_id("RequestsTable")).consistent_read(true);
        let scan =
            scan.filter_expression("id = :id").expression_attribute_values(":id", AttributeValue::S(id.to_owned()));
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        if items.is_empty() {
            return Err("the call was not logged".into());
        }
        items.into_iter().map(dynamodb_json).collect()
    }

    /// An action that has just been started, likewise: its own item.
    async fn action(&self, stage: &Stage) -> Result<Json, Failure> {
        let scan = self.0.scan().table_name(stage.stack.physical_id("ActionsTable")).consistent_read(true);
        let scan = scan.filter_expression("#status = :queued").expression_attribute_names("#status", "status");
        let scan = scan.expression_attribute_values(":queued", AttributeValue::S("queued".to_owned()));
        let items = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        dynamodb_json(items.into_iter().next().ok_or("the call started no action")?)
    }
}

/// What a client of the stage's DynamoDB is told.
pub(crate) fn variables(stage: &Stage) -> impl Fn(&'static str) -> Option<String> {
    let url = stage.stack.dynamodb_url();
    move |name| match name {
        "AWS_ENDPOINT_URL" => Some(url.clone()),
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("local".to_owned()),
        _ => None,
    }
}

fn dynamodb_json(item: HashMap<String, AttributeValue>) -> Result<Json, Failure> {
    let attribute = |(name, value): (String, AttributeValue)| {
        let text = value.as_s().map(|text| json!({ "S": text }));
        let number = |_| value.as_n().map(|number| json!({ "N": number }));
        let bytes = |_| value.as_b().map(|bytes| json!({ "B": BASE64_STANDARD.encode(bytes.as_ref()) }));
        let boolean = |_| value.as_bool().map(|boolean| json!({ "BOOL": boolean }));
        let json = text.or_else(number).or_else(bytes).or_else(boolean);
        json.map(|json| (name, json)).map_err(|other| format!("an attribute has an unknown type: {other:?}"))
    };
    Ok(Json::Object(item.into_iter().map(attribute).collect::<Result<Map<_, _>, _>>()?))
}
