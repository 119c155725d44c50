//! What each command asks of the API, and what it shows of the answer.

mod actions;
mod calls;
mod context;
mod deployments;
mod doctor;
mod hooks;
mod login;
mod patience;
mod pipelines;
mod reference;
mod requests;
mod session;
mod tokens;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{Command, CommandFactory as _};
use tokio::{runtime::Builder, select};

pub(crate) use self::context::Context;
use crate::{
    arguments::{Arguments, ClientCommand, Common, CompletionsArguments},
    host,
    terminal::{Interrupts, Screen, Trouble},
};

/// Runs one command to its end, or until Ctrl-C.
pub(crate) fn run(command: ClientCommand) -> ExitCode {
    let screen = Screen::new(common(&command).json);
    let done = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            let done = runtime.block_on(run_in(command, screen));
            // A thread may still read the terminal: it is not waited for.
            runtime.shutdown_background();
            done
        }
        Err(error) => Err(Trouble::failed(format!("The program cannot start: {error}."))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => trouble.tell(screen),
    }
}

async fn run_in(command: ClientCommand, screen: Screen) -> Result<(), Trouble> {
    let interrupts =
        Interrupts::listen().map_err(|error| Trouble::failed(format!("Ctrl-C cannot be heard: {error}.")))?;
    let context = Context { common: common(&command).clone(), screen, interrupts: interrupts.clone() };
    let done = select! {
        biased;
        done = dispatch(&context, command) => done,
        trouble = interrupts.end() => Err(trouble),
    };
    done.map_err(|trouble| interrupts.explain(trouble))
}

async fn dispatch(context: &Context, command: ClientCommand) -> Result<(), Trouble> {
    match command {
        ClientCommand::Login(arguments) => login::login(context, arguments).await,
        ClientCommand::Logout(arguments) => login::logout(context, &arguments).await,
        ClientCommand::Whoami(_) => login::whoami(context).await,
        ClientCommand::Deployments(arguments) => deployments::run(context, arguments.command),
        ClientCommand::Hooks(arguments) => hooks::run(context, arguments.command).await,
        ClientCommand::Requests(arguments) => requests::run(context, arguments.command).await,
        ClientCommand::Listen(arguments) => calls::listen(context, arguments).await,
        ClientCommand::Send(arguments) => calls::send(context, arguments).await,
        ClientCommand::Pipelines(arguments) => pipelines::run(context, arguments.command).await,
        ClientCommand::Actions(arguments) => actions::run(context, arguments.command).await,
        ClientCommand::Tokens(arguments) => tokens::run(context, arguments.project, arguments.command).await,
        ClientCommand::Doctor(_) => doctor::run(context).await,
    }
}

fn common(command: &ClientCommand) -> &Common {
    match command {
        ClientCommand::Login(arguments) => &arguments.common,
        ClientCommand::Logout(arguments) => &arguments.common,
        ClientCommand::Whoami(arguments) => &arguments.common,
        ClientCommand::Deployments(arguments) => &arguments.common,
        ClientCommand::Hooks(arguments) => &arguments.common,
        ClientCommand::Requests(arguments) => &arguments.common,
        ClientCommand::Listen(arguments) => &arguments.common,
        ClientCommand::Send(arguments) => &arguments.common,
        ClientCommand::Pipelines(arguments) => &arguments.common,
        ClientCommand::Actions(arguments) => &arguments.common,
        ClientCommand::Tokens(arguments) => &arguments.common,
        ClientCommand::Doctor(arguments) => &arguments.common,
    }
}

/// `pipehook completions`.
pub(crate) fn completions(arguments: &CompletionsArguments) -> ExitCode {
    let command = Arguments::command();
    // Without what the program starts itself.
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let mut command = Command::new("pipehook").version(env!("CARGO_PKG_VERSION")).subcommands(visible);
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "pipehook", &mut script);
    write(&script)
}

/// `pipehook reference`: docs/cli.md.
pub(crate) fn reference() -> ExitCode {
    write(reference::markdown().as_bytes())
}

fn write(text: &[u8]) -> ExitCode {
    let screen = Screen::new(false);
    screen.bytes(text).map_or_else(|trouble| trouble.tell(screen), |()| ExitCode::SUCCESS)
}

/// What the parser says: the help, the version, or what is wrong with the arguments.
pub(crate) fn parsed(said: &clap::Error) -> ExitCode {
    let status = u8::try_from(said.exit_code()).unwrap_or(2);
    if said.use_stderr() && host::arguments().any(|argument| argument == "--json") {
        return wrong(&said.render().to_string()).tell(Screen::new(true));
    }
    // Its own `exit` would be silent about a help that cannot be written.
    match said.print().and_then(|()| io::stdout().flush()) {
        Err(error) if !said.use_stderr() => Trouble::output(&error).tell(Screen::new(false)),
        Ok(()) | Err(_) => status.into(),
    }
}

/// The first paragraph says what is wrong, and the others how it is done.
fn wrong(text: &str) -> Trouble {
    let text = text.strip_prefix("error: ").unwrap_or(text).trim_end();
    let (message, hint) = text.split_once("\n\n").unwrap_or((text, ""));
    let trouble = Trouble::usage(message);
    if hint.is_empty() { trouble } else { trouble.hint(hint) }
}
