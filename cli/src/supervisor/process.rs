//! The supervisor of a step: a process of its own between the worker and the step, which outlives the worker for as long
//! as it takes to kill what the step has started. docs/adr says why.
//!
//! On its standard input come a [`Task`] and [`Order`]s, and the end of that file says that the worker is dead. Its
//! standard output is the step's. On its standard error it says how the step [`Ended`].

use std::{
    fs::File,
    io::{self, BufRead, BufReader, PipeWriter, Write, pipe, stderr, stdin, stdout},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{fs::fchown, process::CommandExt},
    },
    process::{Command, ExitCode, Stdio, id},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::{
        signal::{SigSet, Signal, kill, killpg},
        wait::{WaitStatus, waitpid},
    },
    unistd::Pid,
};

use super::{
    Ended, Order, Task, host_process, step,
    tree::{descendants_of, kill_all},
};
use crate::host::{Moment, this_program};

/// How long killing may take. What is left then hangs in the kernel or belongs to root.
const KILLING: Duration = Duration::from_secs(5);

/// Between two looks at what is left to kill.
const LOOK: Duration = Duration::from_millis(10);

/// The longest wait between two looks at the clock, which goes on while the machine sleeps.
const TICK: Duration = Duration::from_secs(1);

/// The command `pipehook supervise`.
pub(crate) fn supervise() -> ExitCode {
    host_process::adopt_orphans();
    host_process::hide_from_other_processes();
    // They are for the worker, which says what is to be done.
    let signals = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];
    let _ = signals.into_iter().collect::<SigSet>().thread_block();
    let Ok(ended) = run() else { return ExitCode::FAILURE };
    let line = serde_json::to_string(&ended).unwrap_or_default();
    // An error means that the worker is dead.
    let _ = writeln!(stderr(), "{line}");
    ExitCode::SUCCESS
}

/// An error is one of the worker's.
fn run() -> io::Result<Ended> {
    let mut orders = BufReader::new(File::from(stdin().as_fd().try_clone_to_owned()?));
    let mut line = String::new();
    orders.read_line(&mut line)?;
    let task: Task = serde_json::from_str(&line)?;
    let until = Moment::from_millis(task.until);
    if until.has_passed() {
        return Ok(Ended::NotStarted("the lease was nearly over".to_owned()));
    }
    let step = match start(&task) {
        Ok(step) => step,
        Err(error) => return Ok(Ended::NotStarted(error.to_string())),
    };
    let (events, incoming) = channel();
    let from_worker = events.clone();
    thread::spawn(move || read_orders(orders, &from_worker));
    thread::spawn(move || reap(step, &events));
    Ok(watch(step, until, &incoming))
}

/// Starts the step. Its parent is the thread that calls this, which has to live on: `step.rs` ties the step to it.
fn start(task: &Task) -> io::Result<Pid> {
    let output = stdout().as_fd().try_clone_to_owned()?;
    let (input, writer) = pipe()?;
    let input = OwnedFd::from(input);
    if let Some(user) = &task.user {
        // So that the step may open /dev/stdin, /dev/stdout and /dev/stderr.
        for pipe in [&input, &output] {
            fchown(pipe, Some(user.uid), Some(user.gid))?;
        }
    }
    let child = Command::new(this_program())
        .arg0("pipehook")
        .args(step::arguments(id(), task.user.as_ref(), &task.program, &task.arguments))
        .env_clear()
        .envs(task.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&task.directory)
        .stdin(Stdio::from(input))
        .stdout(Stdio::from(output.try_clone()?))
        .stderr(Stdio::from(output))
        .spawn()?;
    let text = task.input.clone();
    thread::spawn(move || feed(writer, &text));
    Ok(Pid::from_raw(child.id().cast_signed()))
}

/// A step need not read.
fn feed(mut writer: PipeWriter, text: &str) {
    let _ = writer.write_all(text.as_bytes());
}

#[derive(Debug)]
enum Event {
    Order(Order),
    WorkerDied,
    StepEnded(Ended),
    NothingLeft,
}

fn read_orders(orders: impl BufRead, events: &Sender<Event>) {
    for line in orders.lines() {
        let Ok(Ok(order)) = line.map(|line| serde_json::from_str(&line)) else { break };
        if events.send(Event::Order(order)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::WorkerDied);
}

/// Waits for the step, and for all that it leaves behind.
fn reap(step: Pid, events: &Sender<Event>) {
    loop {
        let ended = match waitpid(None, None) {
            Ok(WaitStatus::Exited(process, code)) if process == step => Ended::Exit(code),
            Ok(WaitStatus::Signaled(process, signal, _)) if process == step => Ended::Signal(signal as i32),
            Ok(_) | Err(Errno::EINTR) => continue,
            Err(_) => break,
        };
        if events.send(Event::StepEnded(ended)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::NothingLeft);
}

/// Until the step has ended or must, and nothing is left of it.
fn watch(step: Pid, mut until: Moment, events: &Receiver<Event>) -> Ended {
    loop {
        match events.recv_timeout(until.remaining().min(TICK)) {
            Ok(Event::Order(Order::Until(millis))) => until = Moment::from_millis(millis),
            Ok(Event::Order(Order::Terminate)) => {
                // It may have begun this very moment, and lead no group yet.
                let _ = killpg(step, Signal::SIGTERM).or_else(|_| kill(step, Signal::SIGTERM));
            }
            Ok(Event::StepEnded(ended)) => return kill_rest(step, Some(ended), events),
            Ok(Event::Order(Order::Kill) | Event::WorkerDied | Event::NothingLeft) => {
                return kill_rest(step, None, events);
            }
            Err(RecvTimeoutError::Timeout) if !until.has_passed() => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return kill_rest(step, None, events),
        }
    }
}

/// Kills everything below this process, again and again: a process may start another one while it is looked for.
fn kill_rest(step: Pid, mut ended: Option<Ended>, events: &Receiver<Event>) -> Ended {
    let give_up = Moment::now() + KILLING;
    while !give_up.has_passed() {
        // Its group may be someone else's once it has been waited for. Only Linux finds all that is left without it.
        if ended.is_none() || cfg!(not(target_os = "linux")) {
            let _ = killpg(step, Signal::SIGKILL);
            let _ = kill(step, Signal::SIGKILL);
        }
        kill_all(&descendants_of(Pid::this()));
        match events.recv_timeout(LOOK) {
            Ok(Event::StepEnded(how)) => ended = Some(how),
            Ok(Event::NothingLeft) | Err(RecvTimeoutError::Disconnected) => break,
            Ok(Event::Order(_) | Event::WorkerDied) | Err(RecvTimeoutError::Timeout) => {}
        }
    }
    ended.unwrap_or(Ended::Signal(Signal::SIGKILL as i32))
}
