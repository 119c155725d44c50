//! `pipehook deployments`: the file of deployments, without its tokens.

use serde::Serialize;

use super::Context;
use crate::{
    arguments::DeploymentsCommand,
    deployments::Deployments,
    terminal::{Paint, Trouble},
};

/// What `--json` shows of one.
#[derive(Debug, Serialize)]
struct Shown {
    name: String,
    url: String,
    current: bool,
    email: Option<String>,
    expires_at: Option<String>,
}

pub(super) fn run(context: &Context, command: DeploymentsCommand) -> Result<(), Trouble> {
    match command {
        DeploymentsCommand::List => list(context),
        DeploymentsCommand::Use { name } => {
            Deployments::read()?.find(Some(&name))?;
            Deployments::change(|known| known.current = Some(name.clone()))?;
            list(context)
        }
    }
}

fn list(context: &Context) -> Result<(), Trouble> {
    let known = Deployments::read()?;
    let current = known.current;
    let shown = known.all.into_iter().map(|(name, one)| Shown {
        current: current.as_ref() == Some(&name),
        name,
        url: one.url.to_string(),
        email: one.email,
        expires_at: one.expires_at,
    });
    let shown: Vec<_> = shown.collect();
    if context.screen.is_json() {
        return context.screen.json(&shown);
    }
    if shown.is_empty() {
        context.screen.note("No one is logged in. Log in: pipehook login https://hooks.example.com");
        return Ok(());
    }
    let mut rows = context.screen.table(&["", "NAME", "ADDRESS", "USER", "EXPIRES"]);
    for one in &shown {
        let expires = one.expires_at.as_deref().map(|instant| instant.get(..10).unwrap_or(instant)).unwrap_or_default();
        let mark = if one.current { "*" } else { "" };
        rows.push([
            (Paint::Good, mark),
            (Paint::Plain, &*one.name),
            (Paint::Plain, &*one.url),
            (Paint::Plain, one.email.as_deref().unwrap_or_default()),
            (Paint::Faint, expires),
        ]);
    }
    rows.keep_whole(2);
    rows.keep_whole(4);
    context.screen.print(&rows.to_string())
}
