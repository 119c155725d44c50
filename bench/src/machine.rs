//! Where the figures are from.

use std::process::Command;

use crate::stage::authorities;
use crate::warm::Effort;

/// What a reader has to know to compare two runs.
pub(crate) fn circumstances(starts: usize, effort: Effort) -> Vec<String> {
    let [machine, commit] = place();
    let effort = format!(
        "{starts} starts of each function; {} turns of {} s for each kind of call. TLS 1.3 as on AWS; each function \
         reads {} certificate authorities.",
        effort.rounds,
        effort.round_seconds,
        authorities()
    );
    vec![machine, commit, effort]
}

/// The machine, and what was built.
pub(crate) fn place() -> [String; 2] {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let commit = output("git", &["describe", "--always", "--dirty"]).unwrap_or_else(|| "unknown".to_owned());
    let compiler = output("rustc", &["--version"]).unwrap_or_else(|| "unknown".to_owned());
    [
        format!("Machine: {cores} cores of {processor}, Linux {}.", kernel.trim()),
        format!("Commit `{commit}`, {compiler}, profile `release`."),
    ]
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(crate::binaries::ROOT).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}
