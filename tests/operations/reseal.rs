//! All secrets sealed anew under a new key, while hooks are used and changed: nothing is lost, and the old key can go.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Hook, Pipehook, User, alone, github_hook, open_hook, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};
use shared::domain::key::{Key as _, KeyRing};
use shared::domain::sealing::SealingKey;
use shared::domain::secret::SecretString;

/// Every function that opens or makes a seal.
const SEALERS: [&str; 4] = ["HookTrigger", "HookCreate", "HookUpdate", "HookRotateSecret"];

fn key_id(text: &str) -> String {
    let keys: KeyRing<SealingKey> = KeyRing::derive(&SecretString::new(text.to_owned())).unwrap();
    keys.newest().id().to_string()
}

/// Puts a new key before the old one, and returns it.
async fn rotate_key(stack: &Pipehook) -> String {
    let new = "n".repeat(64);
    let old = stack.key("SealingKey").await;
    stack.put_key("SealingKey", &format!("{new}\n{old}\n")).await;
    new
}

/// Drops every key but this one, and lets no process live that knows another.
async fn drop_old_keys(stack: &Pipehook, newest: &str) {
    stack.put_key("SealingKey", newest).await;
    for function in SEALERS {
        stack.kill(function).unwrap();
    }
}

/// A run; the error is what `aws lambda invoke` shows.
async fn reseal(stack: &Pipehook) -> Result<Json, Json> {
    let answer = stack.invoke("KeysReseal", "{}").await.unwrap();
    let payload = serde_json::from_slice(&answer.payload).unwrap();
    if answer.function_error.is_some() { Err(payload) } else { Ok(payload) }
}

fn counts(outcome: &Json) -> [i64; 4] {
    ["scanned", "resealed", "remaining", "unreadable"].map(|name| outcome[name].as_i64().unwrap())
}

async fn hooks_of<'s>(user: &User<'s>, number: usize) -> Vec<Hook<'s>> {
    let mut hooks = Vec::new();
    for resource in 1..=number {
        let mut hook = github_hook();
        hook["resource_id"] = resource.into();
        hooks.push(user.create_hook(&hook).await);
    }
    hooks
}

fn with_secret<'s>(hook: &Hook<'s>, secret: &str) -> Hook<'s> {
    let mut hook = hook.clone();
    secret.clone_into(&mut hook.secret);
    hook
}

/// The hook with its new secret, unless somebody else was first.
async fn rotate_secret<'s>(user: &User<'_>, hook: &Hook<'s>) -> Option<Hook<'s>> {
    let answer = user.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(&json!({})).send().await;
    if answer.status == 409 {
        return None;
    }
    Some(with_secret(hook, answer.is(200)["secret"].as_str().unwrap()))
}

/// The ids of the keys under which secrets are sealed, each once.
async fn keys_in_use(stack: &Pipehook) -> Vec<String> {
    let items = stack.items("HooksTable").await;
    let sealed = items.iter().flat_map(|item| ["secret", "previous_secret"].map(|name| item[name]["B"].as_str()));
    let sealed = sealed.flatten().map(|text| BASE64_STANDARD.decode(text).unwrap());
    let mut keys: Vec<_> = sealed.map(|sealed| hex::encode(&sealed[1..5])).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The items in the order of their ids, without the bytes of their seals.
async fn all_but_seals(stack: &Pipehook) -> Vec<Json> {
    let mut items = stack.items("HooksTable").await;
    items.sort_unstable_by_key(|item| item["id"]["S"].as_str().unwrap().to_owned());
    for item in &mut items {
        for name in ["secret", "previous_secret"] {
            if item.get(name).is_some() {
                item[name] = "sealed".into();
            }
        }
    }
    items
}

#[test]
fn afterwards_the_old_key_can_be_dropped_and_every_secret_is_as_good_as_before() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks_of(&ann, 3).await;
        let rotated = rotate_secret(&ann, &hooks[1]).await.unwrap();
        let open = ann.create_hook(&open_hook()).await;
        let (before, old) = (all_but_seals(stack).await, stack.key("SealingKey").await);
        let new = rotate_key(stack).await;
        assert_eq!(keys_in_use(stack).await, [key_id(&old)]);

        let outcome = reseal(stack).await.unwrap();

        assert_eq!((counts(&outcome), &outcome["key"]), ([3, 3, 0, 0], &json!(key_id(&new))));
        assert_eq!(outcome["finished"], false, "a process that is warm may still seal under the old key");
        assert!(outcome["run_again_after"].is_string());
        assert_eq!(all_but_seals(stack).await, before);
        assert_eq!(keys_in_use(stack).await, [key_id(&new)]);
        assert_eq!(counts(&reseal(stack).await.unwrap()), [3, 0, 0, 0], "a second run finds nothing to do");
        drop_old_keys(stack, &new).await;
        for hook in hooks.iter().chain([&rotated]) {
            hook.push().send().await.accepted();
        }
        open.unsigned("{}").send().await.accepted();
        assert_eq!(ann.put_hook(&hooks[0], &json!({ "action_type": "restart" })).await.status, 204);
        assert_eq!(ann.jobs().await.len(), 5);
        let logs: String = stack.logs().into_iter().map(|line| line.text).collect();
        assert!(!logs.contains(&old[..16]) && !logs.contains(&new[..16]));
    });
}

