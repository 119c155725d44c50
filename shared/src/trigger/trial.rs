//! What a call would do that is not made: each condition with what it finds, each variable with its value, and the job.
//! It is decided by what decides real calls.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use json_search::{Hazards, array_of};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::facts::Facts;
use super::{Answered, Decision, Destinations, Run};
use crate::domain::condition::{Condition, Rule, Work};
use crate::domain::hook::Hook;
use crate::domain::id::{ActionId, RequestId};
use crate::domain::job::MAX_JOB_BYTES;
use crate::domain::mask::{MASK, masked, sounds_secret};
use crate::domain::payload::Value;
use crate::domain::received::Received;
use crate::domain::request::Outcome;
use crate::domain::signing::SecretHeaderName;
use crate::domain::subject::Subject;
use crate::domain::variable::{Given, Variable};
use crate::http::hook::{RuleBody, VariableBody, value_body, variable_body};
use crate::http::{ApiError, FieldErrors};
use crate::payload::{Payload, PayloadError, refuse_compressed};
use crate::ports::{QueueError, ShowJob};
use crate::telemetry::Measurements;

/// The longest value that is shown of what a condition finds, in bytes of JSON: fifty of them may be the whole body.
const MAX_FOUND_BYTES: usize = 1_000;

/// How deep a value may nest that is shown. It is three levels down in the answer, where there are readers of JSON that
/// stop at 64.
const MAX_FOUND_DEPTH: usize = 60;

/// Why a value is not shown.
const NOT_SHOWN: &str = "cannot_be_shown";

/// What a call would do, or what one did that was sent to try the hook.
#[derive(Serialize)]
pub struct Trial {
    outcome: &'static str,
    response: Told,
    conditions: Box<RawValue>,
    variables: Box<RawValue>,
    job: Option<Box<RawValue>>,
    request_id: Option<String>,
    action_id: Option<i64>,
}

/// What a hook looks at in a call, as JSON.
pub(super) struct Look {
    /// Why it finds nothing.
    pub(super) fault: Option<PayloadError>,
    pub(super) conditions: Box<RawValue>,
    pub(super) variables: Box<RawValue>,
}

/// What the sender is told.
#[derive(Serialize)]
struct Told {
    status_code: u16,
    message: String,
    errors: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Serialize)]
struct CheckedBody<'a> {
    condition: RuleBody<'a>,
    found: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    found_omitted: Option<&'static str>,
    holds: bool,
}

#[derive(Serialize)]
struct ResolvedBody<'a> {
    variable: VariableBody<'a>,
    value: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_omitted: Option<&'static str>,
    fault: Option<String>,
}

impl<'a> Run<'a, ()> {
    /// A call that is made up and not sent. It is neither logged nor counted.
    pub fn unsent(hook: &'a Hook, received: &'a Received, measurements: &'a Measurements) -> Self {
        Self { hook, received, requests: &(), measurements, event: OnceLock::new() }
    }

    /// What the call would do. `to` only says how its job would look. The call is one without what proves it
    /// ([`without_proof`](super::without_proof)).
    pub fn try_out<Jobs: ShowJob, Actions: ShowJob, Ledger>(
        &self,
        to: &Destinations<Jobs, Actions, Ledger>,
    ) -> Result<Trial, ApiError> {
        let (outcome, response, job) = match self.decide_with(to) {
            Ok((answered, job)) => (answered.outcome, Told::of(&answered, None), job),
            Err(error) => {
                let errors = if let ApiError::Invalid(errors) = &error { Some(errors) } else { None };
                (Outcome::Failed, Told::of(&self.refused(Outcome::Failed, &error), errors), None)
            }
        };
        let look = self.look(MAX_JOB_BYTES).map_err(|error| ApiError::Internal(Box::new(error)))?;
        let Look { conditions, variables, fault: _ } = look;
        let job = job.map(RawValue::from_string).transpose().map_err(|error| ApiError::Internal(Box::new(error)))?;
        let outcome = outcome.as_str();
        Ok(Trial { outcome, response, conditions, variables, job, request_id: None, action_id: None })
    }

