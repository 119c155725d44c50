//! What CI runs, here and on GitHub.

use std::collections::BTreeSet;

use harness::repository;

/// A step that no job of GitHub's runs would check nothing there, without a word.
#[test]
fn the_jobs_on_github_run_every_step_once() {
    let script = repository::read(".ci/run");
    let steps = script.lines().filter_map(|line| line.strip_prefix("step ")?.split_whitespace().next());
    let steps: BTreeSet<_> = steps.map(str::to_owned).collect();
    assert!(steps.contains("test"), "{steps:?}");

    let workflow = repository::yaml(".github/workflows/ci.yml");
    let groups = workflow["jobs"]["ci"]["strategy"]["matrix"]["steps"].as_array().unwrap();
    let mut run = vec!["tools".to_owned()]; // Each job begins with it.
    for group in groups {
        run.extend(group.as_str().unwrap().split_whitespace().map(str::to_owned));
    }
    let once: BTreeSet<_> = run.iter().cloned().collect();
    assert_eq!(run.len(), once.len(), "a step runs in two jobs: {run:?}");
    assert_eq!(once, steps);
}
