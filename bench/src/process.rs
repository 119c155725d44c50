//! One process of a function, and the Runtime API that it talks to.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use sample::Failure;
use tokio::process::{Child, Command};
use tokio::sync::mpsc::UnboundedSender;

use crate::quota::Quota;
use crate::runtime_api::{RuntimeApi, Said};
use crate::server;

/// After which a process that says nothing is given up. Under a quota a password hash takes seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// In which the kernel counts the time of children that have ended: a hundredth of a second on every common Linux.
const TICK: Duration = Duration::from_millis(10);

/// A function that can be started.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    /// How the tables call it.
    pub(crate) name: String,
    /// Its release binary, or what runs it.
    pub(crate) binary: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// What Lambda sets, and what the template adds.
    pub(crate) environment: Vec<(String, String)>,
    /// Where it listens, if it is a server, which asks no Runtime API for work.
    pub(crate) port: Option<u16>,
}

fn unlimited(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// A running process of it. Dropping it kills it.
pub(crate) struct Process {
    name: String,
    pid: u32,
    api: RuntimeApi,
    /// When it was started.
    pub(crate) started: Instant,
    child: Child,
}

impl Process {
    /// Starts one, with as much of the processor as the quota leaves it.
    pub(crate) async fn start(function: &Function, quota: Option<&Quota>) -> Result<Self, Failure> {
        let api = match function.port {
            Some(port) => server::talk_to(port),
            None => RuntimeApi::start().await?,
        };
        let mut command = match quota {
            Some(quota) => quota.command(&function.binary),
            None => unlimited(&function.binary),
        };
        let mut started = Instant::now();
        let mut child = command
            .args(&function.arguments)
            .env_clear()
            .envs(function.environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{}: {error}", function.binary.display()))?;
        if quota.is_some() {
            started = Quota::let_go(&mut child).await?;
        }
        let pid = child.id().unwrap_or_default();
        Ok(Self { name: function.name.clone(), pid, api, started, child })
    }

    /// Starts one and waits until it asks for work.
    pub(crate) async fn ready(function: &Function) -> Result<Self, Failure> {
        let mut process = Self::start(function, None).await?;
        process.next().await?;
        Ok(process)
    }

    /// When it asked for work.
    pub(crate) async fn next(&mut self) -> Result<Instant, Failure> {
        match self.hear().await? {
            Said::Next(at) => Ok(at),
            said @ (Said::Answer(..) | Said::Error(_)) => Err(self.surprised(&said)),
        }
    }

    /// Gives it an event as soon as it asks for one.
    pub(crate) fn events(&self) -> UnboundedSender<Bytes> {
        self.api.events.clone()
    }

    /// Gives it an event, and waits for the answer and for its wish for more. From the handing over to the answer.
    pub(crate) async fn call(&mut self, event: Bytes, is_right: impl Fn(&[u8]) -> bool) -> Result<Duration, Failure> {
        let given = Instant::now();
        self.api.events.send(event)?;
        let answered = self.answer(is_right).await?;
        self.next().await?;
        Ok(answered.duration_since(given))
    }

    /// When it answered as it should.
    pub(crate) async fn answer(&mut self, is_right: impl Fn(&[u8]) -> bool) -> Result<Instant, Failure> {
        match self.hear().await? {
            Said::Answer(at, body) if is_right(&body) => Ok(at),
            said @ (Said::Next(_) | Said::Answer(..) | Said::Error(_)) => Err(self.surprised(&said)),
        }
    }

    /// The time that its threads have run, from `/proc/PID/task/*/schedstat`, in nanoseconds first; and that of the
    /// processes that it has started, if they have ended.
    /// <https://docs.kernel.org/scheduler/sched-stats.html>
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(self.proc("task")).into_iter().flatten().flatten();
        let ran = tasks.filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        let of_children: u64 = [13, 14].iter().map(|field| self.stat(*field)).sum();
        Duration::from_nanos(ran.sum()) + TICK * of_children.try_into().unwrap_or_default()
    }

    /// How many pages of memory the kernel has had to hand to it so far.
    #[expect(clippy::cast_precision_loss, reason = "there are not that many pages")]
    pub(crate) fn page_faults(&self) -> f64 {
        self.stat(7) as f64
    }

    /// A field of `/proc/PID/stat`, counted from 0 behind the name of the process, which may hold anything.
    /// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
    fn stat(&self, field: usize) -> u64 {
        let stat = std::fs::read_to_string(self.proc("stat")).unwrap_or_default();
        let behind_name = stat.rsplit(')').next().unwrap_or_default();
        behind_name.split_whitespace().nth(field).and_then(|count| count.parse().ok()).unwrap_or_default()
    }

    /// The high-water mark of its resident memory in MB.
    /// <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
    pub(crate) fn peak_memory_mb(&self) -> f64 {
        let status = std::fs::read_to_string(self.proc("status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<f64> = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        kib.unwrap_or_default() * 1024.0 / 1e6
    }

    /// Kills it, and waits until it is gone.
    pub(crate) async fn end(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }

    fn proc(&self, file: &str) -> PathBuf {
        Path::new("/proc").join(self.pid.to_string()).join(file)
    }

    async fn hear(&mut self) -> Result<Said, Failure> {
        let said = tokio::time::timeout(PATIENCE, self.api.said.recv()).await;
        Ok(said.ok().flatten().ok_or_else(|| format!("{} said nothing for {PATIENCE:?}", self.name))?)
    }

    fn surprised(&self, said: &Said) -> Failure {
        match said {
            Said::Next(_) => format!("{} asked for work when it should have answered", self.name),
            Said::Answer(_, body) => format!("{} answered {}", self.name, String::from_utf8_lossy(body)),
            Said::Error(why) => format!("{} failed: {why}", self.name),
        }
        .into()
    }
}
