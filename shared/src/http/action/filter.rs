//! Which actions of a list are asked for.

use crate::domain::id::{ProjectId, ResourceId};
use crate::http::filters::Filters;
use crate::http::{ApiError, Call, FieldErrors, Page};
use crate::ports::{ActionFilter, ActionPage, ActionQuery, ActionScope};

const ORGANIZATION: &str = "filter[organization_id]";
const PROJECT: &str = "filter[project_id]";
const ENVIRONMENT: &str = "filter[environment_id]";
const RESOURCE_TYPE: &str = "filter[resource_type]";
const RESOURCE_ID: &str = "filter[resource_id]";
const STATUS: &str = "filter[status]";
const OPERATION: &str = "filter[operation]";

const KNOWN: &[&str] = &[ORGANIZATION, PROJECT, ENVIRONMENT, RESOURCE_TYPE, RESOURCE_ID, STATUS, OPERATION];

/// The only organization that there is.
const OUR_ORGANIZATION: i64 = 1;

/// A part of a list, as a call asks for it.
#[derive(Debug)]
pub struct ListRequest {
    /// Which page.
    pub page: Page,
    /// The filters as the links of the page repeat them.
    pub repeated: Vec<(&'static str, String)>,
    project_id: ProjectId,
    /// `None` if the filters of the path and of the query exclude each other.
    filter: Option<ActionFilter>,
}

impl ListRequest {
    /// Reads the page and the filters of the query, and adds them to what the path already says.
    pub fn of_query(call: &Call, project_id: ProjectId, of_path: ActionFilter) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let page = Page::read(call, &mut errors);
        let mut query = Filters::of(call, &mut errors);
        // An id of a kind that has no type of its own here.
        let organization: Option<ResourceId> = query.read(ORGANIZATION);
        let project: Option<ProjectId> = query.read(PROJECT);
        let asked = ActionFilter {
            status: query.read(STATUS),
            environment_id: query.read(ENVIRONMENT),
            resource_type: query.read(RESOURCE_TYPE),
            resource_id: query.read(RESOURCE_ID).map(ResourceId::get),
            action_type: query.read(OPERATION),
        };
        query.refuse_unknown(KNOWN);
        let repeated = query.repeated;
        if !errors.is_empty() {
            return Err(ApiError::Invalid(errors));
        }
        let ours =
            organization.is_none_or(|id| id.get() == OUR_ORGANIZATION) && project.is_none_or(|id| id == project_id);
        Ok(Self { page, repeated, project_id, filter: both(of_path, asked).filter(|_| ours) })
    }

    /// What to look for in the store; `None` if nothing can be found.
    pub fn query(&self, scope: ActionScope) -> Option<ActionQuery> {
        let (offset, limit) = (self.page.offset(), self.page.limit());
        Some(ActionQuery { project_id: self.project_id, scope, filter: self.filter?, offset, limit })
    }

    /// What there is of a list that nothing can be on.
    pub fn nothing() -> ActionPage {
        ActionPage { actions: Vec::new(), total: 0, stopped: false }
    }
}

/// What both let through; `None` if nothing passes both.
fn both(one: ActionFilter, other: ActionFilter) -> Option<ActionFilter> {
    let agree = agree(one.status, other.status)
        && agree(one.environment_id, other.environment_id)
        && agree(one.resource_type, other.resource_type)
        && agree(one.resource_id, other.resource_id)
        && agree(one.action_type, other.action_type);
    agree.then(|| ActionFilter {
        status: one.status.or(other.status),
        environment_id: one.environment_id.or(other.environment_id),
        resource_type: one.resource_type.or(other.resource_type),
        resource_id: one.resource_id.or(other.resource_id),
        action_type: one.action_type.or(other.action_type),
    })
}

/// Whether something may be what both ask for.
fn agree<T: Copy + PartialEq>(one: Option<T>, other: Option<T>) -> bool {
    one.is_none() || other.is_none() || one == other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::action::Status;
    use crate::domain::hook::ResourceType;

    #[test]
    fn filters_that_exclude_each_other_let_nothing_through() {
        let of_type = |kind| ActionFilter { resource_type: Some(kind), ..ActionFilter::default() };
        let failed = ActionFilter { status: Some(Status::Failed), ..ActionFilter::default() };
        let server = of_type(ResourceType::Server);
        assert_eq!(both(server, of_type(ResourceType::Daemon)), None);
        assert_eq!(both(server, server), Some(server));
        assert_eq!(both(server, failed), Some(ActionFilter { status: Some(Status::Failed), ..server }));
    }
}
