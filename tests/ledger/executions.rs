//! Actions that Step Functions runs: they start once, in order, and say how they ended; and only what two have allowed
//! starts.

use harness::{
    Pipehook, User, alone_with_machines, at_once, deployment, endless, failing, machine_arn, machine_step, shell, until,
};
use serde_json::{Value as Json, json};

use super::table::{action_of, becomes, damage, head, hook_of, status, sweep};

const LONG_AGO: &str = "2026-01-01T00:00:00.000Z";

/// Makes all functions do with executions all that they may.
pub(crate) async fn everything_of_executions(stack: &Pipehook) {
    let ann = stack.user().await;
    let (project, number) = (ann.project.to_string(), stack.number());
    let machine = stack.create_machine(&format!("deploy-{number}"), &endless(), Some(&project)).await;
    let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
    let id = action_of(&hook_of(&ann, number, pipeline.id).await.push().send().await);
    runs(stack, id).await;
    ann.cancel(id).await.is(202);
    becomes(stack, id, "failed").await;
    // The sweep starts one and stops it, and then finds its end.
    let id = unstarted(stack, &ann, pipeline.id).await;
    ann.cancel(id).await.is(202);
    stack.enable_rules("ActionFinish", false).unwrap();
    until("the sweep has ended it", async || {
        sweep(stack, &[id]).await;
        status(stack, id).await == "failed"
    })
    .await;
    stack.enable_rules("ActionFinish", true).unwrap();
}

/// An action of the pipeline whose execution the function that was to start it has not started.
async fn unstarted(stack: &Pipehook, ann: &User<'_>, pipeline: i64) -> i64 {
    stack.fault(local::Service::StepFunctions, local::Fault::status(500).on("StartExecution"));
    let id = action_of(&hook_of(ann, stack.number(), pipeline).await.push().send().await);
    becomes(stack, id, "in-progress").await;
    until("action-start has given up", async || stack.queued("ActionsQueue").await == (0, 0)).await;
    stack.fault(local::Service::StepFunctions, None);
    id
}

async fn runs(stack: &Pipehook, id: i64) {
    becomes(stack, id, "in-progress").await;
    until("its execution has started", async || execution(stack, id).await.is_some()).await;
}

/// The execution of the action, if it has one.
async fn execution(stack: &Pipehook, id: i64) -> Option<Json> {
    let arn = head(stack, id).await["execution"]["S"].as_str()?.to_owned();
    let machine = arn.replace(":execution:", ":stateMachine:");
    let listed = stack.executions(machine.rsplit_once(':').unwrap().0).await;
    listed.into_iter().find(|execution| execution["executionArn"] == arn.as_str())
}

async fn shown(ann: &User<'_>, id: i64) -> Json {
    ann.get(&format!("/actions/{id}")).send().await.is(200)
}

async fn log_of(ann: &User<'_>, id: i64) -> Json {
    ann.get(&format!("/actions/{id}/targets/{id}/steps/1/logs")).send().await.is(200)["step"].take()
}

#[test]
fn a_call_runs_a_state_machine_with_its_job_and_the_action_shows_what_came_of_it() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-shop", &at_once(), Some(&format!("7 {}", ann.project))).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
        let answer = hook_of(&ann, 42, pipeline.id).await.push().send().await;
        let id = action_of(&answer);
        becomes(stack, id, "completed").await;

        let name = format!("pipehook-{id}-{}", answer.request_id());
        let executions = stack.executions(&machine).await;
        assert_eq!(executions.iter().map(|execution| &execution["name"]).collect::<Vec<_>>(), [&json!(name)]);
        let arn = format!("{}:{name}", machine.replace(":stateMachine:", ":execution:"));
        let described = stack.states("DescribeExecution", &json!({ "executionArn": arn })).await;
        let job: Json = serde_json::from_str(described["input"].as_str().unwrap()).unwrap();
        assert_eq!(
            (&job["action_id"], &job["id"], &job["version"]),
            (&json!(id), &json!(answer.request_id()), &json!(1))
        );

        let action = shown(&ann, id).await;
        let address = "https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/";
        assert_eq!(action["url"], format!("{address}{arn}"));
        assert_eq!((&action["worker"], &action["attempt"]), (&Json::Null, &json!(1)));
        let steps = action["targets"][0]["steps"].as_array().unwrap();
        assert_eq!(steps.iter().map(|step| &step["status"]).collect::<Vec<_>>(), ["completed"]);
        let log = log_of(&ann, id).await;
        assert_eq!(
            serde_json::from_str::<Json>(log["output"].as_str().unwrap()).unwrap(),
            job,
            "Pass puts out its input"
        );
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
    });
}

