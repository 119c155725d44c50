//! Each accepted job's action gets its turn once, whatever fails while its job is registered, and wherever the function
//! dies.

use std::time::Duration;

use harness::{Hook, Pipehook, alone, until};
use local::{Fault, Service};

use super::table::{action_of, becomes, head, hook_of, pipeline_of, status, sweep};

/// Longer than any test takes.
const NEVER: Duration = Duration::from_mins(5);

/// Past the time for which a message that failed stays invisible.
const VISIBLE_AGAIN: Duration = Duration::from_secs(181);

fn calls(stack: &Pipehook, operation: &str) -> usize {
    stack
        .aws_calls()
        .iter()
        .filter(|call| call.function.as_deref() == Some("ActionStart") && call.operation == operation)
        .count()
}

/// Sends a call, whose action's job is held back until it says so.
async fn held_back(stack: &Pipehook, hook: &Hook<'_>) -> i64 {
    stack.enable_mappings("ActionStart", false).await.unwrap();
    action_of(&hook.push().send().await)
}

/// The action has its turn in the end: when its message comes again, or when the sweep wakes its lane.
async fn gets_its_turn(stack: &Pipehook, id: i64, running: &str, pipeline: &harness::Pipeline<'_>) {
    stack.fault(Service::DynamoDb, None);
    until(&format!("action {id} gets its turn"), async || {
        stack.advance_sqs(VISIBLE_AGAIN).await;
        sweep(stack, &[id]).await;
        status(stack, id).await == "pending"
    })
    .await;
    assert_eq!(pipeline.gate(stack).await["running"]["N"], running, "it has one turn");
}

#[test]
fn an_action_gets_its_turn_once_wherever_action_start_dies() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        let moments = ["TransactWriteItems", "Query", "GetItem"];
        let faults = [Fault::delay(NEVER), Fault::delay_answer(NEVER)];
        let mut running = 0;
        for (operation, fault) in moments.into_iter().flat_map(|it| faults.clone().map(|fault| (it, fault))) {
            running += 1;
            let hook = hook_of(&ann, 100 + running, pipeline.id).await;
            let id = held_back(stack, &hook).await;
            let before = calls(stack, operation);
            stack.fault(Service::DynamoDb, fault.clone().on(operation));
            stack.enable_mappings("ActionStart", true).await.unwrap();
            until("it comes to the moment", async || calls(stack, operation) > before).await;

            stack.kill("ActionStart").unwrap();

            gets_its_turn(stack, id, &running.to_string(), &pipeline).await;
            assert!(head(stack, id).await["seq"]["S"].is_string(), "{operation}, {fault:?}");
        }
    });
}

#[test]
fn an_action_gets_its_turn_once_whatever_dynamodb_does_meanwhile() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 0).await;
        let mut running = 0;
        for operation in ["TransactWriteItems", "Query", "GetItem"] {
            for fault in [Fault::hang_up(), Fault::status(500), Fault::throttle(), Fault::lose_answer()] {
                running += 1;
                let hook = hook_of(&ann, 100 + running, pipeline.id).await;
                let id = held_back(stack, &hook).await;
                let before = calls(stack, operation);
                stack.fault(Service::DynamoDb, fault.clone().on(operation));
                stack.enable_mappings("ActionStart", true).await.unwrap();
                until("it fails", async || calls(stack, operation) >= before + 3).await;

                gets_its_turn(stack, id, &running.to_string(), &pipeline).await;
            }
        }
    });
}

#[test]
fn an_answer_that_is_lost_once_delays_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = pipeline_of(&ann, 1).await;
        let (hook, other) = (hook_of(&ann, 42, pipeline.id).await, hook_of(&ann, 43, pipeline.id).await);
        for count in 1..=2 {
            stack.fault(Service::DynamoDb, Fault::lose_answer().on("TransactWriteItems").first(count));
            let id = action_of(&if count == 1 { &hook } else { &other }.push().send().await);
            if count == 1 {
                becomes(stack, id, "pending").await;
            } else {
                until("it waits at the gate", async || head(stack, id).await["at_gate"]["BOOL"] == true).await;
            }
        }
        assert_eq!(pipeline.gate(stack).await["running"]["N"], "1");
    });
}
