//! The item of a pipeline. Its steps are one JSON string, in the layout below.

use serde::{Deserialize, Serialize};

use super::item::{Attributes, StoredItem, number, text};
use crate::domain::Invalid;
use crate::domain::hook::Resource;
use crate::domain::id::{EnvironmentId, PipelineId, ProjectId, ResourceId, StepId, UserId};
use crate::domain::pipeline::{
    ClaimWithin, Command, MaxParallelActions, Pipeline, PipelineRelation, Step, StepDraft, Steps,
};
use crate::ports::StoreError;

/// The partition key of a pipeline: it contains the project, so that no request can reach into another one.
pub(super) fn key(project: ProjectId, id: PipelineId) -> String {
    format!("P#{project}#{id}")
}

/// The partition of the index that lists the pipelines of a resource.
pub(super) fn partition(project: ProjectId, resource: Resource) -> String {
    format!("{project}#{}#{}", resource.kind, resource.id)
}

/// A whole pipeline, as it is written to the table.
pub(super) fn encode(pipeline: &Pipeline) -> Attributes {
    let relation = &pipeline.relation;
    Attributes::from([
        ("pk".to_owned(), text(key(relation.project_id, relation.id))),
        ("id".to_owned(), number(relation.id.get())),
        ("name".to_owned(), text(relation.name.as_str())),
        ("project_id".to_owned(), number(relation.project_id.get())),
        ("environment_id".to_owned(), number(relation.environment_id.get())),
        ("resource_type".to_owned(), text(relation.resource.kind)),
        ("resource_id".to_owned(), number(relation.resource.id.get())),
        ("operation".to_owned(), text(relation.operation)),
        ("max_parallel_actions".to_owned(), number(relation.max_parallel_actions.get().into())),
        ("label".to_owned(), text(relation.label.as_str())),
        ("on_lost".to_owned(), text(relation.on_lost)),
        ("claim_within".to_owned(), number(relation.claim_within.seconds().into())),
        ("created_by".to_owned(), number(relation.created_by.get())),
        ("created_at".to_owned(), text(relation.created_at)),
        ("updated_at".to_owned(), text(relation.updated_at)),
        ("resource".to_owned(), text(partition(relation.project_id, relation.resource))),
        ("steps".to_owned(), text(encode_steps(&pipeline.steps))),
    ])
}

/// A whole pipeline, as the table stores it.
pub(super) fn decode(attributes: &Attributes) -> Result<Pipeline, StoreError> {
    let item = StoredItem::new(attributes, "pk");
    Ok(Pipeline { relation: decode_relation(attributes)?, steps: item.decoded("steps", decode_steps)? })
}

/// The relation, as the table and its index store it. `template.yaml` lists what the index projects besides its own
/// keys.
pub(super) fn decode_relation(attributes: &Attributes) -> Result<PipelineRelation, StoreError> {
    let item = StoredItem::new(attributes, "pk");
    Ok(PipelineRelation {
        id: item.number("id", PipelineId::new)?,
        name: item.parsed("name")?,
        project_id: item.number("project_id", ProjectId::new)?,
        environment_id: item.number("environment_id", EnvironmentId::new)?,
        resource: Resource { kind: item.parsed("resource_type")?, id: item.number("resource_id", ResourceId::new)? },
        operation: item.parsed("operation")?,
        max_parallel_actions: item.number("max_parallel_actions", MaxParallelActions::new)?,
        label: item.parsed("label")?,
        on_lost: item.parsed("on_lost")?,
        claim_within: item.number("claim_within", ClaimWithin::new)?,
        created_by: item.number("created_by", UserId::new)?,
        created_at: item.parsed("created_at")?,
        updated_at: item.parsed("updated_at")?,
    })
}

#[derive(Serialize, Deserialize)]
struct StoredSteps {
    linked: Vec<StoredStep>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unlinked: Vec<StoredStep>,
}

#[derive(Serialize, Deserialize)]
struct StoredStep {
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    #[serde(rename = "type")]
    kind: String,
    command: String,
    runner: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    run_as_user: String,
    created_at: String,
    updated_at: String,
}

