//! `pipehook hooks update`.

use serde_json::Value as Json;

use super::{
    fields::{self, field},
    shown::{self, Hook},
};
use crate::{api::Client, arguments::UpdateHook, commands::Context, terminal::Trouble};

pub(super) async fn update(context: &Context, client: &Client, arguments: UpdateHook) -> Result<(), Trouble> {
    let mut body = fields::body(arguments.fields)?;
    if arguments.no_pipeline {
        body.insert("pipeline_id".to_owned(), Json::Null);
    }
    if body.is_empty() {
        return Err(Trouble::usage("Nothing is to be changed.").hint("See what can be: pipehook hooks update --help"));
    }
    let id = super::find(client, &arguments.hook).await?;
    let path = super::path(&id);
    if field(&body, "name").is_none() {
        // A change must name the hook.
        let hook: Hook = client.get(&path).await?.read()?;
        body.insert("name".to_owned(), hook.name.into());
    }
    body.insert("id".to_owned(), id.into());
    client.put(&path, &body).await?;
    let answer = client.get(&path).await?;
    let hook: Hook = answer.read()?;
    context.screen.show(&answer.raw()?, || shown::facts(&hook).text(context.screen))
}
