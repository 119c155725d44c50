//! Step Functions: Standard state machines, whose executions run in this process.
//!
//! [`Engine`] interprets them, [`LambdaTasks`] calls functions for their tasks, [`Requests`](requests) and
//! [`Execution`] are what goes in and comes out. `--data` keeps the state machines ([`Kept`]), not their executions: one
//! that runs when the stack stops does not exist after the next start.

mod engine;
mod execution;
mod kept;
mod requests;
pub(super) mod tasks;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use rustack_stepfunctions_core::{ExecutionSnapshot, MachineSnapshot, RegistryCommand, RegistryError};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::UnboundedSender;

use self::{
    engine::Engine,
    execution::{Execution, seconds},
    kept::Kept,
    requests::{
        Callback, Create, ListExecutions, Named, OnExecution, OnMachine, OnResource, Start, Stop, TagNames, Update,
    },
    tasks::LambdaTasks,
};
use super::emulator::{self, Emulator, Refusal};
use crate::{
    data::Data,
    error::Error,
    server::HangUp,
    tasks::{Tasks, lock},
};

/// Most events of a history that one answer has; the service has no more either.
const HISTORY: usize = 1_000;

#[derive(Debug)]
pub(super) struct StepFunctions {
    engine: Engine,
    kept: Option<Kept>,
    tasks: Arc<Tasks>,
    /// Where each change of an execution's status is told: EventBridge.
    events: UnboundedSender<Json>,
    /// The names of the tags of each state machine, by its ARN.
    tags: Mutex<HashMap<String, Vec<String>>>,
    /// The ARNs of the executions whose end someone waits for.
    watched: Mutex<HashSet<String>>,
}

impl Emulator for StepFunctions {
    const TARGET: &str = "AWSStepFunctions";

    fn tags(&self, arn: &str) -> Vec<String> {
        lock(&self.tags).get(arn).cloned().unwrap_or_default()
    }

    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HangUp> {
        let answer = self.serve(emulator::operation(&request), request.body()).await;
        Ok(answer.map_or_else(Refusal::into_response, |answer| emulator::json_response(&answer)))
    }
}

pub(super) async fn start(
    tasks: &Arc<Tasks>,
    lambda: &Arc<LambdaTasks>,
    events: UnboundedSender<Json>,
    data: Option<&Data>,
) -> Result<StepFunctions, Error> {
    let failed = |message: String| Error::Resource { resource: "Step Functions".to_owned(), message };
    let engine = Engine::start(Arc::clone(lambda)).map_err(failed)?;
    let (tasks, watched, tags) = (Arc::clone(tasks), Mutex::default(), Mutex::default());
    let mut service = StepFunctions { engine, kept: None, tasks, events, watched, tags };
    if let Some(data) = data {
        let (kept, machines) = Kept::open(data)?;
        for machine in machines {
            let name = machine.name.clone();
            let made = service.change(service.create(machine)).await;
            made.map_err(|refusal| kept.does_not_fit(&name, &refusal.to_string()))?;
        }
        service.kept = Some(kept);
    }
    Ok(service)
}

impl StepFunctions {
    /// The operations that are served. A list is never cut into pages.
    async fn serve(&self, operation: &str, body: &[u8]) -> Result<Json, Refusal> {
        match operation {
            "CreateStateMachine" => self.change(self.create(read(body)?)).await,
            "UpdateStateMachine" => self.change(self.update(read(body)?)).await,
            "DeleteStateMachine" => self.change(self.delete(&read(body)?)).await,
            "TagResource" => self.change(self.tag(read(body)?)).await,
            "UntagResource" => self.change(self.untag(read(body)?)).await,
            "DescribeStateMachine" => Ok(described(&self.machine(&read(body)?).await?)),
            "ListStateMachines" => self.list_machines().await,
            "ListTagsForResource" => self.list_tags(&read(body)?).await,
            "StartExecution" => self.start_execution(read(body)?).await,
            "DescribeExecution" => Ok(Execution(&self.execution(&read(body)?).await?).described()),
            "ListExecutions" => self.list_executions(&read(body)?).await,
            "StopExecution" => self.stop_execution(read(body)?).await,
            "GetExecutionHistory" => self.history(&read(body)?).await,
            "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat" => {
                self.engine.call_back(read::<Callback>(body)?.command(operation)?).await?;
                Ok(json!({}))
            }
            _ => Err(Refusal::new("UnknownOperationException", format!("{operation:?} is not served here"))),
        }
    }

    /// What is not kept is not acknowledged. It may have happened, as after any lost answer.
    async fn change(&self, change: impl Future<Output = Result<Json, Refusal>>) -> Result<Json, Refusal> {
        let answer = change.await?;
        let machines = self.engine.machines().await?;
        let tags = machines.iter().map(|machine| {
            let names = machine.tags().values().keys().cloned();
            (machine.arn().as_str().to_owned(), names.collect())
        });
        *lock(&self.tags) = tags.collect();
        if let Some(kept) = &self.kept {
            kept.save(&machines).map_err(|error| Refusal::unavailable(error.to_string()))?;
        }
        Ok(answer)
    }

