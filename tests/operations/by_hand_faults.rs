//! Actions that users start while SQS or DynamoDB fail, or the function dies: one that was not promised never runs, and
//! one that was promised runs once.

use std::time::Duration;

use harness::{Answer, Pipehook, Pipeline, User, alone, deployment, killed_when, shell};
use local::{Fault, Service};
use serde_json::json;

/// Longer than any caller waits, and than any test takes.
const NEVER: Duration = Duration::from_mins(5);

/// How an action is started.
#[derive(Debug, Clone, Copy)]
enum Start {
    ByHand,
    Again(i64),
}

impl Start {
    async fn ask(self, ann: &User<'_>, pipeline: &Pipeline<'_>) -> Answer {
        match self {
            Self::ByHand => pipeline.ask_for_action(&json!({ "variables": { "a": 1 } })).await,
            Self::Again(id) => ann.retry_action(id).await,
        }
    }

    fn function(self) -> &'static str {
        match self {
            Self::ByHand => "ActionCreate",
            Self::Again(_) => "ActionRetry",
        }
    }
}

/// A user with a pipeline, and both ways to start it. The consumer of the queue is paused.
async fn setting(stack: &Pipehook) -> (User<'_>, Pipeline<'_>, [Start; 2]) {
    let ann = stack.user().await;
    let pipeline = ann.create_pipeline(&deployment()).await;
    pipeline.add_step(&shell("make build")).await;
    let ended = pipeline.pending(stack, 7).await;
    ann.cancel(ended).await.is(202);
    let starts = [Start::ByHand, Start::Again(ended)];
    stack.pause_actions().await;
    for start in starts {
        start.ask(&ann, &pipeline).await.is(201);
    }
    stack.take_action_jobs().await;
    (ann, pipeline, starts)
}

/// The answer to a start while this service fails so.
async fn with(stack: &Pipehook, service: Service, fault: Fault, ask: impl Future<Output = Answer>) -> Answer {
    stack.fault(service, fault);
    let answer = ask.await;
    stack.fault(service, None);
    answer
}

fn is_unavailable(answer: &Answer) {
    answer.refused(503);
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
    assert_eq!(answer.action_id(), None);
}

#[test]
fn while_dynamodb_fails_nothing_is_written_and_nothing_sent() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        let heads = stack.heads(ann.project).await.len();
        for start in starts {
            for fault in [Fault::hang_up(), Fault::status(500), Fault::throttle()] {
                for operation in ["PutItem", "GetItem"] {
                    let ask = start.ask(&ann, &pipeline);
                    is_unavailable(&with(stack, Service::DynamoDb, fault.clone().on(operation), ask).await);
                }
            }
        }
        assert_eq!((stack.heads(ann.project).await.len(), stack.take_action_jobs().await.len()), (heads, 0));
    });
}

#[test]
fn an_action_whose_job_cannot_be_sent_is_ended_and_never_runs() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        for start in starts {
            for fault in [Fault::hang_up(), Fault::status(500), Fault::throttle()] {
                let ask = start.ask(&ann, &pipeline);
                is_unavailable(&with(stack, Service::Sqs, fault.on("SendMessage"), ask).await);
            }
        }
        let unsent = ann.get("/actions?filter[status]=failed").send().await.is(200);
        let unsent = unsent.as_array().unwrap();
        assert_eq!(unsent.len(), 6);
        for action in unsent {
            assert_eq!(action["status_reason_human_readable"], "Failed: the queue was unavailable");
            ann.retry_action(action["id"].as_i64().unwrap()).await.refused(409);
        }
        assert_eq!(stack.take_action_jobs().await.len(), 0);
    });
}

#[test]
fn an_action_that_cannot_be_ended_either_stays_queued_and_can_be_cancelled() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        for start in starts {
            let heads = stack.heads(ann.project).await.len();
            stack.fault(Service::Sqs, Fault::status(500).on("SendMessage"));
            let fail = async {
                while stack.heads(ann.project).await.len() == heads {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                stack.fault(Service::DynamoDb, Fault::hang_up().on("PutItem"));
            };
            let (answer, ()) = tokio::join!(start.ask(&ann, &pipeline), fail);
            stack.fault(Service::DynamoDb, None);
            stack.fault(Service::Sqs, None);
            is_unavailable(&answer);
            only_queued_one_can_be_cancelled(stack, &ann).await;
        }
    });
}

