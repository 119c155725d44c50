//! What a process asks of the kernel about itself. All of it is Linux's alone; elsewhere the process group has to do.

#[cfg(target_os = "linux")]
use nix::sys::{prctl, signal::Signal};

/// Processes below this one whose parent dies become its children, and not those of process 1.
pub(crate) fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = prctl::set_child_subreaper(true);
}

/// Keeps other processes of the same user, steps among them, from reading the memory and the environment of this one,
/// where the token is. It also leaves no core dump. Root can read them nevertheless.
pub(crate) fn hide_from_other_processes() {
    #[cfg(target_os = "linux")]
    let _ = prctl::set_dumpable(false);
}

/// The kernel kills this process when the thread that started it ends. It stays so when the process becomes another
/// program, but not when it changes its user.
pub(crate) fn die_with_parent() {
    #[cfg(target_os = "linux")]
    let _ = prctl::set_pdeathsig(Signal::SIGKILL);
}
