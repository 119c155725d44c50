//! Messages that come twice, late, or back from the dead-letter queue.

use std::time::{Duration, SystemTime};

use harness::{Answer, alone, until};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;

use super::super::table::{action_of, becomes, damage, head, status, sweep};
use super::world::{LONG_AGO, World};

/// The message of a call on its queue, whose consumer is paused, with what was sent beside it.
async fn taken(world: &World<'_>) -> harness::ActionJob {
    let mut jobs = world.stack.take_action_jobs().await;
    assert_eq!(jobs.len(), 1);
    jobs.remove(0)
}

/// Sends the message once more, as SQS may deliver it more than once.
async fn send(world: &World<'_>, job: &harness::ActionJob) {
    let delivery = json!({ "DataType": "String", "StringValue": job.delivery.as_deref().unwrap_or("none") });
    let message = json!({
        "QueueUrl": world.stack.physical_id("ActionsQueue"), "MessageBody": job.body.to_string(),
        "MessageGroupId": job.group, "MessageDeduplicationId": world.stack.number().to_string(),
        "MessageAttributes": { "delivery": delivery },
    });
    world.stack.sqs("SendMessage", &message).await;
}

async fn sent(world: &World<'_>) -> (Answer, harness::ActionJob) {
    world.pause().await;
    let answer = world.hook_of_one_delivery().await.push().header("x-github-delivery", "d-1").send().await;
    let job = taken(world).await;
    (answer, job)
}

/// Sends the message once more, which changes nothing.
async fn again(world: &World<'_>, job: &harness::ActionJob, id: i64, expected: &str) {
    let before = head(world.stack, id).await;
    assert_eq!(before["status"]["S"], expected);
    send(world, job).await;
    world.dealt_with().await;
    assert_eq!(head(world.stack, id).await, before);
}

#[test]
fn a_message_may_come_twice_at_any_time_and_runs_once() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        let (answer, job) = sent(&world).await;
        let id = action_of(&answer);
        send(&world, &job).await;
        send(&world, &job).await;
        world.resume().await;
        becomes(stack, id, "pending").await;
        again(&world, &job, id, "pending").await;
        let (_, token) = world.claim().await.unwrap();
        again(&world, &job, id, "in-progress").await;
        assert!(world.begin(id, &token).await);
        again(&world, &job, id, "in-progress").await;
        world.end(id, &token).await;
        again(&world, &job, id, "completed").await;

        world.rest(&[&answer], "sent six times").await;
    });
}

#[test]
fn a_message_that_comes_after_the_sweep_has_given_its_action_up_runs_nothing() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        world.pause().await;
        let answer = world.hook().await.push().send().await;
        let (id, job) = (action_of(&answer), taken(&world).await);
        damage(stack, id, "created_at", &json!({ "S": LONG_AGO })).await;
        assert_eq!(sweep(stack, &[id]).await["ended"], 1);
        let ended = head(stack, id).await;

        send(&world, &job).await;
        world.rest(&[&answer], "late").await;

        assert_eq!(head(stack, id).await, ended);
        assert_eq!(ended["status"]["S"], "failed");
    });
}

/// Receives the message, of a queue whose consumer is paused, until it is on the dead-letter queue: as if the consumer
/// had failed each time. Then lets the consumer go on.
async fn to_dead_letters(world: &World<'_>) {
    let receive = json!({ "QueueUrl": world.stack.physical_id("ActionsQueue"), "VisibilityTimeout": 0 });
    until("it is on the dead-letter queue", async || {
        world.stack.sqs("ReceiveMessage", &receive).await;
        world.stack.queued("ActionsDeadLetterQueue").await.0 == 1
    })
    .await;
    world.resume().await;
}

async fn redrive(world: &World<'_>) {
    let queue = world.stack.physical_id("ActionsDeadLetterQueue");
    let request = json!({ "QueueUrl": queue, "AttributeNames": ["QueueArn"] });
    let arn = world.stack.sqs("GetQueueAttributes", &request).await["Attributes"]["QueueArn"].clone();
    world.stack.sqs("StartMessageMoveTask", &json!({ "SourceArn": arn })).await;
}

#[test]
fn what_comes_back_from_the_dead_letters_runs_behind_what_came_meanwhile() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        world.pause().await;
        let hook = world.hook().await;
        let first = hook.push().send().await;
        to_dead_letters(&world).await;
        let second = hook.push().send().await;
        becomes(stack, action_of(&second), "pending").await;

        redrive(&world).await;

        becomes(stack, action_of(&first), "waiting").await;
        world.rest(&[&first, &second], "redriven").await;
        for call in [&first, &second] {
            assert_eq!(status(stack, action_of(call)).await, "completed");
        }
    });
}

/// Makes the mark of a delivery be that of a call that came so much later. It is kept for as long as a job may be on the
/// two queues.
async fn called_later(world: &World<'_>, action: i64, by: Duration) {
    let now = Timestamp::from(SystemTime::now());
    let items = world.stack.items("ActionsTable").await;
    let number = action.to_string();
    let is_mark = |item: &&Json| item["sk"]["S"] == "MARK" && item["action"]["N"] == number;
    let mark = items.iter().find(is_mark).unwrap();
    let kept_until: i64 = mark["expires_at"]["N"].as_str().unwrap().parse().unwrap();
    assert!(kept_until > now.plus(Duration::from_hours(28 * 24)).unix_seconds(), "{mark}");
    let (key, later) = (json!({ "pk": mark["pk"], "sk": mark["sk"] }), json!({ "S": now.plus(by).to_string() }));
    world.stack.damage("ActionsTable", &key, "created_at", &later).await;
}

/// However much later it comes back, and however often the delivery was sent since.
#[test]
fn a_delivery_that_ran_meanwhile_does_not_run_again_when_its_first_job_comes_back_from_the_dead_letters() {
    alone(async |stack| {
        let world = World::new(stack, &json!({})).await;
        for minutes in [1, 6, 20] {
            world.pause().await;
            let hook = world.hook_of_one_delivery().await;
            let call = hook.push().header("x-github-delivery", "d-1");
            let first = call.send().await;
            to_dead_letters(&world).await;
            let again = call.send().await;
            becomes(stack, action_of(&again), "pending").await;
            called_later(&world, action_of(&again), Duration::from_mins(minutes)).await;

            redrive(&world).await;

            becomes(stack, action_of(&first), "skipped").await;
            assert_eq!(head(stack, action_of(&first)).await["superseded_by"]["N"], action_of(&again).to_string());
            world.rest(&[&first, &again], "redriven").await;
        }
    });
}
