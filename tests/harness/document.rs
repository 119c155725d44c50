//! What docs/openapi.yaml says of an answer. Every answer that a test gets is held against it: see [`Call::send`].
//!
//! [`Call::send`]: crate::Call::send

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use crate::answer::Answer;

/// The document, and the schemas that were asked for so far.
#[derive(Debug)]
pub struct Document {
    json: Json,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One method of one path.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'d> {
    /// In lower case.
    pub method: &'d str,
    /// Such as `/hooks/incoming/{hook_id}`.
    pub path: &'d str,
    /// What the document says of it.
    pub json: &'d Json,
}

/// The document in the form in which `GET /openapi.json` answers it.
pub fn document() -> &'static Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document {
        json: serde_json::from_str(&openapi::json("http://127.0.0.1")).unwrap(),
        validators: Mutex::default(),
    });
    &DOCUMENT
}

impl Document {
    /// All of it.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// Every operation.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.json["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            let members = item.as_object().unwrap().iter();
            let operations = members.filter(|(_, member)| member.get("operationId").is_some());
            operations.map(move |(method, json)| Operation { method, path, json })
        })
    }

    /// What stands at the end of a `$ref`, or `node` itself.
    pub fn resolve<'d>(&'d self, node: &'d Json) -> &'d Json {
        let Some(reference) = node["$ref"].as_str() else { return node };
        let pointer = reference.strip_prefix('#').unwrap();
        self.resolve(self.json.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }

    /// What of a value is not as its schema says.
    pub fn faults(&self, schema: &Json, value: &Json) -> Vec<String> {
        let validator = self.validator(schema);
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    /// What of an answer is not as the document says. Nothing is said of a path and a method that it does not have.
    pub fn differences(&self, method: &str, path: &str, answer: &Answer) -> Vec<String> {
        let Some(operation) = self.operation(method, path) else { return Vec::new() };
        let Some(response) = operation.json["responses"].get(answer.status.to_string()) else {
            return vec![format!("the status {} is not documented", answer.status)];
        };
        let response = self.resolve(response);
        let mut differences = self.header_differences(response, answer);
        differences.extend(self.body_differences(response, answer));
        differences
    }

    /// The operation of a path such as `/hooks/incoming/5f46…`. A literal segment goes before a variable.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let shape = |template: &str| template.split('/').map(|part| part.starts_with('{')).collect::<Vec<_>>();
        let of_path = self.operations().filter(|operation| is_of(operation.path, path));
        let of_path = of_path.filter(|operation| operation.method.eq_ignore_ascii_case(method));
        of_path.min_by_key(|operation| shape(operation.path))
    }

    fn header_differences(&self, response: &Json, answer: &Answer) -> Vec<String> {
        let mut differences = Vec::new();
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            let header = self.resolve(header);
            match answer.headers.get(name).map(|value| value.to_str().unwrap()) {
                Some(text) => {
                    // A header is text; what it stands for may be a number.
                    let readings = [Json::from(text), text.parse::<i64>().map_or(Json::Null, Json::from)];
                    if readings.iter().all(|reading| !self.faults(&header["schema"], reading).is_empty()) {
                        differences.push(format!("the header {name} is {text:?}"));
                    }
                }
                None if header["required"] == true => differences.push(format!("the header {name} is missing")),
                None => {}
            }
        }
        differences
    }

    fn body_differences(&self, response: &Json, answer: &Answer) -> Vec<String> {
        let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
        let Some(content) = response["content"].as_object() else {
            return if answer.body.is_empty() { Vec::new() } else { vec!["no body is documented".to_owned()] };
        };
        let Some(described) = content.get(media_type) else {
            return vec![format!("the content type {media_type:?} is not documented")];
        };
        if media_type != "application/json" {
            return Vec::new();
        }
        match serde_json::from_slice(&answer.body) {
            Ok(body) => self.faults(&described["schema"], &body),
            // JSON with a number that is larger than any float, as callers may send one: the validator cannot have it.
            Err(_) if serde_json::from_slice::<&RawValue>(&answer.body).is_ok() => Vec::new(),
            Err(error) => vec![error.to_string()],
        }
    }

    fn validator(&self, schema: &Json) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let validator = validators.entry(schema.to_string()).or_insert_with(|| {
            let schema = json!({ "allOf": [schema], "components": self.json["components"] });
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{schema}: {error}")))
        });
        Arc::clone(validator)
    }
}

/// Whether a path has the form of one with variables.
fn is_of(template: &str, path: &str) -> bool {
    let (templates, parts) = (template.split('/'), path.split('/'));
    let fits = |(template, part): (&str, &str)| {
        if template.starts_with('{') { !part.is_empty() } else { template == part }
    };
    template.split('/').count() == path.split('/').count() && templates.zip(parts).all(fits)
}
