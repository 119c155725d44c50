//! `pipehook actions`.

mod logs;
mod shown;
mod watch;

use serde_json::json;

use self::shown::Action;
use super::Context;
use crate::{
    api::{Answer, Client, Query},
    arguments::{ActionsCommand, ListActions},
    terminal::Trouble,
};

pub(super) async fn run(context: &Context, command: ActionsCommand) -> Result<(), Trouble> {
    let client = context.client()?;
    match command {
        ActionsCommand::List(arguments) => list(context, &client, *arguments).await,
        ActionsCommand::Show(action) => show(context, &client, action.id).await,
        ActionsCommand::Watch(arguments) => watch::watch(context, &client, arguments.action.id, arguments.logs).await,
        ActionsCommand::Retry(arguments) => retry(context, &client, arguments.action.id, arguments.watch).await,
        ActionsCommand::Cancel(action) => cancel(context, &client, action.id).await,
        ActionsCommand::Logs(arguments) => logs::logs(context, &client, &arguments).await,
    }
}

async fn list(context: &Context, client: &Client, arguments: ListActions) -> Result<(), Trouble> {
    let path = match (arguments.pipeline, &arguments.resource) {
        (Some(pipeline), _) => format!("/pipelines/{pipeline}/actions"),
        (None, Some(resource)) => format!("/actions/{resource}"),
        (None, None) => "/actions".to_owned(),
    };
    let query =
        Query::new(path).with("filter[status]", arguments.status).with("filter[operation]", arguments.operation);
    let (items, has_more) = client.list(&query.with_page_for(arguments.limit).finish(), arguments.limit).await?;
    let actions: Vec<Action> = Answer::each(&items)?;
    context.screen.list(&items, || shown::table(context.screen, &actions))?;
    if has_more {
        context.screen.note("There may be more: --limit 0 shows all.");
    }
    Ok(())
}

async fn show(context: &Context, client: &Client, id: u64) -> Result<(), Trouble> {
    let answer = client.get(&format!("/actions/{id}")).await?;
    let action: Action = answer.read()?;
    context.screen.show(&answer.raw()?, || action.text(context.screen))
}

async fn retry(context: &Context, client: &Client, id: u64, is_watched: bool) -> Result<(), Trouble> {
    let answer = client.post(&format!("/actions/{id}/retry"), &json!({})).await?;
    let action: Action = answer.read()?;
    if is_watched {
        context.screen.note(&format!("Action {} runs {id} again.", action.id));
        return watch::watch(context, client, action.id, false).await;
    }
    let next = format!("pipehook actions watch {}", action.id);
    let shown = context.screen.show(&answer.raw()?, || format!("Action {} runs {id} again.\nNext: {next}", action.id));
    shown.map_err(|trouble| trouble.hint(format!("The action {} was started: {next}", action.id)))
}

async fn cancel(context: &Context, client: &Client, id: u64) -> Result<(), Trouble> {
    let answer = client.post(&format!("/actions/{id}/cancel"), &json!({})).await?;
    let action: Action = answer.read()?;
    context.screen.show(&answer.raw()?, || {
        if action.has_ended() {
            format!("Action {id}: {}.", action.reason())
        } else {
            format!("Action {id} is told to stop.\nNext: pipehook actions watch {id}")
        }
    })
}
