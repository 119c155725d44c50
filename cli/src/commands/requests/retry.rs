//! `pipehook requests retry`.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use tokio::select;

use super::{joined, parameters, show::Call};
use crate::{
    api::{Client, Query, segment},
    arguments::{Filters, ResumePoint, RetryRequests},
    commands::{Context, patience::Patience},
    host,
    terminal::{self, Kind, Paint, Screen, Trouble, printable, time},
};

/// How often a step is sent that is not answered: for about a minute.
const ATTEMPTS: u32 = 7;

/// What the API says of the calls that filters choose.
#[derive(Debug, Deserialize)]
struct Chosen {
    count: u64,
    without_body: u64,
    counted: String,
    limit: u64,
    from: String,
    to: String,
}

/// What became of the calls of one step; of all steps, when they are put together.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Step {
    operation_id: String,
    retried: Vec<Json>,
    not_retried: Vec<Json>,
    cursor: Option<String>,
}

pub(super) async fn retry(context: &Context, client: &Client, arguments: RetryRequests) -> Result<(), Trouble> {
    match &arguments.id {
        Some(id) => one(context, client, id).await,
        None => many(context, client, &arguments).await,
    }
}

async fn one(context: &Context, client: &Client, id: &str) -> Result<(), Trouble> {
    let answer = client.post(&format!("/hook-requests/{}/retry", segment(id)), &json!({})).await?;
    let call: Call = answer.read()?;
    context.screen.show(&answer.raw()?, || call.text(context.screen))
}

async fn many(context: &Context, client: &Client, arguments: &RetryRequests) -> Result<(), Trouble> {
    let filters = &arguments.filters;
    if filters.from.is_none() {
        return Err(Trouble::usage("Of many calls, it must be said from when on they are to run again.")
            .hint("For example: pipehook requests retry --outcome failed --from 2h"));
    }
    let mut parameters = parameters(client, filters).await?;
    if filters.to.is_none() {
        parameters.push(("filter[to]", "9999-12-31T00:00:00Z".to_owned()));
    }
    let point = match &arguments.resume {
        Some(point) => point.clone(),
        None => match counted(context, client, &mut parameters, arguments).await? {
            Some(count) => ResumePoint { operation: operation_id()?, count, cursor: None },
            None => return Ok(()),
        },
    };
    let mut retry = Retry { path: path(&parameters), point, done: Step::default(), is_complete: false };
    // The interrupt comes second: a step that ends lifts its shield in the same moment.
    let ended = select! {
        biased;
        done = retry.run(context, client) => done,
        trouble = context.interrupts.end() => Err(trouble),
    };
    let shown = match &ended {
        Err(_) if retry.point.cursor.is_none() => Ok(()),
        Ok(()) | Err(_) => retry.show(context.screen),
    };
    if ended.is_ok() {
        return shown;
    }
    ended.map_err(|trouble| {
        if trouble.status == Some(409) {
            return trouble.hint("Other calls pass the filters now. Count them again: leave out --resume.");
        }
        let hint = joined(trouble.hint.as_deref(), &format!("Go on: {}", again(filters, &parameters, &retry.point)));
        Trouble { hint: Some(hint), ..trouble }
    })
}

