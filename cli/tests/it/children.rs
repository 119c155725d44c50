//! What a step has started dies with it: at its end, at a time-out, with its supervisor, with the worker.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, time::timeout};

use crate::{
    api::Api,
    worker::{Worker, all_dead, is_alive, pipehook, printed, processes},
};

const SOON: Duration = Duration::from_secs(5);

/// A command that starts processes of every kind, writes down their ids and does not end: the shell itself, a child, one
/// in a session of its own, and one whose parents are gone; the last two do not listen to SIGTERM.
fn family(directory: &Path) -> (String, PathBuf) {
    let path = directory.join("ids");
    let stubborn = "trap \"\" TERM HUP INT; while :; do sleep 1; done";
    let command = format!(
        "cd {directory}; sleep 600 & echo $! > child
         setsid sh -c 'echo $$ > session; {stubborn}' &
         (setsid sh -c '(sh -c \"echo \\$\\$ > orphan; exec sleep 601\" &) ; exit 0' &)
         while ! [ -s session -a -s orphan ]; do sleep 0.05; done
         echo $$ $(cat child session orphan) > ids.new; mv ids.new ids; echo started; wait; sleep 600",
        directory = directory.display(),
    );
    (command, path)
}

async fn started(arguments: &[&str]) -> (Api, Worker, u64, Vec<Pid>, TempDir) {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let (command, path) = family(directory.path());
    let action = api.put_command(&command);
    let worker = Worker::start(&api, arguments);
    let processes = processes(&path).await;
    assert_eq!(processes.len(), 4);
    assert!(processes.iter().all(|process| is_alive(*process)), "{processes:?}");
    (api, worker, action, processes, directory)
}

/// The parent of a process, as the kernel has it.
fn parent(process: Pid) -> Pid {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, behind_name) = stat.rsplit_once(')').unwrap();
    Pid::from_raw(behind_name.split_whitespace().nth(1).unwrap().parse().unwrap())
}

#[tokio::test]
async fn when_the_worker_is_killed_all_that_a_step_has_started_dies() {
    let (_api, worker, _, processes, _directory) = started(&[]).await;
    let supervisor = parent(processes[0]);

    worker.signal(Signal::SIGKILL);

    all_dead(&processes, SOON).await;
    all_dead(&[supervisor], SOON).await;
}

#[tokio::test]
async fn when_a_step_takes_too_long_all_that_it_has_started_dies() {
    let (api, _worker, action, processes, _directory) = started(&["--timeout", "3s"]).await;

    let ended = api.ended(action).await;

    assert_eq!(ended.reason, "step 1 was killed: the worker allows an action 3 s");
    assert!(processes.iter().all(|process| !is_alive(*process)), "the end is reported when nothing is left");
}

#[tokio::test]
async fn when_the_supervisor_is_killed_all_that_a_step_has_started_dies_and_the_action_fails() {
    let (api, worker, action, processes, _directory) = started(&[]).await;

    kill(parent(processes[0]), Signal::SIGKILL).unwrap();

    let ended = api.ended(action).await;
    assert_eq!(ended.reason, "step 1 was killed, because its supervisor was");
    all_dead(&processes, SOON).await;
    let next = api.put_command("echo alive");
    assert_eq!(api.ended(next).await.output(1), "alive\n", "the worker goes on");
    assert_eq!(worker.stop().await.0, Some(0));
}

#[tokio::test]
async fn a_supervisor_that_hangs_is_killed_with_all_that_it_watches() {
    let (api, _worker, action, processes, _directory) = started(&["--timeout", "2s"]).await;

    kill(parent(processes[0]), Signal::SIGSTOP).unwrap();

    assert_eq!(api.ended(action).await.status, "failed");
    all_dead(&processes, SOON).await;
}

#[tokio::test]
async fn nothing_that_a_step_leaves_in_the_background_outlives_it_or_holds_it_up() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ids");
    let start =
        format!("sleep 600 & echo $! > {0}.new; setsid sleep 601 & echo $! >> {0}.new; mv {0}.new {0}", path.display());
    let action = api.put(&[json!(start), json!("echo next")], &json!({}));
    let _worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    assert_eq!((&*ended.status, ended.output(2)), ("completed", "next\n".into()));
    all_dead(&processes(&path).await, SOON).await;
}

#[tokio::test]
async fn a_supervisor_that_loses_its_worker_kills_and_deletes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("kept"), "").unwrap();
    let task = json!({
        "program": "/bin/sleep", "arguments": ["600"], "environment": [], "directory": directory.path(), "user": null,
        "input": "{}", "until": u64::MAX,
    });
    let mut supervisor = pipehook().arg("supervise").stdin(Stdio::piped()).spawn().unwrap();

    // The end of the file is the death of the worker.
    supervisor.stdin.take().unwrap().write_all(format!("{task}\n").as_bytes()).await.unwrap();

    let output = timeout(SOON, supervisor.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(printed(&output), "{\"signal\":9}\n");
    assert!(directory.path().join("kept").exists());
}

#[tokio::test]
async fn a_signal_for_the_supervisor_alone_changes_nothing() {
    let api = Api::start().await;
    let action = api.put_command("kill -TERM $PPID; kill -INT $PPID; kill -HUP $PPID; sleep 0.3; echo still here");
    let _worker = Worker::start(&api, &[]);

    assert_eq!(api.ended(action).await.output(1), "still here\n");
}

/// The signals that this process was started to ignore. Rust has it ignore SIGPIPE besides.
fn ignored_here() -> u64 {
    const SIGPIPE: u64 = 1 << 12;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & 0x7fff_ffff & !SIGPIPE
}

#[tokio::test]
async fn a_step_starts_without_a_terminal_and_with_ordinary_signals() {
    let api = Api::start().await;
    // A shell changes the mask of what it starts, but not of what it becomes.
    let mask = json!("exec grep -E '^Sig(Blk|Ign)' /proc/self/status");
    let terminal = json!("(: < /dev/tty) 2>/dev/null || echo no terminal");
    let action = api.put(&[mask, terminal], &json!({}));
    let _worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    let output = ended.output(1);
    let masks: Vec<_> = output.lines().map(|line| u64::from_str_radix(&line[8..], 16).unwrap()).collect();
    let [blocked, ignored] = *masks else { panic!("{output}") };
    // Above the first 31 are those that the C library keeps for itself.
    assert_eq!(blocked & 0x7fff_ffff, 0, "{output}");
    // What a shell or `nohup` has the worker ignore, the step may ignore too.
    assert_eq!(ignored & 0x7fff_ffff & !ignored_here(), 0, "{output}");
    assert_eq!(ended.output(2), "no terminal\n");
}
