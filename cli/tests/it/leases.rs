//! An action that is no longer this worker's does not run any more.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::{
    api::Api,
    worker::{Worker, all_dead, is_alive, processes},
};

fn long(directory: &std::path::Path) -> (String, std::path::PathBuf) {
    let path = directory.join("ids");
    let command = format!(
        "trap '' TERM; setsid sleep 600 & echo $$ $! > {0}.new; mv {0}.new {0}; echo started; wait; wait",
        path.display()
    );
    (command, path)
}

#[tokio::test]
async fn when_another_worker_has_the_action_its_children_are_killed_at_once_and_nothing_more_is_said() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let (command, path) = long(directory.path());
    let action = api.put_command(&command);
    let worker = Worker::start(&api, &[]);
    let processes = processes(&path).await;

    api.take_over(action);

    all_dead(&processes, Duration::from_secs(25)).await;
    let next = api.put_command("true");
    api.ended(next).await;
    assert!(api.reports(action).iter().all(|report| report.body["status"].is_null()));
    let (status, printed) = worker.stop().await;
    assert_eq!(status, Some(0));
    assert!(printed.contains("no longer this worker's"), "{printed}");
}

/// A lease of 14 s leaves 4 s until the 10 s in which nothing may run.
#[tokio::test]
async fn when_the_api_cannot_be_reached_the_children_are_dead_ten_seconds_before_the_lease_ends() {
    let api = Api::start().await;
    api.set_lease(14);
    let directory = tempfile::tempdir().unwrap();
    let (command, path) = long(directory.path());
    let action = api.put_command(&command);
    let _worker = Worker::start(&api, &[]);
    let processes = processes(&path).await;
    api.until(|api| api.reports(action).len() >= 3).await;
    assert!(processes.iter().all(|process| is_alive(*process)), "the lease is renewed as long as it can be");

    api.set_unavailable(true);
    let renewed = api.reports(action).last().unwrap().at;

    all_dead(&processes, Duration::from_secs(10)).await;
    assert!(renewed.elapsed() < Duration::from_secs(5), "{:?}", renewed.elapsed());
    assert!(renewed.elapsed() > Duration::from_secs(3), "not before it must: {:?}", renewed.elapsed());
    api.set_unavailable(false);
    let ended = api.ended(action).await;
    assert!(ended.reason.starts_with("step 1 was killed: the API could not be reached"), "{ended:?}");
}

#[tokio::test]
async fn a_worker_that_hangs_loses_its_children_before_the_lease_ends() {
    let api = Api::start().await;
    api.set_lease(14);
    let directory = tempfile::tempdir().unwrap();
    let (command, path) = long(directory.path());
    let action = api.put_command(&command);
    let worker = Worker::start(&api, &[]);
    let processes = processes(&path).await;
    api.until(|api| api.reports(action).len() >= 2).await;

    worker.signal(Signal::SIGSTOP);
    let renewed = Instant::now();

    all_dead(&processes, Duration::from_secs(10)).await;
    assert!(renewed.elapsed() < Duration::from_secs(5), "{:?}", renewed.elapsed());
    worker.signal(Signal::SIGCONT);
    assert_eq!(api.ended(action).await.status, "failed");
}

#[tokio::test]
async fn an_outage_that_is_shorter_than_the_lease_disturbs_nothing() {
    let api = Api::start().await;
    let action = api.put(&[json!("echo one; sleep 2; echo two"), json!("echo three")], &json!({}));
    let _worker = Worker::start(&api, &[]);
    api.until(|api| !api.reports(action).is_empty()).await;
    api.set_unavailable(true);
    tokio::time::sleep(Duration::from_secs(4)).await;

    api.set_unavailable(false);

    let ended = api.ended(action).await;
    assert_eq!(ended.status, "completed");
    assert_eq!((ended.output(1), ended.output(2)), ("one\ntwo\n".into(), "three\n".into()));
}

#[tokio::test]
async fn a_cancelled_action_is_asked_to_end_then_killed_and_reported_as_failed() {
    let api = Api::start().await;
    api.set_lease(14);
    let polite = api
        .put(&[json!("trap 'echo bye; exit 0' TERM; echo ready; sleep 600 & wait"), json!("echo never")], &json!({}));
    let worker = Worker::start(&api, &[]);
    api.printed(polite, "ready").await;

    api.cancel(polite);

    let ended = api.ended(polite).await;
    assert_eq!((&*ended.status, &*ended.reason, ended.output(1)), ("failed", "cancelled", "ready\nbye\n".into()));
    assert_eq!(ended.steps.values().collect::<Vec<_>>(), ["failed", "skipped"]);
    let before = api.put_command("echo never");
    api.cancel(before);
    let ended = api.ended(before).await;
    assert_eq!((&*ended.reason, ended.output(1)), ("cancelled", String::new()), "heard before the step has started");
    assert_eq!(worker.stop().await.0, Some(0));
}

#[tokio::test]
async fn a_cancelled_action_that_does_not_listen_is_killed_while_the_lease_is_kept() {
    let api = Api::start().await;
    api.set_lease(14);
    let directory = tempfile::tempdir().unwrap();
    let (command, path) = long(directory.path());
    let action = api.put_command(&command);
    let _worker = Worker::start(&api, &[]);
    let processes = processes(&path).await;

    api.cancel(action);

    assert_eq!(api.ended(action).await.reason, "cancelled");
    assert!(processes.iter().all(|process| !is_alive(*process)));
}

#[tokio::test]
async fn a_worker_calls_every_20_s_also_with_nothing_to_say() {
    let api = Api::start().await;
    let action = api.put_command("sleep 23");
    let _worker = Worker::start(&api, &[]);

    api.ended(action).await;

    let times: Vec<_> = api.reports(action).iter().map(|report| report.at).collect();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] < Duration::from_secs(22)), "{times:?}");
    assert_eq!(times.len(), 3, "a start, one in between, an end");
}
