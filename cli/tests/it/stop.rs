//! How a worker is stopped.

use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::time::sleep;

use crate::{
    api::Api,
    worker::{Worker, all_dead, processes},
};

#[tokio::test]
async fn the_first_signal_finishes_what_runs_and_asks_for_nothing_more() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let api = Api::start().await;
        let action = api.put_command("sleep 2; echo done");
        let worker = Worker::start(&api, &[]);
        api.until(|api| !api.reports(action).is_empty()).await;
        let asked = api.claims().len();

        worker.signal(signal);
        let next = api.put_command("echo never");

        assert_eq!(api.ended(action).await.output(1), "done\n");
        let (status, printed) = worker.end().await;
        assert_eq!(status, Some(0), "{printed}");
        assert_eq!(api.claims().len(), asked);
        assert!(api.reports(next).is_empty());
    }
}

#[tokio::test]
async fn an_idle_worker_stops_at_once() {
    let api = Api::start().await;
    let worker = Worker::start(&api, &[]);
    api.until(|api| !api.claims().is_empty()).await;

    let (status, printed) = tokio::time::timeout(Duration::from_secs(3), worker.stop()).await.unwrap();

    assert_eq!(status, Some(0), "{printed}");
}

#[tokio::test]
async fn the_second_signal_kills_what_runs_and_says_so() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ids");
    let action = api.put_command(&format!("sleep 600 & echo $$ $! > {0}.new; mv {0}.new {0}; wait", path.display()));
    let worker = Worker::start(&api, &[]);
    let processes = processes(&path).await;
    worker.signal(Signal::SIGTERM);
    sleep(Duration::from_millis(300)).await;

    let (status, printed) = worker.stop().await;

    assert_eq!(status, Some(4), "{printed}");
    assert_eq!(api.ended(action).await.reason, "the worker was stopped during step 1");
    all_dead(&processes, Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_drain_timeout_is_a_second_signal() {
    let api = Api::start().await;
    let action = api.put_command("sleep 600");
    let worker = Worker::start(&api, &["--drain-timeout", "1s"]);
    api.until(|api| !api.reports(action).is_empty()).await;

    let (status, printed) = worker.stop().await;

    assert_eq!(status, Some(4), "{printed}");
    assert_eq!(api.ended(action).await.status, "failed");
}

#[tokio::test]
async fn a_third_signal_ends_the_worker_at_once_and_the_children_with_it() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ids");
    let command = format!("trap '' TERM; echo $$ > {0}.new; mv {0}.new {0}; while :; do sleep 1; done", path.display());
    api.put_command(&command);
    let worker = Worker::start(&api, &[]);
    let processes = processes(&path).await;
    for _ in 0..2 {
        worker.signal(Signal::SIGTERM);
        sleep(Duration::from_millis(300)).await;
    }

    let (status, _) = tokio::time::timeout(Duration::from_secs(3), worker.stop()).await.unwrap();

    assert_eq!(status, Some(4));
    all_dead(&processes, Duration::from_secs(3)).await;
}

#[tokio::test]
async fn the_end_of_its_input_stops_a_worker_that_was_told_so() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ids");
    api.put_command(&format!("sleep 600 & echo $$ $! > {0}.new; mv {0}.new {0}; wait", path.display()));
    let mut worker = Worker::with_input(&api, &["--stop-at-end-of-input", "--drain-timeout", "1s"]);
    let processes = processes(&path).await;

    worker.close_input();

    let (status, printed) = tokio::time::timeout(Duration::from_secs(10), worker.end()).await.unwrap();
    assert_eq!(status, Some(4), "{printed}");
    all_dead(&processes, Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_worker_that_was_told_nothing_goes_on_without_input() {
    let api = Api::start().await;
    let mut worker = Worker::with_input(&api, &[]);
    worker.close_input();
    let action = api.put_command("sleep 1; echo done");

    assert_eq!(api.ended(action).await.output(1), "done\n");

    assert_eq!(worker.stop().await.0, Some(0));
}
