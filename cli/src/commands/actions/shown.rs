//! An action as people see it.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::terminal::{Facts, Paint, Screen, printable, time};

/// What is shown of an action. Lists have no targets.
#[derive(Debug, Deserialize)]
pub(super) struct Action {
    pub(super) id: u64,
    pipeline_id: u64,
    pub(super) status: String,
    status_reason_human_readable: String,
    #[serde(rename = "type")]
    operation: String,
    trigger_comment: Option<String>,
    triggered_from: Origin,
    resource: Resource,
    superseded_by: Option<u64>,
    started_at: Option<String>,
    completed_at: Option<String>,
    created_at: String,
    retry_of: Option<u64>,
    #[serde(default)]
    targets: Vec<Target>,
    #[serde(default)]
    worker: Option<String>,
    #[serde(default)]
    url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Origin {
    trigger_type: String,
    name: Option<String>,
    hook_request_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    #[serde(rename = "type")]
    kind: String,
    id: u64,
}

#[derive(Debug, Deserialize)]
struct Target {
    id: u64,
    #[serde(default)]
    steps: Vec<Step>,
}

/// One step of an action.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Step {
    pub(super) order: u8,
    name: Option<String>,
    pub(super) status: String,
    status_reason_human_readable: String,
}

impl Action {
    pub(super) fn has_ended(&self) -> bool {
        matches!(&*self.status, "completed" | "failed" | "skipped")
    }

    /// The status, and why it is so.
    pub(super) fn reason(&self) -> String {
        printable(&self.status_reason_human_readable)
    }

    pub(super) fn paint(&self) -> Paint {
        paint(&self.status)
    }

    pub(super) fn steps(&self) -> &[Step] {
        self.targets.first().map(|target| &*target.steps).unwrap_or_default()
    }

    /// Where the output of a step is.
    pub(super) fn log_path(&self, order: u8) -> String {
        let target = self.targets.first().map_or(self.id, |target| target.id);
        format!("/actions/{}/targets/{target}/steps/{order}/logs", self.id)
    }

    pub(super) fn text(&self, screen: Screen) -> String {
        let mut facts = Facts::default();
        let resource = format!("{} {}/{}", self.operation, self.resource.kind, self.resource.id);
        facts.add("id", &self.id.to_string()).painted("status", self.paint(), &self.reason());
        facts.add("does", &resource).add("pipeline", &self.pipeline_id.to_string());
        let from = &self.triggered_from;
        facts.add("started by", &format!("{} {}", from.trigger_type, from.name.as_deref().unwrap_or_default()));
        facts.maybe("call", from.hook_request_id.as_deref()).maybe("comment", self.trigger_comment.as_deref());
        facts.maybe("retry of", self.retry_of.map(|id| id.to_string()).as_deref());
        facts.maybe("superseded by", self.superseded_by.map(|id| id.to_string()).as_deref());
        facts.maybe("worker", self.worker.as_deref()).maybe("more at", self.url.as_deref());
        facts.add("created", &time(&self.created_at));
        facts.maybe("started", self.started_at.as_deref().map(time).as_deref());
        facts.maybe("ended", self.completed_at.as_deref().map(time).as_deref());
        let mut text = facts.text(screen);
        if !self.steps().is_empty() {
            text.push('\n');
        }
        for step in self.steps() {
            let _ = writeln!(text, "{}", step.line(screen));
        }
        text
    }
}

impl Step {
    pub(super) fn line(&self, screen: Screen) -> String {
        let name = self.name.as_deref().map(|name| format!(" {}", printable(name))).unwrap_or_default();
        let status = screen.paint(paint(&self.status), &printable(&self.status_reason_human_readable));
        format!("step {}{name}: {status}", self.order)
    }
}

pub(super) fn paint(status: &str) -> Paint {
    match status {
        "completed" => Paint::Good,
        "failed" => Paint::Bad,
        "queued" | "waiting" | "pending" | "in-progress" => Paint::Waiting,
        _ => Paint::Plain,
    }
}

pub(super) fn table(screen: Screen, actions: &[Action]) -> String {
    if actions.is_empty() {
        return "No action. A call of a hook with a pipeline starts one; so does:\n  pipehook pipelines run PIPELINE"
            .to_owned();
    }
    let mut rows = screen.table(&["CREATED", "STATUS", "DOES", "ID"]);
    for action in actions {
        rows.push([
            (Paint::Plain, &*time(&action.created_at)),
            (action.paint(), &*action.status),
            (Paint::Plain, &*format!("{} {}/{}", action.operation, action.resource.kind, action.resource.id)),
            (Paint::Faint, &*action.id.to_string()),
        ]);
    }
    rows.keep_whole(0);
    rows.keep_whole(3);
    rows.to_string()
}
