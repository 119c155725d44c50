//! Turns docs/openapi.yaml into the JSON that `/openapi.json` answers, and into a table of paths and methods.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Serialize, Serializer};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.yaml");

/// A placeholder for the address of the API, which is known only when it is called.
const ADDRESS: &str = "{{address}}";

/// What a path item may have besides methods is not asked for here.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[expect(clippy::disallowed_methods, reason = "cargo says in the environment where to write")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DOCUMENT}");
    let text = fs::read_to_string(DOCUMENT)?;
    let documents = Yaml::load_from_str(&text)?;
    let [document] = documents.as_slice() else { return Err("docs/openapi.yaml is not one document".into()) };

    let json = serde_json::to_string(&Deployed(document))?;
    let mark = serde_json::to_string(ADDRESS)?;
    let (before, after) = json.split_once(&mark).ok_or("docs/openapi.yaml names no servers")?;
    let directory = std::env::var("OUT_DIR")?;
    let directory = Path::new(&directory);
    fs::write(directory.join("before.json"), before)?;
    fs::write(directory.join("after.json"), after)?;
    fs::write(directory.join("paths.rs"), paths(document)?)?;
    Ok(())
}

/// The document in the order in which it is written, with the place of the address instead of its `servers`.
struct Deployed<'y>(&'y Yaml<'y>);

impl Serialize for Deployed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.0.as_mapping().ok_or_else(|| S::Error::custom("the document is no mapping"))?;
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for (name, value) in members {
            if name.as_str() == Some("servers") {
                map.serialize_entry("servers", &serde_json::json!([{ "url": ADDRESS }]))?;
            } else {
                map.serialize_entry(&Node(name), &Node(value))?;
            }
        }
        map.end()
    }
}

struct Node<'y>(&'y Yaml<'y>);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Yaml::Value(Scalar::Null) => serializer.serialize_unit(),
            Yaml::Value(Scalar::Boolean(value)) => serializer.serialize_bool(*value),
            Yaml::Value(Scalar::Integer(value)) => serializer.serialize_i64(*value),
            Yaml::Value(Scalar::FloatingPoint(value)) => serializer.serialize_f64(value.into_inner()),
            Yaml::Value(Scalar::String(value)) => serializer.serialize_str(value),
            Yaml::Sequence(items) => serializer.collect_seq(items.iter().map(Node)),
            Yaml::Mapping(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (Node(name), Node(value))))
            }
            Yaml::Tagged(..) | Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
                Err(S::Error::custom("a tag, an alias or a missing value, which JSON does not have"))
            }
        }
    }
}

/// `&[("/users/me", &["GET"]), …]`
fn paths(document: &Yaml<'_>) -> Result<String, Box<dyn Error>> {
    let paths = document.as_mapping_get("paths").and_then(Yaml::as_mapping).ok_or("the document has no paths")?;
    let mut source = "&[\n".to_owned();
    for (path, item) in paths {
        let path = path.as_str().ok_or("a path is no text")?;
        let members = item.as_mapping().ok_or("a path item is no mapping")?.iter();
        let methods = members.filter_map(|(name, _)| name.as_str().filter(|name| METHODS.contains(name)));
        let methods: Vec<_> = methods.map(str::to_ascii_uppercase).collect();
        writeln!(source, "    ({path:?}, &{methods:?}),")?;
    }
    Ok(source + "]\n")
}
