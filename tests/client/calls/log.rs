//! `pipehook requests list` and `show`.

use std::time::Duration;

use harness::{Computer, Hook, alone, shared};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::hook;

/// One call of each outcome: queued, ignored, rejected and failed, in this order.
async fn one_of_each(hook: &Hook<'_>) {
    hook.push().send().await.accepted();
    hook.signed("{}").header("x-github-event", "ping").send().await.accepted();
    hook.push().with("x-hub-signature-256", "sha256=00").send().await.refused(401);
    hook.signed("{").header("x-github-event", "release").send().await.refused(400);
}

async fn outcomes(computer: &Computer, arguments: &[&str]) -> Vec<String> {
    let calls = computer.json(&[&["requests", "list"], arguments].concat()).await;
    let calls = calls.as_array().unwrap().iter();
    calls.map(|call| call["outcome"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_log_is_listed_with_every_filter() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (one, other) = (hook(&ann, "shop").await, hook(&ann, "blog").await);
        one_of_each(&one).await;
        other.push().send().await.accepted();
        let computer = stack.computer(&ann.access_token);

        for (arguments, expected) in [
            (&[][..], &["queued", "failed", "rejected", "ignored", "queued"][..]),
            (&["--hook", "shop"], &["failed", "rejected", "ignored", "queued"]),
            (&["--hook", &other.id], &["queued"]),
            (&["--outcome", "failed,rejected"], &["failed", "rejected"]),
            (&["--status", "400"], &["failed"]),
            (&["--event", "push"], &["queued", "queued"]),
            (&["--from", "1h", "--to", "now", "--limit", "0"], &["queued", "failed", "rejected", "ignored", "queued"]),
            (&["--to", "1h"], &[]),
            (&["--limit", "2"], &["queued", "failed"]),
        ] {
            assert_eq!(outcomes(&computer, arguments).await, expected, "{arguments:?}");
        }
        let table = computer.run(&["requests", "list", "--limit", "2"]).await;
        assert!(
            table.out.starts_with("TIME") && table.out.contains("failed") && table.out.contains("push"),
            "{table:?}"
        );
        assert!(table.err.contains("There may be more"), "{table:?}");
        assert!(table.out.lines().all(|line| line.chars().count() <= 80), "{}", table.out);
        let wrong = computer.run(&["requests", "list", "--outcome", "lost"]).await;
        assert_eq!(wrong.status, 2);
    });
}

#[test]
fn a_log_is_followed_from_a_call_on_and_says_where_it_stopped() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        hook.push().send().await.accepted();
        let computer = stack.computer(&ann.access_token);
        let first = computer.json(&["requests", "list"]).await[0]["id"].as_str().unwrap().to_owned();
        let following = computer.start(&["requests", "list", "--follow", "--after", &first, "--json"]).await;
        sleep(Duration::from_secs(1)).await;
        one_of_each(&hook).await;
        sleep(Duration::from_secs(8)).await;

        following.interrupt();
        let ran = following.end().await;

        let lines = ran.out.lines().map(|line| serde_json::from_str::<Json>(line).unwrap()["outcome"].clone());
        assert_eq!(lines.collect::<Vec<_>>(), ["queued", "ignored", "rejected", "failed"]);
        assert_eq!(ran.status, 130);
        assert!(ran.err.contains("--after "), "{ran:?}");
    });
}

#[test]
fn a_call_is_shown_with_its_body_and_what_the_hook_makes_of_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let body = "{\"ref\":\"refs/heads/main\",\"price\":1.10,\"escape\":\"\\u001b[2J\"}";
        let id = hook.signed(body).send().await;
        id.accepted();
        let computer = stack.computer(&ann.access_token);

        let shown = computer.run(&["requests", "show", id.request_id()]).await;
        let raw = computer.run(&["requests", "show", id.request_id(), "--raw"]).await;
        let whole = computer.json(&["requests", "show", id.request_id()]).await;

        for text in
            ["  \"price\": 1.10", "x-hub-signature-256: ********", "variable branch  \"refs/heads/main\"", "shop"]
        {
            assert!(shown.out.contains(text), "{text}: {}", shown.out);
        }
        assert_eq!(raw.out, body);
        assert_eq!(whole["id"], json!(id.request_id()));
        let missing = computer.run(&["requests", "show", "01a209f7-0f9d-79ba-9712-2b2164476eb4", "--json"]).await;
        let error: Json = serde_json::from_str(&missing.err).unwrap();
        assert_eq!((missing.status, &error["error"]["status"]), (4, &json!(404)));
    });
}

#[test]
fn a_body_near_the_largest_that_the_log_shows_is_shown_whole() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        // In the answer it stands as JSON and in base64.
        let body = format!("{{\"ref\":\"refs/heads/main\",\"text\":\"{}\"}}", "a".repeat(2_100_000));
        let call = hook.signed(body.clone()).send().await;
        call.accepted();
        let computer = stack.computer(&ann.access_token);

        let raw = computer.run(&["requests", "show", call.request_id(), "--raw"]).await;

        assert!(raw.status == 0 && raw.out == body, "{} {} bytes: {}", raw.status, raw.out.len(), raw.err);
    });
}
