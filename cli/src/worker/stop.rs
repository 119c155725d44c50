//! How a worker is stopped: the first signal lets it finish what runs, the second makes it let go.

use std::{future, io, process, thread, time::Duration};

use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
    sync::{oneshot, watch},
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
    /// Listens for SIGINT and SIGTERM from now on, and if asked to, for the end of the standard input.
    pub(crate) fn listen(terminal: Terminal, drain_timeout: Option<Duration>, reads_input: bool) -> io::Result<Self> {
        let signals = Signals([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?]);
        let input = reads_input.then(read_input);
        let (sender, stage) = watch::channel(Stage::Works);
        tokio::spawn(follow(signals, input, sender, terminal, drain_timeout));
        Ok(Self { stage })
    }

    pub(crate) async fn reaches(&self, stage: Stage) {
        let mut stages = self.stage.clone();
        if stages.wait_for(|now| *now >= stage).await.is_err() {
            future::pending::<()>().await;
        }
    }
}

async fn follow(
    mut signals: Signals,
    input: Option<oneshot::Receiver<()>>,
    stage: watch::Sender<Stage>,
    terminal: Terminal,
    drain_timeout: Option<Duration>,
) {
    select! {
        () = signals.any() => {}
        () = end_of(input) => {}
    }
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

/// Says when the standard input has ended. It is read by a thread that the end of the program need not wait for.
fn read_input() -> oneshot::Receiver<()> {
    let (sender, ended) = oneshot::channel();
    thread::spawn(move || {
        // What cannot be read has ended too.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        sender.send(())
    });
    ended
}

/// Without an input that counts, there is no end to wait for.
async fn end_of(input: Option<oneshot::Receiver<()>>) {
    match input {
        Some(ended) => ended.await.unwrap_or_default(),
        None => future::pending().await,
    }
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
        None => future::pending().await,
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
