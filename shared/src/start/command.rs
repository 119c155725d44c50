//! The loop around a function that an administrator invokes (`aws lambda invoke`): one answer or error and one log line
//! per invocation.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use tracing::Instrument as _;

use crate::config;
use crate::domain::timestamp::Timestamp;
use crate::telemetry::{self, Answered, Chain, Measurements, Status};

/// What a function does when an administrator invokes it.
pub trait Command: Send + Sync {
    /// What the administrator gets, as JSON.
    type Answer: Serialize;
    /// Why the invocation fails.
    type Error: CommandError + 'static;

    /// Carries out one invocation. Lambda ends it at the `deadline`.
    fn run(
        &self,
        input: &RawValue,
        clock: fn() -> Timestamp,
        deadline: Timestamp,
    ) -> impl Future<Output = Result<Self::Answer, Self::Error>> + Send;
}

/// Why an invocation failed. The administrator gets the message; the log also has the causes.
pub trait CommandError: Error + Send + Sync {
    /// What `aws lambda invoke` shows as the type of the error.
    fn kind(&self) -> &'static str;
}

impl CommandError for serde_json::Error {
    fn kind(&self) -> &'static str {
        "Internal"
    }
}

/// Input for a command that takes none. A caller that sends `dry_run` expects that nothing is written, so it gets an
/// error, which is this text.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UnexpectedInput(String);

/// Refuses any input but `{}` and `null`.
pub fn expect_no_input(input: &RawValue) -> Result<(), UnexpectedInput> {
    let fields: Option<BTreeMap<String, &RawValue>> =
        serde_json::from_str(input.get()).map_err(|_| UnexpectedInput("The input must be `{}`.".to_owned()))?;
    match fields.unwrap_or_default().keys().next() {
        None => Ok(()),
        Some(name) => Err(UnexpectedInput(format!("The field `{name}` is not known: the input must be `{{}}`."))),
    }
}

/// Serves the command until Lambda ends the sandbox.
pub(super) fn serve(command: impl Command + 'static) -> super::Begun<()> {
    run(Box::new(command))
}

type Outcome = Result<Box<RawValue>, Box<dyn CommandError>>;

/// A command behind a pointer, so that the loop is compiled once.
trait Invoke: Send + Sync {
    fn invoke<'a>(
        &'a self,
        input: &'a RawValue,
        deadline: Timestamp,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;
}

impl<C: Command> Invoke for C {
    fn invoke<'a>(
        &'a self,
        input: &'a RawValue,
        deadline: Timestamp,
    ) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>> {
        Box::pin(async move {
            match self.run(input, || config::now().into(), deadline).await {
                Ok(answer) => to_raw_value(&answer).map_err(|error| Box::new(error) as Box<dyn CommandError>),
                Err(error) => Err(Box::new(error) as Box<dyn CommandError>),
            }
        })
    }
}

fn run(command: Box<dyn Invoke>) -> super::Begun<()> {
    Box::pin(async move {
        let command = &*command;
        telemetry::ready();
        let answer = move |event: LambdaEvent<Box<RawValue>>| async move { answer(command, &event).await };
        lambda_runtime::run(service_fn(answer)).await
    })
}

async fn answer(command: &dyn Invoke, event: &LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Diagnostic> {
    let (measurements, request_id) = (Measurements::begin(), event.context.request_id.as_str());
    let span = tracing::error_span!("call", request_id);
    let deadline = Timestamp::from(event.context.deadline());
    let outcome = command.invoke(&event.payload, deadline).instrument(span.clone()).await;
    let _in_span = span.enter();
    let status = Status::Invocation(outcome.as_ref().map_or_else(|error| error.kind(), |_| "OK"));
    measurements.finish(&Answered { request_id, gateway_request_id: None, route: None, status, webhook: None });
    outcome.map_err(|error| {
        // The runtime logs the message.
        if let Some(cause) = error.source() {
            tracing::error!(cause = %Chain(cause), "The invocation failed");
        }
        Diagnostic { error_type: error.kind().to_owned(), error_message: error.to_string() }
    })
}
