//! What a call says: everything that we need from its payload, found in one pass, and from its headers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::answer::Answer;
use crate::domain::condition::{Failed, Rule, TooMuchWork, Work};
use crate::domain::hook::Hook;
use crate::domain::job::Delivery;
use crate::domain::payload::{Path, Value};
use crate::domain::received::Received;
use crate::domain::secret::HookSecret;
use crate::domain::signature::custom::{Place, Verification};
use crate::domain::signature::scheme::{AskedAt, Challenge, Handshake, Mark, Method, Source};
use crate::domain::signature::{self, OptionKind, providers};
use crate::domain::subject::Subject;
use crate::domain::variable::{Given, Variable};
use crate::payload::{Found, Payload, PayloadError};

/// Longer names of deliveries and events are taken for none: the job would grow with what a sender makes up.
const MAX_FACT_CHARS: usize = 256;

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
    /// What variables take from headers and the query.
    outside: Vec<(&'a Subject, Value<'a>)>,
}

impl<'a> Facts<'a> {
    /// Parses the payload, once and whole.
    pub(super) fn read(hook: &'a Hook, received: &'a Received, payload: &'a Payload<'_>) -> Result<Self, PayloadError> {
        let variables = hook.relation.variables.paths();
        let conditions = hook.relation.conditions.paths();
        let places = hook.scheme().body_places().filter_map(|place| PLACES.get(place));
        let described = hook.verification().into_iter().flat_map(Verification::body_places);
        let found = payload.select(variables.chain(conditions).chain(places).chain(described))?;
        let subjects = hook.relation.variables.as_slice().iter().map(|variable| &variable.subject);
        let outside = subjects.filter_map(|subject| Some((subject, text_of(subject, received)?))).collect();
        Ok(Self { hook, received, found, outside })
    }

    /// What is known of a call whose payload cannot be read: what its headers say.
    pub(super) fn of_headers(hook: &'a Hook, received: &'a Received) -> Self {
        Self { hook, received, found: Found::default(), outside: Vec::new() }
    }

