//! `template.yaml` as it is written: what stands there, not what it comes to.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::repository;

/// The template. A function of CloudFormation is `{"!Ref": ..}`.
pub fn template() -> Json {
    repository::yaml("template.yaml")
}

/// A route, and the function that answers it, by its logical id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// Logical id.
    pub function: String,
    /// Such as `GET`.
    pub method: String,
    /// With its variables, such as `/hooks/incoming/{hook_id}`.
    pub path: String,
}

impl Route {
    /// A path of this route. What it names exists, at best, in this project alone: nothing but the project does.
    pub fn example(&self, project: i64) -> String {
        let part = |part: &str| match part {
            "{project_id}" => project.to_string(),
            "{hook_id}" | "{token_id}" => "00000000-0000-4000-8000-000000000000".to_owned(),
            "{request_id}" => "01939b7c-0000-7000-8000-000000000000".to_owned(),
            "{resource_types}" => "applications".to_owned(),
            "{resource_type}" => "application".to_owned(),
            variable if variable.starts_with('{') => "1".to_owned(),
            part => part.to_owned(),
        };
        self.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }
}

/// Every route but the default one.
pub fn routes() -> Vec<Route> {
    let functions = resources(&template(), "AWS::Serverless::Function");
    let of_function = |(function, it): (&String, &Json)| {
        let events = it["Properties"]["Events"].as_object().cloned().unwrap_or_default();
        let route = |event: &Json| {
            let text = |name: &str| event["Properties"][name].as_str().map(str::to_owned);
            Some(Route { function: function.clone(), method: text("Method")?, path: text("Path")? })
        };
        events.values().filter_map(route).filter(|route| route.method != "ANY").collect::<Vec<_>>()
    };
    functions.iter().flat_map(of_function).collect()
}

/// The resources of a type, by their logical ids.
pub fn resources(template: &Json, kind: &str) -> BTreeMap<String, Json> {
    let all = template["Resources"].as_object().unwrap().iter();
    all.filter(|(_, it)| it["Type"] == kind).map(|(id, it)| (id.clone(), it.clone())).collect()
}
