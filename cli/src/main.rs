//! The program `pipehook`.

mod api;
mod arguments;
mod calls;
mod commands;
mod deployments;
mod host;
mod supervisor;
mod terminal;
mod token;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(said) => return commands::parsed(&said),
    };
    match arguments.command {
        Command::Client(command) => commands::run(*command),
        Command::Worker(arguments) => worker::work(*arguments),
        Command::Completions(arguments) => commands::completions(&arguments),
        Command::Reference => commands::reference(),
        Command::Supervise => supervisor::supervise(),
        Command::Step(arguments) => supervisor::become_step(&arguments),
    }
}
