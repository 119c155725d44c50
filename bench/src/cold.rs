//! How a process starts: from its spawn to its first request for work, to its first answer, and how the first call
//! compares with the tenth.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::process::{Child, Command};

use crate::runtime_api::{RuntimeApi, Said};

/// After which a process that says nothing is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many calls each process serves.
const CALLS: usize = 10;

/// A function to start.
pub(crate) struct Subject {
    /// How the table calls it.
    pub(crate) name: String,
    /// Its release binary.
    pub(crate) binary: PathBuf,
    /// What Lambda sets, and what the template adds.
    pub(crate) environment: Vec<(String, String)>,
    /// One event for each call; a process is given no two alike where a duplicate would take another path.
    pub(crate) events: Vec<Bytes>,
    /// What a right answer contains.
    pub(crate) answer: &'static str,
}

/// What a start without a call showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ready {
    pub(crate) to_next: Duration,
    /// The most memory that it had, in KiB.
    pub(crate) peak_memory_kib: u32,
}

/// What one start showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) to_next: Duration,
    pub(crate) to_answer: Duration,
    pub(crate) first_call: Duration,
    pub(crate) tenth_call: Duration,
    /// The most memory that it had, in KiB.
    pub(crate) peak_memory_kib: u32,
}

impl Subject {
    /// The size of its binary in KiB.
    pub(crate) fn size_kib(&self) -> u32 {
        let bytes = std::fs::metadata(&self.binary).map(|file| file.len()).unwrap_or_default();
        u32::try_from(bytes / 1024).unwrap_or(u32::MAX)
    }

    /// Starts it once, up to its first request for work.
    pub(crate) async fn ready(&self) -> Result<Ready, String> {
        let mut api = RuntimeApi::start().await.map_err(|error| error.to_string())?;
        let started = Instant::now();
        let process = self.spawn(&api)?;
        let to_next = self.expect_next(&mut api).await?.duration_since(started);
        Ok(Ready { to_next, peak_memory_kib: process.id().map(peak_memory_kib).unwrap_or_default() })
    }

    fn spawn(&self, api: &RuntimeApi) -> Result<Child, String> {
        let process = Command::new(&self.binary)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        process.map_err(|error| format!("{}: {error}", self.binary.display()))
    }

    /// Starts it once and lets it serve its calls.
    pub(crate) async fn start(&self) -> Result<Start, String> {
        let mut api = RuntimeApi::start().await.map_err(|error| error.to_string())?;
        let started = Instant::now();
        let mut process = self.spawn(&api)?;
        let next = self.expect_next(&mut api).await?;
        let mut calls = Vec::with_capacity(CALLS);
        for event in self.events.iter().cycle().take(CALLS) {
            let given = Instant::now();
            api.give(event.clone());
            let answered = self.expect_answer(&mut api).await?;
            calls.push((given, answered));
            self.expect_next(&mut api).await?;
        }
        let peak_memory_kib = process.id().map(peak_memory_kib).unwrap_or_default();
        process.kill().await.map_err(|error| error.to_string())?;
        let call = |index: usize| calls[index].1.duration_since(calls[index].0);
        Ok(Start {
            to_next: next.duration_since(started),
            to_answer: next.duration_since(started) + call(0),
            first_call: call(0),
            tenth_call: call(CALLS - 1),
            peak_memory_kib,
        })
    }

    async fn expect_next(&self, api: &mut RuntimeApi) -> Result<Instant, String> {
        let said = self.hear(api).await?;
        let Said::Next(at) = said else { return Err(self.surprised(&said)) };
        Ok(at)
    }

    async fn expect_answer(&self, api: &mut RuntimeApi) -> Result<Instant, String> {
        let said = self.hear(api).await?;
        let Said::Answer(at, body) = &said else { return Err(self.surprised(&said)) };
        let right = String::from_utf8_lossy(body).contains(self.answer);
        if right { Ok(*at) } else { Err(self.surprised(&said)) }
    }

    async fn hear(&self, api: &mut RuntimeApi) -> Result<Said, String> {
        let said = tokio::time::timeout(PATIENCE, api.said.recv()).await;
        said.ok().flatten().ok_or_else(|| format!("{} said nothing for {PATIENCE:?}", self.name))
    }

    fn surprised(&self, said: &Said) -> String {
        match said {
            Said::Next(_) => format!("{} asked for work when it should have answered", self.name),
            Said::Answer(_, body) => format!("{} answered {}", self.name, String::from_utf8_lossy(body)),
            Said::Error(why) => format!("{} failed: {why}", self.name),
        }
    }
}

/// The high-water mark of a process's resident memory. <https://man7.org/linux/man-pages/man5/proc_pid_status.5.html>
fn peak_memory_kib(pid: u32) -> u32 {
    let status = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok()).unwrap_or_default()
}
