//! The last moment before a step: a process that becomes the step's program. Rust's standard library cannot do between
//! fork and exec what is done here without unsafe code.

use std::{
    ffi::{CString, OsString},
    io::{self, Write, stderr},
    os::unix::process::{CommandExt, parent_id},
    process::{Command, ExitCode},
};

use nix::{
    sys::signal::SigSet,
    unistd::{Gid, Uid, initgroups, setgid, setsid, setuid},
};

use super::host_process::die_with_parent;
use crate::worker::user::RunAs;

/// As shells answer when a program cannot be run.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

/// The hidden command `pipehook step`.
#[derive(Debug, clap::Args)]
pub(crate) struct StepArguments {
    /// The supervisor
    #[arg(long)]
    parent: u32,
    /// The user to become: name, number and number of its group
    #[arg(long, num_args = 3)]
    user: Option<Vec<OsString>>,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// The command line of that command.
pub(crate) fn arguments(parent: u32, user: Option<&RunAs>, program: &str, arguments: &[String]) -> Vec<String> {
    let user = user.map(|user| ["--user".into(), user.name.clone(), user.uid.to_string(), user.gid.to_string()]);
    let begin = ["step".to_owned(), "--parent".to_owned(), parent.to_string()];
    let command = ["--".to_owned(), program.to_owned()];
    begin.into_iter().chain(user.into_iter().flatten()).chain(command).chain(arguments.iter().cloned()).collect()
}

/// Returns only if the program cannot be run. The message goes where the step's output goes.
pub(crate) fn become_step(arguments: &StepArguments) -> ExitCode {
    let [program, rest @ ..] = &*arguments.command else { return ExitCode::from(CANNOT_RUN) };
    let error = prepare(arguments).err().unwrap_or_else(|| Command::new(program).args(rest).exec());
    let _ = writeln!(stderr(), "pipehook: cannot run {}: {error}", program.display());
    ExitCode::from(if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { CANNOT_RUN })
}

fn prepare(arguments: &StepArguments) -> io::Result<()> {
    // The supervisor blocks some, and what is blocked stays so in another program.
    SigSet::all().thread_unblock()?;
    // A session of its own: a group to kill, and no terminal on which a program could ask for a password.
    setsid()?;
    if let Some([name, uid, gid]) = arguments.user.as_deref() {
        change_user(name, number(uid)?, number(gid)?)?;
    }
    die_with_parent();
    // It may have died before that.
    if parent_id() != arguments.parent {
        return Err(io::Error::other("the supervisor is dead"));
    }
    Ok(())
}

fn change_user(name: &OsString, uid: u32, gid: u32) -> io::Result<()> {
    let name = CString::new(name.as_encoded_bytes())?;
    let (uid, gid) = (Uid::from_raw(uid), Gid::from_raw(gid));
    initgroups(&name, gid)?;
    setgid(gid)?;
    setuid(uid)?;
    Ok(())
}

fn number(text: &OsString) -> io::Result<u32> {
    text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| io::Error::other("the user is no number"))
}
