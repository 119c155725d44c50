//! `pipehook pipelines`.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::Context;
use crate::{
    api::{Answer, Client, Query},
    arguments::{CreatePipeline, PipelinesCommand, Resource, RunPipeline},
    terminal::{self, Facts, Paint, Trouble, time},
};

#[derive(Debug, Deserialize)]
struct Pipeline {
    id: u64,
    name: String,
    resource_type: String,
    resource_id: u64,
    operation: String,
    max_parallel_actions: u64,
    label: String,
    on_lost: String,
    created_at: String,
    #[serde(default)]
    steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
struct Step {
    trigger_order: u64,
    name: Option<String>,
    command: String,
}

pub(super) async fn run(context: &Context, command: PipelinesCommand) -> Result<(), Trouble> {
    let client = context.client()?;
    match command {
        PipelinesCommand::List { resource } => list(context, &client, &resource).await,
        PipelinesCommand::Create(arguments) => create(context, &client, arguments).await,
        PipelinesCommand::Show { id } => show(context, &client, id).await,
        PipelinesCommand::AddStep { id, command, name } => {
            add_step(&client, id, &command, name.as_deref()).await?;
            show(context, &client, id).await
        }
        PipelinesCommand::Run(arguments) => start(context, &client, arguments).await,
        PipelinesCommand::Delete { id, yes } => delete(context, &client, id, yes).await,
    }
}

async fn list(context: &Context, client: &Client, resource: &Resource) -> Result<(), Trouble> {
    let path = Query::new(format!("/pipelines/{resource}")).with_page_for(0).finish();
    let (items, _) = client.list(&path, 0).await?;
    let shown: Vec<Pipeline> = Answer::each(&items)?;
    let mut rows = context.screen.table(&["ID", "NAME", "OPERATION", "LABEL", "CREATED"]);
    for pipeline in &shown {
        rows.push([
            (Paint::Plain, &*pipeline.id.to_string()),
            (Paint::Plain, &*pipeline.name),
            (Paint::Plain, &*pipeline.operation),
            (Paint::Plain, &*pipeline.label),
            (Paint::Faint, &*time(&pipeline.created_at)),
        ]);
    }
    rows.keep_whole(0);
    let next = format!(
        "{resource} has no pipeline. Create one:\n  pipehook pipelines create {resource} --operation deploy --name NAME"
    );
    context.screen.list(&items, || if shown.is_empty() { next } else { rows.to_string() })
}

async fn show(context: &Context, client: &Client, id: u64) -> Result<(), Trouble> {
    let answer = client.get(&format!("/pipelines/{id}")).await?;
    let pipeline: Pipeline = answer.read()?;
    context.screen.show(&answer.raw()?, || text(context, &pipeline))
}

fn text(context: &Context, pipeline: &Pipeline) -> String {
    let mut facts = Facts::default();
    let resource = format!("{}/{}", pipeline.resource_type, pipeline.resource_id);
    facts.add("name", &pipeline.name).add("id", &pipeline.id.to_string());
    facts.add("operation", &format!("{} {resource}", pipeline.operation)).maybe("label", Some(&pipeline.label));
    if pipeline.max_parallel_actions > 0 {
        facts.add("at a time", &pipeline.max_parallel_actions.to_string());
    }
    facts.add("if a worker is lost", &pipeline.on_lost).add("created", &time(&pipeline.created_at));
    if pipeline.steps.is_empty() {
        let next = format!("\nIt has no step. Add one: pipehook pipelines add-step {} './deploy.sh'", pipeline.id);
        return facts.text(context.screen) + &next;
    }
    let mut rows = context.screen.table(&["STEP", "NAME", "COMMAND"]);
    for step in &pipeline.steps {
        rows.push([
            (Paint::Plain, &*step.trigger_order.to_string()),
            (Paint::Plain, step.name.as_deref().unwrap_or_default()),
            (Paint::Plain, &*step.command),
        ]);
    }
    format!("{}\n{rows}", facts.text(context.screen))
}

async fn create(context: &Context, client: &Client, arguments: CreatePipeline) -> Result<(), Trouble> {
    let mut draft = json!({ "name": arguments.name, "operation": arguments.operation });
    if let Some(label) = arguments.label {
        draft["label"] = label.into();
    }
    if let Some(bound) = arguments.max_parallel_actions {
        draft["max_parallel_actions"] = bound.into();
    }
    let answer = client.post(&format!("/pipelines/{}", arguments.resource), &draft).await?;
    let Pipeline { id, .. } = answer.read()?;
    for (command, number) in arguments.steps.iter().zip(1..) {
        add_step(client, id, command, None).await.map_err(|trouble| Trouble {
            message: format!("The pipeline {id} was created, but its step {number} was not: {}", trouble.message),
            hint: Some(format!("Add it: pipehook pipelines add-step {id} COMMAND")),
            ..trouble
        })?;
    }
    show(context, client, id).await
}

async fn add_step(client: &Client, id: u64, command: &str, name: Option<&str>) -> Result<(), Trouble> {
    let step = json!({ "command": command, "runner": "custom", "name": name });
    client.post(&format!("/pipelines/{id}/steps"), &step).await.map(drop)
}

async fn start(context: &Context, client: &Client, arguments: RunPipeline) -> Result<(), Trouble> {
    let variables = arguments.variables.iter().map(|text| parse_variable(text)).collect::<Result<Map<_, _>, _>>()?;
    let body = json!({ "variables": variables, "trigger_comment": arguments.comment });
    let answer = client.post(&format!("/pipelines/{}/actions", arguments.id), &body).await?;
    let action: Json = answer.read()?;
    let id = &action["id"];
    let text = || {
        format!("Action {id} is {}.\nNext: pipehook actions watch {id}", action["status"].as_str().unwrap_or("there"))
    };
    let shown = context.screen.show(&answer.raw()?, text);
    shown.map_err(|trouble| trouble.hint(format!("The action {id} was started: pipehook actions watch {id}")))
}

/// `NAME=TEXT`, or `NAME:=JSON` for what is no text.
fn parse_variable(text: &str) -> Result<(String, Json), Trouble> {
    let wrong = || Trouble::usage(format!("--variable {text}: must be NAME=TEXT, or NAME:=JSON such as replicas:=2."));
    let (name, value) = text.split_once('=').ok_or_else(wrong)?;
    match name.strip_suffix(':') {
        Some(name) => Ok((name.to_owned(), serde_json::from_str(value).map_err(|_| wrong())?)),
        None => Ok((name.to_owned(), value.into())),
    }
}

async fn delete(context: &Context, client: &Client, id: u64, is_sure: bool) -> Result<(), Trouble> {
    if !is_sure {
        let pipeline: Pipeline = client.get(&format!("/pipelines/{id}")).await?.read()?;
        terminal::confirm(&format!(
            "Remove the pipeline \"{}\" with its {} steps?",
            pipeline.name,
            pipeline.steps.len()
        ))
        .await?;
    }
    client.delete(&format!("/pipelines/{id}")).await?;
    context.screen.done(&json!({ "id": id, "deleted": true }), &format!("The pipeline {id} is removed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_text_or_json() {
        for (text, name, value) in [
            ("branch=main", "branch", json!("main")),
            ("n=2", "n", json!("2")),
            ("n:=2", "n", json!(2)),
            ("url=a=b:=c", "url", json!("a=b:=c")),
            ("list:=[1,\"x\"]", "list", json!([1, "x"])),
        ] {
            assert_eq!(parse_variable(text).unwrap(), (name.to_owned(), value), "{text}");
        }
        for text in ["branch", "n:=main"] {
            parse_variable(text).unwrap_err();
        }
    }
}
