//! What an action costs, from the call to its end, and what a worker costs that has nothing to do. The figures are those
//! of docs/operations.md; this prints them:
//!
//! ```sh
//! cargo test -p tests --test product action_cost:: -- --nocapture
//! ```

use harness::{Answer, Hook, Pipehook, User, alone_copying, deployment, github_hook, shell, until};
use local::Service;
use serde_json::{Value as Json, json};
use shared::domain::action::Status;

/// What the functions ask of AWS, in parts.
struct Meter<'s> {
    stack: &'s Pipehook,
    read: usize,
    /// A row of the guide for each part.
    rows: Vec<String>,
}

impl<'s> Meter<'s> {
    fn new(stack: &'s Pipehook) -> Self {
        stack.measure_units();
        Self { stack, read: stack.aws_calls().len(), rows: Vec::new() }
    }

    /// Ends a part.
    fn part(&mut self, name: &str) {
        let calls = self.stack.aws_calls().split_off(self.read);
        self.read += calls.len();
        let (mut reads, mut writes, mut messages) = (0.0, 0.0, 0);
        for call in calls.iter().filter(|call| call.function.is_some()) {
            match (call.service, call.operation.as_str()) {
                (Service::DynamoDb, "GetItem" | "BatchGetItem" | "Query") => reads += call.units,
                (Service::DynamoDb, _) => writes += call.units,
                (Service::Sqs, _) => messages += 1,
                (Service::SecretsManager | Service::StepFunctions, _) => {}
            }
        }
        self.rows.push(format!("| {name} | {writes} | {reads} | {messages} |"));
    }
}

/// What a worker asks, with its token.
async fn ask(ann: &User<'_>, token: &str, method: &str, path: &str, body: &Json) -> Answer {
    ann.call(method, path).bearer(token).json(body).send().await
}

/// Waits until `ActionStart` has dealt with everything.
async fn dealt_with(stack: &Pipehook) {
    until("no message is left", async || stack.queued("ActionsQueue").await == (0, 0)).await;
}

#[test]
fn an_action_of_three_steps_and_an_idle_worker_cost_what_the_guide_says() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        for step in ["make build", "make check", "make install"] {
            pipeline.add_step(&shell(step)).await;
        }
        let mut draft = github_hook();
        draft["pipeline_id"] = pipeline.id.into();
        let hook = ann.create_hook(&draft).await;
        let token = ann.report_token().await;

        // The first one also starts the functions, and notes the use of the token.
        run(stack, &ann, &hook, &token).await;
        let rows = run(stack, &ann, &hook, &token).await;

        println!("{}", rows.join("\n"));
        let guide = harness::repository::read("docs/operations.md");
        for row in &rows {
            assert!(guide.contains(row), "docs/operations.md is to say\n{}", rows.join("\n"));
        }
    });
}

/// Lets a worker ask in vain, then a call start an action, and the worker run it. Returns a row for each part.
async fn run(stack: &Pipehook, ann: &User<'_>, hook: &Hook<'_>, token: &str) -> Vec<String> {
    let claim = json!({ "worker": "builder-1" });
    stack.pause_actions().await;
    let mut meter = Meter::new(stack);
    assert_eq!(ask(ann, token, "POST", "/actions/claim", &claim).await.status, 204);
    meter.part("a worker asks, and there is nothing to do");
    let answer = hook.push().send().await;
    answer.accepted();
    let id = answer.action_id().unwrap();
    meter.part("the call");
    stack.enable_mappings("ActionStart", true).await.unwrap();
    dealt_with(stack).await;
    assert_eq!(stack.stored_action(id).await.status, Status::Pending);
    meter.part("its job arrives, and it gets its turn");
    let claimed = ask(ann, token, "POST", "/actions/claim", &claim).await.is(200);
    meter.part("a worker claims it");
    let lease = claimed["lease_token"].as_str().unwrap();
    let report = async |mut report: Json| {
        report["lease_token"] = lease.into();
        ask(ann, token, "PUT", &format!("/actions/{id}"), &report).await.is(200);
    };
    let step = |order: i64, status: &str| json!({ "order": order, "status": status });
    let output = |order: i64| json!({ "order": order, "part": 0, "text": "done\n".repeat(100) });
    report(json!({ "steps": [step(1, "in-progress")] })).await;
    for order in [1, 2] {
        let steps = [step(order, "completed"), step(order + 1, "in-progress")];
        report(json!({ "steps": steps, "output": output(order) })).await;
    }
    meter.part("three reports of steps, two with output");
    report(json!({})).await;
    meter.part("a report without news");
    report(json!({ "steps": [step(3, "completed")], "output": output(3), "status": "completed" })).await;
    dealt_with(stack).await;
    meter.part("it ends, with output, and wakes the next one");
    meter.rows
}
