//! An action as an item.

use serde::{Deserialize, Serialize};

use super::super::item::{Attributes, StoredItem, binary, boolean, number, text};
use super::action_partition;
use crate::domain::Invalid;
use crate::domain::action::{
    Action, ActionStep, KEPT_AFTER_END, Lease, LeaseHash, LeaseSeconds, NewAction, Reason, ReasonText, Status,
    TriggeredFrom,
};
use crate::domain::hook::Resource;
use crate::domain::id::{ActionId, EnvironmentId, PipelineId, ProjectId, UserId};
use crate::domain::timestamp::Timestamp;
use crate::ports::{SHARDS, StoreError};

/// What never changes of an action: the attributes that `register` leaves as they are.
pub(super) const LASTING: [&str; 13] = [
    "id",
    "job",
    "project",
    "resource",
    "pipeline",
    "environment",
    "type",
    "triggered_from",
    "hook",
    "retry_of",
    "only_latest",
    "created_at",
    "shard",
];

/// The partition of the index `by-resource`.
pub(super) fn resource_partition(project: ProjectId, resource: Resource) -> String {
    format!("{project}#{}#{}", resource.kind, resource.id)
}

/// The partition of the index `by-pipeline`.
pub(super) fn pipeline_partition(project: ProjectId, pipeline: PipelineId) -> String {
    format!("{project}#{pipeline}")
}

/// The partition of the index `claimable`.
pub(super) fn claim_partition(project: ProjectId, label: &str) -> String {
    format!("{project}#{label}")
}

