//! What happens when DynamoDB or SQS fails: the sender is told to come again, and nothing happens twice.

use std::time::Duration;

use harness::{Answer, Pipehook, User, alone_copying, github_hook, open_hook};
use local::{Fault, Service};

/// Every way in which a service can be away.
fn outages() -> [Fault; 5] {
    [Fault::hang_up(), Fault::status(500), Fault::status(503), Fault::throttle(), Fault::delay(Duration::from_secs(30))]
}

fn is_unavailable(answer: &Answer) {
    let message = answer.refused(503);
    assert_eq!(message, "The service is temporarily unavailable: try again in a few seconds.");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds));
}

/// Asserts that the failures were logged, each with the id of its call and with a cause.
fn is_logged(stack: &Pipehook, answers: &[Answer]) {
    let logs = stack.logs();
    for answer in answers {
        let of_call = logs.iter().filter(|line| line.text.contains(answer.request_id()));
        assert!(
            of_call.clone().any(|line| line.text.contains("\"cause\":\"the ")),
            "{:?}",
            of_call.collect::<Vec<_>>()
        );
    }
}

#[test]
fn a_call_that_finds_the_queue_away_is_asked_to_come_again_and_then_queued_once() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let mut answers = Vec::new();
        for (number, outage) in outages().into_iter().enumerate() {
            let call = hook.push().header("x-github-delivery", format!("d-{number}"));

            stack.fault(Service::Sqs, outage.on("SendMessage"));
            answers.push(call.send().await);
            stack.fault(Service::Sqs, None);

            is_unavailable(answers.last().unwrap());
            assert_eq!(ann.jobs().await.len(), number, "nothing was queued");
            call.send().await.accepted();
            assert_eq!(ann.jobs().await.len(), number + 1);
        }
        is_logged(stack, &answers);
    });
}

#[test]
fn a_call_that_finds_the_table_away_is_asked_to_come_again_and_then_queued_once() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let mut answers = Vec::new();
        for (number, outage) in outages().into_iter().enumerate() {
            stack.fault(Service::DynamoDb, outage);
            answers.push(hook.push().send().await);
            stack.fault(Service::DynamoDb, None);

            is_unavailable(answers.last().unwrap());
            assert_eq!(ann.jobs().await.len(), number, "nothing was queued");
            hook.push().send().await.accepted();
            assert_eq!(ann.jobs().await.len(), number + 1);
        }
        is_logged(stack, &answers);
    });
}

#[test]
fn one_failure_of_a_service_goes_unnoticed() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        for (number, fault) in [Fault::hang_up(), Fault::status(500), Fault::throttle()].into_iter().enumerate() {
            stack.fault(Service::DynamoDb, fault.clone().first(1));
            stack.fault(Service::Sqs, fault.first(1));

            hook.unsigned("{}").send().await.accepted();

            assert_eq!(ann.jobs().await.len(), number + 1);
        }
    });
}

#[test]
fn a_job_whose_receipt_is_lost_is_queued_once() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let (github, open) = (ann.create_hook(&github_hook()).await, ann.create_hook(&open_hook()).await);

        // The job is there, and the sender does not know.
        stack.fault(Service::Sqs, Fault::lose_answer().on("SendMessage"));
        let call = github.push().header("x-github-delivery", "d-1");
        is_unavailable(&call.send().await);
        stack.fault(Service::Sqs, None);
        call.send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);

        // Nothing identifies this call, but within it the attempts are one.
        stack.fault(Service::Sqs, Fault::lose_answer().on("SendMessage").first(1));
        open.unsigned("{}").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn a_call_whose_job_is_queued_is_accepted_even_when_it_cannot_be_logged() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        stack.fault(Service::DynamoDb, Fault::status(503).on("PutItem"));
        let answer = hook.push().send().await;
        stack.fault(Service::DynamoDb, None);

        answer.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
        is_logged(stack, &[answer]);
    });
}

async fn every_endpoint(stack: &Pipehook, user: &User<'_>) -> Vec<Answer> {
    vec![
        stack.log_in(&user.email, &user.password).await,
        user.ask_for_hook(&github_hook()).await,
        user.get("/applications/42/hooks").send().await,
        stack.post("/hooks/00000000-0000-4000-8000-000000000000/trigger").body("{}").send().await,
    ]
}

#[test]
fn every_endpoint_asks_to_come_again_when_the_tables_are_away_and_works_when_they_are_back() {
    alone_copying(0, async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;

        stack.fault(Service::DynamoDb, Fault::status(503));
        let answers = every_endpoint(stack, &ann).await;
        stack.fault(Service::DynamoDb, None);

        answers.iter().for_each(is_unavailable);
        is_logged(stack, &answers);
        assert_eq!(ann.footprint().await, before);
        let statuses: Vec<_> = every_endpoint(stack, &ann).await.into_iter().map(|answer| answer.status).collect();
        assert_eq!(statuses, [200, 201, 200, 404]);
    });
}

#[test]
fn an_administrator_is_told_that_the_table_is_away_and_no_more() {
    alone_copying(0, async |stack| {
        let input =
            serde_json::json!({ "email": "ann@example.com", "name": "Ann", "project_id": 1, "environment_id": 1 });

        stack.fault(Service::DynamoDb, Fault::status(503));
        let error = stack.put_user(&input).await.unwrap_err();
        stack.fault(Service::DynamoDb, None);

        assert_eq!(error["errorType"], "Unavailable");
        assert_eq!(stack.items("UsersTable").await, [] as [serde_json::Value; 0]);
        stack.put_user(&input).await.unwrap();
    });
}

#[test]
fn a_function_starts_again_when_its_keys_are_back() {
    alone_copying(0, async |stack| {
        stack.fault(Service::SecretsManager, Fault::status(503));
        let answer = stack.get("/applications/42/hooks").send().await;
        stack.fault(Service::SecretsManager, None);

        assert!(answer.status >= 500, "{answer:?}");
        stack.get("/applications/42/hooks").send().await.refused(401);
    });
}
