//! Workers: the real program, as a process.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::stack::Pipehook;
use crate::user::User;

/// Between two looks at what is waited for. The test's deadline ends the wait.
const PAUSE: Duration = Duration::from_millis(100);

/// A running `pipehook worker`. It gets SIGKILL when it is dropped.
#[derive(Debug)]
pub struct Worker {
    process: Child,
    directory: TempDir,
}

impl Pipehook {
    /// Starts a worker of this name with this token.
    pub async fn worker(&self, name: &str, token: &str) -> Worker {
        self.worker_with(name, token, &[]).await
    }

    /// The same with these variables in its environment.
    pub async fn worker_with(&self, name: &str, token: &str, variables: &[(&str, &Path)]) -> Worker {
        let program = local::build_pipehook().await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let output = File::create(directory.path().join("output")).unwrap();
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("PIPEHOOK_URL", self.api_url());
        command.env("PIPEHOOK_TOKEN", token).args(["worker", "--name", name, "--directory"]).arg(directory.path());
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(output.try_clone().unwrap()).stderr(output);
        Worker { process: command.spawn().unwrap(), directory }
    }
}

impl Worker {
    /// Kills it as the kernel does when memory runs out: it can do nothing more.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// What it has printed.
    pub fn printed(&self) -> String {
        fs::read_to_string(self.directory.path().join("output")).unwrap()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl User<'_> {
    /// A token with which a worker of the user's project can claim actions and report on them.
    pub async fn report_token(&self) -> String {
        let draft = json!({ "name": "a worker", "role_id": 2 });
        let token = self.post(&format!("/projects/{}/tokens", self.project)).json(&draft).send().await.is(201);
        token["token"].as_str().unwrap().to_owned()
    }

    /// The action once it has ended.
    pub async fn ended(&self, action: i64) -> Json {
        loop {
            let shown = self.action(action).await;
            if ["completed", "failed", "skipped"].contains(&shown["status"].as_str().unwrap()) {
                return shown;
            }
            sleep(PAUSE).await;
        }
    }

    /// What a step of the action has printed.
    pub async fn output(&self, action: i64, step: usize) -> String {
        let path = format!("/actions/{action}/targets/{action}/steps/{step}/logs");
        let log = self.get(&path).send().await.is(200);
        log["step"]["output"].as_str().unwrap_or_default().to_owned()
    }
}

/// The id of the process that wrote it to this file, as soon as the file has a whole line.
pub async fn process_in(file: &Path) -> u32 {
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if let Some(line) = text.strip_suffix('\n') {
            return line.parse().unwrap();
        }
        sleep(PAUSE).await;
    }
}

/// The process that has started this one.
pub fn parent_of(process: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    stat.rsplit_once(')').unwrap().1.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Kills the process as the kernel does when memory runs out.
pub fn kill(process: u32) {
    assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
}

/// Waits until the process has ended.
pub async fn process_ends(process: u32) {
    // A zombie has ended.
    while fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|stat| !stat.contains(") Z ")) {
        sleep(PAUSE).await;
    }
}
