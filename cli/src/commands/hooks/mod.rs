//! `pipehook hooks`.

mod change;
mod create;
mod fields;
mod provider;
mod rotate;
mod shown;
mod trial;

use serde::Deserialize;
use serde_json::json;

use self::shown::Hook;
use super::Context;
use crate::{
    api::{Answer, Client, Query, segment},
    arguments::{DeleteHook, HooksCommand, ListHooks},
    terminal::{self, Kind, Trouble},
};

pub(super) async fn run(context: &Context, command: HooksCommand) -> Result<(), Trouble> {
    let client = context.client()?;
    match command {
        HooksCommand::List(arguments) => list(context, &client, arguments).await,
        HooksCommand::Create(arguments) => create::create(context, &client, *arguments).await,
        HooksCommand::Show { hook, steps } => show(context, &client, &hook, steps).await,
        HooksCommand::Update(arguments) => change::update(context, &client, *arguments).await,
        HooksCommand::Rotate(arguments) => rotate::rotate(context, &client, arguments).await,
        HooksCommand::Delete(arguments) => delete(context, &client, arguments).await,
        HooksCommand::Test(arguments) => trial::test(context, &client, arguments).await,
    }
}

#[derive(Debug, Deserialize)]
struct Named {
    id: String,
    name: String,
}

/// The id of a hook that is named by its id or its name.
pub(crate) async fn find(client: &Client, hook: &str) -> Result<String, Trouble> {
    if is_id(hook) {
        return Ok(hook.to_owned());
    }
    let path = Query::new("/hooks/incoming").with("filter[name]", Some(hook)).with_page_for(0).finish();
    let (items, _) = client.list(&path, 0).await?;
    let mut found: Vec<Named> = Answer::each(&items)?;
    found.retain(|one| one.name == hook);
    match &*found {
        [one] => Ok(one.id.clone()),
        [] => Err(Trouble::new(Kind::NotFound, format!("No hook is called \"{hook}\"."))
            .hint("See the hooks of the project: pipehook hooks list")),
        several => {
            let ids: Vec<_> = several.iter().map(|one| &*one.id).collect();
            Err(Trouble::usage(format!("{} hooks are called \"{hook}\".", several.len()))
                .hint(format!("Name one by its id:\n  {}", ids.join("\n  "))))
        }
    }
}

/// A UUID in lower case, as the API has it.
fn is_id(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let lengths = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]);
    lengths && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The path of a hook.
fn path(id: &str) -> String {
    format!("/hooks/incoming/{}", segment(id))
}

async fn list(context: &Context, client: &Client, arguments: ListHooks) -> Result<(), Trouble> {
    let resource = arguments.resource.as_ref();
    let path = Query::new("/hooks/incoming")
        .with("filter[name]", arguments.name)
        .with("filter[provider]", arguments.provider)
        .with("filter[action_type]", arguments.action_type)
        .with("filter[resource_type]", resource.map(|resource| &resource.kind))
        .with("filter[resource_id]", resource.map(|resource| resource.id))
        .with("filter[pipeline_id]", arguments.pipeline)
        .with("filter[active]", arguments.active)
        .with_page_for(arguments.limit)
        .finish();
    let (items, has_more) = client.list(&path, arguments.limit).await?;
    let hooks: Vec<Hook> = Answer::each(&items)?;
    context.screen.list(&items, || shown::table(context.screen, &hooks))?;
    if has_more {
        context.screen.note("There may be more: --limit 0 shows all.");
    }
    Ok(())
}

async fn show(context: &Context, client: &Client, hook: &str, with_steps: bool) -> Result<(), Trouble> {
    let id = find(client, hook).await?;
    let answer = client.get(&path(&id)).await?;
    let hook: Hook = answer.read()?;
    let steps = match &hook.provider {
        Some(name) if with_steps => provider::get(client, name).await?.steps(context.screen, &hook),
        Some(_) | None => String::new(),
    };
    context.screen.show(&answer.raw()?, || shown::facts(&hook).text(context.screen) + &steps)
}

async fn delete(context: &Context, client: &Client, arguments: DeleteHook) -> Result<(), Trouble> {
    let id = find(client, &arguments.hook).await?;
    if !arguments.yes {
        let hook: Hook = client.get(&path(&id)).await?.read()?;
        terminal::confirm(&format!("Remove the hook \"{}\"? Its URL will answer 404.", hook.name)).await?;
    }
    client.delete(&path(&id)).await?;
    context.screen.done(&json!({ "id": id, "deleted": true }), &format!("The hook {id} is removed."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_no_id_is_looked_for() {
        assert!(is_id("33c690d6-0619-404d-9113-f2e4d067efdb"));
        for name in ["deploy the shop", "33c690d6", "33c690d6-0619-404d-9113-f2e4d067efd/", ""] {
            assert!(!is_id(name), "{name}");
        }
    }
}
