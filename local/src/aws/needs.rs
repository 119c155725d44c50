//! Which permissions a request needs, as the services' pages in AWS's Service Authorization Reference say.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::Service;
use crate::template::{ACCOUNT, REGION};

/// An action on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) action: String,
    /// An ARN; `*` where the request names no resource.
    pub(super) resource: String,
    /// The service that acts for the caller: it uses the key that encrypts the resource.
    pub(super) via: Option<String>,
    /// The attributes of items that a request to DynamoDB names, if it asks for these alone.
    pub(super) attributes: Option<Vec<String>>,
}

/// What a request's body names.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Named {
    table_name: Option<String>,
    index_name: Option<String>,
    /// Of a transaction. Each has one key, such as `Put`.
    transact_items: Vec<HashMap<String, OnTable>>,
    /// Of a batch, by table.
    request_items: Map<String, Json>,
    queue_url: Option<String>,
    source_arn: Option<String>,
    secret_id: Option<String>,
    #[serde(rename = "executionArn")]
    execution_arn: Option<String>,
    #[serde(rename = "stateMachineArn")]
    state_machine_arn: Option<String>,
    #[serde(rename = "resourceArn")]
    resource_arn: Option<String>,
    select: Option<String>,
    projection_expression: String,
    key_condition_expression: String,
    filter_expression: String,
    expression_attribute_names: HashMap<String, String>,
}

impl Named {
    /// A state machine, or an execution of one.
    fn of_state_machine(self) -> Option<String> {
        self.execution_arn.or(self.state_machine_arn).or(self.resource_arn)
    }

    /// The attributes that the expressions name, if no others are asked for. Operators and functions count too, which
    /// errs on the side of refusing.
    fn attributes(&self) -> Option<Vec<String>> {
        if self.select.as_deref() != Some("SPECIFIC_ATTRIBUTES") {
            return None;
        }
        let expressions = [&self.projection_expression, &self.key_condition_expression, &self.filter_expression];
        let words = expressions.into_iter().flat_map(|text| text.split(|char: char| !is_of_a_word(char)));
        let names = words.filter(|word| !word.is_empty() && !word.starts_with(':') && *word != "AND");
        Some(
            names
                .map(|name| self.expression_attribute_names.get(name).map_or(name, String::as_str).to_owned())
                .collect(),
        )
    }
}

fn is_of_a_word(char: char) -> bool {
    char.is_alphanumeric() || "_-#:".contains(char)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OnTable {
    table_name: String,
}

/// `keys` is from the ARN of a resource to the customer's key that encrypts it.
pub(super) fn of(service: Service, operation: &str, body: &[u8], keys: &HashMap<String, String>) -> Vec<Need> {
    // What cannot be read names nothing, and the service will refuse it.
    let named: Named = serde_json::from_slice(body).unwrap_or_default();
    let attributes = named.attributes();
    let (prefix, needs) = match service {
        Service::DynamoDb => ("dynamodb", on_tables(operation, named)),
        Service::Sqs => ("sqs", on_queue(operation, named)),
        Service::SecretsManager => ("secretsmanager", vec![(operation.to_owned(), named.secret_id)]),
        Service::StepFunctions => ("states", vec![(operation.to_owned(), named.of_state_machine())]),
    };
    let mut of_keys = Vec::new();
    for (operation, resource) in &needs {
        let encrypted = resource.as_deref().map(|arn| arn.split("/index/").next().unwrap_or(arn));
        if let Some(key) = encrypted.and_then(|arn| keys.get(arn)) {
            let via = format!("{prefix}.{REGION}.amazonaws.com");
            of_keys.extend(on_key(service, operation).iter().map(|action| Need {
                action: (*action).to_owned(),
                resource: key.clone(),
                via: Some(via.clone()),
                attributes: None,
            }));
        }
    }
    let needs = needs.into_iter().map(|(operation, resource)| Need {
        action: format!("{prefix}:{operation}"),
        resource: resource.unwrap_or_else(|| "*".to_owned()),
        via: None,
        attributes: attributes.clone(),
    });
    needs.chain(of_keys).collect()
}

/// A transaction needs what each of its parts would need alone.
fn on_tables(operation: &str, named: Named) -> Vec<(String, Option<String>)> {
    let parts = named.transact_items.into_iter().flatten().map(|(part, on)| {
        let operation = if part == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{part}Item") };
        (operation, Some(table_arn(&on.table_name)))
    });
    let batch = named.request_items.keys().map(|table| (operation.to_owned(), Some(table_arn(table))));
    let needs: Vec<_> = parts.chain(batch).collect();
    if !needs.is_empty() {
        return needs;
    }
    let table = named.table_name.as_deref().map(table_arn);
    let index = named.index_name.map(|index| format!("/index/{index}")).unwrap_or_default();
    vec![(operation.to_owned(), table.map(|table| table + &index))]
}

/// A batch needs what its entries would need alone.
fn on_queue(operation: &str, named: Named) -> Vec<(String, Option<String>)> {
    let name = named.queue_url.as_deref().and_then(|url| url.rsplit('/').next());
    let arn = name.map(|name| format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"));
    vec![(operation.trim_end_matches("Batch").to_owned(), arn.or(named.source_arn))]
}

/// By name or by ARN.
fn table_arn(table: &str) -> String {
    if table.starts_with("arn:") {
        table.to_owned()
    } else {
        format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}")
    }
}

/// DynamoDB opens a table's key for its caller, to write as to read. SQS makes a data key for a sender, and opens it
/// again to check it; for a receiver it only opens it.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>
fn on_key(service: Service, operation: &str) -> &'static [&'static str] {
    match (service, operation) {
        (Service::Sqs, "SendMessage") => &["kms:GenerateDataKey", "kms:Decrypt"],
        (Service::Sqs, "ReceiveMessage") | (Service::DynamoDb | Service::SecretsManager, _) => &["kms:Decrypt"],
        (Service::Sqs | Service::StepFunctions, _) => &[],
    }
}
