//! An action as it is shown.

use serde::Serialize;

use crate::domain::action::{Action, ActionStep, Comment, Reason, ReasonText, RunUrl, Status, TriggeredFrom};
use crate::domain::hook::Resource;
use crate::domain::id::ActionId;
use crate::domain::timestamp::Timestamp;

/// An action in a list.
#[derive(Serialize)]
pub struct ActionRelationBody<'a> {
    id: i64,
    pipeline_id: i64,
    #[serde(flatten)]
    status: StatusBody,
    #[serde(rename = "type")]
    kind: &'static str,
    type_human_readable: &'static str,
    url_web_permalink: String,
    trigger_comment: Option<&'a str>,
    action_data: (),
    triggered_from: OriginBody<'a>,
    resource: ResourceBody,
    summary: SummaryBody,
    organization: (),
    project: (),
    environment: (),
    project_id: i64,
    environment_id: i64,
    superseded_by: Option<i64>,
    started_at: Option<String>,
    completed_at: Option<String>,
    created_at: String,
    updated_at: String,
}

/// A whole action.
#[derive(Serialize)]
pub struct ActionBody<'a> {
    #[serde(flatten)]
    relation: ActionRelationBody<'a>,
    retry_of: Option<i64>,
    parent: (),
    children: [(); 0],
    targets: [TargetBody<'a>; 1],
    /// Left out if no hook was called: the published clients refuse null.
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_requests: Option<HookRequestsBody<'a>>,
    worker: Option<&'a str>,
    attempt: u32,
    cancelled: bool,
    url: Option<&'a str>,
}

/// How far something has come, in the four fields that say so.
#[derive(Serialize)]
struct StatusBody {
    status: &'static str,
    status_human_readable: &'static str,
    status_reason_code: &'static str,
    status_reason_human_readable: String,
}

#[derive(Serialize)]
struct OriginBody<'a> {
    origin: (),
    trigger_type: &'static str,
    name: &'a str,
    email: Option<&'a str>,
    ip_address: &'a str,
    user_id: Option<i64>,
    hook_id: Option<String>,
    hook_request_id: Option<String>,
}

#[derive(Serialize)]
struct ResourceBody {
    id: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    type_human_readable: &'static str,
}

/// An action has one target, the resource: so these are 0 or 1.
#[derive(Serialize)]
struct SummaryBody {
    targets: TargetCounts,
}

#[derive(Serialize)]
struct TargetCounts {
    count: u8,
    pending: u8,
    in_progress: u8,
    completed: u8,
    failed: u8,
}

#[derive(Serialize)]
struct TargetBody<'a> {
    id: i64,
    resource_type: &'static str,
    resource_type_human_readable: &'static str,
    resource_id: i64,
    resource_data: (),
    #[serde(flatten)]
    status: StatusBody,
    total_steps: Option<usize>,
    current_step: Option<StepBody<'a>>,
    steps: Vec<StepBody<'a>>,
    started_at: Option<String>,
    completed_at: Option<String>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct StepBody<'a> {
    id: usize,
    action_id: i64,
    action_target_id: i64,
    name: Option<&'a str>,
    description: (),
    order: usize,
    #[serde(flatten)]
    status: StatusBody,
    started_at: Option<String>,
    completed_at: Option<String>,
}

#[derive(Serialize)]
struct HookRequestsBody<'a> {
    incoming: HookRequestBody<'a>,
}

#[derive(Serialize)]
struct HookRequestBody<'a> {
    id: String,
    hook_id: String,
    action_id: i64,
    retry_of: (),
    ip_address: &'a str,
}

impl<'a> ActionRelationBody<'a> {
    /// The action under this address of the API.
    pub fn new(action: &'a Action, base_url: &str) -> Self {
        let new = &action.new;
        Self {
            id: action.id.get(),
            pipeline_id: new.pipeline_id.get(),
            status: StatusBody::of_action(action),
            kind: new.action_type.as_str(),
            type_human_readable: new.action_type.in_words(),
            url_web_permalink: format!("{base_url}/console#/actions/{}", action.id),
            trigger_comment: comment(&new.triggered_from),
            action_data: (),
            triggered_from: OriginBody::new(&new.triggered_from),
            resource: ResourceBody::new(new.resource),
            summary: SummaryBody::new(action.status),
            organization: (),
            project: (),
            environment: (),
            project_id: new.project_id.get(),
            environment_id: new.environment_id.get(),
            superseded_by: action.superseded_by.map(ActionId::get),
            started_at: instant(action.started_at),
            completed_at: instant(action.completed_at),
            created_at: new.created_at.to_string(),
            updated_at: action.updated_at.to_string(),
        }
    }
}

impl<'a> ActionBody<'a> {
    /// The action under this address of the API.
    pub fn new(action: &'a Action, base_url: &str) -> Self {
        Self {
            relation: ActionRelationBody::new(action, base_url),
            retry_of: action.new.retry_of.map(ActionId::get),
            parent: (),
            children: [],
            targets: [TargetBody::new(action)],
            hook_requests: HookRequestsBody::new(action),
            worker: action.lease.as_ref().map(|lease| lease.worker.as_str()),
            attempt: action.attempt,
            cancelled: action.cancel.is_some(),
            url: action.url.as_ref().map(RunUrl::as_str),
        }
    }
}

