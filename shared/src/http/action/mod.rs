//! Actions as JSON.

mod body;
mod claim;
mod draft;
mod filter;
mod log;
mod report;
mod start;

pub use self::body::{ActionBody, ActionRelationBody};
pub use self::claim::{ClaimRequest, HandedOut, lease_token, read_claim};
pub use self::draft::{ActionDraft, MAX_ACTION_BODY_BYTES, read_action};
pub use self::filter::ListRequest;
pub use self::log::{LogBody, StepOrder};
pub use self::report::{MAX_REPORT_BYTES, OutputPart, ReportRequest, ReportedBody, ReportedEnd, read_report};
pub use self::start::{asked, start_action, started, variables_of};
use crate::auth::Identity;
use crate::domain::action::Action;
use crate::domain::id::ActionId;
use crate::http::ApiError;
use crate::ports::{Consistency, FindAction};

/// The action of this id as the last answered write left it, if it is one of the caller's project. One of another project
/// does not exist for the caller.
pub async fn find_own(actions: &impl FindAction, caller: &Identity, id: ActionId) -> Result<Action, ApiError> {
    let action = actions.find_action(id, Consistency::Strong).await?;
    let own = action.filter(|action| action.new.project_id == caller.project_id);
    own.ok_or(ApiError::NotFound("The action"))
}
