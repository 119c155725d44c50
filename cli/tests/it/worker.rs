//! Workers as processes, and what is left of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::api::{Api, TOKEN};

const DEADLINE: Duration = Duration::from_mins(1);

/// A worker that is killed when it is dropped. Its actions have their directories in one of its own.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Child,
    pub(crate) directory: TempDir,
}

/// The program, with nothing in its environment but what every program has.
pub(crate) fn pipehook() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipehook"));
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/nowhere").env("WORKERS_SECRET", "of-the-worker");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

impl Worker {
    pub(crate) fn start(api: &Api, arguments: &[&str]) -> Self {
        let mut command = pipehook();
        command.env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", api.url());
        Self::spawn(command, arguments)
    }

    pub(crate) fn spawn(mut command: Command, arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // A step of another user has to get there.
        fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        command.args(["worker", "--directory"]).arg(directory.path()).args(arguments);
        Self { process: command.spawn().unwrap(), directory }
    }

    /// With a pipe as its standard input.
    pub(crate) fn with_input(api: &Api, arguments: &[&str]) -> Self {
        let mut command = pipehook();
        command.env("PIPEHOOK_TOKEN", TOKEN).env("PIPEHOOK_URL", api.url()).stdin(Stdio::piped());
        Self::spawn(command, arguments)
    }

    /// As if the program that holds the pipe had died.
    pub(crate) fn close_input(&mut self) {
        assert!(self.process.stdin.take().is_some());
    }

    pub(crate) fn id(&self) -> Pid {
        Pid::from_raw(self.process.id().unwrap().cast_signed())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(self.id(), signal).unwrap();
    }

    /// Its status, and all that it has printed.
    pub(crate) async fn end(self) -> (Option<i32>, String) {
        let output = timeout(DEADLINE, self.process.wait_with_output()).await.unwrap().unwrap();
        (output.status.code(), printed(&output))
    }

    /// Stops it as systemd does.
    pub(crate) async fn stop(self) -> (Option<i32>, String) {
        self.signal(Signal::SIGTERM);
        self.end().await
    }

    /// The working directories of actions.
    pub(crate) fn directories(&self) -> Vec<PathBuf> {
        fs::read_dir(self.directory.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

pub(crate) fn printed(output: &Output) -> String {
    let [out, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    out + &error
}

/// Waits for what a step writes to a file, by its own `mv`, so that it is complete.
pub(crate) async fn written(path: &Path) -> String {
    for _ in 0..2000 {
        if let Ok(text) = fs::read_to_string(path) {
            return text;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("{} is not written", path.display());
}

/// The process ids that a step has written.
pub(crate) async fn processes(path: &Path) -> Vec<Pid> {
    written(path).await.split_whitespace().map(|id| Pid::from_raw(id.parse().unwrap())).collect()
}

pub(crate) fn is_alive(process: Pid) -> bool {
    // A zombie has ended.
    fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits until none of them is left, and says how long it took.
pub(crate) async fn all_dead(processes: &[Pid], within: Duration) {
    assert!(!processes.is_empty());
    let wait = async {
        while processes.iter().any(|process| is_alive(*process)) {
            sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(timeout(within, wait).await.is_ok(), "{processes:?} are alive");
}

pub(crate) fn is_root() -> bool {
    geteuid().is_root()
}