    fn decide_with<Jobs: ShowJob, Actions: ShowJob, Ledger>(
        &self,
        to: &Destinations<Jobs, Actions, Ledger>,
    ) -> Result<(Answered, Option<String>), ApiError> {
        match self.decide(None)? {
            Decision::Queue(job, answer) => {
                let shown: Result<String, QueueError> =
                    if job.action_id().is_some() { to.actions.show_job(&job) } else { to.jobs.show_job(&job) };
                Ok((self.answered(Outcome::Queued, &answer), Some(shown?)))
            }
            Decision::Answer(answer) => Ok((self.answered(Outcome::Ignored, &answer), None)),
        }
    }

    /// All conditions and all variables, also of a call that is ignored, if there is `room` for their values. None of a call
    /// whose payload cannot be read.
    pub(super) fn look(&self, mut room: usize) -> Result<Look, serde_json::Error> {
        let Self { hook, received, .. } = *self;
        let payload = Payload::new(hook.scheme().forms, received.header("content-type"), &received.body);
        let facts = refuse_compressed(received.header("content-encoding"));
        let facts = match facts.and_then(|()| Facts::read(hook, received, &payload)) {
            Ok(facts) => facts,
            Err(fault) => {
                let none = to_raw_value(&[(); 0])?;
                return Ok(Look { fault: Some(fault), conditions: none.clone(), variables: none });
            }
        };
        let mut work = Work::of_one_call();
        let rules = hook.relation.conditions.as_slice().iter();
        let conditions = rules.map(|rule| self.checked(rule, &facts, &mut work));
        let variables = hook.relation.variables.as_slice().iter();
        let variables = variables.map(|variable| resolved(variable, &facts, &mut room));
        let conditions = conditions.collect::<Result<Vec<_>, _>>()?;
        let variables = to_raw_value(&variables.collect::<Result<Vec<_>, _>>()?)?;
        Ok(Look { fault: None, conditions: to_raw_value(&conditions)?, variables })
    }

    /// A rule with what it finds: of a group, what each of its conditions does.
    fn checked<'b>(
        &self,
        rule: &'b Rule,
        facts: &Facts<'_>,
        work: &mut Work,
    ) -> Result<CheckedBody<'b>, serde_json::Error> {
        let found = match rule {
            Rule::One(condition) => self.found(condition, facts)?,
            Rule::Any(group) => {
                let each = group.members().iter().map(|condition| Ok(self.found(condition, facts)?.flatten()));
                Some(Some(to_raw_value(&each.collect::<Result<Vec<_>, serde_json::Error>>()?)?))
            }
        };
        let found_omitted = matches!(found, Some(None)).then_some(NOT_SHOWN);
        let holds = facts.holds(rule, work);
        Ok(CheckedBody { condition: RuleBody::new(rule), found: found.flatten(), found_omitted, holds })
    }

    /// What a condition finds; `Some(None)` if it cannot be shown.
    #[expect(clippy::option_option, reason = "what is not there differs from what is not shown")]
    fn found(
        &self,
        condition: &Condition,
        facts: &Facts<'_>,
    ) -> Result<Option<Option<Box<RawValue>>>, serde_json::Error> {
        match &condition.subject {
            Subject::Body(path) => facts.found_at(path).map(shown_given).transpose(),
            Subject::Header(name) => {
                let signature = self.hook.signing.as_ref().and_then(|signing| signing.means.header_name.as_ref());
                let signature = signature.map(SecretHeaderName::as_str);
                let value = self.received.header(name).map(|value| masked(name, value, signature));
                value.map(|value| shown(&Value::String(value.into()))).transpose()
            }
            Subject::Query(name) => {
                let is_secret = sounds_secret(&name.to_ascii_lowercase());
                let value =
                    self.received.query_parameter(name).map(|value| if is_secret { MASK.into() } else { value });
                value.map(|value| shown(&Value::String(value))).transpose()
            }
        }
    }
}

