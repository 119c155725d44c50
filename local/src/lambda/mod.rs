//! AWS Lambda: each function as a pool of processes that run the real binary.
//!
//! A [`sandbox`] is one process, [`runtime_api`] is what it talks to, [`invoke_api`] is how
//! `aws lambda invoke` reaches a function, [`log`] is what the processes print.

mod invoke_api;
pub(crate) mod log;
mod runtime_api;
mod sandbox;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use serde_json::json;
use tokio::sync::{Notify, Semaphore, oneshot};

pub(crate) use self::invoke_api::InvokeApi;
use self::{
    log::{Log, LogLine},
    runtime_api::RuntimeApi,
    sandbox::Sandbox,
};
use crate::{
    error::Error,
    tasks::{Tasks, lock},
    template,
};

/// Processes of one function at the same time. Further calls wait for one of them.
const CONCURRENCY: usize = 10;

/// What a direct call of a function gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// `Some("Unhandled")` when the function failed, crashed or timed out.
    pub function_error: Option<String>,
    /// The function's answer, or a JSON object that describes the error.
    pub payload: Vec<u8>,
}

/// How a call of a function ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answer(Bytes),
    Error(Bytes),
    TimedOut(Bytes),
}

impl From<Outcome> for Invocation {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Answer(payload) => Self { function_error: None, payload: payload.into() },
            Outcome::Error(payload) | Outcome::TimedOut(payload) => {
                Self { function_error: Some("Unhandled".to_owned()), payload: payload.into() }
            }
        }
    }
}

/// A function of the template, with its binary.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) declared: template::Function,
    pub(crate) binary: PathBuf,
    /// Variables of every function, such as the endpoints of the services.
    pub(crate) common: Arc<Vec<(&'static str, String)>>,
    runtime: Arc<RuntimeApi>,
    tasks: Arc<Tasks>,
    log: Log,
    slots: Semaphore,
    idle: Mutex<Vec<Sandbox>>,
    /// Told when every process is to die.
    killed: Notify,
}

impl Function {
    /// Calls the function in an idle process, else in a new one. The call goes on when the caller goes away.
    pub(crate) async fn invoke(self: &Arc<Self>, event: Bytes, trace: String) -> Outcome {
        let (reply, outcome) = oneshot::channel();
        let function = Arc::clone(self);
        self.tasks.spawn(async move {
            let _ = reply.send(function.run(event, trace).await);
        });
        // Without a reply, the stack is being stopped.
        outcome.await.unwrap_or_else(|_| failure("Local.Stopped", "the stack has stopped"))
    }

    /// What each of its processes gets, but for the address of the Runtime API.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let variables = sandbox::environment(self, crate::host::new_uuid());
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Ends every process, also those that serve a call.
    pub(crate) fn kill(&self) {
        lock(&self.idle).clear();
        self.killed.notify_waiters();
    }

    pub(crate) async fn stop(&self) {
        let idle = std::mem::take(&mut *lock(&self.idle));
        for sandbox in idle {
            sandbox.stop().await;
        }
    }

    async fn run(&self, event: Bytes, trace: String) -> Outcome {
        let Ok(_slot) = self.slots.acquire().await else {
            return failure("Local.Stopped", "the stack has stopped");
        };
        let mut sandbox = match self.take_idle().map_or_else(|| Sandbox::start(self, &self.runtime), Ok) {
            Ok(sandbox) => sandbox,
            Err(error) => {
                return failure("Runtime.InvalidEntrypoint", &format!("{}: {error}", self.binary.display()));
            }
        };
        let outcome = sandbox.call(event, trace, self.declared.timeout, &self.killed).await;
        // After anything but an answer of the function, its state is unknown, as it is after a crash on Lambda.
        if sandbox.is_alive() && !matches!(outcome, Outcome::TimedOut(_)) {
            lock(&self.idle).push(sandbox);
        }
        outcome
    }

    /// The process that was used last: the others may then end, as on Lambda.
    fn take_idle(&self) -> Option<Sandbox> {
        let mut idle = lock(&self.idle);
        while let Some(mut sandbox) = idle.pop() {
            if sandbox.is_alive() {
                return Some(sandbox);
            }
        }
        None
    }
}

/// Every function, and the Runtime API that their processes call.
#[derive(Debug)]
pub(crate) struct Functions(Vec<Arc<Function>>);

impl Functions {
    pub(crate) async fn start(
        tasks: &Arc<Tasks>,
        functions: Vec<(template::Function, PathBuf)>,
        common: Vec<(&'static str, String)>,
    ) -> Result<Arc<Self>, Error> {
        let runtime = RuntimeApi::start(tasks).await?;
        let common = Arc::new(common);
        let functions = functions.into_iter().map(|(declared, binary)| {
            Ok(Arc::new(Function {
                log: Log::new(&declared.id).map_err(Error::io("cannot make a temporary file for logs"))?,
                declared,
                binary,
                common: Arc::clone(&common),
                runtime: Arc::clone(&runtime),
                tasks: Arc::clone(tasks),
                slots: Semaphore::new(CONCURRENCY),
                idle: Mutex::default(),
                killed: Notify::new(),
            }))
        });
        Ok(Arc::new(Self(functions.collect::<Result<_, _>>()?)))
    }

    /// By logical id, name or ARN.
    pub(crate) fn get(&self, name: &str) -> Result<&Arc<Function>, Error> {
        self.0
            .iter()
            .find(|function| {
                let template::Function { id, name: physical, arn, .. } = &function.declared;
                [id, physical, arn].into_iter().any(|known| known == name)
            })
            .ok_or_else(|| Error::NoFunction(name.to_owned()))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Function>> {
        self.0.iter()
    }

    /// What every function has printed, function by function.
    pub(crate) fn logs(&self) -> Vec<LogLine> {
        self.0.iter().flat_map(|function| function.log.lines()).collect()
    }

    /// What they have printed since `positions` was last used.
    pub(crate) fn new_logs(&self, positions: &mut Vec<u64>) -> Vec<LogLine> {
        positions.resize(self.0.len(), 0);
        self.0.iter().zip(positions).flat_map(|(function, position)| function.log.lines_from(position)).collect()
    }

    pub(crate) async fn stop(&self) {
        for function in &self.0 {
            function.stop().await;
        }
    }
}

/// An error that Lambda reports in the function's place.
fn failure(kind: &str, message: &str) -> Outcome {
    Outcome::Error(error_body(kind, message))
}

fn error_body(kind: &str, message: &str) -> Bytes {
    json!({ "errorType": kind, "errorMessage": message }).to_string().into()
}