#[test]
fn an_execution_that_fails_says_why_in_short_and_the_log_in_full() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let cause = format!("the disk is full {}", "x".repeat(300));
        let project = ann.project.to_string();
        let machine = stack.create_machine("deploy-default", &failing("Disk.Full", &cause), Some(&project)).await;
        // The step names no machine.
        let pipeline = ann.create_machine_pipeline("", &json!({})).await;
        let id = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        becomes(stack, id, "failed").await;

        let reason = shown(&ann, id).await["status_reason_human_readable"].as_str().unwrap().to_owned();
        assert!(reason.starts_with("Failed: the execution failed: Disk.Full: the disk is full x"), "{reason}");
        assert_eq!(log_of(&ann, id).await["output"], format!("Disk.Full: {cause}"));
        assert_eq!(stack.executions(&machine).await.len(), 1);

        let again = ann.retry_action(id).await.is(201)["id"].as_i64().unwrap();
        becomes(stack, again, "failed").await;
        assert_eq!(stack.executions(&machine).await.len(), 2, "a retry is an action and an execution of its own");
    });
}

/// Why a step of this machine ends before it begins, and that nothing has started.
async fn refusal(stack: &Pipehook, ann: &User<'_>, machine: &str) -> String {
    let pipeline = ann.create_machine_pipeline(machine, &json!({})).await;
    let id = action_of(&hook_of(ann, stack.number(), pipeline.id).await.push().send().await);
    becomes(stack, id, "failed").await;
    assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
    let action = shown(ann, id).await;
    assert_eq!((&action["started_at"], &action["url"]), (&Json::Null, &Json::Null));
    action["status_reason_human_readable"].as_str().unwrap().strip_prefix("Failed: ").unwrap().to_owned()
}

#[test]
fn a_machine_of_another_project_or_without_the_tag_or_that_does_not_exist_is_refused_in_words() {
    alone_with_machines(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let of_bob = stack.create_machine("deploy-bob", &at_once(), Some(&bob.project.to_string())).await;
        let untagged = stack.create_machine("deploy-untagged", &at_once(), None).await;
        let missing = machine_arn("deploy-missing");
        let other = format!("the tag pipehook:project of {of_bob} does not name project {}", ann.project);
        assert_eq!(refusal(stack, &ann, &of_bob).await, other);
        let no_tag = format!("{untagged} does not have the tag pipehook:project");
        assert_eq!(refusal(stack, &ann, &untagged).await, no_tag);
        let no_machine = format!("{missing} does not exist in this account and region");
        assert_eq!(refusal(stack, &ann, &missing).await, no_machine);
        for machine in [&of_bob, &untagged] {
            assert_eq!(stack.executions(machine).await, [] as [Json; 0], "{machine}");
        }
        // Its owner can have it, and the owner of the other one can change that.
        let pipeline = bob.create_machine_pipeline(&of_bob, &json!({})).await;
        becomes(stack, action_of(&hook_of(&bob, 42, pipeline.id).await.push().send().await), "completed").await;
        let tag = json!([{ "key": "pipehook:project", "value": ann.project.to_string() }]);
        stack.states("TagResource", &json!({ "resourceArn": untagged, "tags": tag })).await;
        let pipeline = ann.create_machine_pipeline(&untagged, &json!({})).await;
        becomes(stack, action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await), "completed").await;
    });
}

#[test]
fn a_machine_outside_the_patterns_is_refused_when_the_step_is_written_and_when_it_runs() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let project = ann.project.to_string();
        let outside = stack.create_machine("payroll", &at_once(), Some(&project)).await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let refused = pipeline.ask_for_step(&machine_step(&outside)).await;
        assert_eq!(refused.invalid(), ["command"]);
        for command in [format!("{}:7", machine_arn("deploy-shop")), "make build".to_owned(), machine_arn("*")] {
            assert_eq!(pipeline.ask_for_step(&machine_step(&command)).await.invalid(), ["command"], "{command}");
        }
        let step = pipeline.add_step(&machine_step(&machine_arn("deploy-shop"))).await;
        let change = json!({ "command": outside, "type": "step-functions" });
        assert_eq!(pipeline.put_step(step, &change).await.invalid(), ["command"]);

        // As if the pattern had been taken away since.
        let steps = json!({ "linked": [{
            "id": step, "type": "step-functions", "command": outside, "runner": "custom", "created_at": LONG_AGO,
            "updated_at": LONG_AGO,
        }] });
        pipeline.damage(stack, "steps", &json!({ "S": steps.to_string() })).await;
        let id = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        becomes(stack, id, "failed").await;
        assert_eq!(head(stack, id).await["reason"]["S"], format!("this deployment does not allow {outside}"));
        assert_eq!(stack.executions(&outside).await, [] as [Json; 0]);
    });
}

