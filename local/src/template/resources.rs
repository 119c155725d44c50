//! The resource types that the stack makes, and their names. Functions have a file of their own.

use std::{collections::HashMap, net::SocketAddr};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{ACCOUNT, Broken, Function, REGION, Resource, STACK_NAME, Scope, Template, scope::scalar_text};
use crate::error::Error;

pub(super) const FUNCTION: &str = "AWS::Serverless::Function";
pub(super) const TABLE: &str = "AWS::DynamoDB::Table";
pub(super) const QUEUE: &str = "AWS::SQS::Queue";
pub(super) const SECRET: &str = "AWS::SecretsManager::Secret";
pub(super) const ROLE: &str = "AWS::IAM::Role";
pub(super) const POLICY: &str = "AWS::IAM::ManagedPolicy";
const API: &str = "AWS::Serverless::HttpApi";
const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// What has no meaning on one machine: how the stack is watched, reached from outside, guarded and released. Any other
/// type is an error, so that nothing of the template is left out unnoticed.
const WITHOUT_MEANING: &[&str] = &[
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    "AWS::Pipes::Pipe",
    "AWS::Route53::RecordSet",
    "AWS::Scheduler::Schedule",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
];

/// Where the stack answers: the part of the resources' names that is known only when the ports are.
#[derive(Debug)]
pub(crate) struct Addresses {
    pub(crate) api: SocketAddr,
    pub(crate) sqs: SocketAddr,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Body of a `CreateTable` request.
    pub(crate) create: Json,
    /// `TimeToLiveSpecification` of an `UpdateTimeToLive` request.
    pub(crate) time_to_live: Option<Json>,
}

#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) attributes: HashMap<String, String>,
}

#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) value: SecretValue,
}

#[derive(Debug, Deserialize)]
pub(crate) enum SecretValue {
    #[serde(rename = "SecretString")]
    Given(String),
    /// Body of a `GetRandomPassword` request, besides `SecretStringTemplate` and `GenerateStringKey`.
    #[serde(rename = "GenerateSecretString")]
    Generated(Map<String, Json>),
}

impl Template {
    /// Gives each resource its physical name. Secrets get theirs when they are made: the service picks it.
    pub(crate) fn name_resources(&self, scope: &mut Scope, addresses: &Addresses) -> Result<(), Error> {
        self.collect(scope, |_, resource, scope| {
            let arn = |service: &str, name: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{name}");
            let id = resource.id;
            let name = self.physical_name(resource, scope)?;
            match resource.kind {
                QUEUE => {
                    scope.set_ref(id, format!("http://{}/{ACCOUNT}/{name}", addresses.sqs));
                    scope.set_attribute(id, "Arn", arn("sqs", &name));
                    scope.set_attribute(id, "QueueName", name);
                }
                TABLE => {
                    scope.set_attribute(id, "Arn", arn("dynamodb", &format!("table/{name}")));
                    scope.set_ref(id, name);
                }
                FUNCTION => {
                    scope.set_attribute(id, "Arn", arn("lambda", &format!("function:{name}")));
                    scope.set_ref(id, name);
                }
                API => {
                    scope.set_ref(id, crate::gateway::API_ID);
                    scope.set_attribute(id, "ApiEndpoint", format!("http://{}", addresses.api));
                }
                ROLE => {
                    scope.set_attribute(id, "Arn", format!("arn:aws:iam::{ACCOUNT}:role/{name}"));
                    scope.set_ref(id, name);
                }
                POLICY => scope.set_ref(id, format!("arn:aws:iam::{ACCOUNT}:policy/{name}")),
                LOG_GROUP => {
                    // AWS adds the star, for the streams of the group.
                    scope.set_attribute(id, "Arn", arn("logs", &format!("log-group:{name}:*")));
                    scope.set_ref(id, name);
                }
                SECRET => scope.set_ref(id, name),
                kind if WITHOUT_MEANING.contains(&kind) => scope.set_ref(id, name),
                kind => return Err(Broken::at(resource.node.line, format!("{id}: {kind} is not known here"))),
            }
            Ok(None::<()>)
        })?;
        Ok(())
    }

    pub(crate) fn functions(&self, scope: &Scope) -> Result<Vec<Function>, Error> {
        self.collect(&mut scope.clone(), |template, resource, scope| {
            (resource.kind == FUNCTION).then(|| template.function(resource, scope)).transpose()
        })
    }

