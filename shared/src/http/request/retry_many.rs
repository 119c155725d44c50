//! What a bulk retry is asked for, and what it answers.

use form_urlencoded::Serializer;
use serde::Serialize;

use super::list::{AFTER, FROM, OUTCOME, TO, read_filter};
use super::retries::NotRetried;
use crate::domain::Invalid;
use crate::domain::bulk_retry::{BulkRetry, MOST_CALLS};
use crate::domain::id::{ActionId, BulkRetryId, ProjectId, RequestId};
use crate::domain::payload::Value;
use crate::domain::request::{Outcome, RequestSummary};
use crate::domain::timestamp::Timestamp;
use crate::http::{ApiError, Call, FieldErrors, read};
use crate::ports::{RequestFilter, RequestQuery};

/// What a list may be asked for besides its filters. Here it would choose other calls than the caller sees.
const OF_LISTS_ALONE: [&str; 4] = [AFTER, "before", "page", "per_page"];

/// Which calls are to run again.
#[derive(Debug)]
pub struct RetryChoice {
    /// The filters as they are repeated.
    pub filters: String,
    from: Timestamp,
    to: Timestamp,
    filter: RequestFilter,
}

impl RetryChoice {
    /// Reads the filters of the query. What comes from now on is never chosen: neither calls that arrive meanwhile, nor
    /// those that the bulk retry makes itself.
    pub fn of_query(call: &Call) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let (mut filter, repeated) = read_filter(call, None, &mut errors);
        for name in OF_LISTS_ALONE.into_iter().filter(|name| call.query_parameter(name).is_some()) {
            errors.add(name, format_args!("is for lists: choose the calls by `{FROM}` and `{TO}`"));
        }
        for name in [FROM, TO].into_iter().filter(|name| call.query_parameter(name).is_none()) {
            errors.add(name, "is required, so that it is clear which calls run again");
        }
        if filter.outcomes.contains(&Outcome::Rejected) {
            errors.add(OUTCOME, "must not be `rejected`: calls that were not authentic are never retried");
        }
        let Some((from, to)) = filter.from.zip(filter.to).filter(|_| errors.is_empty()) else {
            return Err(ApiError::Invalid(errors));
        };
        let filters = Serializer::new(String::new()).extend_pairs(repeated).finish();
        let to = to.min(call.received_at());
        filter.to = Some(to);
        if filter.outcomes.is_empty() {
            filter.outcomes = Outcome::ALL.into_iter().filter(|outcome| *outcome != Outcome::Rejected).collect();
        }
        Ok(Self { filters, from, to, filter })
    }

    /// What to look for in the log: calls that are older than `before`, at most `limit`.
    pub fn query(
        &self,
        project: ProjectId,
        now: Timestamp,
        (before, limit): (Option<RequestId>, usize),
    ) -> RequestQuery {
        RequestQuery { project, filter: self.filter.clone(), before, now, limit }
    }

    /// The error that asks for fewer calls.
    pub fn too_many(&self) -> ApiError {
        let mut errors = FieldErrors::default();
        let reason = format!(
            "must be later, or `{TO}` earlier: more than {MOST_CALLS} calls pass the filters, or too much was read to \
             count them. Narrow the time"
        );
        errors.add(FROM, reason);
        ApiError::Invalid(errors)
    }
}

/// The calls that were chosen.
#[derive(Debug, Default)]
pub struct ChosenCalls {
    /// At most [`MOST_CALLS`], the oldest first.
    pub calls: Vec<RequestId>,
    /// How many of them are known to have no body.
    pub without_body: usize,
    /// Whether these are all.
    pub are_all: bool,
}

impl ChosenCalls {
    /// The newest of what was found, the newest first; `are_all` if there is no more.
    pub fn of(found: &[RequestSummary], are_all: bool) -> Self {
        let chosen = &found[..found.len().min(MOST_CALLS)];
        let without_body = chosen.iter().filter(|call| call.is_body_too_large).count();
        let calls = chosen.iter().rev().map(|call| call.id).collect();
        Self { calls, without_body, are_all: are_all && found.len() <= MOST_CALLS }
    }

    /// The bulk retry of these calls.
    pub fn begin(self, id: BulkRetryId, project: ProjectId, filters: &str, begun_at: Timestamp) -> BulkRetry {
        let Self { calls, without_body, .. } = self;
        BulkRetry { id, project, filters: filters.to_owned(), calls, without_body, begun_at }
    }
}

