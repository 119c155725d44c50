//! What the stack may do with Step Functions: nothing, unless its operator has listed state machines.

use std::collections::BTreeSet;

use harness::{alone, alone_with_machines, machine_arn, open_hook, resources, template};
use serde_json::json;

/// Longer than the input of an execution.
const BYTES: usize = 262_144;

#[test]
fn without_patterns_no_function_may_ask_step_functions_for_anything() {
    alone(async |stack| {
        assert!(stack.granted().iter().all(|permission| !permission.action.starts_with("states:")));
    });
}

#[test]
fn with_patterns_three_functions_may_and_only_for_these_machines_and_what_pipehook_has_named() {
    alone_with_machines(async |stack| {
        let granted = stack.granted().into_iter().filter(|permission| permission.action.starts_with("states:"));
        let granted: BTreeSet<_> = granted.map(|it| (it.function, it.action, it.resource)).collect();
        let (machines, executions) =
            (machine_arn("deploy-*"), "arn:aws:states:us-east-1:000000000000:execution:deploy-*:pipehook-*".to_owned());
        let expected = [
            ("ActionCancel", "states:StopExecution", &executions),
            ("ActionStart", "states:DescribeStateMachine", &machines),
            ("ActionStart", "states:ListTagsForResource", &machines),
            ("ActionStart", "states:StartExecution", &machines),
            ("ActionSweep", "states:DescribeExecution", &executions),
            ("ActionSweep", "states:StartExecution", &machines),
            ("ActionSweep", "states:StopExecution", &executions),
        ];
        let expected = expected.map(|(function, action, resource)| (function.into(), action.into(), resource.clone()));
        assert_eq!(granted, expected.into());
    });
}

#[test]
fn whatever_starts_an_execution_needs_the_tag_of_the_machine() {
    let template = template();
    let mut starters = 0;
    for (id, role) in resources(&template, "AWS::IAM::Role") {
        for policy in role["Properties"]["Policies"].as_array().into_iter().flatten() {
            for statement in policy["PolicyDocument"]["Statement"].as_array().unwrap() {
                let statement = statement.get("!If").map_or(statement, |of_condition| &of_condition[1]);
                if statement["Action"] == "states:StartExecution" {
                    starters += 1;
                    let tagged = json!({ "Null": { "aws:ResourceTag/pipehook:project": "false" } });
                    assert_eq!(statement["Condition"], tagged, "{id}");
                }
            }
        }
    }
    assert_eq!(starters, 2);
}

#[test]
fn the_rule_is_for_the_ends_of_executions_that_pipehook_has_named() {
    let template = template();
    let rule = &template["Resources"]["ActionFinish"]["Properties"]["Events"]["Ended"];
    let pattern = json!({
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": { "name": [{ "prefix": "pipehook-" }], "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] },
    });
    assert_eq!((&rule["Type"], &rule["Properties"]["Pattern"]), (&json!("EventBridgeRule"), &pattern));
}

#[test]
fn jobs_of_consumers_may_be_larger_than_the_input_of_an_execution() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        hook.unsigned(json!({ "ref": "x".repeat(BYTES) }).to_string()).send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}