#[test]
fn what_a_warm_process_seals_behind_its_back_is_taken_by_the_next_run() {
    alone(async |stack| {
        let ann = stack.user().await;
        let first = ann.create_hook(&github_hook()).await;
        let old = key_id(&stack.key("SealingKey").await);
        let new = rotate_key(stack).await;
        reseal(stack).await.unwrap();

        let second = ann.create_hook(&github_hook()).await;

        assert_eq!(keys_in_use(stack).await.len(), 2, "HookCreate was warm: it still used {old}");
        let outcome = reseal(stack).await.unwrap();
        assert_eq!((counts(&outcome), &outcome["finished"]), ([2, 1, 0, 0], &json!(false)));
        drop_old_keys(stack, &new).await;
        first.push().send().await.accepted();
        second.push().send().await.accepted();
    });
}

#[test]
fn a_run_that_dies_on_its_way_has_done_what_it_has_done() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks_of(&ann, 8).await;
        let new = rotate_key(stack).await;
        let updates = |from: usize| {
            let calls = &stack.aws_calls()[from..];
            calls.iter().filter(|call| call.operation == "UpdateItem").count()
        };
        let before = stack.aws_calls().len();

        stack.fault(Service::DynamoDb, Fault::delay_answer(Duration::from_millis(100)).on("UpdateItem"));
        let die = async {
            while updates(before) < 4 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stack.kill("KeysReseal").unwrap();
        };
        let (outcome, ()) = tokio::join!(reseal(stack), die);
        stack.fault(Service::DynamoDb, None);

        assert!(outcome.is_err());
        assert_eq!(keys_in_use(stack).await.len(), 2);
        for hook in &hooks {
            hook.push().send().await.accepted();
        }
        let [scanned, resealed, remaining, unreadable] = counts(&reseal(stack).await.unwrap());
        assert!((1..8).contains(&resealed), "{resealed}");
        assert_eq!([scanned, remaining, unreadable], [8, 0, 0]);
        drop_old_keys(stack, &new).await;
        for hook in &hooks {
            hook.push().send().await.accepted();
        }
    });
}

#[test]
fn a_receipt_that_is_lost_is_not_taken_for_somebody_elses_change() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks_of(&ann, 3).await;
        let rotated = rotate_secret(&ann, &hooks[1]).await.unwrap();
        let new = rotate_key(stack).await;

        stack.fault(Service::DynamoDb, Fault::lose_answer().on("UpdateItem").first(2));
        let outcome = reseal(stack).await.unwrap();
        stack.fault(Service::DynamoDb, None);

        assert_eq!(counts(&outcome), [3, 3, 0, 0]);
        drop_old_keys(stack, &new).await;
        for hook in hooks.iter().chain([&rotated]) {
            hook.push().send().await.accepted();
        }
    });
}

