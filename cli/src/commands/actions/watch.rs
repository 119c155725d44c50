//! `pipehook actions watch`.

use std::{collections::BTreeMap, time::Duration};

use serde_json::value::RawValue;
use tokio::{select, time::sleep};

use super::{
    logs::Printed,
    shown::{Action, Step},
};
use crate::{
    api::Client,
    commands::{Context, patience::Patience, requests::joined},
    terminal::{Kind, Screen, Trouble},
};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Shows an action to its end, which the exit status tells.
pub(super) async fn watch(context: &Context, client: &Client, id: u64, with_logs: bool) -> Result<(), Trouble> {
    let mut watcher = Watcher::new(context.screen, client, id, with_logs);
    let ended = select! {
        biased;
        ended = watcher.run() => ended,
        trouble = context.interrupts.end() => Err(trouble),
    };
    let action = ended.map_err(|trouble| {
        let going = if watcher.status.is_some() { "The action goes on. " } else { "" };
        let hint = joined(trouble.hint.as_deref(), &format!("{going}Watch it again: pipehook actions watch {id}"));
        if trouble.kind == Kind::NotFound { trouble } else { Trouble { hint: Some(hint), ..trouble } }
    })?;
    judge(&action)
}

fn judge(action: &Action) -> Result<(), Trouble> {
    let kind = match &*action.status {
        "completed" => return Ok(()),
        "failed" => Kind::ActionFailed,
        _ => Kind::ActionSkipped,
    };
    let logs = format!("See what its steps printed: pipehook actions logs {}", action.id);
    let trouble = Trouble::new(kind, format!("The action {} has ended: {}.", action.id, action.reason()));
    Err(if action.steps().is_empty() { trouble } else { trouble.hint(logs) })
}

/// What was shown of an action so far.
struct Watcher<'c> {
    screen: Screen,
    client: &'c Client,
    id: u64,
    status: Option<String>,
    steps: BTreeMap<u8, Step>,
    printed: Option<Printed>,
}

impl<'c> Watcher<'c> {
    fn new(screen: Screen, client: &'c Client, id: u64, with_logs: bool) -> Self {
        let printed = with_logs.then(Printed::default);
        Self { screen, client, id, status: None, steps: BTreeMap::new(), printed }
    }

    /// The action when it has ended.
    async fn run(&mut self) -> Result<Action, Trouble> {
        let (path, mut patience) = (format!("/actions/{}", self.id), Patience::endless(self.screen));
        loop {
            let answer = self.client.get(&path).await;
            let Some(answer) = patience.bear(answer).await? else { continue };
            let action: Action = answer.read()?;
            self.show(&action, &answer.raw()?).await?;
            if action.has_ended() {
                return Ok(action);
            }
            sleep(PAUSE).await;
        }
    }

    async fn show(&mut self, action: &Action, raw: &RawValue) -> Result<(), Trouble> {
        let reason = action.reason();
        let is_new = self.status.as_ref() != Some(&reason);
        let new: Vec<_> =
            action.steps().iter().filter(|step| self.steps.get(&step.order) != Some(step)).cloned().collect();
        if self.screen.is_json() && (is_new || !new.is_empty()) {
            self.screen.print(raw.get())?;
        }
        if !self.screen.is_json() && is_new && !action.has_ended() {
            self.screen.print(&self.screen.paint(action.paint(), &reason))?;
        }
        if let Some(printed) = self.printed.as_mut().filter(|_| !self.screen.is_json()) {
            for step in action.steps().iter().filter(|step| step.status != "pending" && step.status != "queued") {
                printed.show(self.screen, self.client, action, step.order).await?;
            }
        }
        for step in new {
            if !self.screen.is_json() {
                self.screen.print(&step.line(self.screen))?;
            }
            self.steps.insert(step.order, step);
        }
        if !self.screen.is_json() && is_new && action.has_ended() {
            self.screen.print(&self.screen.paint(action.paint(), &reason))?;
        }
        self.status = Some(reason);
        Ok(())
    }
}
