//! What a step prints, in the log.

use std::time::Duration;

use serde_json::json;

use crate::{api::Api, worker::Worker};

#[tokio::test]
async fn output_comes_in_order_and_in_full_parts_whatever_it_is_made_of() {
    let api = Api::start().await;
    // 100,000 bytes of characters of three bytes, on borders that fit no chunk; quotes; and bytes that are no text.
    let command = "i=0; while [ $i -lt 2500 ]; do printf '%05d €€€€€€€€€€\\n' $i; [ $((i % 2)) = 0 ] || printf '%05d \"' $i >&2; i=$((i + 1)); done; printf '\\377\\000\\033 end'";
    let action = api.put_command(command);
    let _worker = Worker::start(&api, &["--quiet"]);

    let ended = api.ended(action).await;

    let lines: Vec<_> = (0..2500)
        .map(|i| format!("{i:05} €€€€€€€€€€\n{}", if i % 2 == 0 { String::new() } else { format!("{i:05} \"") }))
        .collect();
    assert_eq!(ended.output(1), lines.concat() + "\u{fffd}\0\u{1b} end");
    let [full @ .., _] = &*ended.parts[&1] else { panic!("no parts") };
    assert_eq!(full.len(), 3);
    assert!(full.iter().all(|part| (32_765..=32_768).contains(&part.len())), "{:?}", full.iter().map(String::len));
}

#[tokio::test]
async fn output_comes_while_the_step_runs() {
    let api = Api::start().await;
    let action = api.put_command("echo first; sleep 8; echo last");
    let _worker = Worker::start(&api, &[]);

    api.printed(action, "first").await;

    assert!(api.reports(action).iter().all(|report| report.body["status"].is_null()));
    assert_eq!(api.ended(action).await.output(1), "first\nlast\n");
}

#[tokio::test]
async fn a_step_that_prints_without_end_neither_fills_the_memory_nor_loses_its_lease() {
    let api = Api::start().await;
    api.set_lease(16);
    let action = api.put_command("timeout 9 yes; echo the end");
    let worker = Worker::start(&api, &["--quiet"]);
    api.until(|api| api.reports(action).len() > 20).await;
    let memory = std::fs::read_to_string(format!("/proc/{}/status", worker.id())).unwrap();

    let ended = api.ended(action).await;

    assert_eq!(ended.status, "completed");
    let output = ended.output(1);
    assert!(output.ends_with("\nthe end\n"));
    assert!(output.contains("bytes were left out: they came faster than they could be sent"));
    let peak = memory.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    assert!(peak.unwrap().parse::<u64>().unwrap() < 100_000, "{memory}");
}

#[tokio::test]
async fn a_terminal_that_is_not_read_holds_up_neither_the_step_nor_the_worker() {
    let api = Api::start().await;
    let action = api.put(
        &[json!("i=0; while [ $i -lt 20000 ]; do echo a line that no one reads $i; i=$((i+1)); done")],
        &json!({}),
    );
    // Its standard output is a pipe from which this test does not read.
    let worker = Worker::start(&api, &[]);

    let ended = tokio::time::timeout(Duration::from_secs(30), api.ended(action)).await.unwrap();

    assert!(ended.output(1).ends_with("a line that no one reads 19999\n"));
    let (status, printed) = worker.stop().await;
    assert_eq!(status, Some(0));
    assert!(printed.contains("lines were not shown"));
}
