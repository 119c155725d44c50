//! Many actions, several resources, and more workers than may run at the same time.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use harness::{Pipehook, shared, shell, soak, together};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::{Setting, call, hook};

struct Size {
    resources: i64,
    /// For each resource.
    calls: u32,
    /// How many actions of the pipeline may run at the same time: fewer than there are workers.
    at_once: usize,
    workers: usize,
}

const USUAL: Size = Size { resources: 6, calls: 10, at_once: 2, workers: 3 };
const SOAK: Size = Size { resources: 20, calls: 50, at_once: 3, workers: 4 };

/// What a step wrote: when, and the rest.
fn entry(line: &str) -> (u64, &str, i64, u32) {
    let [at, what, resource, number] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    (at.parse().unwrap(), what, resource.parse().unwrap(), number.parse().unwrap())
}

/// What the steps wrote, in the order of their own clock: `start` or `end`, the resource, and the number of the call.
fn entries(written: &str) -> Vec<(&str, i64, u32)> {
    let mut entries: Vec<_> = written.lines().map(entry).collect();
    entries.sort_by_key(|(at, ..)| *at);
    entries.into_iter().map(|(_, what, resource, number)| (what, resource, number)).collect()
}

/// Follows the steps; returns how many ran at the same time at most.
fn follow(written: &str, size: &Size) -> usize {
    let mut running: BTreeSet<i64> = BTreeSet::new();
    let mut next = vec![0; usize::try_from(size.resources).unwrap()];
    let mut most = 0;
    for (what, resource, number) in entries(written) {
        let line = format!("{what} {resource} {number}");
        let next = &mut next[usize::try_from(resource).unwrap() - 1];
        assert_eq!(number, *next, "not in the order of the calls: {line}\n{written}");
        if what == "start" {
            assert!(running.insert(resource), "two of one resource at once: {line}\n{written}");
            most = most.max(running.len());
        } else {
            assert!(running.remove(&resource), "{line}\n{written}");
            *next += 1;
        }
    }
    assert!(next.iter().all(|next| *next == size.calls), "not each once: {next:?}\n{written}");
    most
}

async fn all_ended(stack: &Pipehook, project: i64) -> Vec<Json> {
    loop {
        let heads = stack.heads(project).await;
        let is_ended =
            |head: &Json| ["completed", "failed", "skipped"].contains(&head["status"]["S"].as_str().unwrap());
        if heads.iter().all(is_ended) {
            return heads;
        }
        sleep(Duration::from_millis(500)).await;
    }
}

#[test]
fn each_call_runs_once_in_order_alone_on_its_resource_and_never_more_than_the_pipeline_allows() {
    shared(async |stack| {
        let size = if soak() > 1 { SOAK } else { USUAL };
        let parallel = json!({ "max_parallel_actions": size.at_once });
        let Setting { ann, pipeline, token, .. } = Setting::with(stack, &parallel).await;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("steps");
        // What is written to the end of a file in one go stays in one piece.
        let write = |what: &str| format!("echo \"$(date +%s%N) {what} $PIPEHOOK_BRANCH\" >> {}", file.display());
        pipeline.add_step(&shell(&format!("{}; sleep 0.1; {}", write("start"), write("end")))).await;
        let names = (1..=size.workers).map(|number| format!("builder-{number}")).collect::<Vec<_>>();
        let workers = together(names.iter().map(|name| stack.worker(name, &token))).await;

        let mut hooks = Vec::new();
        for resource in 1..=size.resources {
            hooks.push((resource, hook(&ann, &pipeline, resource).await));
        }
        together(hooks.iter().map(async |(resource, hook)| {
            for number in 0..size.calls {
                call(hook, &format!("{resource} {number}")).await;
            }
        }))
        .await;
        let heads = all_ended(stack, ann.project).await;

        let expected = i64::from(size.calls) * size.resources;
        assert_eq!(i64::try_from(heads.len()).unwrap(), expected);
        for head in heads {
            assert_eq!((&head["status"]["S"], &head["attempt"]["N"]), (&json!("completed"), &json!("1")), "{head}");
        }
        assert_eq!(follow(&fs::read_to_string(&file).unwrap(), &size), size.at_once);
        assert!(workers.iter().all(|worker| worker.printed().contains("claimed")), "a worker had nothing to do");
    });
}
