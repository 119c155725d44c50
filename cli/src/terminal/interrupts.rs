//! Ctrl-C. A command that only reads stops at once. One that has asked for a change first waits for the answer, which may
//! hold a secret that is shown once; a second Ctrl-C gives that up.

use std::{future, io};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

use super::{Kind, Trouble, note};

/// Can be cloned; all clones hear the same.
#[derive(Debug, Clone)]
pub(crate) struct Interrupts(watch::Sender<State>);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct State {
    pressed: u32,
    shields: u32,
    has_changed: bool,
}

/// While it lives, one Ctrl-C does not end the command.
#[derive(Debug)]
pub(crate) struct Shield(watch::Sender<State>);

impl Interrupts {
    /// Listens from now on.
    pub(crate) fn listen() -> io::Result<Self> {
        let (sender, _) = watch::channel(State::default());
        let interrupts = Self(sender);
        tokio::spawn(follow(signal(SignalKind::interrupt())?, interrupts.0.clone()));
        Ok(interrupts)
    }

    pub(crate) fn shield(&self) -> Shield {
        self.0.send_modify(|state| state.shields += 1);
        Shield(self.0.clone())
    }

    /// Remembers that the API has done what it was asked for.
    pub(crate) fn note_change(&self) {
        self.0.send_modify(|state| state.has_changed = true);
    }

    /// Says so, if that is all that could not be told.
    pub(crate) fn explain(&self, trouble: Trouble) -> Trouble {
        if trouble.kind != Kind::Unwritten || !self.0.borrow().has_changed {
            return trouble;
        }
        trouble.or_hint(|| "What you asked for was done. Only its result was not written.".to_owned())
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_pressed(&self) -> bool {
        self.0.borrow().pressed > 0
    }

    /// Waits until the command is to end.
    pub(crate) async fn end(&self) -> Trouble {
        let mut states = self.0.subscribe();
        let state = states.wait_for(|state| state.pressed > 1 || (state.pressed > 0 && state.shields == 0)).await;
        match state.map(|state| *state) {
            Ok(State { shields: 0, .. }) => Trouble::new(Kind::Interrupted, "Stopped."),
            Ok(_) => Trouble::new(Kind::Interrupted, "Stopped before the answer came: the change may have been made."),
            // The sender is our own.
            Err(_) => future::pending().await,
        }
    }
}

impl Drop for Shield {
    fn drop(&mut self) {
        self.0.send_modify(|state| state.shields -= 1);
    }
}

async fn follow(mut signals: Signal, sender: watch::Sender<State>) {
    while signals.recv().await.is_some() {
        sender.send_modify(|state| state.pressed += 1);
        let state = *sender.borrow();
        if state.pressed == 1 && state.shields > 0 {
            note("\nWaits for the answer, because the change may have been made. Press Ctrl-C again to give up.");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn ends(interrupts: &Interrupts) -> Option<String> {
        let end = timeout(Duration::from_millis(20), interrupts.end()).await;
        end.ok().map(|trouble| trouble.message)
    }

    fn press(interrupts: &Interrupts) {
        interrupts.0.send_modify(|state| state.pressed += 1);
    }

    fn interrupts() -> Interrupts {
        Interrupts(watch::channel(State::default()).0)
    }

    #[tokio::test]
    async fn what_only_reads_ends_at_once() {
        let interrupts = interrupts();
        assert_eq!(ends(&interrupts).await, None);

        press(&interrupts);

        assert_eq!(ends(&interrupts).await.as_deref(), Some("Stopped."));
    }

    #[tokio::test]
    async fn a_change_ends_at_the_second_or_when_its_answer_has_come() {
        let interrupts = interrupts();
        let shield = interrupts.shield();
        press(&interrupts);
        assert_eq!(ends(&interrupts).await, None);

        drop(shield);
        assert_eq!(ends(&interrupts).await.as_deref(), Some("Stopped."));

        let _shield = interrupts.shield();
        press(&interrupts);
        assert!(ends(&interrupts).await.unwrap().contains("may have been made"));
    }
}