    async fn create(&self, request: Create) -> Result<Json, Refusal> {
        let definition = self.engine.compile(&request.definition)?;
        let machine = self.engine.ask_for_machine(request.command(definition)?).await?;
        Ok(json!({ "stateMachineArn": machine.arn().as_str(), "creationDate": seconds(machine.creation_date()) }))
    }

    async fn update(&self, request: Update) -> Result<Json, Refusal> {
        let definition = request.definition.as_deref().map(|text| self.engine.compile(text)).transpose()?;
        let machine = self.engine.ask_for_machine(request.command(definition)?).await?;
        Ok(json!({ "updateDate": seconds(machine.update_date()), "revisionId": machine.revision().id() }))
    }

    async fn delete(&self, request: &OnMachine) -> Result<Json, Refusal> {
        match self.engine.ask(RegistryCommand::Delete(request.arn()?)).await {
            // It may be deleted twice.
            Ok(_) | Err(RegistryError::MachineMissing) => Ok(json!({})),
            Err(error) => Err(engine::refusal(&error)),
        }
    }

    async fn tag(&self, request: OnResource<Vec<Named>>) -> Result<Json, Refusal> {
        let (arn, tags) = request.tags()?;
        self.engine.ask_about_tags(RegistryCommand::Tag(arn, tags)).await
    }

    async fn untag(&self, request: OnResource<TagNames>) -> Result<Json, Refusal> {
        let (arn, tags) = request.names()?;
        self.engine.ask_about_tags(RegistryCommand::Untag(arn, tags)).await
    }

    async fn list_tags(&self, request: &OnResource<()>) -> Result<Json, Refusal> {
        let machine = self.engine.ask(RegistryCommand::Machine(request.arn()?)).await;
        let machine = machine.and_then(engine::machine).map_err(|error| engine::refusal_about_tags(&error))?;
        let tags = machine.tags().values().iter().map(|(key, value)| json!({ "key": key, "value": value }));
        Ok(json!({ "tags": tags.collect::<Vec<_>>() }))
    }

    async fn machine(&self, request: &OnMachine) -> Result<MachineSnapshot, Refusal> {
        self.engine.ask_for_machine(RegistryCommand::Machine(request.arn()?)).await
    }

    async fn list_machines(&self) -> Result<Json, Refusal> {
        let machines = self.engine.machines().await?;
        let machines = machines.iter().map(|machine| {
            let arn = machine.arn();
            json!({
                "stateMachineArn": arn.as_str(), "name": arn.name().as_str(), "type": "STANDARD",
                "creationDate": seconds(machine.creation_date()),
            })
        });
        Ok(json!({ "stateMachines": machines.collect::<Vec<_>>() }))
    }

    async fn start_execution(&self, request: Start) -> Result<Json, Refusal> {
        let execution = self.engine.ask_for_execution(request.command()?).await?;
        self.watch(execution.clone());
        let (arn, date) = (execution.arn().as_str(), seconds(execution.start_date()));
        Ok(json!({ "executionArn": arn, "startDate": date }))
    }

    async fn execution(&self, request: &OnExecution) -> Result<ExecutionSnapshot, Refusal> {
        self.engine.ask_for_execution(RegistryCommand::Execution(request.arn()?)).await
    }

    async fn list_executions(&self, request: &ListExecutions) -> Result<Json, Refusal> {
        let mut executions = self.engine.executions(request.arn()?).await?;
        executions.sort_by_key(|execution| std::cmp::Reverse(execution.start_date()));
        let listed = executions.iter().map(Execution).filter(|execution| request.wants(execution.status()));
        Ok(json!({ "executions": listed.map(|execution| execution.listed()).collect::<Vec<_>>() }))
    }

    async fn stop_execution(&self, request: Stop) -> Result<Json, Refusal> {
        let execution = self.engine.stop(request).await?;
        Ok(json!({ "stopDate": execution.view().stop_date().map(seconds) }))
    }

    async fn history(&self, request: &OnExecution) -> Result<Json, Refusal> {
        let execution = self.execution(request).await?;
        let page = execution.view().history().page(1, HISTORY, true);
        let page = page.map_err(|error| Refusal::unavailable(error.to_string()))?;
        Ok(json!({ "events": page.events() }))
    }

    /// Tells that an execution runs and, later, how it ended: once, however often it was started.
    fn watch(&self, execution: ExecutionSnapshot) {
        if !lock(&self.watched).insert(execution.arn().as_str().to_owned()) {
            return;
        }
        let events = self.events.clone();
        self.tasks.spawn(async move {
            // Without a receiver, the stack is being stopped. Without an end, so is the engine.
            let _ = events.send(Execution(&execution).began());
            if let Ok(ended) = execution.wait(engine::far_future()).await {
                let _ = events.send(Execution(&ended).changed());
            }
        });
    }
}

fn described(machine: &MachineSnapshot) -> Json {
    let (arn, revision) = (machine.arn(), machine.revision());
    let definition = String::from_utf8_lossy(revision.machine().original_bytes());
    json!({
        "stateMachineArn": arn.as_str(), "name": arn.name().as_str(), "type": "STANDARD",
        "status": engine::status(machine), "definition": definition, "roleArn": revision.role().as_str(),
        "creationDate": seconds(machine.creation_date()), "revisionId": revision.id(),
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::new("ValidationException", error.to_string()))
}
