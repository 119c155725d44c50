//! How many hooks a resource and a pipeline may have, and how large a hook may be.

use harness::{Answer, Hook, Pipehook, User, alone, github_hook, shared, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

const FULL: &str = "The resource has 100 hooks, the maximum: delete one first.";

const PIPELINE_FULL: &str = "The pipeline has 100 hooks, the maximum: delete one first.";

fn hook_of(application: i64) -> Json {
    let mut hook = github_hook();
    hook["resource_id"] = application.into();
    hook
}

/// A hook of this application that runs this pipeline.
fn hook_of_pipeline(application: i64, pipeline: i64) -> Json {
    let mut hook = hook_of(application);
    hook["pipeline_id"] = pipeline.into();
    hook
}

/// Makes the application believe that it has so many hooks: creating them all takes its time.
async fn pretend(user: &User<'_>, stack: &Pipehook, application: i64, hooks: i64) {
    put_count(user, stack, &format!("application#{application}"), hooks).await;
}

/// The same for a pipeline.
async fn pretend_of_pipeline(user: &User<'_>, stack: &Pipehook, pipeline: i64, hooks: i64) {
    put_count(user, stack, &pipeline.to_string(), hooks).await;
}

async fn put_count(user: &User<'_>, stack: &Pipehook, counted: &str, hooks: i64) {
    let key = format!("COUNT#{}#{counted}", user.project);
    stack.put_item("HooksTable", &json!({ "id": { "S": key }, "hooks": { "N": hooks.to_string() } })).await;
}

async fn count(user: &User<'_>, stack: &Pipehook, application: i64) -> i64 {
    read_count(user, stack, &format!("application#{application}")).await
}

async fn count_of_pipeline(user: &User<'_>, stack: &Pipehook, pipeline: i64) -> i64 {
    read_count(user, stack, &pipeline.to_string()).await
}

async fn read_count(user: &User<'_>, stack: &Pipehook, counted: &str) -> i64 {
    let key = json!({ "id": { "S": format!("COUNT#{}#{counted}", user.project) } });
    let item = stack.item("HooksTable", &key).await;
    item["hooks"]["N"].as_str().map_or(0, |text| text.parse().unwrap())
}

async fn delete(user: &User<'_>, hook: &Hook<'_>) -> Answer {
    user.call("DELETE", &format!("/hooks/incoming/{}", hook.id)).send().await
}

#[test]
fn a_resource_has_at_most_100_hooks() {
    shared(async |stack| {
        let ann = stack.user().await;
        for _ in 0..10 {
            let drafts: Vec<_> = (0..10).map(|_| hook_of(42)).collect();
            for answer in together(drafts.iter().map(|draft| ann.ask_for_hook(draft))).await {
                answer.is(201);
            }
        }
        let before = ann.footprint().await;

        assert_eq!(ann.ask_for_hook(&hook_of(42)).await.refused(409), FULL);

        assert_eq!(ann.footprint().await, before, "nothing was stored");
        assert_eq!(ann.list("/applications/42/hooks?per_page=100").await.len(), 100);
        assert_eq!(count(&ann, stack, 42).await, 100);
    });
}

/// A hook whose `settings` and `trigger_when` come to so many bytes of JSON, with as many quotes as there can be: each
/// counts twice in what a function answers.
fn hook_of_size(bytes: usize) -> Json {
    let mut hook = hook_of(42);
    let mut variable = json!({
        "name": "text", "source": "body", "path": "text", "type": "string", "required": false, "default_value": "",
        "max_length": null, "allowed_values": [],
    });
    hook["trigger_when"] = json!({ "events": [], "conditions": [] });
    hook["settings"] = json!({ "variables": [variable] });
    let left = bytes - hook["settings"].to_string().len() - hook["trigger_when"].to_string().len();
    variable["default_value"] = format!("{}{}", "x".repeat(left % 2), "\"".repeat(left / 2)).into();
    hook["settings"] = json!({ "variables": [variable] });
    hook
}

#[test]
fn a_page_of_100_hooks_of_the_largest_size_is_answered() {
    // Alone, because other tests read the whole table.
    alone(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        assert_eq!(ann.ask_for_hook(&hook_of_size(30_001)).await.invalid(), ["settings", "trigger_when"]);
        assert_eq!(ann.footprint().await, before, "nothing was stored");

        let largest = ann.create_hook(&hook_of_size(30_000)).await;
        let model = largest.item().await;
        for number in 1..100 {
            let mut copy = model.clone();
            copy["id"]["S"] = format!("00000000-0000-4000-8000-{number:012}").into();
            stack.put_item("HooksTable", &copy).await;
        }

        let page = ann.get("/applications/42/hooks?per_page=100").send().await;
        assert_eq!(page.is(200).as_array().unwrap().len(), 100);
        let change = json!({ "id": largest.id, "name": "x", "settings": hook_of_size(30_001)["settings"] });
        let put = ann.call("PUT", &format!("/hooks/incoming/{}", largest.id)).json(&change);
        assert_eq!(put.send().await.invalid(), ["settings"]);
    });
}

