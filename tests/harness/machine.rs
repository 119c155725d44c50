//! State machines of Step Functions, and the pipelines that run them.

use serde_json::{Value as Json, json};

use crate::pipeline::{Pipeline, deployment};
use crate::stack::{Pipehook, alone_with};
use crate::user::User;

/// What stands before the names of machines on the local stack.
const MACHINES: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:";

/// The machines that the stacks of [`alone_with_machines`] allow, and the default one of their steps.
const ALLOWED: [(&str, &str); 2] = [
    ("AllowedStateMachines", "arn:aws:states:us-east-1:000000000000:stateMachine:deploy-*"),
    ("StateMachineArn", "arn:aws:states:us-east-1:000000000000:stateMachine:deploy-default"),
];

/// Runs a test on a stack of its own, whose pipelines may start machines named `deploy-…`.
pub fn alone_with_machines(test: impl AsyncFnOnce(&Pipehook)) {
    alone_with(&ALLOWED, test);
}

/// The same with these parameters beside.
pub fn alone_with_machines_and(parameters: &[(&str, &str)], test: impl AsyncFnOnce(&Pipehook)) {
    alone_with(&[parameters, &ALLOWED].concat(), test);
}

/// The ARN of a machine of this name.
pub fn machine_arn(name: &str) -> String {
    format!("{MACHINES}{name}")
}

/// A step that starts this machine: its ARN, or nothing for the default.
pub fn machine_step(machine: &str) -> Json {
    json!({ "type": "step-functions", "command": machine, "runner": "custom" })
}

/// A definition whose execution ends at once, with what it got.
pub fn at_once() -> Json {
    json!({ "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } } })
}

/// A definition whose execution runs until it is stopped.
pub fn endless() -> Json {
    json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 86_400, "End": true } } })
}

/// A definition whose execution fails.
pub fn failing(error: &str, cause: &str) -> Json {
    json!({ "StartAt": "Fail", "States": { "Fail": { "Type": "Fail", "Error": error, "Cause": cause } } })
}

impl Pipehook {
    /// Asks Step Functions, as a user with access to the account.
    pub async fn states(&self, operation: &str, request: &Json) -> Json {
        self.aws(&self.step_functions_url(), &format!("AWSStepFunctions.{operation}"), request).await
    }

    /// Creates a Standard machine of this name, with the tag that names these projects, if there is one; its ARN.
    pub async fn create_machine(&self, name: &str, definition: &Json, projects: Option<&str>) -> String {
        let tags: Vec<_> = projects.iter().map(|value| json!({ "key": "pipehook:project", "value": value })).collect();
        let request = json!({
            "name": name, "definition": definition.to_string(), "roleArn": "arn:aws:iam::000000000000:role/machine",
            "tags": tags,
        });
        self.states("CreateStateMachine", &request).await["stateMachineArn"].as_str().unwrap().to_owned()
    }

    /// The executions of a machine.
    pub async fn executions(&self, machine: &str) -> Vec<Json> {
        let listed = self.states("ListExecutions", &json!({ "stateMachineArn": machine })).await;
        listed["executions"].as_array().cloned().unwrap()
    }
}

impl<'s> User<'s> {
    /// Creates a pipeline that starts this machine.
    pub async fn create_machine_pipeline(&self, machine: &str, change: &Json) -> Pipeline<'s> {
        let mut draft = deployment();
        draft.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let pipeline = self.create_pipeline(&draft).await;
        pipeline.add_step(&machine_step(machine)).await;
        pipeline
    }
}
