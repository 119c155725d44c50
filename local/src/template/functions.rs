//! `AWS::Serverless::Function`: what to run, with which variables, and for which events.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    ACCOUNT, Broken, REGION, Resource, Scope, Template,
    events::{Event, Events},
    scope::scalar_text,
};

#[derive(Debug)]
pub(crate) struct Function {
    /// Logical id.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) arn: String,
    /// The binary's name, which is the last part of `CodeUri`.
    pub(crate) binary: String,
    pub(crate) timeout: Duration,
    /// In MB.
    pub(crate) memory: u32,
    pub(crate) log_group: String,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) events: Events,
}

/// The properties as SAM spells them. Those without a default have one from AWS, below.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    code_uri: String,
    timeout: Option<u64>,
    memory_size: Option<u32>,
    #[serde(default)]
    environment: Environment,
    #[serde(default)]
    logging_config: LoggingConfig,
    #[serde(default)]
    events: BTreeMap<String, Event>,
}

const PROPERTIES: [&str; 6] = ["CodeUri", "Timeout", "MemorySize", "Environment", "LoggingConfig", "Events"];

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    variables: BTreeMap<String, Json>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase")]
struct LoggingConfig {
    log_group: Option<String>,
}

impl Template {
    pub(super) fn function(&self, resource: Resource<'_>, scope: &Scope) -> Result<Function, Broken> {
        let properties: Properties = self.properties(resource, scope, &PROPERTIES)?;
        let name = self.physical_name(resource, scope)?;
        let events = Events::read(properties.events.into_values());
        let variables = properties.environment.variables.into_iter();
        let default_log_group = || format!("/aws/lambda/{name}");
        Ok(Function {
            id: resource.id.to_owned(),
            arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
            binary: last_part(&properties.code_uri).to_owned(),
            timeout: Duration::from_secs(properties.timeout.unwrap_or(3)),
            memory: properties.memory_size.unwrap_or(128),
            log_group: properties.logging_config.log_group.unwrap_or_else(default_log_group),
            environment: variables.filter_map(|(name, value)| Some((name, scalar_text(&value)?))).collect(),
            events: events.map_err(|what| Broken::at(resource.node.line, format!("{}: {what}", resource.id)))?,
            name,
        })
    }
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}
