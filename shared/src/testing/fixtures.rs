//! Sample values, each valid as it is.

use crate::auth::Identity;
use crate::domain::condition::Conditions;
use crate::domain::hook::{ActionType, Hook, HookRelation, Resource, ResourceType};
use crate::domain::id::{EnvironmentId, HookId, PipelineId, ProjectId, ResourceId, SessionId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::domain::variable::Variables;

/// An open hook of project 1 that deploys application 42 with pipeline 7.
///
/// # Panics
///
/// Never: the literals are valid.
#[expect(clippy::expect_used, reason = "the literals are valid")]
pub fn hook() -> Hook {
    let at = Timestamp::from_unix_seconds(1_800_000_000);
    let relation = HookRelation {
        id: HookId::from_random([1; 16]),
        name: "deploy the shop".parse().expect("a valid name"),
        action_type: ActionType::Deploy,
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(42).expect("a valid id") },
        project_id: ProjectId::new(1).expect("a valid id"),
        environment_id: EnvironmentId::new(1).expect("a valid id"),
        pipeline_id: PipelineId::new(7).ok(),
        requires_secret: false,
        active: true,
        variables: Variables::default(),
        conditions: Conditions::default(),
        created_at: at,
        updated_at: at,
    };
    Hook { relation, signing: None, created_by: UserId::new(3).expect("a valid id") }
}

/// User 3, of project 1 and environment 2.
///
/// # Panics
///
/// Never: the literals are valid.
#[expect(clippy::expect_used, reason = "the literals are valid")]
pub fn identity() -> Identity {
    Identity {
        user_id: UserId::new(3).expect("a valid id"),
        session_id: SessionId::from_random([1; 16]),
        project_id: ProjectId::new(1).expect("a valid id"),
        environment_id: EnvironmentId::new(2).expect("a valid id"),
    }
}
