//! A clock of its own for an emulator that measures time with tokio's: deduplication lasts five minutes, and no test
//! should.

use std::{io, thread, time::Duration};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::JoinSet,
    time,
};

/// A thread with a runtime, which ends when this is dropped.
#[derive(Debug)]
pub(in crate::aws) struct Timeline {
    runtime: Handle,
    _running: oneshot::Sender<()>,
}

impl Timeline {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (running, stopped) = oneshot::channel::<()>();
        thread::Builder::new().spawn(move || drop(runtime.block_on(stopped)))?;
        Ok(Self { runtime: handle, _running: running })
    }

    /// Runs a task for which the time is that of this clock; `None` when it was stopped. A task that no one waits for
    /// any more ends: a message must not be received for a consumer that is gone.
    pub(super) async fn run<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> Option<T> {
        let mut tasks = JoinSet::new();
        tasks.spawn_on(task, &self.runtime);
        tasks.join_next().await?.ok()
    }

    /// From now on, it is so much later than before.
    pub(in crate::aws) async fn advance(&self, by: Duration) {
        self.run(async move {
            time::pause();
            time::advance(by).await;
            time::resume();
        })
        .await;
    }
}
