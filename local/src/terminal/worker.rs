//! A worker that runs the steps of the demo's project: the real program, as a child of this one.

use std::{
    future, io,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, ChildStdin, Command},
    time::timeout,
};

/// The program's name.
pub(crate) const PROGRAM: &str = "pipehook";

/// What runs may take so long to end when the stack stops.
const DRAIN: &str = "3s";
/// Longer than [`DRAIN`].
const PATIENCE: Duration = Duration::from_secs(5);

/// Dropping it kills the worker, and with it all that it has started.
#[derive(Debug)]
pub(crate) struct Worker {
    process: Child,
    /// The kernel closes it if this program is killed, and then the worker stops by itself.
    _lifeline: Option<ChildStdin>,
}

impl Worker {
    /// What it prints is shown as it is: it prints nothing that commands a terminal.
    pub(crate) fn start(program: &Path, api: &str, token: &str, is_quiet: bool) -> io::Result<Self> {
        let mut command = Command::new(program);
        // A lost action is noticed after a lease.
        command.args([
            "worker",
            "--name",
            "the local stack",
            "--lease",
            "30",
            "--drain-timeout",
            DRAIN,
            "--stop-at-end-of-input",
        ]);
        command.env("PIPEHOOK_URL", api).env("PIPEHOOK_TOKEN", token);
        // The API is on this machine, whatever the way out of it is.
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        command.stdin(Stdio::piped()).stdout(if is_quiet { Stdio::null() } else { Stdio::inherit() });
        // Ctrl-C in the terminal is for the stack, which then stops the worker.
        let mut process = command.process_group(0).kill_on_drop(true).spawn()?;
        // Waiting for the process would close it.
        let lifeline = process.stdin.take();
        Ok(Self { process, _lifeline: lifeline })
    }

    /// Returns when the worker has ended by itself; without a worker, never.
    pub(crate) async fn ended(worker: &mut Option<Self>) -> io::Result<ExitStatus> {
        match worker {
            Some(Self { process, .. }) => process.wait().await,
            None => future::pending().await,
        }
    }

    /// Lets it report what it gives up.
    pub(crate) async fn stop(mut self) {
        let id = self.process.id().and_then(|id| id.try_into().ok());
        if let Some(id) = id
            && kill(Pid::from_raw(id), Signal::SIGTERM).is_ok()
            && timeout(PATIENCE, self.process.wait()).await.is_ok()
        {
            return;
        }
        // An error means that it has ended by itself.
        let _ = self.process.kill().await;
    }
}
