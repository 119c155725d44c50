//! What a call says: everything that is wanted of its payload, found in one pass, and of its headers.

use super::answer::Answer;
use super::incoming::Incoming;
use crate::domain::condition::{Condition, Subject};
use crate::domain::hook::Hook;
use crate::domain::job::Delivery;
use crate::domain::payload::{Path, Value};
use crate::domain::secret::HookSecret;
use crate::domain::signature;
use crate::domain::signature::providers::UNSIGNED;
use crate::domain::signature::scheme::{Handshake, Scheme, Source};
use crate::http::payload::{Payload, PayloadError};

/// Longer names of deliveries and events are taken for none: the job would grow with what a sender makes up.
const MAX_FACT_CHARS: usize = 256;

/// What a handshake asks to have repeated is no longer: Slack's challenges have some 52 characters, Zoom's tokens 22. A
/// longer one is none, or whoever may call a hook could make us send and keep as much of their text as they like.
const MAX_ASKED_CHARS: usize = 256;

/// What a hook, its conditions and its provider's scheme want to know of one call.
pub(super) struct Facts<'a> {
    hook: &'a Hook,
    scheme: &'static Scheme,
    /// What stands at the path of each variable.
    variables: Vec<Option<Value<'a>>>,
    /// What stands at the path of each condition on the body.
    conditions: Vec<Option<Value<'a>>>,
    /// What stands at each place in the body that the scheme names.
    places: Vec<(&'static str, Option<Value<'a>>)>,
    /// The call itself.
    incoming: &'a Incoming<'a>,
}

impl<'a> Facts<'a> {
    /// Parses the payload, once and whole.
    pub(super) fn read(
        hook: &'a Hook,
        incoming: &'a Incoming<'_>,
        payload: &'a Payload<'_>,
    ) -> Result<Self, PayloadError> {
        let scheme = hook.signing.as_ref().map_or(&UNSIGNED, |signing| signing.scheme());
        let places: Vec<(&str, Path)> =
            body_places(scheme).filter_map(|place| Some((place, place.parse().ok()?))).collect();
        let variables = hook.relation.variables.as_slice().iter().map(|variable| &variable.path);
        let conditions = hook.relation.conditions.as_slice().iter().filter_map(|condition| condition.subject.path());
        let (variable_count, condition_count) = (variables.clone().count(), conditions.clone().count());
        let paths: Vec<&Path> = variables.chain(conditions).chain(places.iter().map(|(_, path)| path)).collect();
        let mut found = payload.select(&paths)?;
        let of_scheme = found.split_off(variable_count + condition_count);
        let conditions = found.split_off(variable_count);
        let places = places.iter().map(|(place, _)| *place).zip(of_scheme).collect();
        Ok(Self { hook, scheme, variables: found, conditions, places, incoming })
    }

    /// What stands at the path of each variable.
    pub(super) fn variables(&self) -> &[Option<Value<'a>>] {
        &self.variables
    }

    /// The first condition that does not hold.
    pub(super) fn failed_condition(&self) -> Option<&'a Condition> {
        let mut found = self.conditions.iter();
        self.hook.relation.conditions.as_slice().iter().find(|condition| match &condition.subject {
            Subject::Body(_) => !condition.accepts(found.next().and_then(Option::as_ref)),
            Subject::Header(name) => !condition.accepts_header(self.incoming.header(name)),
        })
    }

    /// What the provider says of this delivery.
    pub(super) fn delivery(&self) -> Delivery {
        Delivery {
            id: self.first(self.scheme.delivery_id),
            event: self.first(self.scheme.event),
            ip_address: self.incoming.ip_address.clone(),
        }
    }

    /// The answer that the provider wants, when this call only asks whether the URL is there.
    pub(super) fn handshake(&self, secrets: &[HookSecret]) -> Option<Answer> {
        self.scheme.handshakes.iter().find_map(|handshake| match handshake {
            Handshake::GithubPing => (self.incoming.header("x-github-event")? == "ping").then(Answer::ready),
            Handshake::SlackChallenge => {
                let asked = self.at("type")? == "url_verification";
                asked.then_some(Answer::Challenge(self.asked("challenge")?.to_owned()))
            }
            Handshake::ZoomValidation => {
                let asked = self.at("event")? == "endpoint.url_validation";
                let plain = self.asked("payload.plainToken").filter(|_| asked)?;
                // When the call is retried by a user, there is nobody to prove it to.
                let proof = secrets.first().and_then(|secret| signature::prove(secret, plain));
                let answer = |encrypted| Answer::Token { plain: plain.to_owned(), encrypted };
                Some(proof.map_or_else(Answer::ready, answer))
            }
        })
    }

    fn first(&self, sources: &[Source]) -> Option<String> {
        let fact = sources.iter().find_map(|source| match source {
            Source::Header(name) => self.incoming.header(name).map(str::to_owned),
            Source::Body(place) => self.at(place).map(str::to_owned),
            Source::BodyDigest => Some(signature::digest(&self.incoming.body)),
        });
        fact.filter(|fact| (1..=MAX_FACT_CHARS).contains(&fact.chars().count()))
    }

    /// What a handshake asks to have repeated.
    fn asked(&self, place: &str) -> Option<&str> {
        self.at(place).filter(|asked| asked.chars().count() <= MAX_ASKED_CHARS)
    }

    /// The string or number at a place in the body that the scheme names.
    fn at(&self, place: &str) -> Option<&str> {
        let (_, found) = self.places.iter().find(|(known, _)| *known == place)?;
        found.as_ref()?.as_text()
    }
}

/// The places in the body that the scheme and its handshakes name.
fn body_places(scheme: &Scheme) -> impl Iterator<Item = &'static str> {
    let of_source = |source: &Source| match source {
        Source::Body(place) => Some(*place),
        Source::Header(_) | Source::BodyDigest => None,
    };
    let sources = scheme.delivery_id.iter().chain(scheme.event).filter_map(of_source);
    sources.chain(scheme.handshakes.iter().flat_map(|handshake| handshake.body_places()).copied())
}