fn path(parameters: &[(&'static str, String)]) -> String {
    let query = parameters
        .iter()
        .fold(Query::new("/hook-requests/retry"), |query, (name, value)| query.with(name, Some(value)));
    query.finish()
}

/// Says how many calls there are, and asks; the parameters then choose these and no later ones.
async fn counted(
    context: &Context,
    client: &Client,
    parameters: &mut [(&'static str, String)],
    arguments: &RetryRequests,
) -> Result<Option<u64>, Trouble> {
    let answer = client.post(&path(parameters), &json!({})).await?;
    if let Some(fault) = client.clock_fault().filter(|_| arguments.filters.need_the_clock()) {
        return Err(Trouble::failed("Nothing runs again: the filters would choose other calls than you mean.")
            .hint(format!("{fault}\nOr say when it was: --from 2026-11-23T08:00:00Z")));
    }
    let count: Chosen = answer.read()?;
    for (name, value) in parameters {
        match *name {
            "filter[from]" => value.clone_from(&count.from),
            "filter[to]" => value.clone_from(&count.to),
            _ => {}
        }
    }
    if count.counted != "all" {
        return Err(Trouble::new(
            Kind::Refused,
            format!("More than {} calls would run again, or too many to count.", count.limit),
        )
        .hint("Choose fewer with --from and --to, --hook, --event, --outcome or --status."));
    }
    let between = format!("from {} to {}", time(&count.from), time(&count.to));
    context.screen.note(&format!("{} of the calls {between} can run again.", count.count));
    if count.without_body > 0 {
        context.screen.note(&format!("{} more cannot: their bodies were too large to keep.", count.without_body));
    }
    if count.count == 0 {
        return context.screen.show(&answer.raw()?, || "Nothing runs again.".to_owned()).map(|()| None);
    }
    if !arguments.yes {
        terminal::confirm(&format!("Run {} calls again?", count.count)).await?;
    }
    Ok(Some(count.count))
}

/// A UUID of random bytes (RFC 9562 section 5.4).
fn operation_id() -> Result<String, Trouble> {
    let bytes = host::random().map_err(|error| Trouble::failed(format!("There are no random numbers: {error}.")))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
}

/// The command that goes on.
fn again(filters: &Filters, parameters: &[(&'static str, String)], point: &ResumePoint) -> String {
    let mut words = vec!["pipehook".to_owned(), "requests".to_owned(), "retry".to_owned()];
    for (name, value) in parameters {
        let option = match *name {
            "filter[hook_id]" => "--hook",
            "filter[outcome]" => "--outcome",
            "filter[status]" => "--status",
            "filter[event]" => "--event",
            "filter[from]" => "--from",
            _ => "--to",
        };
        let value = if option == "--hook" { filters.hook.as_ref().unwrap_or(value) } else { value };
        words.extend([option.to_owned(), shlex::try_quote(value).map_or_else(|_| value.clone(), Into::into)]);
    }
    words.extend(["--resume".to_owned(), point.to_string()]);
    words.join(" ")
}

/// A retry of many, as far as it has come.
#[derive(Debug)]
struct Retry {
    path: String,
    point: ResumePoint,
    done: Step,
    is_complete: bool,
}

impl Retry {
    async fn run(&mut self, context: &Context, client: &Client) -> Result<(), Trouble> {
        let mut patience = Patience::of(context.screen, ATTEMPTS);
        while !self.is_complete {
            let ResumePoint { operation, count, cursor } = &self.point;
            let body = json!({ "operation_id": operation, "count": count, "cursor": cursor });
            // A step that is sent again runs nothing twice.
            let answer = client.post(&self.path, &body).await;
            let Some(answer) = patience.bear(answer).await? else { continue };
            let step: Step = answer.read()?;
            self.done.operation_id = step.operation_id;
            self.done.retried.extend(step.retried);
            self.done.not_retried.extend(step.not_retried);
            self.is_complete = step.cursor.is_none();
            self.point.cursor.clone_from(&step.cursor);
            self.done.cursor = step.cursor;
            let had = self.done.retried.len() + self.done.not_retried.len();
            context.screen.note(&format!("{had} of {} calls had their turn.", self.point.count));
            if context.interrupts.is_pressed() && !self.is_complete {
                return Err(Trouble::new(Kind::Interrupted, "Stopped."));
            }
        }
        Ok(())
    }

    /// What became of the calls so far.
    fn show(&self, screen: Screen) -> Result<(), Trouble> {
        if screen.is_json() {
            return screen.json(&self.done);
        }
        let count = |outcome: &str| self.done.retried.iter().filter(|call| call["outcome"] == outcome).count();
        let mut lines = vec![format!("{} calls ran again.", self.done.retried.len())];
        for (outcome, what) in [("ignored", "were ignored by their hooks"), ("failed", "failed again")] {
            if count(outcome) > 0 {
                lines.push(format!("{} of them {what}.", count(outcome)));
            }
        }
        let text = |call: &Json, name: &str| printable(call[name].as_str().unwrap_or_default());
        for call in self.done.retried.iter().filter(|call| call["outcome"] == "failed") {
            lines.push(format!("  {}  {}", text(call, "id"), screen.paint(Paint::Bad, &text(call, "message"))));
        }
        if !self.done.not_retried.is_empty() {
            lines.push(format!("{} did not run again:", self.done.not_retried.len()));
        }
        for call in &self.done.not_retried {
            lines.push(format!("  {}  {}", text(call, "id"), screen.paint(Paint::Bad, &text(call, "reason"))));
        }
        screen.print(&lines.join("\n"))
    }
}
