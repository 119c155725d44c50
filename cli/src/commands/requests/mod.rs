//! `pipehook requests`.

mod poll;
mod retry;
mod show;

use std::fmt::Write as _;

use serde_json::value::RawValue;
use tokio::select;

pub(super) use self::poll::Poll;
use super::{Context, hooks};
use crate::{
    api::{Answer, Client, Query},
    arguments::{Filters, ListRequests, RequestsCommand},
    calls::Listed,
    terminal::{Paint, Screen, Trouble, printable, time},
};

pub(super) async fn run(context: &Context, command: RequestsCommand) -> Result<(), Trouble> {
    let client = context.client()?;
    match command {
        RequestsCommand::List(arguments) => list(context, &client, &arguments).await,
        RequestsCommand::Show(arguments) => show::show(context, &client, &arguments).await,
        RequestsCommand::Retry(arguments) => retry::retry(context, &client, *arguments).await,
    }
}

/// The parameters of the filters.
async fn parameters(client: &Client, filters: &Filters) -> Result<Vec<(&'static str, String)>, Trouble> {
    let hook = match &filters.hook {
        Some(hook) => Some(hooks::find(client, hook).await?),
        None => None,
    };
    Ok(filters.parameters(hook.as_deref()))
}

fn path(parameters: &[(&'static str, String)], after: Option<&str>, limit: usize) -> String {
    let all =
        parameters.iter().fold(Query::new("/hook-requests"), |query, (name, value)| query.with(name, Some(value)));
    all.with("after", after).with_page_for(limit).finish()
}

async fn list(context: &Context, client: &Client, arguments: &ListRequests) -> Result<(), Trouble> {
    let parameters = parameters(client, &arguments.filters).await?;
    if arguments.follow {
        return follow(context, client, arguments, parameters).await;
    }
    let limit = arguments.limit;
    let (items, has_more) = client.list(&path(&parameters, arguments.after.as_deref(), limit), limit).await?;
    let calls: Vec<Listed> = Answer::each(&items)?;
    context.screen.list(&items, || table(context.screen, &calls))?;
    if has_more {
        context.screen.note("There may be more: --limit 0 shows all.");
    }
    if let Some(fault) = client.clock_fault().filter(|_| arguments.filters.need_the_clock()) {
        context.screen.note(&format!("These may be other calls than you mean. {fault}"));
    }
    Ok(())
}

/// Shows what is there, and then what comes, until Ctrl-C.
async fn follow(
    context: &Context,
    client: &Client,
    arguments: &ListRequests,
    parameters: Vec<(&'static str, String)>,
) -> Result<(), Trouble> {
    let screen = context.screen;
    let path = move |after: Option<&str>, limit| path(&parameters, after, limit);
    let begun = Poll::begin(client, screen, path, arguments.after.clone(), arguments.limit).await?;
    let (mut poll, known) = begun;
    let calls: Vec<Listed> = Answer::each(&known)?;
    for (call, item) in calls.iter().zip(&known).rev() {
        show_line(screen, call, item)?;
    }
    let ended = select! {
        biased;
        trouble = show_new(screen, &mut poll) => trouble,
        trouble = context.interrupts.end() => trouble,
    };
    let next = poll.point().map(|point| format!("Go on from there: add --after {point}"));
    Err(match next {
        Some(next) => Trouble { hint: Some(joined(ended.hint.as_deref(), &next)), ..ended },
        None => ended,
    })
}

/// Until something goes wrong.
async fn show_new(screen: Screen, poll: &mut Poll<'_>) -> Trouble {
    loop {
        let new = match poll.next().await {
            Ok(new) => new,
            Err(trouble) => return trouble,
        };
        for (call, item) in &new {
            if let Err(trouble) = show_line(screen, call, item) {
                return trouble;
            }
        }
    }
}

/// A hint, and another one below it.
pub(super) fn joined(hint: Option<&str>, next: &str) -> String {
    hint.map_or_else(|| next.to_owned(), |hint| format!("{hint}\n{next}"))
}

fn show_line(screen: Screen, call: &Listed, item: &RawValue) -> Result<(), Trouble> {
    screen.print(&if screen.is_json() { item.get().to_owned() } else { line(screen, call) })
}

/// A call on one line, and what went wrong with it on a second one.
pub(super) fn line(screen: Screen, call: &Listed) -> String {
    let event = printable(call.event.as_deref().unwrap_or(if call.test { "(test)" } else { "-" }));
    let outcome = screen.paint(paint(&call.outcome), &format!("{:<8}", printable(&call.outcome)));
    let mut text = format!("{}  {outcome}  {event}  {}", time(&call.created_at), screen.paint(Paint::Faint, &call.id));
    if call.outcome != "queued" {
        let what = format!("{} {}", call.response_status_code, call.message);
        let _ = write!(text, "\n{}", screen.wrap("    ", &what));
    }
    if let Some(action) = call.action_id {
        let _ = write!(text, "\n    action {action}");
    }
    text
}

fn table(screen: Screen, calls: &[Listed]) -> String {
    if calls.is_empty() {
        return "No call. Send one: pipehook send HOOK".to_owned();
    }
    let mut rows = screen.table(&["TIME", "OUTCOME", "EVENT", "ID"]);
    for call in calls {
        rows.push([
            (Paint::Plain, &*time(&call.created_at)),
            (paint(&call.outcome), &*call.outcome),
            (Paint::Plain, call.event.as_deref().unwrap_or("-")),
            (Paint::Faint, &*call.id),
        ]);
    }
    rows.keep_whole(0);
    rows.keep_whole(3);
    rows.to_string()
}

pub(super) fn paint(outcome: &str) -> Paint {
    match outcome {
        "queued" => Paint::Good,
        "ignored" => Paint::Waiting,
        "rejected" | "failed" => Paint::Bad,
        _ => Paint::Plain,
    }
}