/// Writing these structs as JSON cannot fail: they have string keys and no foreign `Serialize`.
pub(super) fn encode_steps(steps: &Steps) -> String {
    let stored = |steps: &[Step]| steps.iter().map(StoredStep::from).collect();
    let stored = StoredSteps { linked: stored(steps.linked()), unlinked: stored(steps.unlinked()) };
    serde_json::to_string(&stored).unwrap_or_default()
}

impl From<&Step> for StoredStep {
    fn from(step: &Step) -> Self {
        let StepDraft { name, description, kind, command, runner, run_as_user } = &step.draft;
        Self {
            id: step.id.get(),
            name: name.as_ref().map(|name| name.as_str().to_owned()),
            description: description.as_str().to_owned(),
            kind: kind.as_str().to_owned(),
            command: command.as_str().to_owned(),
            runner: runner.as_str().to_owned(),
            run_as_user: run_as_user.as_str().to_owned(),
            created_at: step.created_at.to_string(),
            updated_at: step.updated_at.to_string(),
        }
    }
}

fn decode_steps(json: &str) -> Result<Steps, Invalid> {
    let stored: StoredSteps = serde_json::from_str(json).map_err(|_| Invalid::new("is not JSON"))?;
    let steps = |steps: Vec<StoredStep>| steps.into_iter().map(StoredStep::decode).collect::<Result<_, _>>();
    Ok(Steps::new(steps(stored.linked)?, steps(stored.unlinked)?))
}

impl StoredStep {
    fn decode(self) -> Result<Step, Invalid> {
        let kind = self.kind.parse()?;
        Ok(Step {
            id: StepId::new(self.id)?,
            draft: StepDraft {
                name: self.name.map(|name| name.parse()).transpose()?,
                description: self.description.parse()?,
                command: Command::of(&kind, &self.command)?,
                kind,
                runner: self.runner.parse()?,
                run_as_user: self.run_as_user.parse()?,
            },
            created_at: self.created_at.parse()?,
            updated_at: self.updated_at.parse()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures;

    #[test]
    fn what_was_stored_is_read_back() {
        let mut pipeline = fixtures::pipeline();
        assert_eq!(decode(&encode(&pipeline)).unwrap(), pipeline);
        let last = pipeline.steps.linked().last().unwrap().id;
        pipeline.steps.unlink(last);
        assert_eq!(decode(&encode(&pipeline)).unwrap(), pipeline);
    }

    #[test]
    fn the_keys_hold_the_project() {
        let pipeline = fixtures::pipeline();
        let item = encode(&pipeline);
        assert_eq!(item["pk"], text(format!("P#1#{}", pipeline.relation.id)));
        assert_eq!(item["resource"], text("1#application#42"));
    }

    proptest! {
        #[test]
        fn an_attribute_that_is_damaged_is_named(index: prop::sample::Index, absent: bool) {
            let mut item = encode(&fixtures::pipeline());
            let mut names: Vec<String> = item.keys().cloned().collect();
            names.retain(|name| !["pk", "resource"].contains(&name.as_str()));
            let name = names[index.index(names.len())].clone();
            if absent {
                item.remove(&name);
            } else {
                item.insert(name.clone(), aws_sdk_dynamodb::types::AttributeValue::Null(true));
            }
            let error = decode(&item).unwrap_err();
            let expected = matches!(&error, StoreError::Corrupt { attribute, .. } if *attribute == name);
            prop_assert!(expected, "{} for {}", error, name);
        }

        #[test]
        fn steps_that_are_damaged_are_corrupt(at in 0..400_usize) {
            let mut item = encode(&fixtures::pipeline());
            let whole = item["steps"].as_s().unwrap().clone();
            let cut: String = whole.chars().take(at % whole.len()).collect();
            item.insert("steps".to_owned(), text(cut));
            let corrupt = matches!(decode(&item), Err(StoreError::Corrupt { attribute: "steps", .. }));
            prop_assert!(corrupt);
        }
    }
}