    /// What there is for a variable.
    pub(super) fn given(&self, variable: &Variable) -> Option<Given<'_>> {
        match &variable.subject {
            Subject::Body(path) => self.found_at(path),
            subject @ (Subject::Header(_) | Subject::Query(_)) => {
                self.outside.iter().find(|(known, _)| *known == subject).map(|(_, value)| Given::One(value))
            }
        }
    }

    /// What there is at the path of a variable or condition.
    pub(super) fn found_at(&self, path: &Path) -> Option<Given<'_>> {
        self.found.given(path)
    }

    fn at(&self, path: &Path) -> Option<&Value<'a>> {
        self.found.at(path)
    }

    /// The first rule that does not hold.
    pub(super) fn failed_condition(&self) -> Result<Option<Failed>, PayloadError> {
        let failed = self.hook.relation.conditions.first_failed(|subject| self.values_of(subject));
        failed.map_err(|TooMuchWork| PayloadError::TooManyComparisons)
    }

    /// Whether a rule of the hook holds. One that would take too much work does not.
    pub(super) fn holds(&self, rule: &Rule, work: &mut Work) -> bool {
        rule.holds(|subject| self.values_of(subject), work).unwrap_or(false)
    }

    /// What a condition looks at.
    fn values_of(&self, subject: &Subject) -> Cow<'_, [Value<'a>]> {
        match subject {
            Subject::Body(path) => Cow::Borrowed(self.found.all(path)),
            Subject::Header(_) | Subject::Query(_) => Cow::Owned(text_of(subject, self.received).into_iter().collect()),
        }
    }

    /// What the provider says of this delivery.
    pub(super) fn delivery(&self) -> Delivery {
        let id = match self.hook.verification() {
            None => self.first(self.hook.scheme().delivery_id),
            Some(described) => self.described(described.delivery_id()),
        };
        Delivery { id, event: self.event(), ip_address: self.received.ip_address.clone() }
    }

    /// What the provider calls what happened.
    pub(super) fn event(&self) -> Option<String> {
        match self.hook.verification() {
            None => self.first(self.hook.scheme().event),
            Some(described) => self.described(described.event()),
        }
    }

    /// A fact whose place the owner of the hook has described.
    fn described(&self, place: Option<&Place>) -> Option<String> {
        let fact = match place? {
            Place::Header(name) => self.received.header(name),
            Place::Body(path) => self.at(path)?.as_text(),
        };
        fact.filter(|fact| is_short(fact)).map(str::to_owned)
    }

    /// The handshake that this call is, made with this method. One that must prove itself counts only if it has.
    pub(super) fn handshake(&self, method: Method, is_proven: bool) -> Option<&'static Handshake> {
        self.hook.scheme().handshakes.iter().find(|handshake| {
            handshake.method == method
                && (is_proven || !handshake.is_proven)
                && handshake.marks.iter().all(|mark| self.bears(mark))
                && handshake.challenge.is_none_or(|challenge| self.asked(challenge).is_some())
        })
    }

    /// The answer that the provider wants of a handshake; `secret` is the one that it proves.
    pub(super) fn answer(&self, handshake: &Handshake, secret: Option<&HookSecret>) -> Answer {
        let challenge = handshake.challenge.and_then(|challenge| self.asked(challenge)).unwrap_or_default();
        let Some((place, encoding)) = handshake.echo.proof() else {
            return Answer::of(handshake.echo, challenge.into_owned());
        };
        let signing = self.hook.signing.as_ref();
        let proof =
            signing.zip(secret).and_then(|(signing, secret)| signing.prove_challenge(secret, &challenge, encoding));
        let option = |name: &str| signing.and_then(|signing| signing.means.options.get(name)).unwrap_or_default();
        // When a user retries the call, no one checks the proof.
        proof.map_or_else(Answer::ready, |proof| Answer::proving(place, challenge.into_owned(), proof, option))
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
            Mark::NoHeader(name) => self.received.header(name).is_none(),
            Mark::Body(place, value) => self.text(place) == Some(value),
            Mark::BodyPrefix(place, prefix) => self.text(place).is_some_and(|text| text.starts_with(prefix)),
            Mark::EmptyInBody(place) => self.place(place).is_some_and(is_empty_array),
            Mark::SameInBody(one, other) => self.text(one).is_some_and(|text| self.text(other) == Some(text)),
            Mark::NotInBody(place) => self.place(place).is_none(),
            Mark::Query(name, value) => self.received.query_parameter(name).is_some_and(|sent| sent == *value),
            Mark::NoBody => self.received.body.is_empty(),
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
        fact.filter(|fact| is_short(fact))
    }

    /// What a handshake asks to have repeated or proven, if it has the form of a challenge.
    fn asked(&self, challenge: Challenge) -> Option<Cow<'_, str>> {
        self.text_at(challenge.at).filter(|asked| challenge.of.allow(asked))
    }

    /// Whether its sender shows the verify token among these secrets.
    pub(super) fn shows_token(&self, at: AskedAt, secret: &HookSecret) -> bool {
        let token = secret.options().get(OptionKind::VerifyToken.name());
        token.zip(self.text_at(at)).is_some_and(|(token, shown)| token.matches(shown.as_bytes()))
    }

    pub(super) fn text_at(&self, at: AskedAt) -> Option<Cow<'_, str>> {
        match at {
            AskedAt::Query(name) => self.received.query_parameter(name),
            AskedAt::Header(name) => self.received.header(name).map(Cow::Borrowed),
            AskedAt::Body(place) => self.text(place).map(Cow::Borrowed),
        }
    }

    /// The string or number at a place in the body that the scheme names.
    pub(super) fn text(&self, place: &str) -> Option<&str> {
        self.place(place)?.as_text()
    }

    fn place(&self, place: &str) -> Option<&Value<'a>> {
        self.at(PLACES.get(place)?)
    }
}

/// What a call has in a header or a parameter: text, as a field of a form is.
fn text_of<'a>(subject: &Subject, received: &'a Received) -> Option<Value<'a>> {
    let text = match subject {
        Subject::Body(_) => return None,
        Subject::Header(name) => received.header(name).map(Cow::Borrowed),
        Subject::Query(name) => received.query_parameter(name),
    };
    text.map(Value::Field)
}

fn is_empty_array(value: &Value<'_>) -> bool {
    let Value::Array(json) = value else { return false };
    json.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).is_some_and(|inner| inner.trim().is_empty())
}

fn is_short(fact: &str) -> bool {
    (1..=MAX_FACT_CHARS).contains(&fact.chars().count())
}