/// The action as its item.
pub(super) fn encode(action: &Action) -> Attributes {
    let mut item = encode_new(action.id, &action.new);
    let mut set = |name: &str, value| drop(item.insert(name.to_owned(), value));
    set("status", text(action.status));
    set("attempt", number(i64::from(action.attempt)));
    set("updated_at", text(action.updated_at));
    let waits_at_gate = match action.waiting_for {
        Reason::Target => None,
        Reason::Pipeline => Some(boolean(true)),
    };
    // An action that has ended has a text here: the pipe that publishes it cannot do without.
    let reason = action.reason.as_ref().map(ReasonText::as_str).or(action.completed_at.and(Some("")));
    let ends = action.completed_at.map(|end| end.plus(KEPT_AFTER_END).unix_seconds());
    let claim = action.claim_at.and(action.label.as_ref());
    let claim = claim.map(|label| text(claim_partition(action.new.project_id, label.as_str())));
    let steps = (!action.steps.is_empty()).then(|| text(encode_steps(&action.steps)));
    let lease = action.lease.as_ref();
    let optional = [
        ("at_gate", waits_at_gate),
        ("reason", reason.map(text)),
        ("seq", action.sequence.as_ref().map(text)),
        ("lease", lease.map(|lease| binary(lease.hash.0))),
        ("lease_until", lease.map(|lease| text(lease.until))),
        ("lease_seconds", lease.map(|lease| number(lease.seconds.get().into()))),
        ("worker", lease.map(|lease| text(lease.worker.as_str()))),
        ("execution", action.execution.as_ref().map(text)),
        ("started", action.started.then(|| boolean(true))),
        ("run_again", action.run_again.then(|| boolean(true))),
        ("steps", steps),
        ("cancel", action.cancel.map(|user| number(user.get()))),
        ("superseded_by", action.superseded_by.map(|action| number(action.get()))),
        ("url", action.url.as_ref().map(|url| text(url.as_str()))),
        ("started_at", action.started_at.map(text)),
        ("completed_at", action.completed_at.map(text)),
        ("due", action.due.map(text)),
        ("claim", claim),
        ("claim_at", action.claim_at.map(text)),
        ("expires_at", ends.map(number)),
    ];
    item.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

fn encode_new(id: ActionId, new: &NewAction) -> Attributes {
    let mut item = Attributes::from([
        ("pk".to_owned(), text(action_partition(id))),
        ("sk".to_owned(), text("HEAD")),
        ("id".to_owned(), number(id.get())),
        ("job".to_owned(), text(new.job)),
        ("project".to_owned(), text(new.project_id)),
        ("resource".to_owned(), text(resource_partition(new.project_id, new.resource))),
        ("pipeline".to_owned(), text(pipeline_partition(new.project_id, new.pipeline_id))),
        ("environment".to_owned(), number(new.environment_id.get())),
        ("type".to_owned(), text(new.action_type)),
        ("triggered_from".to_owned(), text(encode_origin(&new.triggered_from))),
        ("hook".to_owned(), text(hook_of(&new.triggered_from))),
        ("created_at".to_owned(), text(new.created_at)),
        ("shard".to_owned(), number(id.get() % SHARDS)),
    ]);
    if let Some(retried) = new.retry_of {
        item.insert("retry_of".to_owned(), number(retried.get()));
    }
    if new.only_latest {
        item.insert("only_latest".to_owned(), boolean(true));
    }
    item
}

/// The item as its action.
pub(super) fn decode(attributes: &Attributes) -> Result<Action, StoreError> {
    let item = &StoredItem::new(attributes, "pk");
    let flag = |name| if attributes.contains_key(name) { item.boolean(name) } else { Ok(false) };
    let time = |name| item.optional_text(name)?.map(|_| item.parsed::<Timestamp>(name)).transpose();
    let id = item.number("id", ActionId::new)?;
    let new = decode_new(item, flag("only_latest")?)?;
    let label = |text: &str| text.strip_prefix(&claim_partition(new.project_id, "")).unwrap_or(text).parse();
    Ok(Action {
        id,
        status: item.parsed("status")?,
        waiting_for: if flag("at_gate")? { Reason::Pipeline } else { Reason::Target },
        reason: item
            .optional_text("reason")?
            .filter(|text| !text.is_empty())
            .map(|_| item.parsed("reason"))
            .transpose()?,
        sequence: optional(item, "seq")?,
        lease: decode_lease(item)?,
        execution: optional(item, "execution")?,
        attempt: item.number("attempt", u32::try_from)?,
        started: flag("started")?,
        run_again: flag("run_again")?,
        steps: match item.optional_text("steps")? {
            Some(steps) => decode_steps(steps).ok_or_else(|| item.corrupt("steps"))?,
            None => Vec::new(),
        },
        cancel: item.optional_number("cancel", UserId::new)?,
        superseded_by: item.optional_number("superseded_by", ActionId::new)?,
        url: optional(item, "url")?,
        started_at: time("started_at")?,
        completed_at: time("completed_at")?,
        updated_at: item.parsed("updated_at")?,
        due: time("due")?,
        label: item.optional_text("claim")?.map(|_| item.decoded("claim", label)).transpose()?,
        claim_at: time("claim_at")?,
        new,
    })
}

fn optional<T: std::str::FromStr>(item: &StoredItem<'_>, name: &'static str) -> Result<Option<T>, StoreError> {
    item.optional_text(name)?.map(|_| item.parsed(name)).transpose()
}

fn decode_new(item: &StoredItem<'_>, only_latest: bool) -> Result<NewAction, StoreError> {
    let (project_id, resource) = item.decoded("resource", decode_resource)?;
    let pipeline = |text: &str| text.split_once('#').ok_or(Invalid::new("no pipeline"))?.1.parse::<PipelineId>();
    Ok(NewAction {
        job: item.parsed("job")?,
        project_id,
        environment_id: item.number("environment", EnvironmentId::new)?,
        resource,
        pipeline_id: item.decoded("pipeline", pipeline)?,
        action_type: item.parsed("type")?,
        triggered_from: decode_origin(item.text("triggered_from")?).ok_or_else(|| item.corrupt("triggered_from"))?,
        retry_of: item.optional_number("retry_of", ActionId::new)?,
        only_latest,
        created_at: item.parsed("created_at")?,
    })
}

fn decode_resource(text: &str) -> Result<(ProjectId, Resource), Invalid> {
    let mut parts = text.splitn(3, '#');
    let mut part = || parts.next().unwrap_or_default();
    let (project, kind, id) = (part(), part(), part());
    Ok((project.parse()?, Resource { kind: kind.parse()?, id: id.parse()? }))
}

fn decode_lease(item: &StoredItem<'_>) -> Result<Option<Lease>, StoreError> {
    let Some(hash) = item.optional_binary("lease")? else { return Ok(None) };
    Ok(Some(Lease {
        hash: LeaseHash(hash.try_into().map_err(|_| item.corrupt("lease"))?),
        until: item.parsed("lease_until")?,
        seconds: item.number("lease_seconds", LeaseSeconds::new)?,
        worker: item.parsed("worker")?,
    }))
}

#[derive(Serialize, Deserialize)]
struct StoredStep {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
}

fn encode_steps(steps: &[ActionStep]) -> String {
    let steps: Vec<_> = steps
        .iter()
        .map(|step| StoredStep {
            name: step.name.clone(),
            status: step.status.to_string(),
            reason: step.reason.as_ref().map(|reason| reason.as_str().to_owned()),
            started_at: step.started_at.map(|at| at.to_string()),
            completed_at: step.completed_at.map(|at| at.to_string()),
        })
        .collect();
    json(&steps)
}

fn decode_steps(text: &str) -> Option<Vec<ActionStep>> {
    let steps: Vec<StoredStep> = serde_json::from_str(text).ok()?;
    let time = |at: Option<String>| at.map(|at| at.parse()).transpose().ok();
    let step = |step: StoredStep| {
        Some(ActionStep {
            name: step.name,
            status: step.status.parse::<Status>().ok()?,
            reason: step.reason.map(|reason| reason.parse::<ReasonText>()).transpose().ok()?,
            started_at: time(step.started_at)?,
            completed_at: time(step.completed_at)?,
        })
    };
    steps.into_iter().map(step).collect()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredOrigin {
    Hook { hook_id: String, name: String, request_id: String, ip_address: Option<String> },
    User { user_id: i64, name: String, email: String, ip_address: Option<String>, comment: Option<String> },
}

/// For those who hear of the action's end: the hook without the people. Empty if a user has started the action.
fn hook_of(origin: &TriggeredFrom) -> String {
    match origin {
        TriggeredFrom::Hook { hook_id, .. } => hook_id.to_string(),
        TriggeredFrom::User { .. } => String::new(),
    }
}

fn encode_origin(origin: &TriggeredFrom) -> String {
    let origin = match origin.clone() {
        TriggeredFrom::Hook { hook_id, name, request_id, ip_address } => {
            StoredOrigin::Hook { hook_id: hook_id.to_string(), name, request_id: request_id.to_string(), ip_address }
        }
        TriggeredFrom::User { user_id, name, email, ip_address, comment } => {
            let comment = comment.map(|comment| comment.as_str().to_owned());
            StoredOrigin::User { user_id: user_id.get(), name, email, ip_address, comment }
        }
    };
    json(&origin)
}

fn decode_origin(text: &str) -> Option<TriggeredFrom> {
    Some(match serde_json::from_str(text).ok()? {
        StoredOrigin::Hook { hook_id, name, request_id, ip_address } => TriggeredFrom::Hook {
            hook_id: hook_id.parse().ok()?,
            name,
            request_id: request_id.parse().ok()?,
            ip_address,
        },
        StoredOrigin::User { user_id, name, email, ip_address, comment } => TriggeredFrom::User {
            user_id: UserId::new(user_id).ok()?,
            name,
            email,
            ip_address,
            comment: comment.map(|comment| comment.parse()).transpose().ok()?,
        },
    })
}

/// Plain texts and numbers can always be written.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
