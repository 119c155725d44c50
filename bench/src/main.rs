//! `cargo run -p bench`: measures the binaries that `cargo build --release --workspace --bins` built, against
//! the stack of `local` and in one run with a function that does nothing, and prints one table. `docs/performance.md`
//! says what the figures mean.
//!
//! | module | is |
//! |---|---|
//! | `cold` | one process, from its start to its tenth call |
//! | `runtime_api` | the Lambda Runtime API that it talks to |

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program is for")]

mod cold;
mod runtime_api;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use clap::Parser;
use harness::events::Samples;
use local::{Options, Stack};

use crate::cold::{Start, Subject};

/// Measures how the functions start and how large they are. Build them first: `cargo build --release --workspace --bins`
#[derive(Parser)]
struct Arguments {
    /// Starts of each function; medians are shown
    #[arg(long, default_value_t = 20)]
    starts: usize,

    /// Where the binaries are
    #[arg(long, value_name = "DIR", default_value = "target/release")]
    binaries: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match measure(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(arguments: &Arguments) -> Result<(), String> {
    let options = Options { binaries: Some(arguments.binaries.clone()), ..Options::default() };
    let stack = Stack::start(options).await.map_err(|error| error.to_string())?;
    let subjects = subjects(&stack, &arguments.binaries).await?;
    let mut starts: Vec<Vec<Start>> = vec![Vec::new(); subjects.len()];
    for round in 0..arguments.starts {
        // In turn, so that whatever else the machine does meets all of them alike.
        for (subject, starts) in subjects.iter().zip(&mut starts) {
            starts.push(subject.start().await?);
        }
        eprint!("\r{}/{} starts", round + 1, arguments.starts);
    }
    eprintln!();
    println!("| function | to first `/next` | to first answer | first call | tenth call | peak memory | binary |");
    println!("|---|---|---|---|---|---|---|");
    for (subject, starts) in subjects.iter().zip(&starts) {
        println!("{}", row(subject, starts));
    }
    println!();
    println!("| function | to first `/next` | memory then | binary |");
    println!("|---|---|---|---|");
    for subject in all_functions(&stack, &arguments.binaries)? {
        println!("{}", ready_row(&subject, arguments.starts).await?);
    }
    stack.stop().await;
    Ok(())
}

/// Every function of the workspace, by the names of their directories.
fn all_functions(stack: &Stack, binaries: &Path) -> Result<Vec<Subject>, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions");
    let entries = std::fs::read_dir(directory).map_err(|error| error.to_string())?;
    let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let subject = |name: String| {
        let environment = stack.environment(&logical_id(&name)).map_err(|error| error.to_string())?;
        Ok(Subject { binary: binaries.join(&name), name, environment, events: Vec::new(), answer: "" })
    };
    names.into_iter().map(subject).collect()
}

/// `hook-trigger` is `HookTrigger` in the template.
fn logical_id(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect()
}

async fn ready_row(subject: &Subject, starts: usize) -> Result<String, String> {
    let mut ready = Vec::with_capacity(starts);
    for _ in 0..starts {
        ready.push(subject.ready().await?);
    }
    let memory = ready.iter().map(|ready| ready.peak_memory_kib).max().unwrap_or_default();
    Ok(format!(
        "| {} | {:.1} ms | {:.1} MiB | {:.2} MiB |",
        subject.name,
        median(ready.iter().map(|ready| ready.to_next)),
        f64::from(memory) / 1024.0,
        f64::from(subject.size_kib()) / 1024.0,
    ))
}

/// The median in milliseconds.
fn median(times: impl Iterator<Item = Duration>) -> f64 {
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    times.get(times.len() / 2).map(|time| time.as_secs_f64() * 1_000.0).unwrap_or_default()
}

/// What is measured: a function that does nothing, and `hook-trigger` with an accepted GitHub push.
async fn subjects(stack: &Stack, binaries: &Path) -> Result<Vec<Subject>, String> {
    let samples = Samples::seed(&stack.dynamodb_url(), &stack.secrets_manager_url()).await;
    let samples = samples.map_err(|error| error.to_string())?;
    let push = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/hook-trigger/github-push.json");
    let push = std::fs::read_to_string(&push).map_err(|error| format!("{}: {error}", push.display()))?;
    let push = Bytes::from(samples.render(&push).map_err(|error| error.to_string())?);
    let environment = stack.environment("HookTrigger").map_err(|error| error.to_string())?;
    let subject = |name: &str, file: &str, answer| Subject {
        name: name.to_owned(),
        binary: binaries.join(file),
        environment: environment.clone(),
        events: vec![push.clone()],
        answer,
    };
    Ok(vec![
        subject("echo", "bench-echo", "pusher"),
        subject("hook-trigger", "hook-trigger", "The pipeline job was queued."),
    ])
}

fn row(subject: &Subject, starts: &[Start]) -> String {
    let median = |of: fn(&Start) -> Duration| median(starts.iter().map(of));
    let memory = starts.iter().map(|start| start.peak_memory_kib).max().unwrap_or_default();
    format!(
        "| {} | {:.1} ms | {:.1} ms | {:.2} ms | {:.2} ms | {:.1} MiB | {:.2} MiB |",
        subject.name,
        median(|start| start.to_next),
        median(|start| start.to_answer),
        median(|start| start.first_call),
        median(|start| start.tenth_call),
        f64::from(memory) / 1024.0,
        f64::from(subject.size_kib()) / 1024.0,
    )
}
