//! `pipehook listen`.

use serde::Serialize;
use serde_json::{Value as Json, value::RawValue};
use tokio::select;

use super::secret;
use crate::{
    api::{Client, Query, segment},
    arguments::ListenArguments,
    calls::{Answer, Delivery, ForwardError, Forwarder, Listed, Logged, NotForwarded, Signer, Target, hook_of},
    commands::{
        Context, hooks,
        patience::Patience,
        requests::{Poll, joined, line},
    },
    terminal::{Kind, Paint, Screen, Trouble, printable},
};

/// How much of an answer is shown, in characters.
const SHOWN: usize = 200;

pub(crate) async fn listen(context: &Context, arguments: ListenArguments) -> Result<(), Trouble> {
    let client = context.client()?;
    let id = hooks::find(&client, &arguments.hook).await?;
    let hook: Json = client.get(&format!("/hooks/incoming/{}", segment(&id))).await?.read()?;
    let name = hook["name"].as_str().unwrap_or(&id).to_owned();
    if arguments.forward_to.as_ref().is_some_and(|target| target.is_hook(hook["url"].as_str().unwrap_or_default())) {
        return Err(Trouble::usage("The calls would come back for ever: this is the address of the hook itself."));
    }
    let path = move |after: Option<&str>, limit| {
        let path = Query::new("/hook-requests").with("filter[hook_id]", Some(&id)).with("after", after);
        path.with_page_for(limit).finish()
    };
    let signer = match &arguments.forward_to {
        Some(target) if arguments.sign => {
            let signer = secret::signer(&hook_of(&hook), &name, arguments.secret_file.as_deref()).await?;
            Some(signer.for_target(target))
        }
        Some(_) | None => None,
    };
    let (mut poll, _) = Poll::begin(&client, context.screen, path, arguments.after.clone(), 0).await?;
    let mut listener = Listener::new(context.screen, &client, &arguments, signer)?;
    listener.greet(&name);
    let ended = select! {
        biased;
        trouble = listener.run(&mut poll) => trouble,
        trouble = context.interrupts.end() => trouble,
    };
    Err(with_point(ended, &arguments, &poll, listener.count))
}

/// Says where it stopped.
fn with_point(ended: Trouble, arguments: &ListenArguments, poll: &Poll<'_>, count: usize) -> Trouble {
    if ended.kind == Kind::Unread {
        return ended;
    }
    let quoted = |text: &str| shlex::try_quote(text).map_or_else(|_| text.to_owned(), Into::into);
    let mut command = format!("pipehook listen {}", quoted(&arguments.hook));
    if let Some(target) = &arguments.forward_to {
        command = format!("{command} --forward-to {}", quoted(&target.to_string()));
    }
    if arguments.sign {
        command.push_str(" --sign");
    }
    if let Some(file) = &arguments.secret_file {
        command = format!("{command} --secret-file {}", quoted(&file.to_string_lossy()));
    }
    if let Some(point) = poll.point() {
        command = format!("{command} --after {point}");
    }
    let again = match poll.repeated().min(count) {
        0 => String::new(),
        1 => " (the last call comes again)".to_owned(),
        calls => format!(" (the last {calls} calls come again)"),
    };
    let message = format!("{} {count} calls were shown.", ended.message);
    let hint = joined(ended.hint.as_deref(), &format!("Go on from there{again}:\n  {command}"));
    Trouble { message, hint: Some(hint), ..ended }
}

/// What becomes of each call.
#[derive(Debug)]
struct Listener<'c> {
    screen: Screen,
    client: &'c Client,
    forward: Option<(Forwarder, Target)>,
    signer: Option<Signer>,
    count: usize,
    /// Whether it was said which headers the log masks.
    is_masking_told: bool,
}

/// A line of `--json`.
#[derive(Debug, Serialize)]
struct Line<'l> {
    request: &'l RawValue,
    forwarded: Option<Forwarded<'l>>,
    not_forwarded: Option<&'l str>,
}

#[derive(Debug, Serialize)]
struct Forwarded<'l> {
    url: String,
    signed: bool,
    status: u16,
    took_ms: u64,
    body: &'l str,
}

impl<'c> Listener<'c> {
    fn new(
        screen: Screen,
        client: &'c Client,
        arguments: &ListenArguments,
        signer: Option<Signer>,
    ) -> Result<Self, Trouble> {
        let forward = match &arguments.forward_to {
            Some(target) => {
                let forwarder = Forwarder::new().map_err(|error| Trouble::failed(format!("{error}.")))?;
                Some((forwarder, target.clone()))
            }
            None => None,
        };
        Ok(Self { screen, client, forward, signer, count: 0, is_masking_told: false })
    }

    fn greet(&self, name: &str) {
        let name = printable(name);
        self.screen.note(&match &self.forward {
            Some((_, target)) => format!("Forwards the calls of \"{name}\" to {target}. Ctrl-C ends it."),
            None => format!("Shows the calls of \"{name}\". Ctrl-C ends it."),
        });
        if self.forward.is_some() {
            self.screen.note(match self.signer {
                Some(_) => "Each call gets a new signature, made with the secret of the hook.",
                None => {
                    "The log keeps no signature, so the server gets none: it can be checked only with the hook's secret. \
                     --sign makes a new one with it."
                }
            });
        }
    }

