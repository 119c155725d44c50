//! Which hooks of a project are asked for.

use crate::domain::Invalid;
use crate::domain::hook::{HookName, HookPlace};
use crate::domain::id::ProjectId;
use crate::domain::signature::provider::Provider;
use crate::domain::signature::providers;
use crate::http::filters::Filters;
use crate::http::{ApiError, Call, FieldErrors, Keyset};
use crate::ports::{HookChoice, HookQuery};

const NAME: &str = "filter[name]";
const ACTIVE: &str = "filter[active]";
const PROVIDER: &str = "filter[provider]";
const ACTION_TYPE: &str = "filter[action_type]";
const RESOURCE_TYPE: &str = "filter[resource_type]";
const RESOURCE_ID: &str = "filter[resource_id]";
const PIPELINE_ID: &str = "filter[pipeline_id]";

const KNOWN: &[&str] = &[NAME, ACTIVE, PROVIDER, ACTION_TYPE, RESOURCE_TYPE, RESOURCE_ID, PIPELINE_ID];

/// A part of the list of a project's hooks, as a call asks for it.
#[derive(Debug)]
pub struct ProjectHooks {
    /// Which page.
    pub page: Keyset<HookPlace>,
    /// What the links of the page repeat.
    pub repeated: Vec<(&'static str, String)>,
    filter: HookChoice,
}

impl ProjectHooks {
    /// Reads the page and the filters of the query.
    pub fn of_query(call: &Call) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let page = Keyset::of_query(call, &mut errors);
        let mut filters = Filters::of(call, &mut errors);
        let filter = HookChoice {
            name: filters.read(NAME).map(|name: HookName| name.as_str().to_owned()),
            active: filters.read_as(ACTIVE, boolean),
            provider: filters.read_as(PROVIDER, provider),
            action_type: filters.read(ACTION_TYPE),
            resource_type: filters.read(RESOURCE_TYPE),
            resource_id: filters.read(RESOURCE_ID),
            pipeline_id: filters.read(PIPELINE_ID),
        };
        filters.refuse_unknown(KNOWN);
        let repeated = filters.repeated;
        if errors.is_empty() { Ok(Self { page, repeated, filter }) } else { Err(ApiError::Invalid(errors)) }
    }

    /// What to look for.
    pub fn query(&self, project: ProjectId) -> HookQuery {
        HookQuery { project, filter: self.filter.clone(), before: self.page.before(), limit: self.page.limit() }
    }
}

fn boolean(text: &str) -> Result<bool, Invalid> {
    text.parse().map_err(|_| Invalid::new("must be `true` or `false`"))
}

fn provider(text: &str) -> Result<&'static Provider, Invalid> {
    providers::read(text).map_err(|_| Invalid::new("must be the name of a provider, as `GET /providers` lists them"))
}
