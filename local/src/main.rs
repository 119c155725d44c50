//! `cargo run`: starts the stack for a newcomer, with a demo user and commands to paste.

mod terminal;

use std::{io, process::ExitCode, time::Duration};

use clap::Parser;
use local::{Error, Options, Stack};
use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::broadcast::error::RecvError,
    time::interval,
};

use self::terminal::{Arguments, banner, demo, show};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            show::error(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Error> {
    let mut signals =
        Signals::listen().map_err(|source| Error::Io { what: "cannot listen for signals".into(), source })?;
    let options = Options {
        port: Some(arguments.port),
        data: arguments.data.clone(),
        release: arguments.release,
        ..Options::default()
    };
    let stack = select! {
        stack = Stack::start(options) => stack?,
        () = signals.any() => return Ok(()),
    };
    stack.warm();
    select! {
        () = serve(&stack, &arguments) => {}
        () = signals.any() => {}
    }
    stack.stop().await;
    Ok(())
}

/// Makes the demo user, then shows what happens until it is dropped.
async fn serve(stack: &Stack, arguments: &Arguments) {
    let mut messages = stack.watch_messages();
    let mut positions = Vec::new();
    match demo::put_user(stack).await {
        Ok(password) => show::text(&banner::text(stack, &password)),
        Err(problem) => show::problem(&format!("there is no demo user: {problem}")),
    }
    let mut tick = interval(Duration::from_millis(100));
    loop {
        select! {
            message = messages.recv() => match message {
                Ok(message) if !arguments.no_tail => show::message(&message),
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            _ = tick.tick() => {
                for line in stack.new_logs(&mut positions) {
                    show::log(&line, arguments.logs);
                }
            }
        }
    }
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
