//! Questions to a person at the terminal. They are asked on the standard error output, so that the standard output
//! stays what was asked for.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::{Trouble, printable};

/// A line, without spaces at its ends. `instead` says what to do where no one can be asked.
pub(crate) async fn line(question: &str, instead: &str) -> Result<String, Trouble> {
    let answer = ask(question, instead, false).await?;
    Ok(answer.trim().to_owned())
}

/// A line that is not shown while it is typed.
pub(crate) async fn secret(question: &str, instead: &str) -> Result<Zeroizing<String>, Trouble> {
    ask(question, instead, true).await
}

/// Only a yes is a yes.
pub(crate) async fn confirm(question: &str) -> Result<(), Trouble> {
    let answer = line(&format!("{question} [y/N]"), "Say --yes to do it without a question.").await?;
    if ["y", "yes"].contains(&answer.to_lowercase().as_str()) {
        return Ok(());
    }
    Err(Trouble::failed("Nothing was changed."))
}

/// Whether someone sits there.
pub(crate) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

async fn ask(question: &str, instead: &str, is_hidden: bool) -> Result<Zeroizing<String>, Trouble> {
    if !is_possible() {
        return Err(Trouble::usage(format!("{question}: there is no terminal to ask on.")).hint(instead));
    }
    // Before the question, because what is typed at once must not be shown. Kept here and not in the thread, which goes on
    // reading if Ctrl-C ends the command.
    let hidden = is_hidden.then(Hidden::new).transpose();
    let hidden = hidden.map_err(|error| Trouble::failed(format!("The terminal cannot be silenced: {error}.")))?;
    let _ = write!(io::stderr(), "{}: ", printable(question)).and_then(|()| io::stderr().flush());
    let read = spawn_blocking(|| {
        let mut line = Zeroizing::new(String::with_capacity(512));
        io::stdin().lock().read_line(&mut line).map(|length| (length, line))
    });
    let read = read.await;
    if hidden.is_some() {
        let _ = writeln!(io::stderr());
    }
    drop(hidden);
    match read {
        Ok(Ok((1.., line))) => Ok(Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned())),
        Ok(Ok((0, _))) => Err(Trouble::failed("The input ended before an answer.")),
        Ok(Err(error)) => Err(Trouble::failed(format!("The terminal cannot be read: {error}."))),
        Err(error) => Err(Trouble::failed(format!("The terminal cannot be read: {error}."))),
    }
}

/// A terminal that does not show what is typed. It does again when this is dropped, also after Ctrl-C: a terminal that
/// stayed silent would be useless.
struct Hidden(Termios);

impl Hidden {
    fn new() -> nix::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), SetArg::TCSANOW, &self.0);
    }
}
