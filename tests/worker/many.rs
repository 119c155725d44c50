//! Many actions, several resources, and more workers than may run at the same time.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use harness::{Pipehook, shared, shell, soak, together};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::{Setting, call, hook};

const RESOURCES: i64 = 6;
/// For each resource.
const CALLS: u32 = 10;
/// How many actions of the pipeline may run at the same time: fewer than there are workers.
const AT_ONCE: usize = 2;
const WORKERS: usize = 3;

/// What the steps wrote, in the order in which they wrote it: `start` or `end`, the resource, the number of the call.
fn entry(line: &str) -> (&str, i64, u32) {
    let [what, resource, number] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    (what, resource.parse().unwrap(), number.parse().unwrap())
}

/// Follows the steps; returns how many ran at the same time at most.
fn follow(written: &str, calls: u32) -> usize {
    let mut running: BTreeSet<i64> = BTreeSet::new();
    let mut next = vec![0; usize::try_from(RESOURCES).unwrap()];
    let mut most = 0;
    for line in written.lines() {
        let (what, resource, number) = entry(line);
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
    assert!(next.iter().all(|next| *next == calls), "not each once: {next:?}\n{written}");
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
        let parallel = json!({ "max_parallel_actions": AT_ONCE });
        let Setting { ann, pipeline, token, .. } = Setting::with(stack, &parallel).await;
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("steps");
        // What is written to the end of a file in one go stays in one piece, and the file has the order of all writes.
        let write = |what: &str| format!("echo \"{what} $PIPEHOOK_BRANCH\" >> {}", file.display());
        pipeline.add_step(&shell(&format!("{}; sleep 0.1; {}", write("start"), write("end")))).await;
        let names = (1..=WORKERS).map(|number| format!("builder-{number}")).collect::<Vec<_>>();
        let workers = together(names.iter().map(|name| stack.worker(name, &token))).await;

        let calls = CALLS * soak();
        together((1..=RESOURCES).map(async |resource| {
            let hook = hook(&ann, &pipeline, resource).await;
            for number in 0..calls {
                call(&hook, &format!("{resource} {number}")).await;
            }
        }))
        .await;
        let heads = all_ended(stack, ann.project).await;

        let expected = usize::try_from(calls).unwrap() * usize::try_from(RESOURCES).unwrap();
        assert_eq!(heads.len(), expected);
        for head in heads {
            assert_eq!((&head["status"]["S"], &head["attempt"]["N"]), (&json!("completed"), &json!("1")), "{head}");
        }
        assert_eq!(follow(&fs::read_to_string(&file).unwrap(), calls), AT_ONCE);
        assert!(workers.iter().all(|worker| worker.printed().contains("claimed")), "a worker had nothing to do");
    });
}
