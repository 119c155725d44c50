//! The actions that the sample events are about: a worker has the one, and runs its first step; the other was cancelled
//! before it began.

use std::time::{Duration, SystemTime};

use shared::aws::ActionsTable;
use shared::domain::action::{
    Action, ActionStep, Claim, Ending, Lease, LeaseSeconds, LeaseToken, NewAction, Report, Reported, Status,
    StepReport, TriggeredFrom, Turn,
};
use shared::domain::hook::{ActionType, Resource, ResourceType};
use shared::domain::id::{ActionId, HookId, PipelineId, RequestId, ResourceId};
use shared::domain::pipeline::Label;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::User;
use shared::ports::{
    Arrival, ClaimAction, Consistency, EndUnrun, FindAction, LogPart, PutLog, RegisterAction, ReportStep, TakeTurn,
    WriteAction,
};

use crate::events::EventError;

/// The token of its lease, as the events have it.
const LEASE_TOKEN: &str = "published-lease-token-of-the-sample-actions";

/// Puts the action that is in progress where it is missing.
pub(crate) async fn put(
    actions: &ActionsTable,
    user: &User,
    pipeline: PipelineId,
    created_at: Timestamp,
) -> Result<ActionId, EventError> {
    let new = new_action(user, pipeline, created_at, 7)?;
    let id = actions.write_action(&new).await?;
    if find(actions, id).await?.status != Status::Queued {
        return Ok(id);
    }
    let now = Timestamp::from(SystemTime::now());
    register(actions, &new, now).await?;
    let waiting = find(actions, id).await?;
    actions.take_turn(&waiting, &Turn::Worker(Label::default()).of(&waiting, now)).await?;

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

/// Puts the action that has ended where it is missing.
pub(crate) async fn put_ended(
    actions: &ActionsTable,
    user: &User,
    pipeline: PipelineId,
    created_at: Timestamp,
) -> Result<ActionId, EventError> {
    // Lists show it behind the other one.
    let new = new_action(user, pipeline, created_at.minus(Duration::from_secs(1)), 8)?;
    let id = actions.write_action(&new).await?;
    let now = Timestamp::from(SystemTime::now());
    if find(actions, id).await?.status == Status::Queued {
        register(actions, &new, now).await?;
        actions.end_unrun(&find(actions, id).await?, &Ending::cancelled(user.id), now).await?;
    }
    Ok(id)
}

/// The job of the action arrives.
async fn register(actions: &ActionsTable, new: &NewAction, now: Timestamp) -> Result<(), EventError> {
    let job = r#"{"version":1,"variables":{"branch":"main"}}"#;
    let sequence = "1".parse()?;
    actions.register_action(Arrival { action: new, job, sequence: &sequence, delivery: None, now }).await?;
    Ok(())
}

async fn find(actions: &ActionsTable, id: ActionId) -> Result<Action, EventError> {
    Ok(actions.find_action(id, Consistency::Strong).await?.ok_or("the action was put, but is not there")?)
}

/// An action on a resource of its own, made by the `number`th call of this millisecond.
fn new_action(user: &User, pipeline: PipelineId, created_at: Timestamp, number: u8) -> Result<NewAction, EventError> {
    let job = RequestId::at(created_at, [number; 10]);
    Ok(NewAction {
        job,
        project_id: user.project_id,
        environment_id: user.environment_id,
        // Of no other event.
        resource: Resource { kind: ResourceType::Application, id: ResourceId::new(4_235 + i64::from(number))? },
        pipeline_id: pipeline,
        action_type: ActionType::Deploy,
        triggered_from: TriggeredFrom::Hook {
            hook_id: HookId::from_random([7; 16]),
            name: "deploy the shop".to_owned(),
            request_id: job,
            ip_address: Some("198.51.100.7".to_owned()),
        },
        retry_of: None,
        only_latest: false,
        created_at,
    })
}
