//! Steps in their order, and what is said of them.

use serde_json::json;

use crate::{
    api::Api,
    worker::{Worker, written},
};

#[tokio::test]
async fn steps_run_one_after_the_other_and_each_is_reported_before_it_starts() {
    let api = Api::start().await;
    let action =
        api.put(&[json!("echo one"), json!({"name": "Second", "command": "echo two; echo too >&2"})], &json!({}));
    let worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    assert_eq!((&*ended.status, &*ended.reason), ("completed", ""));
    assert_eq!((ended.output(1), ended.output(2)), ("one\n".into(), "two\ntoo\n".into()));
    let steps: Vec<_> =
        api.reports(action).into_iter().filter_map(|report| report.body.get("steps").cloned()).collect();
    let expected = [
        json!([{"order": 1, "status": "in-progress"}]),
        json!([{"order": 1, "status": "completed"}, {"order": 2, "status": "in-progress"}]),
        json!([{"order": 2, "status": "completed"}]),
    ];
    assert_eq!(steps, expected, "the end of a step and the start of the next are one call");
    let (status, printed) = worker.stop().await;
    assert_eq!(status, Some(0), "{printed}");
    for line in ["claimed: deploy application 42", "| one", "step 2 (Second) starts", "| too", "1 completed\n"] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
}

#[tokio::test]
async fn a_step_that_could_not_be_reported_does_not_start() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ran");
    let action = api.put_command(&format!("touch {}", path.display()));
    api.take_over(action);
    let next = api.put_command("true");
    let worker = Worker::start(&api, &[]);

    api.ended(next).await;

    assert!(!path.exists() && api.reports(action).is_empty());
    let (_, printed) = worker.stop().await;
    assert!(printed.contains("no longer this worker's (409)"), "{printed}");
}

#[tokio::test]
async fn after_a_step_that_fails_the_others_are_skipped() {
    let api = Api::start().await;
    let steps = ["echo one", "echo two; exit 3", "echo three", "echo four"].map(|command| json!(command));
    let action = api.put(&steps, &json!({}));
    let _worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    assert_eq!((&*ended.status, &*ended.reason), ("failed", "step 2 failed with exit status 3"));
    assert_eq!(ended.steps.values().collect::<Vec<_>>(), ["completed", "failed", "skipped", "skipped"]);
    assert_eq!((ended.output(2), ended.output(3)), ("two\n".into(), String::new()));
}

#[tokio::test]
async fn a_program_that_does_not_exist_and_a_signal_are_told_apart() {
    let api = Api::start().await;
    let missing = api.put(&[json!({"runner": "composer", "command": "install"})], &json!({}));
    let killed = api.put_command("kill -SEGV $$");
    let _worker = Worker::start(&api, &[]);

    let missing = api.ended(missing).await;
    assert_eq!(missing.reason, "step 1 could not be run: its output says why");
    assert!(missing.output(1).starts_with("pipehook: cannot run composer: No such file"), "{missing:?}");
    assert_eq!(api.ended(killed).await.reason, "step 1 was killed by signal 11 (SIGSEGV)");
}

#[tokio::test]
async fn every_action_has_a_directory_of_its_own_that_its_steps_share_and_that_goes_with_it() {
    let api = Api::start().await;
    let steps = [json!("pwd; umask 0; mkdir -p a/b; touch a/b/c"), json!("pwd; ls a/b")];
    let actions = [api.put(&steps, &json!({})), api.put(&steps, &json!({}))];
    let worker = Worker::start(&api, &[]);

    let mut paths = Vec::new();
    for action in actions {
        let ended = api.ended(action).await;
        assert_eq!(ended.output(1) + "c\n", ended.output(2));
        paths.push(ended.output(1).trim().to_owned());
    }

    assert_ne!(paths[0], paths[1]);
    assert!(paths.iter().all(|path| path.starts_with(worker.directory.path().to_str().unwrap())));
    api.until(|_| worker.directories().is_empty()).await;
}

#[tokio::test]
async fn one_command_of_the_worker_runs_for_every_job_instead_of_steps() {
    let api = Api::start().await;
    let steps = [json!("echo from the step"), json!("echo never")];
    let (with, without) = (api.put(&steps, &json!({"branch": "main"})), api.put(&[], &json!({"branch": "dev"})));
    let directory = tempfile::tempdir().unwrap();
    let script =
        "#!/bin/sh\necho \"$@\" \"$PIPEHOOK_BRANCH\"\ncat > \"$1.tmp\"; mv \"$1.tmp\" \"$1\"-$PIPEHOOK_BRANCH\n";
    let path = directory.path().join("deploy.sh");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let job = directory.path().join("job");
    let _worker = Worker::start(&api, &["--", path.to_str().unwrap(), job.to_str().unwrap(), "$(id)"]);

    let ended = api.ended(with).await;

    assert_eq!(ended.status, "completed");
    assert_eq!(ended.output(1), format!("{} $(id) main\n", job.display()));
    assert_eq!(ended.steps.values().collect::<Vec<_>>(), ["completed", "skipped"]);
    assert_eq!(api.ended(without).await.status, "completed", "also of a pipeline without steps");
    let job: serde_json::Value = serde_json::from_str(&written(&directory.path().join("job-dev")).await).unwrap();
    assert_eq!(job["variables"]["branch"], "dev");
}

#[tokio::test]
async fn several_actions_run_at_the_same_time_and_the_worker_asks_one_question_at_a_time() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display().to_string();
    // Each of them waits for the others.
    let command = format!("touch {path}/$$; while [ $(ls {path} | wc -l) -lt 3 ]; do sleep 0.05; done");
    let actions = [(); 3].map(|()| api.put_command(&command));
    let _worker = Worker::start(&api, &["--concurrency", "3", "--label", "a", "--label", "b", "--name", "build"]);

    for action in actions {
        assert_eq!(api.ended(action).await.status, "completed");
    }

    let expected = json!({"worker": "build", "labels": ["a", "b"], "lease_seconds": 300});
    assert!(api.claims().iter().all(|claim| *claim == expected));
}

#[tokio::test]
async fn the_next_action_does_not_wait_for_the_next_question() {
    let api = Api::start().await;
    let actions = [(); 5].map(|()| api.put_command("true"));
    let begin = std::time::Instant::now();
    let _worker = Worker::start(&api, &[]);

    for action in actions {
        api.ended(action).await;
    }

    assert!(begin.elapsed().as_secs() < 15, "five questions of 5 s each would be 20 s: {:?}", begin.elapsed());
}
