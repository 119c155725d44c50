//! Which calls of a list are asked for.

use crate::domain::Invalid;
use crate::domain::id::{HookId, ProjectId, RequestId};
use crate::domain::request::MAX_EVENT_BYTES;
use crate::domain::timestamp::Timestamp;
use crate::http::filters::Filters;
use crate::http::{ApiError, Call, FieldErrors, Keyset};
use crate::ports::{RequestFilter, RequestQuery};

pub(super) const OUTCOME: &str = "filter[outcome]";
const STATUS: &str = "filter[status]";
const EVENT: &str = "filter[event]";
const HOOK: &str = "filter[hook_id]";
pub(super) const FROM: &str = "filter[from]";
pub(super) const TO: &str = "filter[to]";
pub(super) const AFTER: &str = "after";

/// What a list of a hook's calls is chosen by.
const OF_HOOK: &[&str] = &[OUTCOME, STATUS, EVENT, FROM, TO];

/// What a list of a project's calls is chosen by.
const OF_PROJECT: &[&str] = &[OUTCOME, STATUS, EVENT, HOOK, FROM, TO];

/// The most statuses that one list is chosen by: its links repeat them.
const MOST_STATUSES: usize = 10;

/// A part of a list of calls, as a call asks for it.
#[derive(Debug)]
pub struct CallList {
    /// Which page.
    pub page: Keyset<RequestId>,
    /// What the links of the page repeat.
    pub repeated: Vec<(&'static str, String)>,
    filter: RequestFilter,
}

impl CallList {
    /// Reads the page and the filters of the query. `hook` is the one that the path names.
    pub fn of_query(call: &Call, hook: Option<HookId>) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let page = Keyset::of_query(call, &mut errors);
        let (filter, repeated) = read_filter(call, hook, &mut errors);
        if errors.is_empty() { Ok(Self { page, repeated, filter }) } else { Err(ApiError::Invalid(errors)) }
    }

    /// What to look for in the log.
    pub fn query(&self, project: ProjectId, now: Timestamp) -> RequestQuery {
        RequestQuery { project, filter: self.filter.clone(), before: self.page.before(), now, limit: self.page.limit() }
    }
}

/// Reads the filters of the query, and how the links of a page repeat them. `hook` is the one that the path names.
pub(super) fn read_filter(
    call: &Call,
    hook: Option<HookId>,
    errors: &mut FieldErrors,
) -> (RequestFilter, Vec<(&'static str, String)>) {
    let mut filters = Filters::of(call, errors);
    let filter = RequestFilter {
        outcomes: filters.list(OUTCOME, str::parse),
        statuses: filters.list(STATUS, status),
        event: filters.read_as(EVENT, event),
        from: filters.read(FROM),
        to: filters.read(TO),
        after: filters.read(AFTER),
        hook: hook.or_else(|| filters.read(HOOK)),
    };
    filters.refuse_unknown(if hook.is_some() { OF_HOOK } else { OF_PROJECT });
    let repeated = filters.repeated;
    if filter.from.zip(filter.to).is_some_and(|(from, to)| from >= to) {
        errors.add(TO, format_args!("must be later than `{FROM}`"));
    }
    if filter.statuses.len() > MOST_STATUSES {
        errors.add(STATUS, format_args!("must be at most {MOST_STATUSES} status codes"));
    }
    (filter, repeated)
}

fn status(text: &str) -> Result<u16, Invalid> {
    let status = text.parse().ok().filter(|status| (200..=599).contains(status) && text.len() == 3);
    status.ok_or_else(|| Invalid::new("must be status codes from 200 to 599, separated by commas"))
}

fn event(text: &str) -> Result<String, Invalid> {
    if (1..=MAX_EVENT_BYTES).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(format!("must be an event as the log names it, of 1 to {MAX_EVENT_BYTES} bytes")))
}
