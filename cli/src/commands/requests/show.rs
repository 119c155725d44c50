//! `pipehook requests show`.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;
use serde_json::{Value as Json, value::RawValue};

use super::paint;
use crate::{
    api::{Client, segment},
    arguments::ShowRequest,
    calls::{Listed, raw_body},
    commands::Context,
    terminal::{Facts, Paint, Screen, Trouble, printable, time},
};

/// What is shown of a call.
#[derive(Debug, Deserialize)]
pub(super) struct Call {
    #[serde(flatten)]
    listed: Listed,
    request_query: String,
    request_headers: BTreeMap<String, String>,
    request_body: Box<RawValue>,
    request_body_omitted: Option<String>,
    request_body_raw: Option<String>,
    hook: Option<Named>,
    decision: Option<Decision>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Decision {
    hook_changed_since: bool,
    fault: Option<String>,
    conditions: Vec<Looked>,
    variables: Vec<Resolved>,
}

#[derive(Debug, Deserialize)]
struct Looked {
    condition: Json,
    found: Option<Json>,
    holds: bool,
}

#[derive(Debug, Deserialize)]
struct Resolved {
    variable: VariableName,
    value: Option<Box<RawValue>>,
    fault: Option<String>,
}

#[derive(Debug, Deserialize)]
struct VariableName {
    name: String,
}

pub(super) async fn show(context: &Context, client: &Client, arguments: &ShowRequest) -> Result<(), Trouble> {
    let answer = client.get(&format!("/hook-requests/{}", segment(&arguments.id))).await?;
    let call: Call = answer.read()?;
    if arguments.raw {
        let body = call.request_body_raw.as_deref().and_then(raw_body);
        let body = body.ok_or_else(|| Trouble::failed(format!("The log does not have this body{}.", call.why())))?;
        return context.screen.bytes(&body);
    }
    context.screen.show(&answer.raw()?, || call.text(context.screen))
}

impl Call {
    fn why(&self) -> String {
        self.request_body_omitted.as_ref().map(|why| format!(" ({})", why.replace('_', " "))).unwrap_or_default()
    }

    pub(super) fn text(&self, screen: Screen) -> String {
        let mut text = self.facts().text(screen);
        let _ = write!(text, "\n{}\n", screen.paint(Paint::Title, "HEADERS"));
        for (name, value) in &self.request_headers {
            let _ = writeln!(text, "{}: {}", screen.paint(Paint::Faint, &printable(name)), printable(value));
        }
        let _ = write!(text, "\n{}\n{}\n", screen.paint(Paint::Title, "BODY"), self.body());
        if let Some(decision) = &self.decision {
            text.push_str(&decision.text(screen));
        }
        text
    }

    fn facts(&self) -> Facts {
        let Self { listed, hook, .. } = self;
        let mut facts = Facts::default();
        facts.add("id", &listed.id).add("time", &time(&listed.created_at));
        facts.add(
            "hook",
            &hook.as_ref().map_or_else(|| format!("{} (deleted)", listed.hook_id), |hook| hook.name.clone()),
        );
        facts.painted("outcome", paint(&listed.outcome), &listed.outcome);
        facts.add("answered", &format!("{} {}", listed.response_status_code, listed.message));
        facts.maybe("event", listed.event.as_deref()).maybe("proof", listed.proof.as_deref());
        facts.maybe("query", Some(&self.request_query));
        facts.maybe("retry of", listed.retry_of.as_deref());
        facts.maybe("test", listed.test.then_some("yes"));
        facts.maybe("action", listed.action_id.map(|id| id.to_string()).as_deref());
        facts
    }

    /// JSON on several lines, and its numbers as they are: nothing of it may be changed on the way.
    fn body(&self) -> String {
        if self.request_body_omitted.is_some() {
            return format!("The log does not show it{}.", self.why());
        }
        let text = indented(self.request_body.get());
        text.lines().map(printable).collect::<Vec<_>>().join("\n")
    }
}

impl Decision {
    fn text(&self, screen: Screen) -> String {
        let mut text = format!("\n{}\n", screen.paint(Paint::Title, "WHAT THE HOOK MAKES OF IT NOW"));
        if self.hook_changed_since {
            text.push_str("The hook was changed after the call came.\n");
        }
        if let Some(fault) = &self.fault {
            let _ = writeln!(text, "{}", printable(fault));
        }
        for Looked { condition, found, holds } in &self.conditions {
            let name = condition["name"].as_str().or_else(|| condition["path"].as_str()).unwrap_or("any of several");
            let (paint, word) = if *holds { (Paint::Good, "holds") } else { (Paint::Bad, "does not hold") };
            let found = found.as_ref().map_or_else(|| "nothing".to_owned(), Json::to_string);
            let _ = writeln!(
                text,
                "condition {}  {}, found {}",
                printable(name),
                screen.paint(paint, word),
                printable(&found)
            );
        }
        for Resolved { variable, value, fault } in &self.variables {
            let value = value.as_ref().map_or("nothing", |value| value.get());
            let shown =
                fault.as_ref().map_or_else(|| printable(value), |fault| screen.paint(Paint::Bad, &printable(fault)));
            let _ = writeln!(text, "variable {}  {shown}", printable(&variable.name));
        }
        text
    }
}

/// JSON text with one value on a line.
fn indented(text: &str) -> String {
    let (mut out, mut depth, mut is_text, mut is_escaped) = (String::new(), 0_usize, false, false);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if is_text {
            out.push(char);
            is_text = is_escaped || char != '"';
            is_escaped = char == '\\' && !is_escaped;
            continue;
        }
        match char {
            '{' | '[' => {
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                out.push(char);
                if !chars.peek().is_some_and(|next| ['}', ']'].contains(next)) {
                    depth += 1;
                    let _ = write!(out, "\n{}", "  ".repeat(depth));
                }
            }
            '}' | ']' if out.ends_with(['{', '[']) => out.push(char),
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                let _ = write!(out, "\n{}{char}", "  ".repeat(depth));
            }
            ',' => {
                let _ = write!(out, ",\n{}", "  ".repeat(depth));
            }
            ':' => out.push_str(": "),
            _ if char.is_ascii_whitespace() => {}
            _ => {
                is_text = char == '"';
                out.push(char);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_shown_on_lines_and_its_values_stay_as_they_are() {
        let text = r#"{"a":{},"b":[1.10, {"c":"x, {y}: \"z\" \\"}],"d":[ ]}"#;

        let expected = "{\n  \"a\": {},\n  \"b\": [\n    1.10,\n    {\n      \"c\": \"x, {y}: \\\"z\\\" \\\\\"\n    }\n  ],\n  \"d\": []\n}";
        assert_eq!(indented(text), expected);
    }
}