/// Waits until a request for this operation is made, after so many requests.
async fn asked(stack: &Pipehook, operation: &str, after: usize) {
    while !stack.aws_calls()[after..].iter().any(|call| call.operation == operation) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Long enough for what a test does meanwhile, and shorter than the SDK waits.
const WHILE: Duration = Duration::from_millis(600);

#[test]
fn a_run_that_is_overtaken_takes_no_change_back() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks_of(&ann, 4).await;
        // The functions are to be quick when it matters.
        let warm = hooks_of(&ann, 1).await.remove(0);
        rotate_secret(&ann, &warm).await.unwrap();
        assert_eq!(ann.put_hook(&warm, &json!({})).await.status, 204);
        assert_eq!(ann.call("DELETE", &format!("/hooks/incoming/{}", warm.id)).send().await.status, 204);
        let new = rotate_key(stack).await;
        let before = stack.aws_calls().len();

        stack.fault(Service::DynamoDb, Fault::delay_answer(WHILE).on("Scan").first(1));
        let change = async {
            asked(stack, "Scan", before).await;
            let (renaming, removal) = (json!({ "action_type": "restart" }), format!("/hooks/incoming/{}", hooks[2].id));
            let (rotated, renamed, removed) =
                tokio::join!(rotate_secret(&ann, &hooks[0]), ann.put_hook(&hooks[1], &renaming), async {
                    ann.call("DELETE", &removal).send().await
                });
            (rotated.unwrap(), [renamed.status, removed.status])
        };
        let (outcome, (rotated, statuses)) = tokio::join!(reseal(stack), change);

        assert_eq!(statuses, [204, 204]);
        assert_eq!(counts(&outcome.unwrap()), [4, 3, 1, 0], "for the removed one there is nothing left to do");
        assert_eq!(counts(&reseal(stack).await.unwrap()), [3, 1, 0, 0]);
        assert_eq!(keys_in_use(stack).await, [key_id(&new)]);
        assert_eq!(hooks[1].item().await["action_type"]["S"], "restart");
        drop_old_keys(stack, &new).await;
        for hook in [&rotated, &hooks[0], &hooks[1], &hooks[3]] {
            hook.push().send().await.accepted();
        }
        hooks[2].push().send().await.refused(404);
    });
}

#[test]
fn a_change_that_a_run_overtakes_is_refused_and_brings_no_old_seal_back() {
    for operation in ["UpdateItem", "PutItem"] {
        alone(async |stack| {
            let ann = stack.user().await;
            let hook = ann.create_hook(&github_hook()).await;
            let new = rotate_key(stack).await;
            let before = stack.aws_calls().len();
            let path = format!("/hooks/incoming/{}", hook.id);
            let change = if operation == "UpdateItem" {
                ann.post(&format!("{path}/rotate-secret")).json(&json!({}))
            } else {
                ann.call("PUT", &path).json(&json!({ "id": hook.id, "name": "renamed" }))
            };

            stack.fault(Service::DynamoDb, Fault::delay(WHILE).on(operation).first(1));
            let run = async {
                asked(stack, operation, before).await;
                reseal(stack).await.unwrap()
            };
            let (answer, outcome) = tokio::join!(change.send(), run);

            answer.refused(409);
            assert_eq!(counts(&outcome), [1, 1, 0, 0]);
            assert_eq!(keys_in_use(stack).await, [key_id(&new)], "{operation}");
            drop_old_keys(stack, &new).await;
            assert_eq!(hook.item().await["name"]["S"], hook.json["name"]);
            hook.push().send().await.accepted();
        });
    }
}

/// Rotates the secret some times; the hooks with the last two secrets that were shown.
async fn rotate_often<'s>(user: &User<'_>, hook: Hook<'s>) -> [Hook<'s>; 2] {
    let (mut previous, mut current) = (hook.clone(), hook);
    for _ in 0..5 {
        if let Some(new) = rotate_secret(user, &current).await {
            (previous, current) = (current, new);
        }
    }
    [previous, current]
}