impl Trial {
    /// The same of a call that was sent under this id.
    #[must_use]
    pub fn sent(self, id: RequestId, answered: &Answered) -> Self {
        let errors = self.response.errors.filter(|_| answered.outcome == Outcome::Failed);
        let response = Told { errors, ..Told::of(answered, None) };
        let job = self.job.filter(|_| answered.outcome == Outcome::Queued);
        let action_id = answered.action_id.map(ActionId::get);
        Self { outcome: answered.outcome.as_str(), response, job, request_id: Some(id.to_string()), action_id, ..self }
    }
}

impl Told {
    fn of(answered: &Answered, errors: Option<&FieldErrors>) -> Self {
        let errors = errors.map(|errors| errors.by_field().clone());
        Self { status_code: answered.response.status().as_u16(), message: answered.said.clone(), errors }
    }
}

/// A value of the payload as JSON; `None` if it is too long, or no JSON that every reader takes.
fn shown(value: &Value<'_>) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    let json = match value {
        Value::Null => to_raw_value(&())?,
        Value::Boolean(boolean) => to_raw_value(boolean)?,
        Value::String(text) | Value::Field(text) if text.len() > MAX_FOUND_BYTES => return Ok(None),
        Value::String(text) | Value::Field(text) => to_raw_value(text)?,
        Value::Number(json) | Value::Array(json) | Value::Object(json) => {
            if json.len() > MAX_FOUND_BYTES || !is_for_every_reader(Hazards::of(json)) {
                return Ok(None);
            }
            RawValue::from_string((*json).to_owned())?
        }
    };
    Ok(Some(json))
}

fn is_for_every_reader(hazards: Hazards) -> bool {
    hazards.depth <= MAX_FOUND_DEPTH && !hazards.has_half_a_pair && !hazards.has_too_large_a_number
}

/// The same of all values at a path with a `*`, as an array.
fn shown_given(given: Given<'_>) -> Result<Option<Box<RawValue>>, serde_json::Error> {
    match given {
        Given::One(value) => shown(value),
        Given::Each { .. } if length(given) > MAX_FOUND_BYTES => Ok(None),
        Given::Each { values, .. } => shown(&Value::Array(&array_of(values))),
    }
}

/// A variable with its value, if there is `room` for it: fifty may be the whole body.
fn resolved<'v>(
    variable: &'v Variable,
    facts: &Facts<'_>,
    room: &mut usize,
) -> Result<ResolvedBody<'v>, serde_json::Error> {
    let (mut value, mut value_omitted, mut fault) = (None, None, None);
    let given = facts.given(variable);
    let fits = given.is_none_or(|given| length(given) <= *room);
    // What does not fit is not even read: that would take fifty times as long as the call itself.
    match if fits { variable.resolve(given) } else { Ok(None) } {
        Ok(None) => value_omitted = Some(NOT_SHOWN).filter(|_| !fits),
        Ok(Some(found)) => {
            let json = to_raw_value(&value_body(&found))?;
            match room.checked_sub(json.get().len()) {
                Some(left) => (*room, value) = (left, Some(json)),
                None => value_omitted = Some(NOT_SHOWN),
            }
        }
        Err(reason) => fault = Some(format!("The field `{}` {reason}.", variable.name.as_str())),
    }
    Ok(ResolvedBody { variable: variable_body(variable), value, value_omitted, fault })
}

/// How many bytes a value has as it is written, or all values at a path with a `*`.
fn length(given: Given<'_>) -> usize {
    match given {
        Given::One(Value::Null | Value::Boolean(_)) => 0,
        Given::One(Value::String(text) | Value::Field(text)) => text.len(),
        Given::One(Value::Number(json) | Value::Array(json) | Value::Object(json)) => json.len(),
        Given::Each { values, .. } => values.iter().map(|json| json.len() + 1).sum(),
    }
}
