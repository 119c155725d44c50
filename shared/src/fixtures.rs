//! Sample values for unit tests.

use crate::domain::condition::Conditions;
use crate::domain::hook::{ActionType, Hook, HookRelation, Resource, ResourceType};
use crate::domain::id::{EnvironmentId, HookId, PipelineId, ProjectId, RequestId, ResourceId, StepId, TokenId, UserId};
use crate::domain::pipeline::{
    ClaimWithin, MaxParallelActions, OnLost, Pipeline, PipelineRelation, Runner, Step, StepDraft, Steps,
};
use crate::domain::received::Received;
use crate::domain::signature::provider::{Provider, Worth};
use crate::domain::signature::{OptionKind, Options, providers};
use crate::domain::signing::Means;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{Scope, Token, TokenKind};
use crate::domain::user::User;
use crate::domain::variable::Variables;

/// An open hook of project 1 that deploys application 42 with pipeline 7.
pub(crate) fn hook() -> Hook {
    let at = Timestamp::from_unix_seconds(1_800_000_000);
    let relation = HookRelation {
        id: HookId::from_random([1; 16]),
        name: "deploy the shop".parse().unwrap(),
        action_type: ActionType::Deploy,
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(42).unwrap() },
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        pipeline_id: PipelineId::new(7).ok(),
        requires_secret: false,
        provider: None,
        proof: Worth::None,
        active: true,
        variables: Variables::default(),
        conditions: Conditions::default(),
        only_latest: false,
        created_at: at,
        updated_at: at,
    };
    Hook { relation, signing: None, pipelines: Vec::new(), created_by: UserId::new(3).unwrap() }
}

/// A call without anything in it, at the time at which the hook was created.
pub(crate) fn received() -> Received {
    let received_at = Timestamp::from_unix_seconds(1_800_000_000);
    Received {
        id: RequestId::at(received_at, [0; 10]),
        received_at,
        ip_address: None,
        headers: std::collections::BTreeMap::new(),
        query: String::new(),
        body: bytes::Bytes::new(),
        retry_of: None,
        is_test: false,
    }
}

/// A user of project 1.
pub(crate) fn user() -> User {
    let at = Timestamp::from_unix_seconds(1_800_000_000);
    User {
        id: UserId::new(3).unwrap(),
        email: "ann@example.com".parse().unwrap(),
        name: "Ann O'Hara".parse().unwrap(),
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        active: true,
        password_set_at: at,
        created_at: at,
        updated_at: at,
    }
}

/// A pipeline of project 1 that deploys applications, made for application 42, with two steps.
pub(crate) fn pipeline() -> Pipeline {
    let at = Timestamp::from_unix_seconds(1_800_000_000);
    let step = |random, name: Option<&str>, command: &str| Step {
        id: StepId::draw(at, [random, 0]),
        draft: StepDraft {
            name: name.map(|name| name.parse().unwrap()),
            description: name.map(|_| "What it is for.".parse().unwrap()).unwrap_or_default(),
            kind: "build".parse().unwrap(),
            command: command.parse().unwrap(),
            runner: Runner::Npm,
            run_as_user: name.map(|_| "deploy".parse().unwrap()).unwrap_or_default(),
        },
        created_at: at,
        updated_at: at,
    };
    let relation = PipelineRelation {
        id: PipelineId::draw(at, [0; 2]),
        name: "deploy the shop".parse().unwrap(),
        project_id: ProjectId::new(1).unwrap(),
        environment_id: EnvironmentId::new(1).unwrap(),
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(42).unwrap() },
        operation: ActionType::Deploy,
        max_parallel_actions: MaxParallelActions::new(2).unwrap(),
        label: "gpu".parse().unwrap(),
        on_lost: OnLost::RunAgain,
        claim_within: ClaimWithin::default(),
        created_by: UserId::new(3).unwrap(),
        created_at: at,
        updated_at: at,
    };
    let steps = vec![step(1, Some("install"), "install --frozen\n"), step(2, None, "run build \"all\"")];
    Pipeline { relation, steps: Steps::new(steps, Vec::new()) }
}

/// The `report` token of a worker of project 1, which ends as it begins.
pub(crate) fn token() -> Token {
    let at = Timestamp::from_unix_seconds(1_800_000_000);
    Token {
        id: TokenId::from_random([1; 16]),
        kind: TokenKind::Project,
        name: "worker".parse().unwrap(),
        scope: Scope::Report,
        user_id: UserId::new(3).unwrap(),
        project_id: ProjectId::new(1).unwrap(),
        last_used: None,
        expires_at: at,
        revoked_at: None,
        created_at: at,
        updated_at: at,
    }
}

/// How calls are proven by a provider like this one that has these options, to a hook that gives none of them.
pub(crate) fn means(like: &str, options: &'static [OptionKind]) -> Means {
    let like = providers::read(like).unwrap();
    let provider = Provider { options, by_header: false, name: "test", title: "Test", ..*like };
    Means::of_provider(Box::leak(Box::new(provider)), None, None, Options::default()).unwrap()
}
