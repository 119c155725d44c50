//! Hooks that change while `hook-trigger` uses copies of them: once a change is answered, it holds for every call.

use harness::{Hook, User, alone_copying, github_hook, together, until};
use local::AwsCall;
use serde_json::{Value as Json, json};

/// As in the template.
const COPY_MILLISECONDS: u32 = 1_000;

/// More at once than one process serves, so that several have copies.
const AT_ONCE: usize = 6;

/// What calls that come at the same time are told.
async fn told(hook: &Hook<'_>) -> Vec<(u16, Json)> {
    let answers = together((0..AT_ONCE).map(async |_| hook.push().send().await)).await;
    answers.into_iter().map(|answer| (answer.status, answer.json()["message"].clone())).collect()
}

fn all(status: u16, message: &str) -> Vec<(u16, Json)> {
    vec![(status, json!(message)); AT_ONCE]
}

/// Calls the hook again and again, so that every process has a copy of it, until `change` is answered.
async fn under_load<T>(hook: &Hook<'_>, change: impl Future<Output = T>) -> T {
    told(hook).await;
    let calls = async {
        loop {
            told(hook).await;
        }
    };
    tokio::select! {
        answer = change => answer,
        () = calls => unreachable!("it never ends"),
    }
}

async fn change(ann: &User<'_>, hook: &Hook<'_>, change: &Json) {
    let answer = under_load(hook, ann.put_hook(hook, change)).await;
    assert_eq!(answer.status, 204);
}

#[test]
fn whatever_an_answer_says_of_a_busy_hook_holds_for_every_call_after_it() {
    alone_copying(COPY_MILLISECONDS, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let queued = all(200, "The pipeline job was queued.");

        change(&ann, &hook, &json!({ "active": false })).await;
        assert_eq!(told(&hook).await, all(200, "The call was ignored. The hook is inactive."));
        change(&ann, &hook, &json!({ "active": true })).await;
        assert_eq!(told(&hook).await, queued);

        let rotate = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id));
        let rotate = rotate.json(&json!({ "overlap_seconds": 0 }));
        let rotated = under_load(&hook, rotate.send()).await.is(200);
        let mut renewed = hook.clone();
        rotated["secret"].as_str().unwrap().clone_into(&mut renewed.secret);
        assert_eq!(told(&hook).await, all(401, "The signature of this call is missing or not valid."));
        assert_eq!(told(&renewed).await, queued);

        let remove = ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id));
        assert_eq!(under_load(&renewed, remove.send()).await.status, 204);
        assert_eq!(told(&renewed).await, all(404, "The hook was not found."));
    });
}

#[test]
fn a_deletion_that_is_repeated_because_its_answer_was_lost_holds_for_every_call_too() {
    alone_copying(COPY_MILLISECONDS, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let remove = ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id));
        told(&hook).await;
        let repeated = async {
            let removes = |call: &AwsCall| {
                (call.function.as_deref(), call.operation.as_str()) == (Some("HookDelete"), "TransactWriteItems")
            };
            until("the hook was not removed", async || stack.aws_calls().iter().any(removes)).await;
            remove.send().await.refused(404);
            told(&hook).await
        };

        let (first, calls) = tokio::join!(remove.send(), repeated);

        assert_eq!((first.status, calls), (204, all(404, "The hook was not found.")));
    });
}

#[test]
fn all_functions_are_told_the_same_time() {
    let template = harness::repository::read("template.yaml");
    let told: Vec<_> = template.lines().filter(|line| line.contains("HOOK_COPY_MILLISECONDS")).collect();
    // Eight spaces: a variable of `Globals`. Those of one function stand further to the right.
    assert_eq!(told, [format!("        HOOK_COPY_MILLISECONDS: \"{COPY_MILLISECONDS}\"")]);
}

#[test]
fn a_flood_on_one_hook_reads_it_once_per_process_and_copy() {
    alone_copying(5_000, async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        told(&hook).await;
        let before = stack.aws_calls().len();
        for _ in 0..5 {
            together((0..AT_ONCE).map(async |_| hook.push().body("forged").send().await)).await;
        }
        let reads = stack.aws_calls()[before..].iter().filter(|call| call.operation == "GetItem").count();
        assert!(reads <= 2 * AT_ONCE, "{reads} reads for 30 calls");
    });
}
