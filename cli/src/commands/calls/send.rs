//! `pipehook send`.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use samples::{Call, Moment, Sample, Tampered, Timestamp};
use serde::Serialize;
use serde_json::{Value as Json, json, value::RawValue};
use tokio::time::timeout;

use super::secret;
use crate::{
    api::{Client, Transport, clock_text, seconds_ahead, segment},
    arguments::SendArguments,
    calls::{Signer, Target, hook_of, now},
    commands::{Context, hooks, requests::paint},
    host,
    terminal::{self, Kind, Paint, Screen, Trouble, during, printable},
};

/// API Gateway gives up after 30 s.
const TIMEOUT: Duration = Duration::from_secs(35);

/// A clock that is further off makes signatures with a time invalid, or soon will.
const WORTH_A_WORD: i64 = 60;

pub(crate) async fn send(context: &Context, arguments: SendArguments) -> Result<(), Trouble> {
    let client = context.client()?;
    let id = hooks::find(&client, &arguments.hook).await?;
    let hook: Json = client.get(&format!("/hooks/incoming/{}", segment(&id))).await?.read()?;
    let name = hook["name"].as_str().unwrap_or(&id).to_owned();
    let signer = secret::signer(&hook_of(&hook), &name, arguments.secret_file.as_deref()).await?;
    let sample = sample(&arguments, &hook, &signer)?;
    let event = event(&arguments, &sample)?;
    let call = with_body(event, &arguments)?;
    let (call, tampered) = signed(&arguments, &sample, &signer, &call)?;
    let sent = Sent { sample, call, tampered, hook: name };
    sent.tell(context.screen);
    let answer = made(context, hook["url"].as_str().unwrap_or_default(), &sent.call).await?;
    let logged = answer.logged(&client).await;
    sent.show(context.screen, &answer, logged.as_deref()).map_err(|trouble| trouble.or_hint(|| answer.unshown()))?;
    sent.judge(&answer)
}

/// What was sent.
struct Sent {
    sample: Sample,
    call: Call,
    tampered: Option<Tampered>,
    hook: String,
}

/// What the hook's address answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    took: Duration,
}

/// The sample of the provider that is named, or of the hook's own.
fn sample(arguments: &SendArguments, hook: &Json, signer: &Signer) -> Result<Sample, Trouble> {
    let known = signer.keys().known;
    let Some(wanted) = &arguments.provider else { return Ok(Sample::of(known)) };
    if hook["provider"].as_str().is_some_and(|own| own != wanted) {
        return Err(Trouble::usage(format!("The hook takes calls of {}, and not of {wanted}.", known.provider.name))
            .hint("Leave out --provider."));
    }
    if wanted == known.provider.name {
        return Ok(Sample::of(known));
    }
    let sample = Sample::all().find(|sample| sample.known.provider.name == wanted);
    sample.ok_or_else(|| {
        Trouble::usage(format!("{wanted} is not a provider with a sample.")).hint("See them all: docs/providers.md")
    })
}

/// The call, unsigned, as if it happened now.
fn event(arguments: &SendArguments, sample: &Sample) -> Result<Call, Trouble> {
    let call = match &arguments.event {
        None => sample.event.clone(),
        Some(name) => sample.event_named(name).ok_or_else(|| {
            Trouble::usage(format!("The calls of {} do not name events.", sample.known.provider.title))
                .hint("Leave out --event.")
        })?,
    };
    let at = now();
    Ok(call.moved(Moment { at, number: number(at) }))
}

/// Two calls of one moment have different ids.
fn number(at: Timestamp) -> u64 {
    let random = host::random().map_or(0, |bytes| u64::from(bytes[0]));
    u64::try_from(at.unix_millis()).unwrap_or_default() + random
}

fn with_body(call: Call, arguments: &SendArguments) -> Result<Call, Trouble> {
    let Some(file) = &arguments.body else { return Ok(call) };
    let bytes = terminal::read(file)?;
    let body = String::from_utf8(bytes.to_vec())
        .map_err(|_| Trouble::usage(format!("{} is not text, which is all that providers send.", file.display())))?;
    Ok(Call { body, ..call })
}