async fn rename_often<'s>(user: &User<'_>, hook: Hook<'s>) -> [Hook<'s>; 2] {
    for name in ["restart", "start", "stop", "reload", "deploy"] {
        let answer = user.put_hook(&hook, &json!({ "action_type": name })).await;
        assert!([204, 409].contains(&answer.status), "{answer:?}");
    }
    [hook.clone(), hook]
}

#[test]
fn runs_at_the_same_time_as_changes_and_each_other_lose_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut hooks = hooks_of(&ann, 9).await;
        let removed = hooks.pop().unwrap();
        // Each has two secrets before: the current and the previous one.
        for hook in &mut hooks {
            *hook = rotate_secret(&ann, hook).await.unwrap();
        }
        let new = rotate_key(stack).await;
        let ann = &ann;

        let changes = together(hooks.into_iter().enumerate().map(|(number, hook)| async move {
            if number % 2 == 0 { rotate_often(ann, hook).await } else { rename_often(ann, hook).await }
        }));
        let removal = async { ann.call("DELETE", &format!("/hooks/incoming/{}", removed.id)).send().await.status };
        let runs = together((0..3).map(|_| async {
            for _ in 0..4 {
                let outcome = reseal(stack).await.unwrap();
                assert_eq!(outcome["unreadable"], 0, "{outcome}");
            }
        }));
        let (survivors, status, _) = tokio::join!(changes, removal, runs);

        assert_eq!(status, 204);
        let outcome = reseal(stack).await.unwrap();
        assert_eq!((counts(&outcome)[0], counts(&outcome)[2]), (8, 0), "the removed hook did not come back");
        assert_eq!(keys_in_use(stack).await, [key_id(&new)]);
        drop_old_keys(stack, &new).await;
        for hook in survivors.iter().flatten() {
            hook.push().send().await.accepted();
        }
        removed.push().send().await.refused(404);
    });
}

#[test]
fn a_secret_that_opens_under_no_key_is_counted_and_named_and_left_as_it_is() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = hooks_of(&ann, 4).await;
        let item = hooks[0].item().await;
        let mut bytes = BASE64_STANDARD.decode(item["secret"]["B"].as_str().unwrap()).unwrap();
        bytes[30] ^= 1;
        hooks[0].damage("secret", &json!({ "B": BASE64_STANDARD.encode(bytes) })).await;
        hooks[1].damage("secret", &json!({ "B": BASE64_STANDARD.encode([1; 60]) })).await;
        hooks[2].damage("secret", &json!({ "S": "text" })).await;
        let damaged = together(hooks.iter().map(Hook::item)).await;
        let new = rotate_key(stack).await;

        let outcome = reseal(stack).await.unwrap();

        assert_eq!(counts(&outcome), [4, 1, 0, 3]);
        let logs = stack.logs().into_iter().filter(|line| line.text.contains("\"level\":\"ERROR\""));
        let errors: Vec<_> = logs.map(|line| line.text).collect();
        for (hook, damaged) in hooks[..3].iter().zip(damaged) {
            assert_eq!(errors.iter().filter(|line| line.contains(&hook.id)).count(), 1, "{errors:?}");
            assert_eq!(hook.item().await, damaged);
        }
        drop_old_keys(stack, &new).await;
        hooks[3].push().send().await.accepted();
    });
}

#[test]
fn a_run_that_finds_a_store_away_says_so_and_can_be_run_again() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let new = rotate_key(stack).await;
        for (service, fault) in [
            (Service::SecretsManager, Fault::status(503).on("GetSecretValue")),
            (Service::DynamoDb, Fault::throttle().on("Scan")),
            (Service::DynamoDb, Fault::status(500).on("UpdateItem")),
        ] {
            stack.fault(service, fault);
            let error = reseal(stack).await.unwrap_err();
            stack.fault(service, None);
            assert_eq!(error["errorType"], "Unavailable", "{error}");
        }
        assert_eq!(counts(&reseal(stack).await.unwrap()), [1, 1, 0, 0]);
        drop_old_keys(stack, &new).await;
        hook.push().send().await.accepted();
    });
}
