//! The tasks of state machines: they call the functions of the stack, or a stand-in of a test.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock},
};

use rustack_stepfunctions_core::{
    CallbackInvocationMetadata, CallbackInvocationReporter, Integration, LambdaTaskCommand, LambdaTaskPort, Payload,
    StateView, TaskCall, TaskFailure, TaskResponder,
};
use serde_json::{Value as Json, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::Instant,
};

use crate::{
    host,
    lambda::{Function, Functions, Outcome},
    tasks::{Tasks, lock},
};

/// Lambda as state machines reach it.
#[derive(Debug)]
pub(in crate::aws) struct LambdaTasks {
    /// The functions start after the services that they call.
    functions: OnceLock<Arc<Functions>>,
    stand_ins: Mutex<HashMap<String, UnboundedSender<Json>>>,
    tasks: Arc<Tasks>,
}

/// Who answers a task.
enum Callee {
    Function(Arc<Function>),
    StandIn(UnboundedSender<Json>),
}

/// What a task asks for.
struct Asked<'a> {
    /// Name or ARN.
    function: &'a str,
    payload: Json,
    /// The answer describes the call, and does not only have its result: `lambda:invoke`.
    is_described: bool,
}

impl LambdaTasks {
    pub(in crate::aws) fn new(tasks: &Arc<Tasks>) -> Self {
        Self { functions: OnceLock::new(), stand_ins: Mutex::default(), tasks: Arc::clone(tasks) }
    }

    pub(in crate::aws) fn connect(&self, functions: &Arc<Functions>) {
        // It is connected once, when the stack starts.
        let _ = self.functions.set(Arc::clone(functions));
    }

    /// From now on, a function of this name answers `null`, and what it is called with arrives here.
    pub(in crate::aws) fn stand_in(&self, function: &str) -> UnboundedReceiver<Json> {
        let (sender, receiver) = unbounded_channel();
        lock(&self.stand_ins).insert(function.to_owned(), sender);
        receiver
    }

    fn callee(&self, function: &str) -> Option<Callee> {
        let name = name_of(function);
        if let Some(sender) = lock(&self.stand_ins).get(name) {
            return Some(Callee::StandIn(sender.clone()));
        }
        self.functions.get()?.get(name).ok().map(|function| Callee::Function(Arc::clone(function)))
    }
}

impl LambdaTaskPort for LambdaTasks {
    fn start(&self, mut command: LambdaTaskCommand) -> Result<TaskCall, TaskFailure> {
        let Asked { function, payload, is_described } = Asked::read(&command)?;
        let missing = || failure("Lambda.ResourceNotFoundException", &format!("Function not found: {function}"));
        let callee = self.callee(function).ok_or_else(missing)?;
        let reporter = command.take_callback_reporter().map_err(|_| TaskFailure::service_exception())?;
        let (call, responder) = TaskCall::channel();
        self.tasks.spawn(callee.serve(payload, is_described, responder, reporter));
        Ok(call)
    }
}

impl<'a> Asked<'a> {
    fn read(command: &'a LambdaTaskCommand) -> Result<Self, TaskFailure> {
        let (dispatch, unavailable) = (command.dispatch(), TaskFailure::service_exception);
        let parameters = dispatch.parameters().value();
        let Ok(StateView::Task { resource, .. }) = command.machine().state(dispatch.state()) else {
            return Err(unavailable());
        };
        if let Integration::DirectLambda(arn) = resource {
            return Ok(Self { function: arn.as_str(), payload: parameters.clone(), is_described: false });
        }
        let function = parameters["FunctionName"].as_str().ok_or_else(unavailable)?;
        let payload = parameters.get("Payload").cloned().unwrap_or_else(|| json!({}));
        Ok(Self { function, payload, is_described: true })
    }
}

impl Callee {
    async fn serve(
        self,
        payload: Json,
        is_described: bool,
        mut responder: TaskResponder,
        reporter: Option<CallbackInvocationReporter>,
    ) {
        // What the engine does not want to know any more is not told: the execution has ended.
        let _ = responder.started();
        let result = self.call(payload).await;
        let Some(mut reporter) = reporter else {
            return responder.finish(result.and_then(|answer| described(answer, is_described)));
        };
        let metadata = result.and_then(|_| metadata());
        let _ = reporter.complete_at(metadata, Instant::now());
        responder.finish(Payload::from_value(&Json::Null).map_err(|_| TaskFailure::service_exception()));
    }

    async fn call(self, payload: Json) -> Result<Json, TaskFailure> {
        match self {
            Self::StandIn(sender) => {
                // A test that does not look any more has what it wanted.
                let _ = sender.send(payload);
                Ok(Json::Null)
            }
            Self::Function(function) => match function.invoke(payload.to_string().into(), host::new_trace()).await {
                Outcome::Answer(answer) => {
                    serde_json::from_slice(&answer).map_err(|error| failure("Lambda.Unknown", &error.to_string()))
                }
                Outcome::Error(error) | Outcome::TimedOut(error) => Err(function_failure(&error)),
            },
        }
    }
}

/// The result of a task.
fn described(answer: Json, is_described: bool) -> Result<Payload, TaskFailure> {
    let result = if is_described {
        let mut call = metadata()?.payload().map_err(|_| TaskFailure::service_exception())?.value().clone();
        call["Payload"] = answer;
        call
    } else {
        answer
    };
    Payload::from_value(&result).map_err(|error| failure("States.DataLimitExceeded", &error.to_string()))
}

fn metadata() -> Result<CallbackInvocationMetadata, TaskFailure> {
    CallbackInvocationMetadata::new(host::new_uuid(), "$LATEST").map_err(|_| TaskFailure::service_exception())
}

/// The name of the error is the function's; the cause is all that the function said of it.
fn function_failure(error: &[u8]) -> TaskFailure {
    let told: Json = serde_json::from_slice(error).unwrap_or_default();
    failure(told["errorType"].as_str().unwrap_or("Lambda.Unknown"), &String::from_utf8_lossy(error))
}

fn failure(error: &str, cause: &str) -> TaskFailure {
    TaskFailure::new(error, Some(cause)).unwrap_or_else(|_| TaskFailure::service_exception())
}

/// The name in a name, an ARN, or either with a version.
fn name_of(function: &str) -> &str {
    let name = function.split_once(":function:").map_or(function, |(_, name)| name);
    name.split(':').next().unwrap_or_default()
}