/// Signed now, and changed afterwards with `--tamper`.
fn signed(
    arguments: &SendArguments,
    sample: &Sample,
    signer: &Signer,
    call: &Call,
) -> Result<(Call, Option<Tampered>), Trouble> {
    let proven = signer.keys().sign(call, now());
    if !arguments.tamper {
        return Ok((proven, None));
    }
    let none = || {
        Trouble::usage(format!(
            "The calls of {} are not proven, so anyone can change them.",
            sample.known.provider.title
        ))
        .hint("Leave out --tamper.")
    };
    let (call, what) = signer.keys().tampered(&proven).ok_or_else(none)?;
    Ok((call, Some(what)))
}

/// Makes the call, as its sender would: without the token of the API.
async fn made(context: &Context, url: &str, call: &Call) -> Result<Answer, Trouble> {
    let target: Target = url.parse().map_err(|error| Trouble::failed(format!("The hook's address {url} {error}.")))?;
    let transport = Transport::new(target.address()).map_err(|error| Trouble::failed(format!("{error}.")))?;
    let mut request = Request::post(target.with_query(&call.query));
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    let request = request.body(Bytes::from(call.body.clone()).into());
    let request = request.map_err(|error| Trouble::failed(format!("The call cannot be made: {error}.")))?;
    // It may have arrived, and then the answer is worth waiting for.
    let _shield = context.interrupts.shield();
    let begun = host::Moment::now();
    let unreachable = |reason: String| {
        Trouble::new(Kind::Unreachable, format!("The hook at {url} cannot be reached: {reason}."))
            .hint("Check the network and the address: pipehook doctor")
    };
    match during(&format!("Calls {url}"), timeout(TIMEOUT, transport.send(request))).await {
        Ok(Ok((status, headers, body))) => Ok(Answer { status, headers, body, took: host::Moment::now() - begun }),
        Ok(Err(failure)) => Err(unreachable(failure.to_string())),
        Err(_) => Err(unreachable("no answer within 35 s".to_owned())),
    }
}

impl Sent {
    fn event(&self) -> Option<String> {
        samples::event(self.sample.known.scheme, &self.call)
    }

    fn tell(&self, screen: Screen) {
        let title = self.sample.known.provider.title;
        let event = self.event().map(|event| format!(" ({})", printable(&event))).unwrap_or_default();
        let what = match self.tampered {
            None => "",
            Some(Tampered::Body) => ", whose body was changed after it was signed",
            Some(Tampered::Proof) => ", with another proof than it must have",
        };
        screen.note(&format!("Sends \"{}\" a call of {title}{event}{what}.", printable(&self.hook)));
    }

    /// With `--json`, what was sent but for its proof, which may be the secret.
    fn show(&self, screen: Screen, answer: &Answer, logged: Option<&RawValue>) -> Result<(), Trouble> {
        if screen.is_json() {
            return screen.json(&Shown {
                call: json!({
                    "provider": self.sample.known.provider.name, "event": self.event(),
                    "bytes": self.call.body.len(), "tampered": self.tampered.is_some(),
                }),
                answer: json!({
                    "status": answer.status.as_u16(), "took_ms": answer.took.as_millis(), "body": answer.text(),
                }),
                request: logged,
            });
        }
        screen.print(&answer.shown(screen, logged))
    }

    /// Whether it went as it must.
    fn judge(&self, answer: &Answer) -> Result<(), Trouble> {
        match (self.tampered, answer.status.is_success()) {
            (None, true) | (Some(_), false) => Ok(()),
            (None, false) => {
                let why = if answer.status == StatusCode::UNAUTHORIZED {
                    "Is this the secret that the hook has now? A new one: pipehook hooks rotate".to_owned()
                } else {
                    "See what the hook makes of it: pipehook requests list".to_owned()
                };
                let clock = seconds_ahead(&answer.headers).filter(|ahead| ahead.abs() > WORTH_A_WORD).map(clock_text);
                let hint = clock.map_or(why.clone(), |clock| format!("{why}\n{clock}"));
                Err(Trouble::failed(format!("The call was refused: {}", answer.message())).hint(hint))
            }
            (Some(_), true) => Err(Trouble::failed("The call was accepted, although it was changed.")),
        }
    }
}

