//! `pipehook hooks create`: asks for what the provider needs, and says how to connect it.

use serde_json::{Map, Value as Json};

use super::{
    fields::{self, field, set_field},
    provider::{self, Need, Provider},
    shown::{self, Hook},
};
use crate::{
    api::{Answer, Client, MASK},
    arguments::CreateHook,
    commands::{Context, context::SECRET_VARIABLE},
    terminal::{self, SecretFile, Trouble},
};

pub(super) async fn create(context: &Context, client: &Client, arguments: CreateHook) -> Result<(), Trouble> {
    let pipeline = arguments.fields.pipeline;
    let mut body = fields::body(arguments.fields)?;
    if let Some(name) = arguments.provider {
        body.insert("provider".to_owned(), name.into());
    }
    if let Some(secret) = fields::secret(arguments.secret_file.as_deref())? {
        body.insert("secret".to_owned(), secret);
    }
    let provider = match field(&body, "provider").and_then(Json::as_str) {
        Some(name) => Some(provider::get(client, name).await?),
        None => None,
    };
    check(&body, pipeline.is_some())?;
    complete(&mut body, provider.as_ref(), !arguments.no_input && terminal::can_ask()).await?;
    let path = match pipeline {
        Some(id) => format!("/pipelines/{id}/hooks/incoming"),
        None => "/hooks/incoming".to_owned(),
    };
    if pipeline.is_some() {
        body.remove("pipeline_id");
    }
    let file = SecretFile::create(arguments.secret_to.as_deref())?;
    let answer = client.post(&path, &body).await.map_err(perhaps_created)?;
    give(context, &answer, file, provider.as_ref())
}

/// What the API could not say in terms of the arguments.
fn check(body: &Map<String, Json>, has_pipeline: bool) -> Result<(), Trouble> {
    if field(body, "provider").is_none() && field(body, "requires_secret").is_none() {
        return Err(Trouble::usage("It is not said who calls the hook.").hint(
            "Name the provider: --provider github\nOf any other sender, describe the calls in a file: --from hook.json",
        ));
    }
    if !has_pipeline && (field(body, "resource_type").is_none() || field(body, "action_type").is_none()) {
        return Err(Trouble::usage("It is not said what the calls of the hook do.").hint(
            "Name a pipeline: --pipeline ID\nOr what your own consumer is told:\n  --resource application/42 --action-type deploy",
        ));
    }
    Ok(())
}

/// Asks for what is missing.
async fn complete(body: &mut Map<String, Json>, provider: Option<&Provider>, asks: bool) -> Result<(), Trouble> {
    if field(body, "name").is_none() {
        if !asks {
            return Err(Trouble::usage("The hook has no name.").hint("Give it one: --name \"deploy the shop\""));
        }
        body.insert("name".to_owned(), terminal::line("Name of the hook", "Give --name.").await?.into());
    }
    let Some(provider) = provider else { return Ok(()) };
    if provider.proof == "none" && field(body, "requires_secret").is_none() {
        body.insert("requires_secret".to_owned(), false.into());
    }
    for need in provider.needs.iter().filter(|need| need.required) {
        if field(body, &need.field).is_none() {
            let value = ask(need, asks).await?;
            set_field(body, &need.field, value);
        }
    }
    Ok(())
}

async fn ask(need: &Need, asks: bool) -> Result<Json, Trouble> {
    let option = need.field.strip_prefix("provider_options.");
    let instead = match (option, need.secret) {
        (Some(name), true) => format!("Give it with --option-file {name}=FILE"),
        (Some(name), false) => format!("Give it with --option {name}=…"),
        (None, true) => format!("Give it with --secret-file FILE, or in {SECRET_VARIABLE}"),
        (None, false) => format!("Give {} in a file: --from hook.json", need.field),
    };
    if !asks {
        return Err(Trouble::usage(format!("The provider needs {}: {}.", need.field, need.description)).hint(instead));
    }
    if need.secret {
        return Ok(terminal::secret(&need.description, &instead).await?.as_str().into());
    }
    Ok(terminal::line(&need.description, &instead).await?.into())
}

/// Without an answer, it is not known whether the hook is there.
fn perhaps_created(trouble: Trouble) -> Trouble {
    if trouble.status.is_some() {
        return trouble;
    }
    trouble.hint("The hook may have been created all the same. Look first: pipehook hooks list")
}

/// Shows the hook with its secret, this once.
pub(super) fn give(
    context: &Context,
    answer: &Answer,
    file: SecretFile,
    provider: Option<&Provider>,
) -> Result<(), Trouble> {
    let mut hook: Hook = answer.read()?;
    let kept = if hook.secret.is_empty() { Ok(None) } else { file.keep(&hook.secret) };
    let written = kept.as_ref().ok().cloned().flatten();
    let raw = if written.is_some() { answer.with("secret", MASK.into())? } else { answer.raw()? };
    let is_shown = written.is_none() && !hook.secret.is_empty();
    if let Some(file) = &written {
        hook.secret = format!("(in {file})");
    }
    let text = || {
        let once = if is_shown { "\nThe secret is shown this once.\n" } else { "" };
        let steps = provider.map(|provider| provider.steps(context.screen, &hook)).unwrap_or_default();
        format!("{}{once}{steps}", shown::facts(&hook).text(context.screen))
    };
    context.screen.show(&raw, text).map_err(|trouble| {
        let id = &hook.id;
        trouble.hint(format!(
            "The hook is there, and its secret was not shown. Give it another: pipehook hooks rotate {id}"
        ))
    })?;
    kept.map(drop)
}