#[test]
fn a_state_machine_is_the_only_step_of_its_pipeline() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = machine_step(&machine_arn("deploy-shop"));
        let pipeline = ann.create_pipeline(&deployment()).await;
        let first = pipeline.add_step(&shell("make build")).await;
        let refused = pipeline.ask_for_step(&machine).await;
        assert_eq!(refused.invalid(), ["type"]);
        let second = pipeline.add_step(&shell("make check")).await;
        assert_eq!(pipeline.put_step(second, &machine).await.invalid(), ["type"]);
        assert_eq!(pipeline.steps().await, [first, second]);

        assert_eq!(pipeline.step("DELETE", second, "/unlink").send().await.status, 204);
        assert_eq!(pipeline.put_step(first, &machine).await.status, 204);
        assert_eq!(pipeline.ask_for_step(&shell("make all-of-it")).await.invalid(), ["type"]);
        pipeline.step("POST", second, "/link").send().await.refused(409);
        assert_eq!(pipeline.steps().await, [first]);
    });
}

#[test]
fn actions_of_one_resource_run_in_order_whoever_runs_them_and_a_bound_holds() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-slow", &endless(), Some(&ann.project.to_string())).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({ "max_parallel_actions": 1 })).await;
        let by_worker = ann.create_pipeline(&deployment()).await;
        let first = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        runs(stack, first).await;
        let behind = action_of(&hook_of(&ann, 42, by_worker.id).await.push().send().await);
        let elsewhere = action_of(&hook_of(&ann, 43, pipeline.id).await.push().send().await);
        until("it waits at the gate", async || head(stack, elsewhere).await["at_gate"]["BOOL"] == true).await;
        becomes(stack, behind, "waiting").await;
        assert_eq!(ann.claim(&json!({})).await.status, 204, "no worker gets what Step Functions runs");

        let arn = head(stack, first).await["execution"]["S"].clone();
        stack.states("StopExecution", &json!({ "executionArn": arn, "error": "Stopped", "cause": "by hand" })).await;

        becomes(stack, first, "failed").await;
        assert_eq!(head(stack, first).await["reason"]["S"], "the execution was stopped: Stopped: by hand");
        becomes(stack, behind, "pending").await;
        runs(stack, elsewhere).await;
        assert_eq!(stack.executions(&machine).await.len(), 2);
    });
}

#[test]
fn a_cancel_stops_the_execution_and_the_user_is_the_reason() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-slow", &endless(), Some(&ann.project.to_string())).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
        let id = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        runs(stack, id).await;

        assert_eq!(ann.cancel(id).await.is(202)["cancelled"], true);

        becomes(stack, id, "failed").await;
        let reason = head(stack, id).await["reason"]["S"].clone();
        assert_eq!(reason, format!("cancelled by user {}", ann.id));
        assert_eq!(execution(stack, id).await.unwrap()["status"], "ABORTED");
        ann.cancel(id).await.refused(409);
    });
}

#[test]
fn a_pending_action_whose_pipeline_runs_a_machine_by_now_goes_to_no_worker() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step = pipeline.add_step(&shell("make build")).await;
        let id = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        becomes(stack, id, "pending").await;
        assert_eq!(pipeline.put_step(step, &machine_step(&machine_arn("deploy-shop"))).await.status, 204);

        assert_eq!(ann.claim(&json!({})).await.status, 204);

        let head = head(stack, id).await;
        assert_eq!(head["status"]["S"], "failed");
        assert_eq!(head["reason"]["S"], "the pipeline runs a state machine now: run the action again");
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "0");
    });
}