#[test]
fn one_resource_that_is_full_is_no_other() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        pretend(&ann, stack, 42, 100).await;
        let mut server = hook_of(42);
        server["resource_type"] = "server".into();

        ann.ask_for_hook(&hook_of(42)).await.refused(409);

        ann.create_hook(&hook_of(43)).await;
        ann.create_hook(&server).await;
        bob.create_hook(&hook_of(42)).await;
    });
}

#[test]
fn hooks_that_are_created_at_once_do_not_pass_the_limit() {
    shared(async |stack| {
        let ann = stack.user().await;
        pretend(&ann, stack, 42, 97).await;
        let drafts: Vec<_> = (0..8).map(|_| hook_of(42)).collect();

        let answers = together(drafts.iter().map(|draft| ann.ask_for_hook(draft))).await;

        let created = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(created, 3, "{answers:?}");
        assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)), "{answers:?}");
        assert_eq!(ann.footprint().await.hooks, 3);
    });
}

#[test]
fn a_hook_that_is_removed_makes_room_once() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&hook_of(42)).await;
        pretend(&ann, stack, 42, 100).await;

        delete(&bob, &hook).await.refused(404);
        assert_eq!(count(&ann, stack, 42).await, 100, "a removal that is refused makes no room");
        assert_eq!(delete(&ann, &hook).await.status, 204);
        delete(&ann, &hook).await.refused(404);

        ann.create_hook(&hook_of(42)).await;
        ann.ask_for_hook(&hook_of(42)).await.refused(409);
    });
}

#[test]
fn a_hook_that_moves_is_counted_where_it_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&hook_of(42)).await;
        pretend(&ann, stack, 43, 100).await;

        assert_eq!(ann.put_hook(&hook, &json!({ "resource_id": 43 })).await.refused(409), FULL);
        assert_eq!(ann.list("/applications/42/hooks").await, [hook.id.as_str()], "it stays where it was");

        pretend(&ann, stack, 43, 99).await;
        assert_eq!(ann.put_hook(&hook, &json!({ "resource_id": 43 })).await.status, 204);
        assert_eq!((count(&ann, stack, 42).await, count(&ann, stack, 43).await), (0, 100));
        // A full resource does not keep its own hooks from being changed.
        assert_eq!(ann.put_hook(&hook, &json!({ "resource_id": 43, "active": false })).await.status, 204);
        assert_eq!(delete(&ann, &hook).await.status, 204);
        assert_eq!((count(&ann, stack, 42).await, count(&ann, stack, 43).await), (0, 99));
    });
}

#[test]
fn hooks_that_are_created_at_once_do_not_pass_the_limit_of_their_pipeline() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        pretend_of_pipeline(&ann, stack, 7, 97).await;
        let drafts: Vec<_> = (1..=8).map(|application| hook_of_pipeline(application, 7)).collect();

        let answers = together(drafts.iter().map(|draft| ann.ask_for_hook(draft))).await;

        let (created, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!(created.len(), 3, "{answers:?}");
        assert!(refused.iter().all(|answer| answer.refused(409) == PIPELINE_FULL), "{answers:?}");
        assert_eq!((ann.footprint().await.hooks, count_of_pipeline(&ann, stack, 7).await), (3, 100));
        let mut counted = 0;
        for application in 1..=8 {
            counted += count(&ann, stack, application).await;
        }
        assert_eq!(counted, 3, "a refused one was counted");
        assert_eq!(ann.list("/pipelines/7/hooks").await.len(), 3);

        ann.create_hook(&hook_of(1)).await;
        ann.create_hook(&hook_of_pipeline(1, 8)).await;
        bob.create_hook(&hook_of_pipeline(1, 7)).await;
    });
}

