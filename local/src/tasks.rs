//! Every background task of one stack, so that stopping the stack ends them all.

use std::{
    mem,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::task::JoinSet;

#[derive(Debug, Default)]
pub(crate) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.0);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Returns when no task runs any more.
    pub(crate) async fn stop(&self) {
        let mut tasks = mem::take(&mut *lock(&self.0));
        tasks.shutdown().await;
    }
}

/// Ends the tasks when it is dropped: they hold each other, so nothing else would.
#[derive(Debug, Default)]
pub(crate) struct Owner(Arc<Tasks>);

impl Deref for Owner {
    type Target = Arc<Tasks>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        lock(&self.0.0).abort_all();
    }
}

/// Locks what a panic cannot leave half-done: each of our critical sections is one insertion, removal or swap.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
