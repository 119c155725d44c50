//! A share of a processor for a process, as Lambda gives a function one that follows its memory: a quarter core is what
//! 442 MB get. <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
//!
//! Linux has it as control groups, in two versions, and lets only root make one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use sample::Failure;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

/// The time over which a quota holds, in µs. Linux's default is 100 ms, within which a start would end before it has
/// used its share.
const PERIOD_US: u32 = 20_000;

/// Where the controller is usually mounted.
const VERSION_2: &str = "/sys/fs/cgroup";
const VERSION_1: &str = "/sys/fs/cgroup/cpu";

/// A control group that leaves its processes part of one core. Dropping it removes it.
#[derive(Debug)]
pub(crate) struct Quota(PathBuf);

impl Quota {
    /// Makes a group, or says in a sentence why it cannot.
    pub(crate) fn quarter_core() -> Result<Self, String> {
        let quota_us = PERIOD_US / 4;
        let name = format!("pipehook-bench-{}", std::process::id());
        let second = Path::new(VERSION_2).join(&name);
        // Without this a version 2 hands the controller to no group.
        let _ = fs::write(Path::new(VERSION_2).join("cgroup.subtree_control"), "+cpu");
        let set_second = || {
            fs::metadata(Path::new(VERSION_2).join("cgroup.controllers"))?;
            fs::create_dir(&second)?;
            fs::write(second.join("cpu.max"), format!("{quota_us} {PERIOD_US}"))
        };
        let second_error = match set_second() {
            Ok(()) => return Ok(Self(second)),
            Err(error) => error,
        };
        let _ = fs::remove_dir(&second);
        let first = Path::new(VERSION_1).join(&name);
        let set_first = || {
            fs::metadata(Path::new(VERSION_1).join("cpu.cfs_quota_us"))?;
            fs::create_dir(&first)?;
            fs::write(first.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
            fs::write(first.join("cpu.cfs_quota_us"), quota_us.to_string())
        };
        set_first().map(|()| Self(first)).map_err(|first_error| {
            format!(
                "Nothing was measured under a quota of a quarter core: it needs root and a control group for the \
                 processor (in {VERSION_2}: {second_error}; in {VERSION_1}: {first_error})."
            )
        })
    }

    /// What starts the binary within the group: a shell that goes in first, says so, and becomes the process when it reads
    /// a line. Going in takes the kernel some ten milliseconds, which are no part of a start.
    pub(crate) fn command(&self, binary: &Path) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", r#"echo $$ > "$0" && echo && read -r _ && exec "$@" </dev/null >/dev/null"#]);
        command.arg(self.0.join("cgroup.procs")).arg(binary).stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }

    /// Waits until the shell is in the group, and lets it become the process. When it did.
    pub(crate) async fn let_go(child: &mut Child) -> Result<Instant, Failure> {
        let (mut stdin, mut stdout) = child.stdin.take().zip(child.stdout.take()).ok_or("the shell has no pipes")?;
        stdout.read_exact(&mut [0]).await.map_err(|error| format!("the shell did not get into its group: {error}"))?;
        let started = Instant::now();
        stdin.write_all(b"\n").await?;
        Ok(started)
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // Its last process may take a moment to go.
        for _ in 0..50 {
            if fs::remove_dir(&self.0).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
