//! What is known of an action from the start.

use super::lane::Lane;
use super::succession::Succession;
use super::text::Comment;
use crate::domain::hook::{ActionType, Resource};
use crate::domain::id::{ActionId, EnvironmentId, HookId, PipelineId, ProjectId, RequestId, UserId};
use crate::domain::timestamp::Timestamp;

/// What is known of an action when its job is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAction {
    /// The job that asks for it; its id says when, and which id the action has.
    pub job: RequestId,
    /// The tenant.
    pub project_id: ProjectId,
    /// Where it runs.
    pub environment_id: EnvironmentId,
    /// What it works on. Actions of one resource run one after the other.
    pub resource: Resource,
    /// What it runs.
    pub pipeline_id: PipelineId,
    /// What it does with the resource.
    pub action_type: ActionType,
    /// Why it was made.
    pub triggered_from: TriggeredFrom,
    /// The action that it repeats.
    pub retry_of: Option<ActionId>,
    /// Whether it gives way to a newer one of its hook, as long as it waits. Only actions of calls do.
    pub only_latest: bool,
    /// When the job was made.
    pub created_at: Timestamp,
}

impl NewAction {
    /// Where it waits for its turn.
    pub fn lane(&self) -> Lane {
        Lane { project_id: self.project_id, resource: self.resource }
    }

    /// The succession that it belongs to, if only the newest action of one runs.
    pub fn succession(&self) -> Option<Succession> {
        match self.triggered_from {
            TriggeredFrom::Hook { hook_id, .. } if self.only_latest => {
                Some(Succession { hook_id, pipeline_id: self.pipeline_id })
            }
            TriggeredFrom::Hook { .. } | TriggeredFrom::User { .. } => None,
        }
    }
}

/// Why an action was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggeredFrom {
    /// A hook was called.
    Hook {
        /// Which hook.
        hook_id: HookId,
        /// What it was called then.
        name: String,
        /// The call.
        request_id: RequestId,
        /// Where the call came from.
        ip_address: Option<String>,
    },
    /// A user asked for it.
    User {
        /// Which user.
        user_id: UserId,
        /// What the user was called then.
        name: String,
        /// The user's address then.
        email: String,
        /// Where the request came from.
        ip_address: Option<String>,
        /// What the user wrote about it.
        comment: Option<Comment>,
    },
}
