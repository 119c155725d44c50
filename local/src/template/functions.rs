//! `AWS::Serverless::Function`: what to run, with which variables, on which routes.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value as Json;

use super::{ACCOUNT, Broken, REGION, Resource, Scope, Template, scope::scalar_text};

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
    /// Method and path of each `HttpApi` event.
    pub(crate) routes: Vec<(String, String)>,
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

#[derive(Deserialize)]
#[serde(tag = "Type", content = "Properties")]
enum Event {
    HttpApi(Route),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Route {
    method: Option<String>,
    path: Option<String>,
}

impl Route {
    /// Method and path. As for SAM, an event that names neither is the default route.
    fn read(self, function: Resource<'_>) -> Result<(String, String), Broken> {
        match (self.method, self.path) {
            (Some(method), Some(path)) => Ok((method, path)),
            (None, None) => Ok(("ANY".to_owned(), "$default".to_owned())),
            (Some(_), None) | (None, Some(_)) => {
                let message = format!("{}: an HttpApi event has a Method and a Path, or neither", function.id);
                Err(Broken::at(function.node.line, message))
            }
        }
    }
}

impl Template {
    pub(super) fn function(&self, resource: Resource<'_>, scope: &Scope) -> Result<Function, Broken> {
        let properties: Properties = self.properties(resource, scope, &PROPERTIES)?;
        let name = self.physical_name(resource, scope)?;
        let routes = properties.events.into_values().map(|Event::HttpApi(route)| route.read(resource));
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
            routes: routes.collect::<Result<_, _>>()?,
            name,
        })
    }
}

fn last_part(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn routes(event: &str) -> Result<Vec<(String, String)>, String> {
        let text = format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             CodeUri: target/lambda/f/\n      \
             Events: {{ E: {{ Type: HttpApi, Properties: {{ ApiId: api{event} }} }} }}\n"
        );
        let template = Template::parse(Path::new("t.yaml"), &text).unwrap();
        let scope = template.scope(&BTreeMap::new()).unwrap();
        let functions = template.functions(&scope).map_err(|error| error.to_string())?;
        Ok(functions.into_iter().flat_map(|function| function.routes).collect())
    }

    #[test]
    fn an_event_without_method_and_path_is_the_default_route() {
        let route = |method: &str, path: &str| Ok(vec![(method.to_owned(), path.to_owned())]);
        assert_eq!(routes(""), route("ANY", "$default"));
        assert_eq!(routes(", Method: GET, Path: /users/me"), route("GET", "/users/me"));
    }

    #[test]
    fn half_a_route_is_none() {
        for half in [", Method: GET", ", Path: /users/me"] {
            let error = routes(half).unwrap_err();
            assert_eq!(error, "t.yaml:3: F: an HttpApi event has a Method and a Path, or neither", "{half}");
        }
    }
}
