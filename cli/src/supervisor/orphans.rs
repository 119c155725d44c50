//! What is left of a step whose supervisor was killed: the worker adopts it, and kills it.

use std::{
    collections::HashSet,
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use nix::{
    sys::wait::{WaitPidFlag, waitpid},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::sleep,
};

use super::tree::{children_of, descendants_of, kill_all};

/// How often it is looked for what is left, and how often at most.
const LOOK: Duration = Duration::from_millis(10);
const LOOKS: u32 = 500;

/// The supervisors of this process. Every other child is an orphan.
#[derive(Debug, Default)]
pub(crate) struct Supervisors(Mutex<HashSet<Pid>>);

impl Supervisors {
    /// Starts one. Meanwhile no child is taken for an orphan.
    pub(super) fn start(&self, command: &mut Command) -> io::Result<(Child, Pid)> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.spawn()?;
        let id = child.id().ok_or_else(|| io::Error::other("the supervisor has no process id"))?;
        let id = Pid::from_raw(id.cast_signed());
        known.insert(id);
        Ok((child, id))
    }

    /// It has ended, and was waited for.
    pub(super) fn ended(&self, supervisor: Pid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&supervisor);
    }

    /// Kills what supervisors have left behind.
    pub(super) async fn kill_orphans(&self) {
        for _ in 0..LOOKS {
            let orphans = self.orphans();
            if orphans.is_empty() {
                return;
            }
            for orphan in &orphans {
                kill_all(&[*orphan]);
                kill_all(&descendants_of(*orphan));
                let _ = waitpid(*orphan, Some(WaitPidFlag::WNOHANG));
            }
            sleep(LOOK).await;
        }
    }

    fn orphans(&self) -> Vec<Pid> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        children_of(Pid::this()).into_iter().filter(|child| !known.contains(child)).collect()
    }
}
