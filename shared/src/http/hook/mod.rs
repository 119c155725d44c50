//! Hooks as JSON: what is asked for and what is answered.

mod body;
mod change;
mod condition_body;
mod conditions;
mod draft;
mod kept;
mod list;
mod pipelines;
mod proofs;
mod signing;
mod size;
mod trial;
mod variables;
mod verification;

pub use body::{HookBody, RelationBody, url_of};
pub(crate) use body::{VariableBody, value_body, variable_body};
pub use change::{HookChange, read_change};
pub(crate) use condition_body::RuleBody;
pub use draft::{OfPipeline, read_draft};
pub use list::ProjectHooks;
pub use pipelines::{check_pipelines, find_of_path};
pub use signing::read_rotation;
pub use trial::{MAX_TEST_BYTES, MadeUp, check_rate, read_draft_trial, read_trial, unreadable_body};

use super::error::ApiError;
use crate::auth::Identity;
use crate::domain::hook::Hook;
use crate::domain::id::HookId;
use crate::ports::{Consistency, FindHook};

/// The hook with this id, if it is one of the caller's project; any other is answered as one that does not exist.
pub async fn find_own(hooks: &impl FindHook, caller: &Identity, id: HookId) -> Result<Hook, ApiError> {
    let hook = hooks.find_hook(id, Consistency::Strong).await?;
    let own = hook.filter(|hook| hook.relation.project_id == caller.project_id);
    own.ok_or(ApiError::NotFound("The hook"))
}
