//! Hooks.

use std::future::Future;

use super::StoreError;
use crate::domain::handover::Handing;
use crate::domain::hook::{ActionType, Hook, HookPlace, HookRelation, Resource, ResourceType};
use crate::domain::id::{HookId, PipelineId, ProjectId, ResourceId};
use crate::domain::signature::provider::Provider;
use crate::domain::signing::{Rotation, SealedSecrets};

/// How fresh a read must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consistency {
    /// May miss the writes of the last second; costs half and answers when a replica is unavailable.
    Eventual,
    /// Sees every write that was answered.
    Strong,
}

/// Finds one hook by its id, whatever its project: who may see it is the caller's decision.
pub trait FindHook: Send + Sync {
    /// The hook, or `None` if it does not exist.
    fn find_hook(
        &self,
        id: HookId,
        consistency: Consistency,
    ) -> impl Future<Output = Result<Option<Hook>, StoreError>> + Send;
}

/// Inserts a new hook.
pub trait InsertHook: Send + Sync {
    /// Fails with [`StoreError::Conflict`] when the id is taken, and with [`StoreError::Full`] when the resource or the
    /// pipeline has [`MOST_HOOKS`](crate::domain::hook::MOST_HOOKS).
    fn insert_hook(&self, hook: &Hook) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Changes a hook.
pub trait ReplaceHook: Send + Sync {
    /// Writes `new` in the place of `current`. Fails with [`StoreError::Conflict`] when what is stored is not `current`
    /// any more, and with [`StoreError::Full`] when it moves to a resource or a pipeline that has as many hooks as it may
    /// have.
    fn replace_hook(&self, current: &Hook, new: &Hook) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Removes a hook.
pub trait RemoveHook: Send + Sync {
    /// Removes the hook of this id, if it is one of the project; says whether there was one. Fails with
    /// [`StoreError::Conflict`] when it moves to another resource meanwhile.
    fn remove_hook(&self, id: HookId, project: ProjectId) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Changes a hook's secret.
pub trait ReplaceSecret: Send + Sync {
    /// Replaces the secret. Fails with [`StoreError::Conflict`] when the stored one is not the rotation's current one
    /// any more: of two rotations at once, one must not drop the other's secret unnoticed.
    fn replace_secret(&self, rotation: &Rotation) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Takes the secret that a hook's provider hands over.
pub trait TakeSecret: Send + Sync {
    /// Takes it, if the hook still waits for it; says whether it did. Of two at once, the hook takes one.
    fn take_secret(&self, handing: &Handing) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Where the next page begins; only the store knows what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPosition(String);

impl ScanPosition {
    /// Takes what the store calls it.
    pub fn new(position: String) -> Self {
        Self(position)
    }

    /// What the store calls it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Some of the sealed secrets of all hooks.
#[derive(Debug)]
pub struct SecretsPage {
    /// Of each hook that has any; one that cannot be read is [`StoreError::Corrupt`] and stops no other.
    pub secrets: Vec<Result<SealedSecrets, StoreError>>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<ScanPosition>,
}

/// Goes through the hooks of all projects.
pub trait ScanSecrets: Send + Sync {
    /// The page that begins here; the first one without a position. It sees every write that was answered before it.
    fn scan_secrets(
        &self,
        position: Option<&ScanPosition>,
    ) -> impl Future<Output = Result<SecretsPage, StoreError>> + Send;
}

/// Reseals the secrets of a hook.
pub trait ReplaceSeals: Send + Sync {
    /// Writes `new` in the place of `current`, which hold the same secrets, and changes nothing else: not even when the
    /// hook was changed. Fails with [`StoreError::Conflict`] when what is stored is not `current` any more; when the
    /// hook was removed, there is nothing to do.
    fn replace_seals(
        &self,
        current: &SealedSecrets,
        new: &SealedSecrets,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Which hooks of a project to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookFilter {
    /// Those of a resource.
    Resource(Resource),
    /// Those that run a pipeline of their own.
    Pipeline(PipelineId),
}

/// Lists hooks.
pub trait ListHooks: Send + Sync {
    /// The hooks of the project that the filter lets through, the oldest first. May miss the writes of the last second.
    fn list_hooks(
        &self,
        project: ProjectId,
        filter: HookFilter,
    ) -> impl Future<Output = Result<Vec<HookRelation>, StoreError>> + Send;
}

/// Which hooks of a project are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HookChoice {
    /// Only those whose name contains this text, in small or capital letters.
    pub name: Option<String>,
    /// Only active ones, or only inactive ones.
    pub active: Option<bool>,
    /// Only those of this provider.
    pub provider: Option<&'static Provider>,
    /// Only those with this action type.
    pub action_type: Option<ActionType>,
    /// Only those of resources of this type.
    pub resource_type: Option<ResourceType>,
    /// Only those of resources with this id.
    pub resource_id: Option<ResourceId>,
    /// Only those that run this pipeline.
    pub pipeline_id: Option<PipelineId>,
}

impl HookChoice {
    /// Whether a hook of the project passes.
    pub fn lets_through(&self, hook: &HookRelation) -> bool {
        let is_named = |name: &String| hook.name.as_str().to_lowercase().contains(&name.to_lowercase());
        self.name.as_ref().is_none_or(is_named)
            && self.active.is_none_or(|active| active == hook.active)
            && (self.provider.is_none() || self.provider == hook.provider)
            && self.action_type.is_none_or(|kind| kind == hook.action_type)
            && self.resource_type.is_none_or(|kind| kind == hook.resource.kind)
            && self.resource_id.is_none_or(|id| id == hook.resource.id)
            && (self.pipeline_id.is_none() || self.pipeline_id == hook.pipeline_id)
    }
}

/// Which part of the list of a project's hooks to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookQuery {
    /// The tenant.
    pub project: ProjectId,
    /// Which hooks.
    pub filter: HookChoice,
    /// Only hooks behind this place.
    pub before: Option<HookPlace>,
    /// How many at most: 1 to 200.
    pub limit: usize,
}

/// A part of the list of a project's hooks, the newest hook first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookPage {
    /// May be fewer than asked for, or none, although there are more: what one query reads is bounded.
    pub hooks: Vec<HookRelation>,
    /// Where the list goes on: [`HookQuery::before`] of the next part. `None` at its end.
    pub next: Option<HookPlace>,
}

/// Lists the hooks of a project.
pub trait ListProjectHooks: Send + Sync {
    /// The newest hooks of the project that the filter lets through. May miss the writes of the last second.
    fn list_project_hooks(&self, query: &HookQuery) -> impl Future<Output = Result<HookPage, StoreError>> + Send;
}