impl StatusBody {
    fn of_action(action: &Action) -> Self {
        let waiting = "Waiting for another action";
        match action.status {
            Status::Waiting => match action.waiting_for {
                Reason::Target => {
                    Self::new(action.status, "WAITING_CONCURRENCY_TARGET", format!("{waiting} on the same resource"))
                }
                Reason::Pipeline => {
                    Self::new(action.status, "WAITING_CONCURRENCY_PIPELINE", format!("{waiting} of the same pipeline"))
                }
            },
            Status::Pending => Self::new(action.status, "PENDING", "Waiting for a worker".to_owned()),
            Status::Queued | Status::InProgress | Status::Completed | Status::Failed | Status::Skipped => {
                Self::with_reason(action.status, action.reason.as_ref())
            }
        }
    }

    fn with_reason(status: Status, reason: Option<&ReasonText>) -> Self {
        let code = match status {
            Status::Queued => "QUEUED",
            Status::Waiting => "WAITING_CONCURRENCY_TARGET",
            Status::Pending => "PENDING",
            Status::InProgress => "IN_PROGRESS",
            Status::Completed => "COMPLETED",
            Status::Failed => "FAILED",
            Status::Skipped => "SKIPPED",
        };
        let words = status.in_words();
        let words = reason.map_or_else(|| words.to_owned(), |reason| format!("{words}: {}", reason.as_str()));
        Self::new(status, code, words)
    }

    fn new(status: Status, code: &'static str, words: String) -> Self {
        Self {
            status: status.as_str(),
            status_human_readable: status.in_words(),
            status_reason_code: code,
            status_reason_human_readable: words,
        }
    }
}

impl<'a> OriginBody<'a> {
    fn new(from: &'a TriggeredFrom) -> Self {
        match from {
            TriggeredFrom::Hook { hook_id, name, request_id, ip_address } => Self {
                origin: (),
                trigger_type: "hook",
                name,
                email: None,
                ip_address: ip_address.as_deref().unwrap_or_default(),
                user_id: None,
                hook_id: Some(hook_id.to_string()),
                hook_request_id: Some(request_id.to_string()),
            },
            TriggeredFrom::User { user_id, name, email, ip_address, comment: _ } => Self {
                origin: (),
                trigger_type: "manual",
                name,
                email: Some(email),
                ip_address: ip_address.as_deref().unwrap_or_default(),
                user_id: Some(user_id.get()),
                hook_id: None,
                hook_request_id: None,
            },
        }
    }
}

impl ResourceBody {
    fn new(resource: Resource) -> Self {
        let Resource { kind, id } = resource;
        Self { id: id.get(), kind: kind.as_str(), type_human_readable: kind.in_words() }
    }
}

impl SummaryBody {
    fn new(status: Status) -> Self {
        let counts = TargetCounts { count: 1, pending: 0, in_progress: 0, completed: 0, failed: 0 };
        let targets = match status {
            Status::Queued | Status::Waiting | Status::Pending => TargetCounts { pending: 1, ..counts },
            Status::InProgress => TargetCounts { in_progress: 1, ..counts },
            Status::Completed => TargetCounts { completed: 1, ..counts },
            Status::Failed => TargetCounts { failed: 1, ..counts },
            Status::Skipped => counts,
        };
        Self { targets }
    }
}

impl<'a> TargetBody<'a> {
    fn new(action: &'a Action) -> Self {
        let Resource { kind, id } = action.new.resource;
        let step = |(index, step)| StepBody::new(action.id, index + 1, step);
        let current = action.steps.iter().enumerate().rev().find(|(_, step)| step.status != Status::Pending);
        Self {
            id: action.id.get(),
            resource_type: kind.as_str(),
            resource_type_human_readable: kind.in_words(),
            resource_id: id.get(),
            resource_data: (),
            status: StatusBody::of_action(action),
            total_steps: (action.attempt > 0).then_some(action.steps.len()),
            current_step: current.map(step),
            steps: action.steps.iter().enumerate().map(step).collect(),
            started_at: instant(action.started_at),
            completed_at: instant(action.completed_at),
            created_at: action.new.created_at.to_string(),
            updated_at: action.updated_at.to_string(),
        }
    }
}

impl<'a> StepBody<'a> {
    fn new(action: ActionId, order: usize, step: &'a ActionStep) -> Self {
        Self {
            id: order,
            action_id: action.get(),
            action_target_id: action.get(),
            name: step.name.as_deref(),
            description: (),
            order,
            status: StatusBody::with_reason(step.status, step.reason.as_ref()),
            started_at: instant(step.started_at),
            completed_at: instant(step.completed_at),
        }
    }
}

impl<'a> HookRequestsBody<'a> {
    fn new(action: &'a Action) -> Option<Self> {
        match &action.new.triggered_from {
            TriggeredFrom::Hook { hook_id, request_id, ip_address, name: _ } => Some(Self {
                incoming: HookRequestBody {
                    id: request_id.to_string(),
                    hook_id: hook_id.to_string(),
                    action_id: action.id.get(),
                    retry_of: (),
                    ip_address: ip_address.as_deref().unwrap_or_default(),
                },
            }),
            TriggeredFrom::User { .. } => None,
        }
    }
}

fn comment(from: &TriggeredFrom) -> Option<&str> {
    match from {
        TriggeredFrom::Hook { .. } => None,
        TriggeredFrom::User { comment, .. } => comment.as_ref().map(Comment::as_str),
    }
}

pub(super) fn instant(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}
