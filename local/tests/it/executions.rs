//! State machines run, and EventBridge tells the functions what becomes of their executions.

use std::time::{Duration, Instant};

use http::StatusCode;
use local::{AwsCall, Options, Service, Stack};
use serde_json::{Value as Json, json};

use crate::support::{Answer, aws_as, options, start, states};

const PREFIX: &str = "arn:aws:states:us-east-1:000000000000";

/// What waits until it is stopped.
fn endless() -> Json {
    json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 86_400, "End": true } } })
}

/// What ends at once with what it got.
fn pass() -> Json {
    json!({ "StartAt": "Pass", "States": { "Pass": { "Type": "Pass", "End": true } } })
}

/// What calls a function.
fn task(resource: &str, parameters: &Json) -> Json {
    json!({ "StartAt": "Task", "States": { "Task": {
        "Type": "Task", "Resource": resource, "Parameters": parameters, "End": true,
    } } })
}

async fn done(stack: &Stack, operation: &str, body: Json) -> Json {
    let answer = states(stack, operation, body).await;
    assert_eq!(answer.status, StatusCode::OK, "{operation}: {answer:?}");
    answer.json()
}

/// The code of a refusal.
async fn refused(stack: &Stack, operation: &str, body: Json) -> String {
    let answer = states(stack, operation, body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{operation}: {answer:?}");
    answer.json()["__type"].as_str().unwrap().to_owned()
}

async fn create(stack: &Stack, name: &str, definition: &Json, tags: Json) -> String {
    let request = json!({
        "name": name, "definition": definition.to_string(), "roleArn": "arn:aws:iam::000000000000:role/any",
        "tags": tags,
    });
    done(stack, "CreateStateMachine", request).await["stateMachineArn"].as_str().unwrap().to_owned()
}

async fn run(stack: &Stack, machine: &str, name: &str, input: &Json) -> String {
    let request = json!({ "stateMachineArn": machine, "name": name, "input": input.to_string() });
    done(stack, "StartExecution", request).await["executionArn"].as_str().unwrap().to_owned()
}

async fn describe(stack: &Stack, execution: &str) -> Json {
    done(stack, "DescribeExecution", json!({ "executionArn": execution })).await
}

/// The execution when it has ended.
async fn ended(stack: &Stack, execution: &str) -> Json {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let described = describe(stack, execution).await;
        if described["status"] != "RUNNING" {
            return described;
        }
        assert!(Instant::now() < deadline, "it still runs: {described}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The events that the function got, when there are so many.
async fn events(stack: &Stack, count: usize) -> Vec<Json> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let logs = stack.logs();
        let got =
            logs.iter().filter(|line| line.function == "Consume").filter_map(|line| line.text.strip_prefix("got "));
        let events: Vec<Json> = got.map(|event| serde_json::from_str(event).unwrap()).collect();
        if events.len() >= count {
            assert_eq!(events.len(), count, "{events:?}");
            return events;
        }
        assert!(Instant::now() < deadline, "{events:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn statuses(events: &[Json]) -> Vec<&str> {
    let mut statuses: Vec<_> = events.iter().map(|event| event["detail"]["status"].as_str().unwrap()).collect();
    // Two events of one execution may overtake each other, as on AWS.
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn an_execution_ends_with_its_output_and_the_function_hears_of_it() {
    let stack = start().await;
    let machine = create(&stack, "ours", &pass(), json!([])).await;
    assert_eq!(machine, format!("{PREFIX}:stateMachine:ours"));

    let execution = run(&stack, &machine, "ours-1", &json!({ "a": "ü" })).await;
    let described = ended(&stack, &execution).await;
    let _other = run(&stack, &machine, "others-1", &json!({})).await;

    assert_eq!(execution, format!("{PREFIX}:execution:ours:ours-1"));
    assert_eq!((&described["status"], &described["output"]), (&json!("SUCCEEDED"), &json!(r#"{"a":"ü"}"#)));
    let events = events(&stack, 2).await;
    assert_eq!(statuses(&events), ["RUNNING", "SUCCEEDED"], "and none of the other execution");
    let event = events.iter().find(|event| event["detail"]["status"] == "SUCCEEDED").unwrap();
    let milliseconds = |name: &str| json!((described[name].as_f64().unwrap() * 1_000.0).round());
    let detail = json!({
        "executionArn": execution, "stateMachineArn": machine, "name": "ours-1", "status": "SUCCEEDED",
        "startDate": event["detail"]["startDate"], "stopDate": event["detail"]["stopDate"],
        "input": r#"{"a":"ü"}"#, "inputDetails": { "included": true },
        "output": r#"{"a":"ü"}"#, "outputDetails": { "included": true }, "error": null, "cause": null,
        "stateMachineVersionArn": null, "stateMachineAliasArn": null, "redriveCount": 0, "redriveDate": null,
    });
    let expected = json!({
        "version": "0", "id": event["id"], "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states", "account": "000000000000", "time": event["time"], "region": "us-east-1",
        "resources": [execution], "detail": detail,
    });
    assert_eq!(*event, expected);
    for name in ["startDate", "stopDate"] {
        assert_eq!(event["detail"][name].as_f64(), milliseconds(name).as_f64());
    }
}

#[tokio::test]
async fn an_execution_fails_with_error_and_cause() {
    let stack = start().await;
    let fail = json!({ "Type": "Fail", "Error": "Broken", "Cause": "it rained" });
    let choice = json!({ "Type": "Choice", "Default": "Fail", "Choices": [
        { "Variable": "$.well", "BooleanEquals": true, "Next": "Succeed" },
    ] });
    let definition =
        json!({ "StartAt": "Choice", "States": { "Choice": choice, "Fail": fail, "Succeed": { "Type": "Succeed" } } });
    let machine = create(&stack, "ours", &definition, json!([])).await;

    let badly = ended(&stack, &run(&stack, &machine, "ours-1", &json!({ "well": false })).await).await;
    let well = ended(&stack, &run(&stack, &machine, "ours-2", &json!({ "well": true })).await).await;

    let told = ["status", "error", "cause"].map(|name| badly[name].as_str().unwrap());
    assert_eq!(told, ["FAILED", "Broken", "it rained"]);
    assert_eq!((&well["status"], &well["output"]), (&json!("SUCCEEDED"), &json!(r#"{"well":true}"#)));
    let events = events(&stack, 4).await;
    let failed = events.iter().find(|event| event["detail"]["status"] == "FAILED").unwrap();
    let detail = ["error", "cause", "output", "outputDetails"].map(|name| failed["detail"][name].clone());
    assert_eq!(detail, [json!("Broken"), json!("it rained"), json!(null), json!(null)]);
}

#[tokio::test]
async fn a_name_starts_one_execution() {
    let stack = start().await;
    let machine = create(&stack, "ours", &endless(), json!([])).await;
    let request = |input: &str| json!({ "stateMachineArn": machine, "name": "ours-1", "input": input });

    let first = done(&stack, "StartExecution", request("[1]")).await;
    let again = done(&stack, "StartExecution", request("[1]")).await;
    let other = refused(&stack, "StartExecution", request("[2]")).await;
    let stop = json!({ "executionArn": first["executionArn"], "error": "Enough", "cause": "of it" });
    done(&stack, "StopExecution", stop).await;
    let late = refused(&stack, "StartExecution", request("[1]")).await;

    assert_eq!(first, again);
    assert_eq!([other.as_str(), &late], ["ExecutionAlreadyExists"; 2]);
    let described = ended(&stack, first["executionArn"].as_str().unwrap()).await;
    let told = ["status", "error", "cause"].map(|name| described[name].as_str().unwrap());
    assert_eq!(told, ["ABORTED", "Enough", "of it"]);
    assert_eq!(statuses(&events(&stack, 2).await), ["ABORTED", "RUNNING"], "once each");
    let listed = done(&stack, "ListExecutions", json!({ "stateMachineArn": machine })).await;
    assert_eq!(listed["executions"].as_array().unwrap().len(), 1);
    let running = json!({ "stateMachineArn": machine, "statusFilter": "RUNNING" });
    assert_eq!(done(&stack, "ListExecutions", running).await["executions"], json!([]));
}

#[tokio::test]
async fn a_task_waits_for_its_callback() {
    let stack = start().await;
    let mut called = stack.stand_in("somewhere");
    let parameters = json!({ "FunctionName": "somewhere", "Payload": {
        "token.$": "$$.Task.Token", "execution.$": "$$.Execution.Name", "input.$": "$",
    } });
    let definition = task("arn:aws:states:::lambda:invoke.waitForTaskToken", &parameters);
    let machine = create(&stack, "ours", &definition, json!([])).await;

    let mut execution = Vec::new();
    for name in ["ours-1", "ours-2"] {
        execution.push(run(&stack, &machine, name, &json!([name])).await);
        let payload = called.recv().await.unwrap();
        assert_eq!((&payload["execution"], &payload["input"]), (&json!(name), &json!([name])));
        assert_eq!(describe(&stack, execution.last().unwrap()).await["status"], "RUNNING");
        let token = &payload["token"];
        if name == "ours-1" {
            let bad = refused(&stack, "SendTaskSuccess", json!({ "taskToken": token, "output": "{" })).await;
            assert_eq!(bad, "InvalidOutput");
            done(&stack, "SendTaskSuccess", json!({ "taskToken": token, "output": r#"{"b":1}"# })).await;
            let twice = json!({ "taskToken": token, "output": "1" });
            assert_eq!(refused(&stack, "SendTaskSuccess", twice).await, "TaskTimedOut");
        } else {
            done(&stack, "SendTaskFailure", json!({ "taskToken": token, "error": "No", "cause": "not today" })).await;
        }
    }

    let [first, second] = [ended(&stack, &execution[0]).await, ended(&stack, &execution[1]).await];
    assert_eq!((&first["status"], &first["output"]), (&json!("SUCCEEDED"), &json!(r#"{"b":1}"#)));
    let told = ["status", "error", "cause"].map(|name| second[name].as_str().unwrap());
    assert_eq!(told, ["FAILED", "No", "not today"]);
    let unknown = json!({ "taskToken": "0".repeat(64), "output": "1" });
    assert_eq!(refused(&stack, "SendTaskSuccess", unknown).await, "InvalidToken");
}

#[tokio::test]
async fn a_task_calls_a_function_of_the_stack() {
    let stack = start().await;
    let output = async |name: &str, definition: &Json, input: Json| {
        let machine = create(&stack, name, definition, json!([])).await;
        ended(&stack, &run(&stack, &machine, "one", &input).await).await
    };
    let invoke =
        |function: &str| task("arn:aws:states:::lambda:invoke", &json!({ "FunctionName": function, "Payload.$": "$" }));

    let described = output("a", &invoke("pipehook-Consume"), json!({})).await;
    let plain = task("arn:aws:lambda:us-east-1:000000000000:function:pipehook-Consume", &json!({}));
    let plain = output("b", &plain, json!({})).await;
    let failed = output("c", &invoke("pipehook-Consume"), json!("please fail")).await;
    let missing = output("d", &invoke("nowhere"), json!({})).await;

    let answer: Json = serde_json::from_str(described["output"].as_str().unwrap()).unwrap();
    assert_eq!((&answer["Payload"], &answer["StatusCode"]), (&json!({ "batchItemFailures": [] }), &json!(200)));
    assert_eq!(plain["output"], r#"{"batchItemFailures":[]}"#);
    let cause: Json = serde_json::from_str(failed["cause"].as_str().unwrap()).unwrap();
    assert_eq!((&failed["status"], &failed["error"]), (&json!("FAILED"), &cause["errorType"]));
    assert_eq!(cause["errorMessage"], "asked to fail");
    assert_eq!((&missing["status"], &missing["error"]), (&json!("FAILED"), &json!("Lambda.ResourceNotFoundException")));
}

#[tokio::test]
async fn a_function_that_fails_gets_the_event_again_and_a_paused_rule_keeps_it() {
    let stack = start().await;
    let machine = create(&stack, "ours", &pass(), json!([])).await;
    stack.enable_rules("Consume", false).unwrap();
    ended(&stack, &run(&stack, &machine, "ours-1", &json!("please fail")).await).await;
    let mut undelivered = Vec::new();
    while undelivered.len() < 2 {
        undelivered.extend(stack.take_undelivered("Consume").unwrap());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    assert_eq!(
        undelivered.iter().map(|event| &event["detail"]["status"]).collect::<Vec<_>>(),
        ["RUNNING", "SUCCEEDED"]
    );
    let invocation = stack.invoke("Consume", undelivered[1].to_string()).await.unwrap();
    assert!(invocation.function_error.is_some(), "{invocation:?}");
    assert_eq!(events(&stack, 1).await, undelivered[1..], "it has got no other");
    stack.enable_rules("Consume", true).unwrap();
    ended(&stack, &run(&stack, &machine, "ours-2", &json!("please fail")).await).await;
    let all = events(&stack, 7).await;
    assert_eq!(all.iter().filter(|event| event["detail"]["name"] == "ours-2").count(), 6, "both events three times");
    assert_eq!(stack.take_undelivered("Consume").unwrap(), [Json::Null; 0]);
}

#[tokio::test]
async fn what_does_not_exist_or_does_not_fit_is_refused_by_name() {
    let stack = start().await;
    let machine = create(&stack, "ours", &pass(), json!([{ "key": "owner", "value": "1 7" }])).await;
    let (none, bad) = (format!("{PREFIX}:stateMachine:none"), "arn:aws:states:us-east-1:1:stateMachine");
    let start =
        |machine: &str, name: &str, input: &str| json!({ "stateMachineArn": machine, "name": name, "input": input });
    let create = |name: &str, definition: &Json, kind: &str| {
        json!({
            "name": name, "definition": definition.to_string(), "roleArn": "arn:aws:iam::000000000000:role/any",
            "type": kind,
        })
    };
    let build = task("arn:aws:states:::codebuild:startBuild.sync", &json!({ "ProjectName": "p" }));

    for (operation, request, code) in [
        ("StartExecution", start(&none, "a", "{}"), "StateMachineDoesNotExist"),
        ("StartExecution", start(bad, "a", "{}"), "InvalidArn"),
        ("StartExecution", start(&machine, "a b", "{}"), "InvalidName"),
        ("StartExecution", start(&machine, "a", "{"), "InvalidExecutionInput"),
        ("DescribeStateMachine", json!({ "stateMachineArn": none }), "StateMachineDoesNotExist"),
        ("ListTagsForResource", json!({ "resourceArn": none }), "ResourceNotFound"),
        ("DescribeExecution", json!({ "executionArn": format!("{PREFIX}:execution:ours:a") }), "ExecutionDoesNotExist"),
        ("StopExecution", json!({ "executionArn": format!("{PREFIX}:execution:ours:a") }), "ExecutionDoesNotExist"),
        ("StopExecution", json!({ "executionArn": "a" }), "InvalidArn"),
        ("CreateStateMachine", create("ours", &endless(), "STANDARD"), "StateMachineAlreadyExists"),
        ("CreateStateMachine", create("new", &pass(), "EXPRESS"), "StateMachineTypeNotSupported"),
        ("CreateStateMachine", create("new", &json!({}), "STANDARD"), "InvalidDefinition"),
        ("CreateStateMachine", create("new", &build, "STANDARD"), "InvalidDefinition"),
        ("CreateActivity", json!({ "name": "a" }), "UnknownOperationException"),
        ("StartExecution", json!({}), "ValidationException"),
    ] {
        assert_eq!(refused(&stack, operation, request).await, code, "{operation}");
    }
    let tags = done(&stack, "ListTagsForResource", json!({ "resourceArn": machine })).await;
    assert_eq!(tags["tags"], json!([{ "key": "owner", "value": "1 7" }]));
    let described = done(&stack, "DescribeStateMachine", json!({ "stateMachineArn": machine })).await;
    let shown = ["type", "status", "name"].map(|name| described[name].as_str().unwrap());
    assert_eq!(shown, ["STANDARD", "ACTIVE", "ours"]);
}

#[tokio::test]
async fn a_role_names_machines_executions_and_a_tag() {
    let stack = start().await;
    let owned = json!([{ "key": "owner", "value": "1" }]);
    let ours = create(&stack, "ours", &endless(), owned.clone()).await;
    let untagged = create(&stack, "a-machine", &endless(), json!([{ "key": "other", "value": "1" }])).await;
    let other = create(&stack, "other", &endless(), owned).await;
    let call = async |operation: &str, body: Json| -> Answer {
        let target = format!("AWSStepFunctions.{operation}");
        aws_as("Echo", &stack.step_functions_url(), &target, body).await.unwrap()
    };
    let start = |machine: &str, name: &str| json!({ "stateMachineArn": machine, "name": name });

    let started = call("StartExecution", start(&ours, "ours-1")).await;
    assert_eq!(started.status, StatusCode::OK, "{started:?}");
    for (operation, body) in [
        ("StartExecution", start(&untagged, "ours-1")),
        ("StartExecution", start(&other, "ours-1")),
        ("DescribeStateMachine", json!({ "stateMachineArn": ours })),
        ("StopExecution", json!({ "executionArn": format!("{PREFIX}:execution:ours:by-hand") })),
        ("StopExecution", json!({ "executionArn": format!("{PREFIX}:execution:other:ours-1") })),
    ] {
        let denied = call(operation, body.clone()).await;
        assert_eq!(denied.status, StatusCode::BAD_REQUEST, "{operation} {body}: {denied:?}");
        assert_eq!(denied.json()["__type"], "AccessDeniedException", "{operation} {body}");
    }
    let stopped = call("StopExecution", json!({ "executionArn": started.json()["executionArn"] })).await;

    assert_eq!(stopped.status, StatusCode::OK, "{stopped:?}");
    for machine in [untagged, other] {
        let executions = done(&stack, "ListExecutions", json!({ "stateMachineArn": machine })).await;
        assert_eq!(executions["executions"], json!([]), "nothing was started");
    }
    let calls: Vec<AwsCall> = stack.aws_calls();
    let by_echo = calls.iter().filter(|call| call.function.as_deref() == Some("Echo"));
    assert_eq!(by_echo.filter(|call| call.service == Service::StepFunctions).count(), 7);
}

#[tokio::test]
async fn machines_are_kept_and_executions_are_not() {
    let data = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(data.path().to_owned()), ..options() };
    let stack = Stack::start(options()).await.unwrap();
    let machine = create(&stack, "ours", &endless(), json!([{ "key": "owner", "value": "1" }])).await;
    let gone = create(&stack, "gone", &endless(), json!([])).await;
    done(&stack, "DeleteStateMachine", json!({ "stateMachineArn": gone })).await;
    let tag = json!({ "resourceArn": machine, "tags": [{ "key": "more", "value": "2" }] });
    done(&stack, "TagResource", tag).await;
    done(&stack, "UntagResource", json!({ "resourceArn": machine, "tagKeys": ["owner"] })).await;
    let update = json!({ "stateMachineArn": machine, "definition": pass().to_string() });
    done(&stack, "UpdateStateMachine", update).await;
    let execution = run(&stack, &machine, "ours-1", &json!({})).await;
    stack.stop().await;

    let stack = Stack::start(options()).await.unwrap();

    let machines = done(&stack, "ListStateMachines", json!({})).await;
    let names: Vec<_> = machines["stateMachines"].as_array().unwrap().iter().map(|machine| &machine["name"]).collect();
    assert_eq!(names, ["ours"]);
    let described = done(&stack, "DescribeStateMachine", json!({ "stateMachineArn": machine })).await;
    assert_eq!(described["definition"], pass().to_string());
    let tags = done(&stack, "ListTagsForResource", json!({ "resourceArn": machine })).await;
    assert_eq!(tags["tags"], json!([{ "key": "more", "value": "2" }]));
    let code = refused(&stack, "DescribeExecution", json!({ "executionArn": execution })).await;
    assert_eq!(code, "ExecutionDoesNotExist");
}

#[tokio::test]
async fn a_history_tells_what_an_execution_did() {
    let stack = start().await;
    let machine = create(&stack, "ours", &pass(), json!([])).await;
    let execution = run(&stack, &machine, "one", &json!({})).await;
    ended(&stack, &execution).await;

    let history = done(&stack, "GetExecutionHistory", json!({ "executionArn": execution })).await;

    let types: Vec<_> = history["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
}
