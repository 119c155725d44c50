//! What is counted of actions: how they end, and that they wait for a worker.

use std::time::{Duration, SystemTime};

use harness::{Pipehook, User, alone, deployment, machine_arn, shell};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;
use shared::telemetry::Metric;

#[test]
fn each_end_of_an_action_is_counted_once_and_a_cancel_is_no_failure() {
    alone(async |stack| {
        let ann = stack.user().await;

        let_actions_end(stack, &ann).await;

        let lines = stack.logs().into_iter().filter_map(|line| serde_json::from_str::<Json>(&line.text).ok());
        let lines: Vec<_> = lines.collect();
        for metric in [
            Metric::ActionsCompleted,
            Metric::ActionsFailed,
            Metric::ActionsLost,
            Metric::ActionsUnclaimed,
            Metric::ActionsStuck,
            Metric::ActionsWaiting,
        ] {
            let counted: f64 = lines.iter().filter_map(|line| line[metric.name()].as_f64()).sum();
            assert!((counted - 1.0).abs() < 1e-9, "{}: {counted}", metric.name());
        }
    });
}

/// Lets one action complete, one fail, one end as cancelled, one lose its worker, one wait for a worker, one wait for its
/// turn, and one have an execution that Step Functions does not tell of.
pub(super) async fn let_actions_end(stack: &Pipehook, ann: &User<'_>) {
    let pipeline = ann.create_pipeline(&deployment()).await;
    pipeline.add_step(&shell("make build")).await;
    let sweep = async |action: i64| {
        stack.damage_action(action, "due", &json!({ "S": "2026-11-01T00:00:00.000Z" })).await;
        let swept = stack.invoke("ActionSweep", "{}").await.unwrap();
        assert_eq!(swept.function_error, None, "{swept:?}");
    };
    for (application, status) in [(1, "completed"), (2, "failed"), (3, "failed")] {
        let action = pipeline.pending(stack, application).await;
        let lease = ann.claimed(action).await;
        if application == 3 {
            ann.cancel(action).await.is(202);
        }
        for _ in 0..2 {
            ann.report(action, &lease, &json!({ "status": status })).await.is(200);
        }
    }
    let lost = pipeline.pending(stack, 4).await;
    ann.claimed(lost).await;
    stack.lapse(lost).await;
    sweep(lost).await;
    let unclaimed = pipeline.pending(stack, 5).await;
    sweep(unclaimed).await;
    let waiting = pipeline.waiting(stack, 6).await;
    let two_hours_ago = Timestamp::from(SystemTime::now()).minus(Duration::from_hours(2));
    stack.damage_action(waiting, "created_at", &json!({ "S": two_hours_ago.to_string() })).await;
    sweep(waiting).await;
    // No machine is allowed here.
    sweep(pipeline.executing(stack, 7, &machine_arn("deploy-shop")).await).await;
}
