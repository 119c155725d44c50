//! `pipehook actions logs`.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Deserializer};
use tokio::time::sleep;

use super::shown::Action;
use crate::{
    api::Client,
    arguments::ActionLogs,
    commands::{Context, patience::Patience},
    terminal::{Kind, Paint, Screen, Trouble, printable},
};

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// How much of the end of what was shown finds the place in a log whose beginning was cut.
const TAIL: usize = 200;

#[derive(Debug, Deserialize)]
struct Log {
    step: Output,
}

#[derive(Debug, Deserialize)]
struct Output {
    /// Null before the step has printed anything.
    #[serde(deserialize_with = "text_or_nothing")]
    output: String,
    output_truncated: bool,
}

fn text_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

pub(super) async fn logs(context: &Context, client: &Client, arguments: &ActionLogs) -> Result<(), Trouble> {
    if arguments.follow && context.screen.is_json() {
        return Err(Trouble::usage("--follow shows text: leave out --json, or --follow."));
    }
    let (path, mut printed) = (format!("/actions/{}", arguments.action.id), Printed::default());
    let mut patience =
        if arguments.follow { Patience::endless(context.screen) } else { Patience::of(context.screen, 1) };
    loop {
        let answer = client.get(&path).await;
        let Some(answer) = patience.bear(answer).await? else { continue };
        let action: Action = answer.read()?;
        let steps: Vec<_> = action.steps().iter().map(|step| step.order).collect();
        let wanted = |order: &u8| arguments.step.is_none_or(|step| step == *order);
        let steps: Vec<_> = steps.into_iter().filter(wanted).collect();
        if context.screen.is_json() {
            return all(context, client, &action, &steps).await;
        }
        for order in &steps {
            printed.show(context.screen, client, &action, *order).await?;
        }
        if !arguments.follow || action.has_ended() {
            if steps.is_empty() {
                return Err(nothing(&action, arguments.step));
            }
            printed.tell_nothing(context.screen);
            return Ok(());
        }
        sleep(PAUSE).await;
    }
}

fn nothing(action: &Action, step: Option<u8>) -> Trouble {
    let message = match step.filter(|_| !action.steps().is_empty()) {
        Some(step) => format!("The action {} has no step {step}.", action.id),
        None => format!("The action {} has no steps: {}.", action.id, action.reason()),
    };
    Trouble::new(Kind::NotFound, message).hint(format!("Watch it: pipehook actions watch {}", action.id))
}

async fn all(context: &Context, client: &Client, action: &Action, steps: &[u8]) -> Result<(), Trouble> {
    let mut found = Vec::new();
    for order in steps {
        found.push(client.get(&action.log_path(*order)).await?.raw()?);
    }
    context.screen.list(&found, String::new)
}

/// What was shown of the output of each step.
#[derive(Debug, Default)]
pub(super) struct Printed {
    shown: BTreeMap<u8, String>,
    last: Option<u8>,
}

impl Printed {
    /// Shows what a step has printed since.
    pub(super) async fn show(
        &mut self,
        screen: Screen,
        client: &Client,
        action: &Action,
        order: u8,
    ) -> Result<(), Trouble> {
        let answer = match client.get(&action.log_path(order)).await {
            // It is asked again, with the action.
            Err(trouble) if trouble.kind == Kind::Unreachable && !action.has_ended() => return Ok(()),
            answer => answer?,
        };
        let Log { step } = answer.read()?;
        let Some(new) = self.new_part(order, &step) else { return Ok(()) };
        if self.last != Some(order) && action.steps().len() > 1 {
            screen.note(&screen.paint(Paint::Faint, &format!("--- step {order} ---")));
        }
        self.last = Some(order);
        screen.print(&new.lines().map(printable).collect::<Vec<_>>().join("\n"))
    }

    /// Says so if the steps have printed nothing.
    fn tell_nothing(&self, screen: Screen) {
        if self.last.is_none() {
            screen.note("Nothing was printed so far.");
        }
    }

    /// What is new of an output that is read again. Its beginning may have been cut meanwhile.
    fn new_part(&mut self, order: u8, step: &Output) -> Option<String> {
        let shown = self.shown.entry(order).or_default();
        let tail = shown.get(shown.floor_char_boundary(shown.len().saturating_sub(TAIL))..).unwrap_or_default();
        let new = match step.output.strip_prefix(shown.as_str()) {
            Some(new) => new.to_owned(),
            None => match step.output.find(tail).filter(|_| step.output_truncated) {
                Some(at) => step.output.get(at + tail.len()..).unwrap_or_default().to_owned(),
                None => format!("… what was printed before is not kept …\n{}", step.output),
            },
        };
        if shown.is_empty() && step.output_truncated {
            step.output.clone_into(shown);
            return Some(format!("… what was printed before is not kept …\n{}", step.output));
        }
        step.output.clone_into(shown);
        Some(new).filter(|new| !new.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(printed: &mut Printed, output: &str, output_truncated: bool) -> Option<String> {
        printed.new_part(1, &Output { output: output.to_owned(), output_truncated })
    }

    #[test]
    fn what_was_shown_is_not_shown_again() {
        let mut printed = Printed::default();

        assert_eq!(new(&mut printed, "", false), None);
        assert_eq!(new(&mut printed, "one\n", false).as_deref(), Some("one\n"));
        assert_eq!(new(&mut printed, "one\n", false), None);
        assert_eq!(new(&mut printed, "one\ntwo\n", false).as_deref(), Some("two\n"));
        assert_eq!(
            printed.new_part(2, &Output { output: "x".to_owned(), output_truncated: false }).as_deref(),
            Some("x")
        );
    }

    #[test]
    fn an_output_whose_beginning_was_cut_goes_on_where_it_was() {
        let mut printed = Printed::default();
        let long = (0..200).map(|line| format!("line {line}\n")).collect::<Vec<_>>().concat();
        assert_eq!(new(&mut printed, &long, false).as_deref(), Some(long.as_str()));

        let later = format!("{}more\n", &long[900..]);
        assert_eq!(new(&mut printed, &later, true).as_deref(), Some("more\n"));
        let much_later = "something else\n";
        assert!(new(&mut printed, much_later, true).unwrap().ends_with("not kept …\nsomething else\n"));
    }
}
