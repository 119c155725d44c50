//! What stands on the queue of actions: jobs, as `docs/job.schema.json` describes them, and wake-ups.

use serde::Deserialize;
use shared::domain::action::{Lane, NewAction, TriggeredFrom};
use shared::domain::hook::Resource;
use shared::domain::id::{EnvironmentId, PipelineId, ProjectId, ResourceId, UserId};

/// A message.
#[derive(Debug)]
pub(crate) enum Message {
    /// A job has arrived.
    Job(Box<NewAction>),
    /// An action of this lane may have its turn.
    Wake(Lane),
}

/// What of a message cannot be read. Who can send to the queue can send anything.
#[derive(Debug, thiserror::Error)]
#[error("a message of the queue of actions cannot be read: {0}")]
pub struct Unreadable(pub(crate) &'static str);

#[derive(Deserialize)]
struct WakeBody {
    wake: String,
}

#[derive(Deserialize)]
struct JobBody {
    version: u32,
    id: String,
    created_at: String,
    action_type: String,
    resource: ResourceBody,
    pipeline_id: i64,
    project_id: i64,
    environment_id: i64,
    triggered_from: OriginBody,
}

#[derive(Deserialize)]
struct ResourceBody {
    #[serde(rename = "type")]
    kind: String,
    id: i64,
}

/// Of a hook's call all that is known. The action of a job that a user asked for is there before its job is sent, and
/// knows the rest.
#[derive(Deserialize)]
struct OriginBody {
    hook_id: Option<String>,
    hook_name: Option<String>,
    request_id: Option<String>,
    ip_address: Option<String>,
    user_id: Option<i64>,
    user_name: Option<String>,
}

impl Message {
    pub(crate) fn read(body: &str) -> Result<Self, Unreadable> {
        if let Ok(WakeBody { wake }) = serde_json::from_str(body) {
            return Ok(Self::Wake(wake.parse().map_err(|_| Unreadable("its lane"))?));
        }
        let job: JobBody = serde_json::from_str(body).map_err(|_| Unreadable("it is neither a job nor a wake-up"))?;
        if job.version != 1 {
            return Err(Unreadable("its version"));
        }
        Ok(Self::Job(Box::new(job.read()?)))
    }
}

impl JobBody {
    fn read(self) -> Result<NewAction, Unreadable> {
        let pipeline_id = PipelineId::new(self.pipeline_id).ok().filter(|pipeline| pipeline.is_ours());
        Ok(NewAction {
            job: self.id.parse().map_err(|_| Unreadable("its id"))?,
            project_id: ProjectId::new(self.project_id).map_err(|_| Unreadable("its project"))?,
            environment_id: EnvironmentId::new(self.environment_id).map_err(|_| Unreadable("its environment"))?,
            resource: Resource {
                kind: self.resource.kind.parse().map_err(|_| Unreadable("the type of its resource"))?,
                id: ResourceId::new(self.resource.id).map_err(|_| Unreadable("the id of its resource"))?,
            },
            pipeline_id: pipeline_id.ok_or(Unreadable("its pipeline is not one of ours"))?,
            action_type: self.action_type.parse().map_err(|_| Unreadable("its action type"))?,
            triggered_from: self.triggered_from.read().ok_or(Unreadable("what triggered it"))?,
            retry_of: None,
            only_latest: false,
            created_at: self.created_at.parse().map_err(|_| Unreadable("its time"))?,
        })
    }
}

impl OriginBody {
    fn read(self) -> Option<TriggeredFrom> {
        let Self { hook_id, hook_name, request_id, ip_address, user_id, user_name } = self;
        Some(match hook_id {
            Some(hook) => TriggeredFrom::Hook {
                hook_id: hook.parse().ok()?,
                name: hook_name?,
                request_id: request_id?.parse().ok()?,
                ip_address,
            },
            None => TriggeredFrom::User {
                user_id: UserId::new(user_id?).ok()?,
                name: user_name?,
                email: String::new(),
                ip_address,
                comment: None,
            },
        })
    }
}
