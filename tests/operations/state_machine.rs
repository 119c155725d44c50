//! A stack whose jobs start a Step Functions state machine: the pipe, its role, and the jobs that an execution can take.

use harness::{Answer, alone_with, github_hook, open_hook, resources, shared, template};
use serde_json::json;

/// The longest input of an execution, in bytes of UTF-8.
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
const EXECUTION_BYTES: usize = 262_144;

const STATE_MACHINE: (&str, &str) = ("StateMachineArn", "arn:aws:states:us-east-1:000000000000:stateMachine:pipelines");

fn payload(bytes: usize) -> String {
    json!({ "ref": "x".repeat(bytes) }).to_string()
}

/// How large the answer says that the job would have been.
fn job_bytes(answer: &Answer) -> usize {
    let reason = answer.json()["errors"]["settings.variables"][0].as_str().unwrap().to_owned();
    reason.rsplit_once("has ").unwrap().1.trim_end_matches(" or more.").parse().unwrap()
}

#[test]
fn a_job_that_no_execution_takes_is_refused_at_the_call_and_at_a_retry() {
    alone_with(&[STATE_MACHINE], async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        let refused = hook.signed(payload(EXECUTION_BYTES)).send().await;
        assert_eq!(refused.invalid(), ["settings.variables"]);
        assert_eq!(ann.log_of(&refused).await["outcome"], "failed");
        let retry = ann.retry(refused.request_id()).await.is(201);
        assert_eq!((&retry["outcome"], &retry["response_status_code"]), (&json!("failed"), &json!(422)));
        assert_eq!(ann.jobs().await.len(), 0);

        // The pipe sends an array of one job.
        let fits = EXECUTION_BYTES - "[]".len() - (job_bytes(&refused) - EXECUTION_BYTES);
        hook.signed(payload(fits + 1)).send().await.refused(422);
        assert_eq!(ann.jobs().await.len(), 0);
        hook.signed(payload(fits)).send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn without_a_state_machine_a_job_may_be_larger() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        hook.unsigned(payload(EXECUTION_BYTES)).send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn every_function_that_sends_jobs_knows_the_limit() {
    let template = template();
    let limit = (EXECUTION_BYTES - "[]".len()).to_string();
    let mut senders = 0;
    for (id, function) in resources(&template, "AWS::Serverless::Function") {
        let variables = &function["Properties"]["Environment"]["Variables"];
        if variables["JOBS_QUEUE_URL"] == json!({ "!Ref": "JobsQueue" }) {
            senders += 1;
            assert_eq!(variables["MAX_JOB_BYTES"], json!({ "!If": ["HasStateMachine", limit, ""] }), "{id}");
        }
    }
    assert!(senders >= 2);
}

#[test]
fn a_job_stays_hidden_six_times_as_long_as_the_pipe_may_take_with_it() {
    let template = template();
    let hidden = &template["Resources"]["JobsQueue"]["Properties"]["VisibilityTimeout"];
    // An Express workflow may run for 300 seconds.
    assert_eq!(*hidden, json!({ "!If": ["WaitsForStateMachine", 6 * 300, 300] }));
    let waits = json!({ "!And": [
        { "!Condition": "HasStateMachine" },
        { "!Equals": [{ "!Ref": "StateMachineInvocation" }, "REQUEST_RESPONSE"] },
    ] });
    assert_eq!(template["Conditions"]["WaitsForStateMachine"], waits);
}

#[test]
fn the_pipe_hands_each_job_by_itself_to_the_state_machine() {
    let template = template();
    let pipe = &template["Resources"]["JobsPipe"];
    let expected = json!({
        "Description": pipe["Properties"]["Description"],
        "RoleArn": { "!GetAtt": "JobsPipeRole.Arn" },
        "Source": { "!GetAtt": "JobsQueue.Arn" },
        "SourceParameters": { "SqsQueueParameters": { "BatchSize": 1 } },
        "Target": { "!Ref": "StateMachineArn" },
        "TargetParameters": {
            "InputTemplate": "<$.body>",
            "StepFunctionStateMachineParameters": { "InvocationType": { "!Ref": "StateMachineInvocation" } },
        },
    });
    assert_eq!((&pipe["Properties"], &pipe["Condition"]), (&expected, &json!("HasStateMachine")));
    let pipes = resources(&template, "AWS::Pipes::Pipe");
    let of_jobs = pipes.values().filter(|pipe| pipe["Properties"]["Source"] == expected["Source"]);
    assert_eq!(of_jobs.count(), 1, "each job would go to only one of them");
}

#[test]
fn the_pipe_may_take_jobs_and_start_the_state_machine_and_nothing_else() {
    let template = template();
    let role = &template["Resources"]["JobsPipeRole"];
    assert_eq!(role["Condition"], "HasStateMachine");
    let properties = role["Properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["AssumeRolePolicyDocument", "Policies"]);
    let trust = &role["Properties"]["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(trust["Principal"], json!({ "Service": "pipes.amazonaws.com" }));
    let policies = role["Properties"]["Policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1);
    let mut statements = policies[0]["PolicyDocument"]["Statement"].clone();
    let decrypt = statements[1]["!If"].take();
    let expected = json!([
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": { "!GetAtt": "JobsQueue.Arn" },
        },
        { "!If": null },
        {
            "Effect": "Allow",
            "Action": { "!If": ["WaitsForStateMachine", "states:StartSyncExecution", "states:StartExecution"] },
            "Resource": { "!Ref": "StateMachineArn" },
        },
    ]);
    assert_eq!(statements, expected);
    // Only a queue with a key of the operator's needs it.
    assert_eq!((&decrypt[0], &decrypt[2]), (&json!("HasKey"), &json!({ "!Ref": "AWS::NoValue" })));
    assert_eq!(
        (&decrypt[1]["Action"], &decrypt[1]["Resource"]),
        (&json!("kms:Decrypt"), &json!({ "!Ref": "KmsKeyArn" }))
    );
}
