//! The program `pipehook`.

mod api;
mod arguments;
mod host;
mod supervisor;
mod token;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command};

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Worker(arguments) => worker::work(*arguments),
        Command::Supervise => supervisor::supervise(),
        Command::Step(arguments) => supervisor::become_step(&arguments),
    }
}
