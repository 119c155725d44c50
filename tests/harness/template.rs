//! `template.yaml` as it is written: what stands there, not what it comes to.

use std::collections::BTreeMap;
use std::fs;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Value as Json, json};

/// The template. A function of CloudFormation is `{"!Ref": ..}`.
pub fn template() -> Json {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml")).unwrap();
    to_json(&Yaml::load_from_str(&text).unwrap()[0])
}

/// The resources of a type, by their logical ids.
pub fn resources(template: &Json, kind: &str) -> BTreeMap<String, Json> {
    let all = template["Resources"].as_object().unwrap().iter();
    all.filter(|(_, it)| it["Type"] == kind).map(|(id, it)| (id.clone(), it.clone())).collect()
}

fn to_json(yaml: &Yaml<'_>) -> Json {
    match yaml {
        Yaml::Value(Scalar::Null) => Json::Null,
        Yaml::Value(Scalar::Boolean(boolean)) => json!(boolean),
        Yaml::Value(Scalar::Integer(integer)) => json!(integer),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(items) => items.iter().map(to_json).collect(),
        Yaml::Mapping(entries) => {
            entries.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), to_json(value))).collect()
        }
        Yaml::Tagged(tag, inner) => json!({ format!("!{}", tag.suffix): to_json(inner) }),
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => panic!("{yaml:?}"),
    }
}
