//! How a worker is stopped: the first signal lets it finish what runs, the second makes it let go.

use std::{io, process, time::Duration};

use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
    time::sleep,
};

use super::terminal::Terminal;

/// What a third signal makes the program end with.
const AT_ONCE: i32 = 4;

/// How far the stop has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Works,
    /// Asks for nothing more.
    Finishes,
    /// Kills what runs.
    LetsGo,
}

/// What everything that works listens to.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    stage: watch::Receiver<Stage>,
}

impl Stop {
    /// Listens for SIGINT and SIGTERM from now on.
    pub(crate) fn listen(terminal: Terminal, drain_timeout: Option<Duration>) -> io::Result<Self> {
        let signals = Signals([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]);
        let (sender, stage) = watch::channel(Stage::Works);
        tokio::spawn(follow(signals, sender, terminal, drain_timeout));
        Ok(Self { stage })
    }

    pub(crate) async fn reaches(&self, stage: Stage) {
        let mut stages = self.stage.clone();
        if stages.wait_for(|now| *now >= stage).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn follow(
    mut signals: Signals,
    stage: watch::Sender<Stage>,
    terminal: Terminal,
    drain_timeout: Option<Duration>,
) {
    signals.any().await;
    terminal.say("stopping: finishes what runs; a second signal kills it");
    stage.send_if_modified(|stage| raise(stage, Stage::Finishes));
    select! {
        () = signals.any() => terminal.say("stopping: kills what runs; a third signal ends the worker at once"),
        () = after(drain_timeout) => terminal.say("stopping: --drain-timeout is over, kills what runs"),
    }
    stage.send_if_modified(|stage| raise(stage, Stage::LetsGo));
    signals.any().await;
    // The supervisors kill what still runs.
    process::exit(AT_ONCE);
}

/// Nothing goes back to an earlier stage.
fn raise(stage: &mut Stage, to: Stage) -> bool {
    let raised = *stage < to;
    *stage = to.max(*stage);
    raised
}

async fn after(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

/// Ctrl-C, and what `kill` and `systemctl stop` send.
struct Signals([Signal; 2]);

impl Signals {
    async fn any(&mut self) {
        let [interrupt, terminate] = &mut self.0;
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