    /// Until something goes wrong.
    async fn run(&mut self, poll: &mut Poll<'_>) -> Trouble {
        loop {
            let new = match poll.next().await {
                Ok(new) => new,
                Err(trouble) => return trouble,
            };
            for (call, item) in &new {
                if let Err(trouble) = self.take(call, item).await {
                    return trouble;
                }
            }
        }
    }

    async fn take(&mut self, call: &Listed, item: &RawValue) -> Result<(), Trouble> {
        if !self.screen.is_json() {
            self.screen.print(&line(self.screen, call))?;
        }
        let done = self.forward(call).await?;
        self.count += 1;
        if self.screen.is_json() {
            return self.tell_programs(item, &done);
        }
        match &done {
            Done::Shown => Ok(()),
            Done::Not(reason) => {
                let reason = self.screen.wrap("    ", reason);
                self.screen.print(&self.screen.paint(Paint::Waiting, &reason))
            }
            Done::Forwarded(answer) => self.screen.print(&format!("    {}", answered(self.screen, answer))),
        }
    }

    fn tell_programs(&self, item: &RawValue, done: &Done) -> Result<(), Trouble> {
        let (forwarded, not_forwarded) = match (done, &self.forward) {
            (Done::Forwarded(answer), Some((_, target))) => {
                let took_ms = u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX);
                let (url, signed) = (target.to_string(), self.signer.is_some());
                (Some(Forwarded { url, signed, status: answer.status.as_u16(), took_ms, body: &answer.body }), None)
            }
            (Done::Not(reason), _) => (None, Some(reason.as_str())),
            (Done::Shown | Done::Forwarded(_), _) => (None, None),
        };
        self.screen.json(&Line { request: item, forwarded, not_forwarded })
    }

    async fn forward(&mut self, call: &Listed) -> Result<Done, Trouble> {
        if self.forward.is_none() {
            return Ok(Done::Shown);
        }
        if call.outcome == "rejected" {
            return Ok(Done::Not(NotForwarded::Refused.to_string()));
        }
        let delivery = match self.delivery(&call.id).await? {
            Ok(delivery) => delivery,
            Err(reason) => return Ok(Done::Not(reason)),
        };
        self.tell_masked(&delivery);
        let Some((forwarder, target)) = &self.forward else { return Ok(Done::Shown) };
        let mut patience = Patience::endless(self.screen);
        loop {
            let answer = match forwarder.send(&delivery, target).await {
                Err(ForwardError::NoAnswer(reason)) => return Ok(Done::Not(format!("no answer: {reason}"))),
                Err(ForwardError::Unreachable(reason)) => {
                    Err(Trouble::new(Kind::Unreachable, format!("{target} is not there: {reason}. The call waits.")))
                }
                Ok(answer) => Ok(answer),
            };
            if let Some(answer) = patience.bear(answer).await? {
                return Ok(Done::Forwarded(answer));
            }
        }
    }

    /// What is forwarded, or why nothing is.
    async fn delivery(&self, id: &str) -> Result<Result<Delivery, String>, Trouble> {
        let path = format!("/hook-requests/{}", segment(id));
        let mut patience = Patience::endless(self.screen);
        let logged: Logged = loop {
            match self.client.get(&path).await {
                Err(trouble) if trouble.kind == Kind::NotFound => {
                    return Ok(Err("not forwarded: the log does not have it any more".to_owned()));
                }
                answer => {
                    if let Some(answer) = patience.bear(answer).await? {
                        break answer.read()?;
                    }
                }
            }
        };
        let delivery = match logged.delivery() {
            Ok(delivery) => delivery,
            Err(reason) => return Ok(Err(reason.to_string())),
        };
        let Some(signer) = &self.signer else { return Ok(Ok(delivery)) };
        Ok(signer
            .sign(delivery)
            .ok_or_else(|| "not forwarded: its body is no text, which no provider signs".to_owned()))
    }

    fn tell_masked(&mut self, delivery: &Delivery) {
        if delivery.masked.is_empty() || self.is_masking_told {
            return;
        }
        self.is_masking_told = true;
        let names = printable(&delivery.masked.join(", "));
        self.screen.note(&format!("    without {names}: the log does not keep what may be a credential"));
    }
}

/// What became of a call.
#[derive(Debug)]
enum Done {
    Shown,
    Not(String),
    Forwarded(Answer),
}

fn answered(screen: Screen, answer: &Answer) -> String {
    let paint = if answer.status.is_success() { Paint::Good } else { Paint::Bad };
    let body: String = answer.body.chars().take(SHOWN).collect();
    let more = if answer.body.chars().nth(SHOWN).is_some() { "…" } else { "" };
    let status = screen.paint(paint, answer.status.as_str());
    format!("{status} in {} ms  {}{more}", answer.took.as_millis(), printable(body.trim_end()))
}
