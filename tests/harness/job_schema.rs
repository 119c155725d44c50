//! What docs/job.schema.json says of a message. Every job that a test receives is held against it.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value as Json;

/// The schema, in the form in which consumers read it.
pub fn job_schema() -> &'static Json {
    static SCHEMA: LazyLock<Json> =
        LazyLock::new(|| serde_json::from_str(include_str!("../../docs/job.schema.json")).unwrap());
    &SCHEMA
}

/// What of a message is not as the schema says.
pub fn job_faults(message: &Json) -> Vec<String> {
    // The schema names its draft.
    static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| {
        let options = jsonschema::options().should_validate_formats(true);
        options.build(job_schema()).unwrap_or_else(|error| panic!("docs/job.schema.json: {error}"))
    });
    VALIDATOR.iter_errors(message).map(|error| format!("{}: {error}", error.instance_path())).collect()
}