/// What `--json` shows.
#[derive(Serialize)]
struct Shown<'s> {
    call: Json,
    answer: Json,
    request: Option<&'s RawValue>,
}

impl Answer {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a person reads of it.
    fn message(&self) -> String {
        let body: Option<Json> = serde_json::from_slice(&self.body).ok();
        let message = body.as_ref().and_then(|body| body["message"].as_str()).map(str::to_owned);
        message.unwrap_or_else(|| self.text())
    }

    /// Where its result is, if it could not be printed.
    fn unshown(&self) -> String {
        let id = self.headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or("REQUEST");
        format!("The call was made, and answered {}. See it: pipehook requests show {id}", self.status.as_u16())
    }

    /// With what became of the call.
    fn shown(&self, screen: Screen, logged: Option<&RawValue>) -> String {
        let colour = if self.status.is_success() { Paint::Good } else { Paint::Bad };
        let status = screen.paint(colour, self.status.as_str());
        let answer = format!("{status} in {} ms  {}", self.took.as_millis(), printable(&self.message()));
        let Some(logged) = logged.and_then(|logged| serde_json::from_str::<Json>(logged.get()).ok()) else {
            return answer;
        };
        let part = |name: &str| printable(logged[name].as_str().unwrap_or_default());
        let outcome = part("outcome");
        let became = screen.wrap("", &format!("{outcome}: {}", part("message")));
        let became = became.replacen(&outcome, &screen.paint(paint(&outcome), &outcome), 1);
        let next = match logged["action_id"].as_u64() {
            Some(action) => format!("actions watch {action}"),
            None => format!("requests show {}", part("id")),
        };
        format!("{answer}\n{became}\nNext: pipehook {next}")
    }

    /// What became of it, if the token may see that and the log has it: of many refused calls it keeps a few.
    async fn logged(&self, client: &Client) -> Option<Box<RawValue>> {
        let id = self.headers.get("x-request-id")?.to_str().ok()?;
        // A call is answered when it is in the log.
        client.get(&format!("/hook-requests/{}", segment(id))).await.ok()?.raw().ok()
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::DATE};

    use super::*;

    fn sent(tampered: Option<Tampered>) -> Sent {
        let sample = Sample::all().find(|sample| sample.known.provider.name == "github").unwrap();
        Sent { call: sample.event.clone(), sample, tampered, hook: "shop".to_owned() }
    }

    fn answer(status: u16, date: &'static str) -> Answer {
        let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]);
        let body = Bytes::from_static(b"{\"message\": \"The signature of this call is missing or not valid.\"}");
        Answer { status: StatusCode::from_u16(status).unwrap(), headers, body, took: Duration::from_millis(7) }
    }

    #[test]
    fn a_call_must_be_accepted_and_a_tampered_one_refused() {
        for (tampered, status, is_right) in [
            (None, 200, true),
            (None, 401, false),
            (Some(Tampered::Body), 401, true),
            (Some(Tampered::Proof), 200, false),
        ] {
            let judged = sent(tampered).judge(&answer(status, ""));
            assert_eq!(judged.is_ok(), is_right, "{tampered:?} {status}: {judged:?}");
        }
    }

    #[test]
    fn a_wrong_clock_is_told_where_a_call_is_refused() {
        let refused = sent(None).judge(&answer(401, "Sun, 06 Nov 1994 08:49:37 GMT")).unwrap_err();

        let hint = refused.hint.unwrap();
        assert!(hint.contains("hooks rotate") && hint.contains("The clock of this machine is "), "{hint}");
        assert!(refused.message.contains("missing or not valid"), "{}", refused.message);
    }
}
