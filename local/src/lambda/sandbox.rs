//! One process of a function.

use std::{io, process::ExitStatus, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    process::{Child, Command},
    select,
    sync::{Notify, mpsc, oneshot},
    time::sleep,
};
use uuid::Uuid;

use super::{
    Function, Outcome, error_body, failure,
    runtime_api::{Call, Desk, RuntimeApi},
};
use crate::{host, template::REGION};

/// From the start of a process to its first `next`. Lambda gives 10 s; a debug build on a busy machine may take more.
const INIT_TIMEOUT: Duration = Duration::from_secs(30);

/// Variables of this process that the functions get too. The second one is where a coverage build writes.
const PASSED_ON: [&str; 5] = ["PATH", "LLVM_PROFILE_FILE", "HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Dropping it kills the process.
#[derive(Debug)]
pub(super) struct Sandbox {
    id: Uuid,
    process: Child,
    events: mpsc::Sender<Call>,
    desk: Arc<Desk>,
    runtime: Arc<RuntimeApi>,
}

impl Sandbox {
    pub(super) fn start(function: &Function, runtime: &Arc<RuntimeApi>) -> io::Result<Self> {
        let id = host::new_uuid();
        // Before the process starts, which may ask for an event at once.
        let (events, desk) = runtime.open(id, &function.declared.arn, function.log.clone());
        let process = Command::new(&function.binary)
            .env_clear()
            .envs(PASSED_ON.iter().filter_map(|name| Some((name, host::variable(name)?))))
            .envs(environment(function, id))
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address_of(id))
            .stdin(std::process::Stdio::null())
            .stdout(function.log.stdio()?)
            .stderr(function.log.stdio()?)
            // Ctrl-C in the terminal is for the stack, which then stops the functions.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .inspect_err(|_| runtime.close(id))?;
        Ok(Self { id, process, events, desk, runtime: Arc::clone(runtime) })
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Gives the process an event and waits until it answers, ends, is killed, or runs out of time.
    pub(super) async fn call(&mut self, event: Bytes, trace: String, timeout: Duration, killed: &Notify) -> Outcome {
        let id = host::new_uuid();
        let (taken, was_taken) = oneshot::channel();
        let (reply, mut outcome) = oneshot::channel();
        let call = Call { id, event, trace, timeout, taken, reply };
        if self.events.try_send(call).is_err() {
            return failure("Local.Stopped", "the sandbox takes no events");
        }
        select! {
            // In this order: a process may end right after its answer.
            biased;
            Ok(outcome) = &mut outcome => outcome,
            status = self.process.wait() => outcome.try_recv().unwrap_or_else(|_| self.crashed(id, status)),
            () = killed.notified() => {
                // It is gone before its caller learns about it.
                let _ = self.process.kill().await;
                let status = self.process.wait().await;
                self.crashed(id, status)
            }
            () = time_is_up(was_taken, timeout) => {
                let message = format!("{id} Task timed out after {:.2} seconds", timeout.as_secs_f32());
                Outcome::TimedOut(error_body("Sandbox.Timedout", &message))
            }
        }
    }

    pub(super) async fn stop(mut self) {
        // An error means that it has ended by itself.
        let _ = self.process.kill().await;
    }

    fn crashed(&self, id: Uuid, status: io::Result<ExitStatus>) -> Outcome {
        if let Some(error) = self.desk.init_error() {
            return Outcome::Error(error);
        }
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        failure("Runtime.ExitError", &format!("RequestId: {id} Error: Runtime exited with {status}"))
    }
}

/// The function's time runs from the moment at which it takes the event.
async fn time_is_up(was_taken: oneshot::Receiver<()>, timeout: Duration) {
    select! {
        Ok(()) = was_taken => sleep(timeout).await,
        () = sleep(INIT_TIMEOUT) => {}
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.runtime.close(self.id);
    }
}

/// What Lambda sets, and what the template adds.
pub(super) fn environment(function: &Function, sandbox: Uuid) -> Vec<(&str, String)> {
    let declared = &function.declared;
    let date = host::now_utc().date();
    let stream =
        format!("{}/{:02}/{:02}/[$LATEST]{}", date.year(), u8::from(date.month()), date.day(), sandbox.simple());
    let directory = function.binary.parent().map(|directory| directory.display().to_string()).unwrap_or_default();
    let mut variables = vec![
        // By which the services tell the functions apart, and know the role of each.
        ("AWS_ACCESS_KEY_ID", declared.id.clone()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("AWS_REGION", REGION.to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", declared.name.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", declared.memory.to_string()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", declared.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", stream),
        ("LAMBDA_TASK_ROOT", directory),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
    ];
    variables.extend(function.common.iter().map(|(name, value)| (*name, value.clone())));
    variables.extend(declared.environment.iter().map(|(name, value)| (name.as_str(), value.clone())));
    variables
}
