//! `pipehook hooks test`: what a call would do.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{
    provider,
    shown::{Hook, condition_text, text, variable_text},
};
use crate::{
    api::Client,
    arguments::TestHook,
    commands::Context,
    terminal::{self, Facts, Paint, Screen, Trouble, printable},
};

#[derive(Debug, Deserialize)]
struct Trial {
    outcome: String,
    response: Response,
    conditions: Vec<Checked>,
    variables: Vec<Resolved>,
    request_id: Option<String>,
    action_id: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Response {
    status_code: u16,
    message: String,
    errors: Option<Map<String, Json>>,
}

#[derive(Debug, Deserialize)]
struct Checked {
    condition: Json,
    #[serde(default)]
    found: Json,
    holds: bool,
}

#[derive(Debug, Deserialize)]
struct Resolved {
    variable: Json,
    #[serde(default)]
    value: Json,
    fault: Option<String>,
}

pub(super) async fn test(context: &Context, client: &Client, arguments: TestHook) -> Result<(), Trouble> {
    let id = super::find(client, &arguments.hook).await?;
    let mut body = if arguments.sample { sample(client, &id).await? } else { Map::new() };
    if let Some(file) = &arguments.body {
        let bytes = terminal::read(file)?;
        let text = str::from_utf8(&bytes).map_err(|_| Trouble::usage("The body must be UTF-8."))?;
        body.insert("body".to_owned(), text.into());
    }
    if !arguments.headers.is_empty() {
        let headers = body.entry("headers").or_insert_with(|| json!({}));
        for header in &arguments.headers {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Trouble::usage(format!(
                    "--header {header}: must be a name and a value, such as \"X-GitHub-Event: push\"."
                ))
            })?;
            headers[name.trim()] = value.trim().into();
        }
    }
    if let Some(event) = arguments.event {
        body.insert("event".to_owned(), event.into());
    }
    if arguments.send {
        body.insert("send".to_owned(), true.into());
    }
    let answer = client.post(&format!("{}/test", super::path(&id)), &body).await?;
    let trial: Trial = answer.read()?;
    context.screen.show(&answer.raw()?, || shown(context.screen, &trial))
}

/// The first call that the hook's provider sends.
async fn sample(client: &Client, id: &str) -> Result<Map<String, Json>, Trouble> {
    let hook: Hook = client.get(&super::path(id)).await?.read()?;
    let name = hook.provider.ok_or_else(|| {
        Trouble::usage("The hook names no provider, so there is no sample.")
            .hint("Give the body of a call: --body FILE")
    })?;
    let sample = provider::get(client, &name).await?.samples.into_iter().next();
    let sample = sample.ok_or_else(|| Trouble::usage(format!("There is no sample of {name}.")))?;
    let fields = ["headers", "query", "body"].map(|field| (field.to_owned(), sample[field].clone()));
    Ok(Map::from_iter(fields))
}

fn shown(screen: Screen, trial: &Trial) -> String {
    let mut facts = Facts::default();
    let paint = match &*trial.outcome {
        "queued" => Paint::Good,
        "failed" => Paint::Bad,
        _ => Paint::Waiting,
    };
    let Response { status_code, message, errors } = &trial.response;
    facts.painted("outcome", paint, &trial.outcome).add("answer", &format!("{status_code} {message}"));
    for (field, fault) in errors.iter().flatten() {
        let reasons: Vec<_> = fault.as_array().into_iter().flatten().map(text).collect();
        facts.painted("at fault", Paint::Bad, &format!("{field}: {}", reasons.join("; ")));
    }
    for checked in &trial.conditions {
        let (paint, sign) = if checked.holds { (Paint::Good, "holds") } else { (Paint::Bad, "does not hold") };
        let found = format!("{}: {sign}, found {}", condition_text(&checked.condition), short(&checked.found));
        facts.painted("condition", paint, &found);
    }
    for Resolved { variable, value, fault } in &trial.variables {
        let name = variable["name"].as_str().unwrap_or_default();
        match fault {
            Some(fault) => facts.painted("variable", Paint::Bad, &format!("{}: {fault}", variable_text(variable))),
            None if value.is_null() => facts.add("variable", &format!("{name} is left out")),
            None => facts.add("variable", &format!("{name} = {}", short(value))),
        };
    }
    facts.maybe("request", trial.request_id.as_deref());
    let next = match (&trial.action_id, &trial.request_id) {
        (Some(action), _) => format!("\nNext: pipehook actions watch {action}"),
        (None, Some(request)) => format!("\nNext: pipehook requests show {}", printable(request)),
        (None, None) => "\nNothing ran. Run it: --send".to_owned(),
    };
    facts.text(screen) + &next
}

/// As much as a line takes.
fn short(value: &Json) -> String {
    let value = if value.is_null() { "nothing".to_owned() } else { text(value) };
    if value.chars().count() <= 60 { value } else { value.chars().take(59).chain(['…']).collect() }
}