    pub(crate) fn tables(&self, scope: &Scope) -> Result<Vec<Table>, Error> {
        self.collect(&mut scope.clone(), |template, resource, scope| {
            (resource.kind == TABLE).then(|| template.table(resource, scope)).transpose()
        })
    }

    pub(crate) fn queues(&self, scope: &Scope) -> Result<Vec<Queue>, Error> {
        self.collect(&mut scope.clone(), |template, resource, scope| {
            (resource.kind == QUEUE).then(|| template.queue(resource, scope)).transpose()
        })
    }

    pub(crate) fn secrets(&self, scope: &Scope) -> Result<Vec<Secret>, Error> {
        self.collect(&mut scope.clone(), |template, resource, scope| {
            (resource.kind == SECRET).then(|| template.secret(resource, scope)).transpose()
        })
    }

    pub(super) fn collect<T>(
        &self,
        scope: &mut Scope,
        mut select: impl FnMut(&Self, Resource<'_>, &mut Scope) -> Result<Option<T>, Broken>,
    ) -> Result<Vec<T>, Error> {
        let selected = self.resources(scope).and_then(|resources| {
            resources.into_iter().filter_map(|resource| select(self, resource, scope).transpose()).collect()
        });
        selected.map_err(|broken| Self::error(&self.path, broken))
    }

    /// The name that the template gives, else one like CloudFormation's, without the random part.
    pub(super) fn physical_name(&self, resource: Resource<'_>, scope: &Scope) -> Result<String, Broken> {
        let Resource { id, kind, .. } = resource;
        let key = match kind {
            FUNCTION => "FunctionName",
            TABLE => "TableName",
            QUEUE => "QueueName",
            SECRET => "Name",
            LOG_GROUP => "LogGroupName",
            _ => return Ok(format!("{STACK_NAME}-{id}")),
        };
        let properties: Map<String, Json> = self.properties(resource, scope, &[key, "FifoQueue"])?;
        let fifo = properties.get("FifoQueue").and_then(scalar_text).is_some_and(|fifo| fifo == "true");
        let given = properties.get(key).and_then(scalar_text);
        Ok(given.unwrap_or_else(|| format!("{STACK_NAME}-{id}{}", if fifo { ".fifo" } else { "" })))
    }

    fn table(&self, resource: Resource<'_>, scope: &Scope) -> Result<Table, Broken> {
        // CloudFormation and CreateTable write these the same way.
        const SAME: [&str; 5] =
            ["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingMode"];
        let mut create: Map<String, Json> = self.properties(resource, scope, &SAME)?;
        let mut other: Map<String, Json> = self.properties(resource, scope, &["TimeToLiveSpecification"])?;
        let name = self.physical_name(resource, scope)?;
        create.insert("TableName".to_owned(), name.as_str().into());
        create.insert("BillingMode".to_owned(), "PAY_PER_REQUEST".into());
        Ok(Table {
            id: resource.id.to_owned(),
            name,
            create: create.into(),
            time_to_live: other.remove("TimeToLiveSpecification"),
        })
    }

    fn queue(&self, resource: Resource<'_>, scope: &Scope) -> Result<Queue, Broken> {
        const ATTRIBUTES: [&str; 12] = [
            "ContentBasedDeduplication",
            "DeduplicationScope",
            "DelaySeconds",
            "FifoQueue",
            "FifoThroughputLimit",
            "MaximumMessageSize",
            "MessageRetentionPeriod",
            "ReceiveMessageWaitTimeSeconds",
            "RedriveAllowPolicy",
            "RedrivePolicy",
            "SqsManagedSseEnabled",
            "VisibilityTimeout",
        ];
        let properties: Map<String, Json> = self.properties(resource, scope, &ATTRIBUTES)?;
        Ok(Queue {
            id: resource.id.to_owned(),
            name: self.physical_name(resource, scope)?,
            attributes: properties
                .into_iter()
                .map(|(name, value)| (name, scalar_text(&value).unwrap_or_else(|| value.to_string())))
                .collect(),
        })
    }

    fn secret(&self, resource: Resource<'_>, scope: &Scope) -> Result<Secret, Broken> {
        Ok(Secret {
            id: resource.id.to_owned(),
            name: self.physical_name(resource, scope)?,
            value: self.properties(resource, scope, &["SecretString", "GenerateSecretString"])?,
        })
    }
}
