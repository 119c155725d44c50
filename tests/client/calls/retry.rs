//! `pipehook requests retry`: one call, and many that are counted first.

use std::sync::atomic::Ordering;
use std::time::Duration;

use harness::{Hook, shared, together};
use serde_json::json;
use tokio::time::sleep;

use super::hook;
use super::server::Way;

/// More than one step of a retry takes.
const MANY: usize = 130;

async fn many(hook: &Hook<'_>) {
    for start in (0..MANY).step_by(16) {
        let calls: Vec<_> = (start..MANY.min(start + 16))
            .map(|number| hook.signed(json!({ "ref": "refs/heads/main", "number": number }).to_string()))
            .collect();
        for answer in together(calls.iter().map(harness::Call::send)).await {
            answer.accepted();
        }
    }
}

#[test]
fn one_call_runs_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let answer = hook.push().send().await;
        let computer = stack.computer(&ann.access_token);

        let retried = computer.json(&["requests", "retry", answer.request_id()]).await;

        assert_eq!((&retried["retry_of"], &retried["outcome"]), (&json!(answer.request_id()), &json!("queued")));
        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn many_calls_are_counted_first_and_nothing_runs_without_a_yes() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        for _ in 0..3 {
            hook.push().send().await.accepted();
        }
        hook.push().with("x-hub-signature-256", "sha256=00").send().await.refused(401);
        let computer = stack.computer(&ann.access_token);

        let asked = computer.run(&["requests", "retry", "--from", "1h"]).await;
        let mut asking = computer.terminal(&["requests", "retry", "--from", "1h"]).await;
        asking.until("3 of the calls").await.until("Run 3 calls again? [y/N]").await.type_line("n").await;
        let (status, shown) = asking.end().await;
        let without = computer.run(&["requests", "retry", "--outcome", "queued"]).await;
        assert_eq!((asked.status, status, without.status), (2, 1, 2), "{asked:?} {shown}");
        assert!(asked.err.contains("--yes") && without.err.contains("--from 2h"), "{asked:?} {without:?}");
        assert_eq!(ann.jobs().await.len(), 3);

        let retried = computer.run(&["requests", "retry", "--from", "1h", "--hook", "shop", "--yes"]).await;
        let none = computer.json(&["requests", "retry", "--from", "1h", "--outcome", "failed"]).await;

        assert_eq!((retried.status, ann.jobs().await.len()), (0, 6), "{retried:?}");
        assert!(retried.out.contains("3 calls ran again."), "{retried:?}");
        assert_eq!(none["count"], 0);
    });
}

#[test]
fn a_retry_whose_answer_is_lost_goes_on_and_runs_no_call_twice() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        many(&hook).await;
        let way = Way::to(&stack.api_url()).await;
        way.lost_answers.store(1, Ordering::SeqCst);
        let computer = stack.computer(&ann.access_token).with("PIPEHOOK_URL", &way.url());

        let retried = computer.run(&["requests", "retry", "--from", "1h", "--yes", "--json"]).await;

        assert_eq!(retried.status, 0, "{retried:?}");
        let step: serde_json::Value = serde_json::from_str(&retried.out).unwrap();
        assert_eq!((step["retried"].as_array().unwrap().len(), &step["cursor"]), (MANY, &json!(null)));
        assert_eq!(way.lost_answers.load(Ordering::SeqCst), 0);
        assert_eq!(ann.jobs().await.len(), 2 * MANY);
    });
}

#[test]
fn a_retry_that_is_stopped_says_how_to_go_on_and_runs_no_call_twice() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        many(&hook).await;
        let way = Way::to(&stack.api_url()).await;
        // Each step is run, and its answer lost: the program asks again until it is stopped.
        way.lost_answers.store(usize::MAX, Ordering::SeqCst);
        let computer = stack.computer(&ann.access_token).with("PIPEHOOK_URL", &way.url());
        let retrying = computer.start(&["requests", "retry", "--from", "1h", "--yes"]).await;
        sleep(Duration::from_secs(8)).await;
        retrying.interrupt();
        let stopped = retrying.end().await;
        way.lost_answers.store(0, Ordering::SeqCst);

        let command = stopped.err.lines().find_map(|line| line.strip_prefix("Go on: pipehook "));
        let command: Vec<_> = command.unwrap_or_else(|| panic!("{stopped:?}")).split_whitespace().collect();
        let resumed = computer.run(&command).await;

        assert_eq!((stopped.status, resumed.status), (130, 0), "{stopped:?} {resumed:?}");
        assert!(resumed.out.contains(&format!("{MANY} calls ran again.")), "{resumed:?}");
        assert_eq!(ann.jobs().await.len(), 2 * MANY);
    });
}