#[test]
fn without_any_event_the_sweep_sees_the_end_and_later_events_change_nothing() {
    alone_with_machines(async |stack| {
        stack.enable_rules("ActionFinish", false).unwrap();
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-shop", &at_once(), Some(&ann.project.to_string())).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
        let hook = hook_of(&ann, 42, pipeline.id).await;
        let first = action_of(&hook.push().send().await);
        runs(stack, first).await;
        let second = action_of(&hook.push().send().await);
        until("it has ended", async || execution(stack, first).await.unwrap()["status"] == "SUCCEEDED").await;

        assert_eq!(sweep(stack, &[first]).await["ended"], 1);
        assert_eq!(status(stack, first).await, "completed");
        assert!(log_of(&ann, first).await["output"].is_string());
        // The next one was woken, and ends in the same way.
        runs(stack, second).await;
        until("the sweep ends it", async || {
            sweep(stack, &[second]).await;
            status(stack, second).await == "completed"
        })
        .await;

        let before = head(stack, first).await;
        let events = stack.take_undelivered("ActionFinish").unwrap();
        assert_eq!(events.len(), 2, "{events:#?}");
        for event in events.iter().rev().chain(&events) {
            let answer = stack.invoke("ActionFinish", event.to_string()).await.unwrap();
            let answer: Json = serde_json::from_slice(&answer.payload).unwrap();
            assert_eq!(answer, json!({ "outcome": "ended-before" }));
        }
        assert_eq!(head(stack, first).await, before);
    });
}

#[test]
fn an_execution_of_that_name_but_of_another_machine_ends_nothing() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-slow", &endless(), Some(&ann.project.to_string())).await;
        let foreign = stack.create_machine("foreign", &at_once(), None).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
        let id = action_of(&hook_of(&ann, 42, pipeline.id).await.push().send().await);
        runs(stack, id).await;
        let before = head(stack, id).await;
        let arn = before["execution"]["S"].as_str().unwrap();
        stack.enable_rules("ActionFinish", false).unwrap();
        let forged = json!({ "stateMachineArn": foreign, "name": arn.rsplit(':').next().unwrap(), "input": "{}" });
        stack.states("StartExecution", &forged).await;
        let mut events = Vec::new();
        until("it has ended", async || {
            events.extend(stack.take_undelivered("ActionFinish").unwrap());
            !events.is_empty()
        })
        .await;

        let answer = stack.invoke("ActionFinish", events[0].to_string()).await.unwrap();

        assert_eq!(serde_json::from_slice::<Json>(&answer.payload).unwrap(), json!({ "outcome": "not-ours" }));
        assert_eq!(head(stack, id).await, before);
    });
}

#[test]
fn what_was_not_started_is_started_by_the_sweep_once_and_after_a_day_never() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-shop", &endless(), Some(&ann.project.to_string())).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
        let id = unstarted(stack, &ann, pipeline.id).await;
        assert_eq!(stack.executions(&machine).await, [] as [Json; 0]);

        for started in [1, 0] {
            let swept = sweep(stack, &[id]).await;
            assert_eq!((&swept["started"], &swept["failed"]), (&json!(started), &json!(0)));
            assert_eq!(stack.executions(&machine).await.len(), 1);
        }

        let late = unstarted(stack, &ann, pipeline.id).await;
        damage(stack, late, "started_at", &json!({ "S": LONG_AGO })).await;
        assert_eq!(sweep(stack, &[late]).await["ended"], 1);
        assert_eq!(head(stack, late).await["reason"]["S"], "the execution could not be started within a day");
        assert_eq!(stack.executions(&machine).await.len(), 1);
    });
}

#[test]
fn what_was_cancelled_before_it_was_started_is_started_and_stopped_and_never_just_ended() {
    alone_with_machines(async |stack| {
        let ann = stack.user().await;
        let machine = stack.create_machine("deploy-shop", &endless(), Some(&ann.project.to_string())).await;
        let pipeline = ann.create_machine_pipeline(&machine, &json!({})).await;
        let id = unstarted(stack, &ann, pipeline.id).await;
        ann.cancel(id).await.is(202);
        assert_eq!(status(stack, id).await, "in-progress", "its execution may still be started");

        assert_eq!(sweep(stack, &[id]).await["started"], 1);

        becomes(stack, id, "failed").await;
        assert_eq!(execution(stack, id).await.unwrap()["status"], "ABORTED");
        assert_eq!(stack.executions(&machine).await.len(), 1);
    });
}
