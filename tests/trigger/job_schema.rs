//! The document that consumers of jobs go by, `docs/job.schema.json`. That the jobs are as it says is shown wherever a
//! test receives one.

use harness::{job_faults, job_schema};
use serde_json::{Value as Json, json};

/// Where a message has an object whose members are all named.
const OBJECTS: [&str; 3] = ["", "/resource", "/triggered_from"];

fn examples() -> &'static [Json] {
    job_schema()["examples"].as_array().unwrap()
}

fn members<'j>(message: &'j mut Json, object: &str) -> &'j mut serde_json::Map<String, Json> {
    message.pointer_mut(object).unwrap().as_object_mut().unwrap()
}

#[test]
fn the_examples_of_the_schema_are_valid() {
    assert!(!examples().is_empty());
    for example in examples() {
        assert_eq!(job_faults(example), [""; 0], "{example}");
    }
}

#[test]
fn a_job_with_a_field_more_is_refused() {
    for (example, object) in examples().iter().flat_map(|example| OBJECTS.map(|object| (example, object))) {
        let mut job = example.clone();
        members(&mut job, object).insert("more".to_owned(), Json::Null);
        assert_eq!(job_faults(&job).len(), 1, "{job}");
    }
}

#[test]
fn a_job_with_a_field_less_is_refused() {
    for (example, object) in examples().iter().flat_map(|example| OBJECTS.map(|object| (example, object))) {
        let names: Vec<_> = members(&mut example.clone(), object).keys().cloned().collect();
        for name in names {
            let mut job = example.clone();
            members(&mut job, object).remove(&name);
            assert_eq!(job_faults(&job).len(), 1, "{job}");
        }
    }
}

#[test]
fn a_job_of_another_version_is_refused() {
    for version in [json!(2), json!(0), json!("1"), Json::Null] {
        let mut job = examples()[0].clone();
        job["version"] = version;
        assert_eq!(job_faults(&job).len(), 1, "{job}");
    }
}
