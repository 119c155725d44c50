//! `pipehook worker`: asks for actions, and runs them.

mod bounds;
mod environment;
mod lease;
mod link;
mod output;
mod rhythm;
mod run;
mod stop;
mod terminal;
pub(crate) mod user;

use std::{io::Write, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use tokio::{select, task::JoinSet};

use self::{
    bounds::Bounds,
    environment::Variable,
    rhythm::Rhythm,
    run::Outcome,
    stop::{Stage, Stop},
    terminal::Terminal,
};
use crate::{
    api::{Api, Claim, Failure},
    arguments::WorkerArguments,
    host::{self, Moment},
    supervisor::{self, Supervisors},
    token::Token,
};

/// Something is wrong with this machine, or with the program.
const CANNOT_START: u8 = 1;
/// An argument cannot be used; clap says the same.
const USAGE: u8 = 2;
/// The API does not want this worker.
const REFUSED: u8 = 3;
/// Actions were killed because the worker was told to stop.
const LET_GO: u8 = 4;

/// What all actions have in common.
#[derive(Debug)]
pub(crate) struct Worker {
    api: Api,
    bounds: Bounds,
    passed_on: Vec<Variable>,
    /// Where working directories are made.
    directory: PathBuf,
    /// For one action.
    timeout: Duration,
    quiet: bool,
    supervisors: Supervisors,
    stop: Stop,
    terminal: Terminal,
}

/// How it asks.
#[derive(Debug)]
struct Asking {
    name: String,
    labels: Vec<String>,
    lease_seconds: u32,
    concurrency: usize,
}

/// The command `pipehook worker`.
#[tokio::main(worker_threads = 2)]
pub(crate) async fn work(arguments: WorkerArguments) -> ExitCode {
    let (terminal, written) = Terminal::open();
    let code = match start(arguments, terminal.clone()) {
        Ok((worker, asking)) => ask(worker, &asking).await,
        Err((code, reason)) => {
            let _ = writeln!(std::io::stderr(), "pipehook: {reason}");
            code
        }
    };
    drop(terminal);
    written.wait();
    ExitCode::from(code)
}

fn start(arguments: WorkerArguments, terminal: Terminal) -> Result<(Arc<Worker>, Asking), (u8, String)> {
    supervisor::hide_from_other_processes();
    supervisor::adopt_orphans();
    let usage = |reason: String| (USAGE, reason);
    let token = Token::read(arguments.token_file.as_deref()).map_err(|error| usage(error.to_string()))?;
    let (run_as, user, home) = user::find(arguments.run_as.as_deref()).map_err(usage)?;
    let passed_on = environment::passed_on(&arguments.pass_env).map_err(usage)?;
    let asking = Asking {
        name: arguments.name.clone().unwrap_or_else(|| host::name().chars().take(100).collect()),
        labels: arguments.labels(),
        lease_seconds: arguments.lease,
        concurrency: arguments.concurrency.into(),
    };
    let command = arguments.command().map_err(usage)?;
    let directory = arguments.directory.clone().unwrap_or_else(std::env::temp_dir);
    if !directory.is_dir() {
        return Err(usage(format!("--directory {}: is not a directory", directory.display())));
    }
    let cannot = |reason: String| (CANNOT_START, reason);
    let stop = Stop::listen(terminal.clone(), arguments.drain_timeout, arguments.stop_at_end_of_input)
        .map_err(|error| cannot(format!("cannot listen for signals: {error}")))?;
    let address = arguments.url.clone();
    let api = Api::new(arguments.url, arguments.token_file, token).map_err(|error| cannot(error.to_string()))?;
    terminal.say(&format!("asks {address} for actions as \"{}\"; steps run as {user}", asking.name));
    let bounds = Bounds { allow: arguments.allow, command, run_as, user, home };
    let (timeout, quiet, supervisors) = (arguments.timeout, arguments.quiet, Supervisors::default());
    let worker = Worker { api, bounds, passed_on, directory, timeout, quiet, supervisors, stop, terminal };
    Ok((Arc::new(worker), asking))
}

/// Asks and runs until it is told to stop, or until asking makes no sense any more.
async fn ask(worker: Arc<Worker>, asking: &Asking) -> u8 {
    let mut running = JoinSet::new();
    let mut rhythm = Rhythm::new(Moment::now());
    let mut code = 0;
    loop {
        select! {
            biased;
            () = worker.stop.reaches(Stage::Finishes) => break,
            Some(outcome) = running.join_next() => {
                code = code.max(code_of(outcome.ok()));
                rhythm.ended(Moment::now());
            }
            () = rhythm.next().passes(), if running.len() < asking.concurrency => {
                let asked = Moment::now();
                if let Err(failure) = ask_once(&worker, asking, &mut rhythm, &mut running, asked).await {
                    worker.terminal.say(&format!("stops: {failure}"));
                    code = REFUSED;
                    break;
                }
            }
        }
    }
    while let Some(outcome) = running.join_next().await {
        code = code.max(code_of(outcome.ok()));
    }
    worker.terminal.say("stopped");
    code
}

/// An answer that came is used, whatever has happened meanwhile: the action in it is this worker's. An error means that
/// there is no use in asking again.
async fn ask_once(
    worker: &Arc<Worker>,
    asking: &Asking,
    rhythm: &mut Rhythm,
    running: &mut JoinSet<Outcome>,
    asked: Moment,
) -> Result<(), Failure> {
    let claim = Claim { worker: &asking.name, labels: &asking.labels, lease_seconds: asking.lease_seconds };
    match worker.api.claim(&claim).await {
        Ok(Some(claimed)) => {
            rhythm.at_once(Moment::now());
            let worker = Arc::clone(worker);
            running.spawn(async move { run::run(&worker, &claimed, asked).await });
        }
        Ok(None) => rhythm.nothing(Moment::now(), host::spread()),
        Err(failure) if failure.ends_worker() => return Err(failure),
        Err(failure) => {
            worker.terminal.say(&format!("cannot ask for actions: {failure}"));
            rhythm.failed(Moment::now(), &failure, host::spread());
        }
    }
    Ok(())
}

/// The children of a task that panicked are dead all the same.
fn code_of(outcome: Option<Outcome>) -> u8 {
    match outcome {
        Some(Outcome::Completed | Outcome::Failed | Outcome::Lost) => 0,
        Some(Outcome::LetGo) => LET_GO,
        None => CANNOT_START,
    }
}
