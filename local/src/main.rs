//! `cargo run`, or `pipehook-local` of a release: starts the stack for a newcomer, with a demo user, a pipeline, a worker
//! that runs it, and commands to paste.

mod terminal;

use std::{
    io,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use local::{ApiCall, Error, Message, Options, Stack};
use time::OffsetDateTime;
use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::broadcast::error::RecvError,
    time::interval,
};

use self::terminal::{
    Arguments, banner, bundle,
    bundle::Bundle,
    calls::Calls,
    demo::Demo,
    ready::ReadyFile,
    show,
    worker::{self, Worker},
};

#[tokio::main]
async fn main() -> ExitCode {
    let bundle = Bundle::find();
    let command = if bundle.is_some() { bundle::COMMAND } else { "cargo run --" };
    match run(Arguments::read(command), bundle).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::error(&with_advice(&error, command));
            ExitCode::FAILURE
        }
    }
}

/// What to do about an error, where its own text cannot know it.
fn with_advice(error: &Error, command: &str) -> String {
    if let Error::PortInUse(port) = error {
        let other = port.checked_add(1000).unwrap_or(4000);
        return format!("{error}; stop what listens on it, or choose another port: {command} --port {other}");
    }
    error.to_string()
}

async fn run(arguments: Arguments, bundle: Option<Bundle>) -> Result<(), Error> {
    let mut signals =
        Signals::listen().map_err(|source| Error::Io { what: "cannot listen for signals".into(), source })?;
    let mut options = Options {
        port: Some(arguments.port).filter(|port| *port != 0),
        data: arguments.data.clone(),
        release: arguments.release,
        parameters: arguments.parameters(),
        environment: arguments.variables.iter().cloned().collect(),
        public_host: arguments.public_host(),
        on_schedule: true,
        ..Options::default()
    };
    let mut program = None;
    if let Some(bundle) = bundle {
        (options.template, options.binaries) = (Some(bundle.template), Some(bundle.functions));
        program = Some(bundle.worker);
    } else {
        options.programs.push(worker::PROGRAM.to_owned());
        show::text("Building the functions: a minute or two the first time, seconds when nothing has changed.");
    }
    let stack = select! {
        stack = Stack::start(options) => stack?,
        () = signals.any() => return Ok(()),
    };
    let program = program.or_else(|| stack.program(worker::PROGRAM).map(Path::to_owned));
    let mut worker = None;
    select! {
        () = serve(&stack, &arguments, program, &mut worker) => {}
        () = signals.any() => {}
    }
    if let Some(worker) = worker {
        worker.stop().await;
    }
    stack.stop().await;
    Ok(())
}

/// Sets up the demo, starts a worker, then shows what happens until it is dropped.
async fn serve(stack: &Stack, arguments: &Arguments, program: Option<PathBuf>, worker: &mut Option<Worker>) {
    let mut messages = stack.watch_messages();
    let mut answers = stack.watch_calls();
    let mut tail = Tail { stack, arguments, positions: Vec::new(), calls: Calls::default() };
    let demo = Demo::set_up(stack).await.inspect_err(|problem| show::problem(&format!("there is no demo: {problem}")));
    if let (Ok(demo), false, Some(program)) = (&demo, arguments.no_worker, program) {
        let started = start_worker(stack, demo, &program, arguments.no_tail).await;
        *worker = started.inspect_err(|problem| show::problem(&format!("there is no worker: {problem}"))).ok();
    }
    let _ready = demo.ok().and_then(|demo| welcome(stack, &demo, arguments));
    let mut tick = interval(Duration::from_millis(100));
    loop {
        let shown = select! {
            status = Worker::ended(worker) => {
                *worker = None;
                let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                show::problem(&format!("the worker has ended, {status}: actions wait until you start another one"));
                Ok(())
            }
            message = messages.recv() => message.map(|message| tail.message(&message)),
            call = answers.recv() => call.map(|call| tail.call(call)),
            _ = tick.tick() => {
                tail.logs();
                Ok(())
            }
        };
        match shown {
            Ok(()) => {}
            Err(RecvError::Lagged(count)) => show::problem(&format!("{count} calls or jobs were not shown")),
            Err(RecvError::Closed) => return,
        }
    }
}

/// What the terminal shows while the stack runs.
struct Tail<'a> {
    stack: &'a Stack,
    arguments: &'a Arguments,
    /// Up to which the logs were read.
    positions: Vec<u64>,
    calls: Calls,
}

impl Tail<'_> {
    fn message(&self, message: &Message) {
        if !self.arguments.no_tail {
            show::message(message);
        }
    }

    fn call(&mut self, call: ApiCall) {
        if self.arguments.no_tail {
            return;
        }
        // The lines of the call are there when it is answered.
        self.logs();
        let name_of = |id: &str| self.stack.stored_text("HooksTable", ("id", id), "name");
        if let Some(shown) = self.calls.show(call, OffsetDateTime::now_utc(), name_of) {
            show::text(&shown.to_string());
        }
    }

    fn logs(&mut self) {
        for line in self.stack.new_logs(&mut self.positions) {
            show::log(&line, self.arguments.logs);
            if !self.arguments.no_tail {
                self.calls.note(&line);
            }
        }
    }
}

async fn start_worker(stack: &Stack, demo: &Demo, program: &Path, is_quiet: bool) -> Result<Worker, String> {
    let token = demo.worker_token().await?;
    Worker::start(program, &stack.api_url(), &token, is_quiet)
        .map_err(|error| format!("cannot start {}: {error}", program.display()))
}

fn welcome(stack: &Stack, demo: &Demo, arguments: &Arguments) -> Option<ReadyFile> {
    show::text(&banner::text(stack, demo, arguments.no_worker));
    let path = arguments.ready_file.as_deref()?;
    let written = ReadyFile::write(path, stack, demo);
    written.inspect_err(|error| show::problem(&format!("cannot write {}: {error}", path.display()))).ok()
}

/// Ctrl-C, and what `kill` sends.
struct Signals([Signal; 2]);

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]))
    }

    async fn any(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_told_with_the_command_for_another_one() {
        for (port, expected) in [
            (3000, "port 3000 is in use; stop what listens on it, or choose another port: cargo run -- --port 4000"),
            (65000, "port 65000 is in use; stop what listens on it, or choose another port: cargo run -- --port 4000"),
        ] {
            assert_eq!(with_advice(&Error::PortInUse(port), "cargo run --"), expected);
        }
        assert_eq!(with_advice(&Error::NoFunction("F".into()), "x"), "the template has no function F");
    }
}
