//! Which calls of a list are asked for.

use std::borrow::Cow;
use std::str::FromStr;

use crate::domain::Invalid;
use crate::domain::id::{HookId, ProjectId, RequestId};
use crate::domain::request::noted;
use crate::domain::timestamp::Timestamp;
use crate::http::{ApiError, Call, FieldErrors, Keyset};
use crate::ports::{RequestFilter, RequestQuery};

const OUTCOME: &str = "filter[outcome]";
const STATUS: &str = "filter[status]";
const EVENT: &str = "filter[event]";
const HOOK: &str = "filter[hook_id]";
const FROM: &str = "filter[from]";
const TO: &str = "filter[to]";
const AFTER: &str = "after";

/// What a list of a hook's calls is chosen by. A list of a project's calls also knows [`HOOK`].
const KNOWN: [&str; 5] = [OUTCOME, STATUS, EVENT, FROM, TO];

/// The most statuses that one list is chosen by: its links repeat them.
const MOST_STATUSES: usize = 10;

/// The longest name of an event, in characters.
const MAX_EVENT_CHARS: usize = 256;

/// A part of a list of calls, as a call asks for it.
#[derive(Debug)]
pub struct CallList {
    /// Which page.
    pub page: Keyset,
    /// Which calls.
    pub filter: RequestFilter,
}

impl CallList {
    /// Reads the page and the filters of the query. A filter that is not known is refused: the list would show what it
    /// was to leave out. `hook` is the one that the path names.
    pub fn of_query(call: &Call, hook: Option<HookId>) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let page = Keyset::of_query(call, &mut errors);
        let mut query = Query { call, errors: &mut errors };
        let filter = RequestFilter {
            outcomes: query.list(OUTCOME, str::parse),
            statuses: query.statuses(),
            event: query.event(),
            from: query.read(FROM),
            to: query.read(TO),
            after: query.read(AFTER),
            hook: if hook.is_some() { hook } else { query.read(HOOK) },
        };
        if filter.from.zip(filter.to).is_some_and(|(from, to)| from >= to) {
            query.errors.add(TO, format_args!("must be later than `{FROM}`"));
        }
        query.refuse_unknown(hook.is_none());
        if errors.is_empty() { Ok(Self { page, filter }) } else { Err(ApiError::Invalid(errors)) }
    }

    /// What to look for in the log.
    pub fn query(&self, project: ProjectId, now: Timestamp) -> RequestQuery {
        RequestQuery { project, filter: self.filter.clone(), before: self.page.before(), now, limit: self.page.limit() }
    }

    /// What the links of the page repeat. `hook` is the one that the path names.
    pub fn repeated(&self, hook: Option<HookId>) -> Vec<(&'static str, String)> {
        let RequestFilter { hook: chosen, outcomes, statuses, event, from, to, after } = &self.filter;
        let joined = |values: Vec<String>| Some(values.join(",")).filter(|values| !values.is_empty());
        let each = [
            (OUTCOME, joined(outcomes.iter().map(|outcome| outcome.as_str().to_owned()).collect())),
            (STATUS, joined(statuses.iter().map(u16::to_string).collect())),
            (EVENT, event.clone()),
            (HOOK, chosen.filter(|_| hook.is_none()).map(|hook| hook.to_string())),
            (FROM, from.map(|from| from.to_string())),
            (TO, to.map(|to| to.to_string())),
            (AFTER, after.map(|after: RequestId| after.to_string())),
        ];
        each.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

struct Query<'a> {
    call: &'a Call,
    errors: &'a mut FieldErrors,
}

impl Query<'_> {
    fn read<T: FromStr<Err = Invalid>>(&mut self, name: &'static str) -> Option<T> {
        let text = self.call.query_parameter(name)?;
        text.parse().map_err(|invalid: T::Err| self.errors.add(name, invalid)).ok()
    }

    /// Values that are separated by commas, or given under the same name again.
    fn list<T: PartialEq>(&mut self, name: &'static str, read: impl Fn(&str) -> Result<T, Invalid>) -> Vec<T> {
        let mut values = Vec::new();
        for (_, given) in self.call.query_parameters().filter(|(given, _)| given == name) {
            for text in given.split(',') {
                match read(text) {
                    Ok(value) if values.contains(&value) => {}
                    Ok(value) => values.push(value),
                    Err(invalid) => self.errors.add(name, invalid),
                }
            }
        }
        values
    }

    fn statuses(&mut self) -> Vec<u16> {
        let statuses = self.list(STATUS, |text| {
            let status = text.parse().ok().filter(|status| (200..=599).contains(status) && text.len() == 3);
            status.ok_or_else(|| Invalid::new("must be status codes from 200 to 599, separated by commas"))
        });
        if statuses.len() > MOST_STATUSES {
            self.errors.add(STATUS, format_args!("must be at most {MOST_STATUSES} status codes"));
        }
        statuses
    }

    fn event(&mut self) -> Option<String> {
        let event: Cow<'_, str> = self.call.query_parameter(EVENT)?;
        if (1..=MAX_EVENT_CHARS).contains(&event.chars().count()) {
            return Some(noted(&event));
        }
        self.errors.add(EVENT, format_args!("must be the name of an event, of 1 to {MAX_EVENT_CHARS} characters"));
        None
    }

    fn refuse_unknown(&mut self, is_projects: bool) {
        let known: Vec<_> = KNOWN.into_iter().chain(is_projects.then_some(HOOK)).collect();
        for (name, _) in self.call.query_parameters() {
            if name.starts_with("filter") && !known.contains(&&*name) {
                let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
                self.errors.add(&name, format_args!("is not a filter of this list: these are {}", known.join(", ")));
            }
        }
    }
}