#[test]
fn a_hook_that_moves_to_another_pipeline_is_counted_there() {
    shared(async |stack| {
        let ann = stack.user().await;
        let counts = async || {
            let of_pipelines = [count_of_pipeline(&ann, stack, 7).await, count_of_pipeline(&ann, stack, 8).await];
            (of_pipelines, [count(&ann, stack, 42).await, count(&ann, stack, 43).await])
        };
        let hook = ann.create_hook(&hook_of(42)).await;
        assert_eq!(counts().await, ([0, 0], [1, 0]));
        assert_eq!(ann.put_hook(&hook, &json!({ "pipeline_id": 7 })).await.status, 204);
        assert_eq!(counts().await, ([1, 0], [1, 0]));

        pretend_of_pipeline(&ann, stack, 8, 100).await;
        let both = json!({ "pipeline_id": 8, "resource_id": 43 });
        assert_eq!(ann.put_hook(&hook, &both).await.refused(409), PIPELINE_FULL);
        assert_eq!(counts().await, ([1, 100], [1, 0]), "it stays where it was");
        assert_eq!(ann.list("/pipelines/7/hooks").await, [hook.id.as_str()]);

        pretend_of_pipeline(&ann, stack, 8, 99).await;
        assert_eq!(ann.put_hook(&hook, &both).await.status, 204);
        assert_eq!(counts().await, ([0, 100], [0, 1]));
        // A full pipeline does not keep its own hooks from being changed.
        assert_eq!(ann.put_hook(&hook, &json!({ "pipeline_id": 8, "active": false })).await.status, 204);
        assert_eq!(delete(&ann, &hook).await.status, 204);
        assert_eq!(counts().await, ([0, 99], [0, 0]));
    });
}

#[test]
fn a_hook_that_is_damaged_can_be_removed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&hook_of(42)).await;
        hook.damage("action_type", &json!({ "S": "explode" })).await;

        assert_eq!(delete(&ann, &hook).await.status, 204);

        assert_eq!((ann.footprint().await.hooks, count(&ann, stack, 42).await), (0, 0));
    });
}

#[test]
fn what_was_written_while_its_receipt_was_lost_is_counted_once() {
    alone(async |stack| {
        let ann = stack.user().await;
        let lose = || stack.fault(Service::DynamoDb, Fault::lose_answer().on("TransactWriteItems").first(1));

        lose();
        let hook = ann.create_hook(&hook_of(42)).await;
        assert_eq!((count(&ann, stack, 42).await, ann.footprint().await.hooks), (1, 1));

        lose();
        assert_eq!(ann.put_hook(&hook, &json!({ "resource_id": 43 })).await.status, 204);
        assert_eq!((count(&ann, stack, 42).await, count(&ann, stack, 43).await), (0, 1));

        lose();
        assert_eq!(delete(&ann, &hook).await.status, 204);
        assert_eq!((count(&ann, stack, 43).await, ann.footprint().await.hooks), (0, 0));
    });
}

#[test]
fn a_hook_whose_transaction_meets_another_one_is_created_all_the_same() {
    alone(async |stack| {
        let ann = stack.user().await;

        stack.fault(Service::DynamoDb, Fault::conflict().first(3));
        ann.create_hook(&hook_of(42)).await;

        stack.fault(Service::DynamoDb, Fault::conflict());
        let answer = ann.ask_for_hook(&hook_of(42)).await;
        answer.refused(503);
        assert!(!answer.header("retry-after").is_empty());
        assert_eq!((ann.footprint().await.hooks, count(&ann, stack, 42).await), (1, 1));
    });
}
