//! What a call says: everything that we need from its payload, found in one pass, and from its headers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::answer::Answer;
use crate::domain::condition::{Condition, Subject};
use crate::domain::hook::Hook;
use crate::domain::job::Delivery;
use crate::domain::payload::{Path, Value};
use crate::domain::received::Received;
use crate::domain::secret::HookSecret;
use crate::domain::signature::scheme::{Handshake, Mark, Source};
use crate::domain::signature::{self, providers};
use crate::payload::{Found, Payload, PayloadError};

/// Longer names of deliveries and events are taken for none: the job would grow with what a sender makes up.
const MAX_FACT_CHARS: usize = 256;

/// The longest text that a handshake may ask us to repeat. Slack's challenges have about 52 characters, Zoom's tokens
/// 22. Without a limit, anyone who may call a hook could make us send and keep any amount of their text.
const MAX_ASKED_CHARS: usize = 256;

/// <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request>
const TWITCH_VERIFICATION: &str = "webhook_callback_verification";

/// The places in the body that schemes name, as paths.
static PLACES: LazyLock<BTreeMap<&str, Path>> = LazyLock::new(|| {
    let places = providers::all().flat_map(|known| known.scheme.body_places());
    places.filter_map(|place| Some((place, place.parse().ok()?))).collect()
});

/// What a hook, its conditions and its provider's scheme want to know of one call.
pub(super) struct Facts<'a> {
    hook: &'a Hook,
    received: &'a Received,
    found: Found<'a>,
}

impl<'a> Facts<'a> {
    /// Parses the payload, once and whole.
    pub(super) fn read(hook: &'a Hook, received: &'a Received, payload: &'a Payload<'_>) -> Result<Self, PayloadError> {
        let variables = hook.relation.variables.as_slice().iter().map(|variable| &variable.path);
        let conditions = hook.relation.conditions.as_slice().iter().filter_map(|condition| condition.subject.path());
        let places = hook.scheme().body_places().filter_map(|place| PLACES.get(place));
        let found = payload.select(variables.chain(conditions).chain(places))?;
        Ok(Self { hook, received, found })
    }

    /// The value at the path of a variable or condition.
    pub(super) fn at(&self, path: &Path) -> Option<&Value<'a>> {
        self.found.at(path)
    }

    /// The first condition that does not hold.
    pub(super) fn failed_condition(&self) -> Option<&'a Condition> {
        self.hook.relation.conditions.as_slice().iter().find(|condition| match &condition.subject {
            Subject::Body(path) => !condition.accepts(self.at(path)),
            Subject::Header(name) => !condition.accepts_header(self.received.header(name)),
        })
    }

    /// What the provider says of this delivery.
    pub(super) fn delivery(&self) -> Delivery {
        let scheme = self.hook.scheme();
        Delivery {
            id: self.first(scheme.delivery_id),
            event: self.first(scheme.event),
            ip_address: self.received.ip_address.clone(),
        }
    }

    /// The answer that the provider wants, when this call only asks whether the URL is there; `secret` is the one that
    /// its sender knows.
    pub(super) fn handshake(&self, secret: Option<&HookSecret>) -> Option<Answer> {
        self.hook.scheme().handshakes.iter().find_map(|handshake| match handshake {
            Handshake::SlackChallenge => {
                let asked = self.text("type")? == "url_verification";
                asked.then_some(Answer::Challenge(self.asked("challenge")?.to_owned()))
            }
            Handshake::ZoomValidation => {
                let asked = self.text("event")? == "endpoint.url_validation";
                let plain = self.asked("payload.plainToken").filter(|_| asked)?;
                // When a user retries the call, no one checks the proof.
                let proof = secret.and_then(|secret| signature::prove(secret, plain));
                let answer = |encrypted| Answer::Token { plain: plain.to_owned(), encrypted };
                Some(proof.map_or_else(Answer::ready, answer))
            }
            Handshake::TwitchChallenge => {
                let asked = self.received.header("twitch-eventsub-message-type") == Some(TWITCH_VERIFICATION);
                asked.then_some(Answer::Text(self.asked("challenge")?.to_owned()))
            }
            Handshake::DiscordPing => match self.text("type")? {
                "0" => Some(Answer::NoContent),
                // An event has this type too, and says what happened.
                "1" if self.place("event").is_none() => Some(Answer::Pong),
                _ => None,
            },
        })
    }

    /// Whether this is what the provider sends to try the hook.
    pub(super) fn is_test(&self) -> bool {
        self.hook.scheme().tests.iter().any(|mark| self.bears(mark))
    }

    /// Whether the provider wants an empty answer to this call.
    pub(super) fn wants_no_answer(&self) -> bool {
        self.hook.scheme().unanswered.iter().any(|mark| self.bears(mark))
    }

    fn bears(&self, mark: &Mark) -> bool {
        match mark {
            Mark::Header(name, value) => self.received.header(name) == Some(value),
            Mark::Body(place, value) => self.text(place) == Some(value),
            Mark::BodyPrefix(place, prefix) => self.text(place).is_some_and(|text| text.starts_with(prefix)),
            Mark::EmptyInBody(place) => self.place(place).is_some_and(is_empty_array),
            Mark::SameInBody(one, other) => self.text(one).is_some_and(|text| self.text(other) == Some(text)),
        }
    }

    fn first(&self, sources: &[Source]) -> Option<String> {
        let fact = sources.iter().find_map(|source| match source {
            Source::Header(name) => self.received.header(name).map(str::to_owned),
            Source::HeaderBeside(name, other) => {
                self.received.header(other).and_then(|_| self.received.header(name)).map(str::to_owned)
            }
            Source::Body(place) => self.text(place).map(str::to_owned),
            Source::BodyDigest => Some(signature::digest(&self.received.body)),
        });
        fact.filter(|fact| (1..=MAX_FACT_CHARS).contains(&fact.chars().count()))
    }

    /// What a handshake asks to have repeated.
    fn asked(&self, place: &str) -> Option<&str> {
        self.text(place).filter(|asked| asked.chars().count() <= MAX_ASKED_CHARS)
    }

    /// The string or number at a place in the body that the scheme names.
    pub(super) fn text(&self, place: &str) -> Option<&str> {
        self.place(place)?.as_text()
    }

    fn place(&self, place: &str) -> Option<&Value<'a>> {
        self.at(PLACES.get(place)?)
    }
}

fn is_empty_array(value: &Value<'_>) -> bool {
    let Value::Array(json) = value else { return false };
    json.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inner| inner.trim().is_empty())
}