/// Cancels the one queued action without a job, which then never runs.
async fn only_queued_one_can_be_cancelled(stack: &Pipehook, ann: &User<'_>) {
    assert_eq!(stack.take_action_jobs().await.len(), 0);
    let heads = stack.heads(ann.project).await;
    let newest = heads.iter().max_by_key(|head| head["created_at"]["S"].as_str().unwrap().to_owned()).unwrap();
    assert_eq!(newest["status"]["S"], "queued");
    let id = newest["id"]["N"].as_str().unwrap().parse().unwrap();
    assert_eq!(ann.cancel(id).await.is(202)["status"], "skipped");
}

#[test]
fn an_answer_of_the_queue_that_is_lost_leaves_an_ended_action_that_its_job_does_not_wake() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        for start in starts {
            // The consumer is paused, so that the job does not arrive before the action is ended.
            let answer =
                with(stack, Service::Sqs, Fault::lose_answer().on("SendMessage"), start.ask(&ann, &pipeline)).await;
            is_unavailable(&answer);
        }
        stack.enable_mappings("ActionStart", true).await.unwrap();
        let after = pipeline.start(&json!({})).await;
        let again = match starts[1] {
            Start::Again(id) => ann.retry_action(id).await.is(201)["id"].as_i64().unwrap(),
            Start::ByHand => unreachable!(),
        };
        for id in [after, again] {
            // It stands behind the lost one in its lane.
            while ann.action(id).await["status"] != "pending" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let failed = ann.get("/actions?filter[status]=failed").send().await.is(200);
        assert_eq!(failed.as_array().unwrap().len(), 2, "{failed}");
    });
}

#[test]
fn an_action_whose_job_arrives_although_the_answer_of_the_queue_is_lost_is_promised_and_runs_once() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        stack.enable_mappings("ActionStart", true).await.unwrap();
        for start in starts {
            let heads = stack.heads(ann.project).await.len();
            // Each try takes so long that the job has arrived before the function gives up.
            let fault = Fault::delay_answer(NEVER).on("SendMessage");

            let answer = with(stack, Service::Sqs, fault, start.ask(&ann, &pipeline)).await;

            let (action, id) = (answer.is(201), answer.action_id().unwrap());
            assert_eq!(action["status"], "queued", "as it was written");
            assert_eq!(stack.heads(ann.project).await.len(), heads + 1);
            ann.cancel(id).await.is(202);
        }
    });
}

#[test]
fn an_action_whose_receipt_is_lost_is_started_once() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        for start in starts {
            let heads = stack.heads(ann.project).await.len();
            let fault = Fault::lose_answer().on("PutItem").first(1);
            let answer = with(stack, Service::DynamoDb, fault, start.ask(&ann, &pipeline)).await;
            answer.is(201);
            let answer =
                with(stack, Service::Sqs, Fault::lose_answer().on("SendMessage").first(1), start.ask(&ann, &pipeline))
                    .await;
            answer.is(201);
            assert_eq!(stack.heads(ann.project).await.len(), heads + 2);
            assert_eq!(stack.take_action_jobs().await.len(), 2);
        }
    });
}

#[test]
fn a_function_that_dies_before_the_job_is_sent_leaves_an_action_that_can_be_cancelled() {
    alone(async |stack| {
        let (ann, pipeline, starts) = setting(stack).await;
        for start in starts {
            let heads = stack.heads(ann.project).await.len();
            stack.fault(Service::Sqs, Fault::delay(NEVER).on("SendMessage"));
            killed_when(stack, start.function(), start.ask(&ann, &pipeline), async || {
                stack.heads(ann.project).await.len() > heads
            })
            .await;
            stack.fault(Service::Sqs, None);
            only_queued_one_can_be_cancelled(stack, &ann).await;
        }
    });
}
