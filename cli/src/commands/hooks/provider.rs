//! What a provider needs, and how it is connected: both are asked of the deployment, which knows its own version.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value as Json;

use super::shown::Hook;
use crate::{
    api::{Answer, Client, segment},
    terminal::{Kind, Paint, Screen, Trouble, printable},
};

/// How many names are suggested for one that is not known.
const SUGGESTED: usize = 5;

#[derive(Debug, Deserialize)]
pub(super) struct Provider {
    title: String,
    pub(super) proof: String,
    pub(super) needs: Vec<Need>,
    guide: Option<String>,
    steps: Vec<Step>,
    pub(super) samples: Vec<Json>,
}

/// A field of a new hook.
#[derive(Debug, Deserialize)]
pub(super) struct Need {
    /// A path in the body, such as `provider_options.username`.
    pub(super) field: String,
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) secret: bool,
}

#[derive(Debug, Deserialize)]
struct Step {
    text: String,
    field: Option<String>,
    name: Option<String>,
}

pub(super) async fn get(client: &Client, name: &str) -> Result<Provider, Trouble> {
    match client.get(&format!("/providers/{}", segment(name))).await {
        Ok(answer) => answer.read(),
        Err(trouble) if trouble.kind == Kind::NotFound => Err(unknown(client, name).await),
        Err(trouble) => Err(trouble),
    }
}

async fn unknown(client: &Client, name: &str) -> Trouble {
    #[derive(Deserialize)]
    struct Named {
        name: String,
        title: String,
    }
    let known = client.get("/providers").await.and_then(|answer: Answer| answer.read::<Vec<Named>>());
    let wanted = name.to_lowercase();
    let similar = known.unwrap_or_default().into_iter().filter(|one| {
        one.name.contains(&wanted) || one.title.to_lowercase().contains(&wanted) || wanted.contains(&one.name)
    });
    let similar: Vec<_> =
        similar.take(SUGGESTED).map(|one| format!("  --provider {}  ({})", one.name, one.title)).collect();
    let hint = if similar.is_empty() {
        "docs/providers.md lists all.\nOf any other sender, describe the scheme: --provider custom --from hook.json"
            .to_owned()
    } else {
        format!("Perhaps you mean:\n{}", similar.join("\n"))
    };
    Trouble::new(Kind::NotFound, format!("The deployment knows no provider \"{name}\".")).hint(hint)
}

impl Provider {
    /// What is left to do once the hook is there, with what the steps need.
    pub(super) fn steps(&self, screen: Screen, hook: &Hook) -> String {
        let title = screen.paint(Paint::Title, &format!("Connect {}:", printable(&self.title)));
        let mut text = format!("\n{title}\n");
        let left = self.steps.iter().skip_while(|step| step.text.starts_with("Create a hook"));
        for (number, step) in (1..).zip(left) {
            let front = format!("  {number}. ");
            let _ = writeln!(text, "{}", screen.wrap(&front, &step.text.replace('`', "")));
            let value = match step.field.as_deref() {
                Some("url") => &hook.url,
                Some("secret") => &hook.secret,
                Some(_) | None => continue,
            };
            let name = step.name.as_deref().or(step.field.as_deref()).unwrap_or_default();
            if !value.is_empty() {
                let _ = writeln!(text, "     {}: {}", printable(name), screen.paint(Paint::Good, &printable(value)));
            }
        }
        if let Some(guide) = &self.guide {
            let _ = writeln!(text, "  {}", screen.paint(Paint::Faint, &printable(guide)));
        }
        text
    }
}