/// How many calls would run again.
#[derive(Serialize)]
pub struct CountBody {
    count: usize,
    without_body: usize,
    counted: &'static str,
    limit: usize,
    from: String,
    to: String,
}

impl CountBody {
    /// What was counted.
    pub fn new(choice: &RetryChoice, chosen: &ChosenCalls) -> Self {
        Self {
            count: chosen.calls.len().saturating_sub(chosen.without_body),
            without_body: chosen.without_body,
            counted: if chosen.are_all { "all" } else { "some" },
            limit: MOST_CALLS,
            from: choice.from.to_string(),
            to: choice.to.to_string(),
        }
    }
}

/// A step of a bulk retry, as it is asked for.
#[derive(Debug)]
pub struct RetryStep {
    /// Which bulk retry.
    pub id: BulkRetryId,
    /// How many calls its client expects to run again.
    pub count: usize,
    /// How many calls come before this step's. `None` for the first step, which begins the bulk retry.
    pub cursor: Option<usize>,
}

impl RetryStep {
    /// Reads the body of a call; `None` if it only asks for the count.
    pub fn of_body(call: &Call) -> Result<Option<Self>, ApiError> {
        let mut fields = call.fields()?;
        let is_step = ["operation_id", "count", "cursor"].map(|name| fields.has(name)).contains(&true);
        if !is_step {
            return fields.finish(Some(None));
        }
        let id = fields.required("operation_id", read::parsed);
        let count = fields.required("count", read::integer(count));
        let cursor = fields.optional("cursor", cursor);
        fields.finish(id.zip(count).map(|(id, count)| Some(Self { id, count, cursor })))
    }

    /// The error for a cursor that this bulk retry did not give.
    pub fn unknown_cursor() -> ApiError {
        let mut errors = FieldErrors::default();
        errors.add("cursor", "must be the `cursor` of the step before, or null for the first step");
        ApiError::Invalid(errors)
    }
}

fn count(count: i64) -> Result<usize, Invalid> {
    let count = usize::try_from(count).ok().filter(|count| *count <= MOST_CALLS);
    count.ok_or_else(|| Invalid::new(format!("must be the `count` that was answered, from 0 to {MOST_CALLS}")))
}

fn cursor(value: &Value<'_>) -> Result<usize, Invalid> {
    let text = read::text(value)?;
    // No sign and no leading zero, so that a place has one spelling.
    let place = text.parse().ok().filter(|place: &usize| (1..MOST_CALLS).contains(place) && place.to_string() == text);
    place.ok_or_else(|| Invalid::new("must be the `cursor` of the step before, or null for the first step"))
}

/// What became of one call of a step.
#[derive(Debug)]
pub enum Told {
    /// It ran again.
    Retried(Retried),
    /// It did not.
    Not(RequestId, NotRetried),
}

/// A call that ran again.
#[derive(Debug, Serialize)]
pub struct Retried {
    id: String,
    request_id: String,
    outcome: &'static str,
    response_status: u16,
    message: String,
    action_id: Option<i64>,
}

impl Retried {
    /// The call `of`, which ran as this one.
    pub fn new(of: RequestId, ran: &RequestSummary) -> Self {
        Self {
            id: of.to_string(),
            request_id: ran.id.to_string(),
            outcome: ran.outcome.as_str(),
            response_status: ran.status,
            message: ran.message.clone(),
            action_id: ran.action_id.map(ActionId::get),
        }
    }
}

/// What became of the calls of a step.
#[derive(Serialize)]
pub struct StepBody {
    operation_id: String,
    retried: Vec<Retried>,
    not_retried: Vec<NotRetriedBody>,
    cursor: Option<String>,
}

#[derive(Serialize)]
struct NotRetriedBody {
    id: String,
    reason: String,
}

impl StepBody {
    /// What became of the calls of `retry` from `first` on.
    pub fn new(retry: &BulkRetry, first: usize, told: Vec<Told>) -> Self {
        let next = first + told.len();
        let (mut retried, mut not_retried) = (Vec::new(), Vec::new());
        for told in told {
            match told {
                Told::Retried(call) => retried.push(call),
                Told::Not(id, reason) => {
                    not_retried.push(NotRetriedBody { id: id.to_string(), reason: reason.to_string() });
                }
            }
        }
        let cursor = (next < retry.calls.len()).then(|| next.to_string());
        Self { operation_id: retry.id.to_string(), retried, not_retried, cursor }
    }
}
