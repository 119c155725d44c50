//! `template.yaml` as it is written: what stands there, not what it comes to.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::repository;

/// The template. A function of CloudFormation is `{"!Ref": ..}`.
pub fn template() -> Json {
    repository::yaml("template.yaml")
}

/// The resources of a type, by their logical ids.
pub fn resources(template: &Json, kind: &str) -> BTreeMap<String, Json> {
    let all = template["Resources"].as_object().unwrap().iter();
    all.filter(|(_, it)| it["Type"] == kind).map(|(id, it)| (id.clone(), it.clone())).collect()
}
