//! The action that the sample events are about: a worker has it, and runs its first step.

use std::time::SystemTime;

use shared::aws::ActionsTable;
use shared::domain::action::{
    Action, ActionStep, Claim, Lease, LeaseSeconds, LeaseToken, NewAction, Report, Reported, Status, StepReport,
    TriggeredFrom,
};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, HookId, PipelineId, RequestId, ResourceId};
use shared::domain::pipeline::Label;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::User;
use shared::ports::{
    Arrival, ClaimAction, Consistency, FindAction, LogPart, PutLog, RegisterAction, ReportStep, TakeTurn, WriteAction,
};

use crate::events::EventError;

/// The token of its lease, as the events have it.
const LEASE_TOKEN: &str = "published-lease-token-of-the-sample-actions";

/// Puts the action where it is missing.
pub(crate) async fn put(
    actions: &ActionsTable,
    user: &User,
    pipeline: PipelineId,
    created_at: Timestamp,
) -> Result<ActionId, EventError> {
    let new = new_action(user, pipeline, created_at)?;
    let id = actions.write_action(&new).await?;
    if find(actions, id).await?.status != Status::Queued {
        return Ok(id);
    }
    let now = Timestamp::from(SystemTime::now());
    let sequence = "1".parse()?;
    let arrival = Arrival { action: &new, job: r#"{"version":1}"#, sequence: &sequence, delivery: None, now };
    actions.register_action(arrival).await?;
    actions.take_turn(&find(actions, id).await?, &Label::default(), now).await?;

    let token = LeaseToken::new(LEASE_TOKEN.to_owned());
    let seconds = LeaseSeconds::new(3_600)?;
    let lease =
        Lease { hash: token.hash(), until: now.plus(seconds.duration()), seconds, worker: "builder-1".parse()? };
    let steps = vec![ActionStep::pending(Some("install".to_owned())), ActionStep::pending(None)];
    actions.claim_action(&find(actions, id).await?, &Claim { lease, steps, run_again: false }, now).await?;
    let begun = StepReport { order: 1, status: Status::InProgress, reason: None };
    let report = Report { lease: token.hash(), steps: vec![begun], url: None };
    let claimed = find(actions, id).await?;
    if let Ok(Reported::Changed(action)) = report.of(&claimed, now) {
        actions.report_step(&claimed, &action).await?;
    }
    actions.put_log(LogPart { action: id, attempt: 1, step: 1, part: 0, text: "added 42 packages\n" }, now).await?;
    Ok(id)
}

async fn find(actions: &ActionsTable, id: ActionId) -> Result<Action, EventError> {
    Ok(actions.find_action(id, Consistency::Strong).await?.ok_or("the action was put, but is not there")?)
}

fn new_action(user: &User, pipeline: PipelineId, created_at: Timestamp) -> Result<NewAction, EventError> {
    let job = RequestId::at(created_at, [7; 10]);
    Ok(NewAction {
        job,
        project_id: user.project_id,
        environment_id: user.environment_id,
        // Of no other event.
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(4_242)? },
        pipeline_id: pipeline,
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::Hook {
            hook_id: HookId::from_random([7; 16]),
            name: "deploy the shop".to_owned(),
            request_id: job,
            ip_address: Some("198.51.100.7".to_owned()),
        },
        retry_of: None,
        created_at,
    })
}
