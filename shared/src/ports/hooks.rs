//! Hooks.

use std::future::Future;

use super::StoreError;
use crate::domain::handover::Handing;
use crate::domain::hook::{Hook, HookRelation, Resource};
use crate::domain::id::{HookId, PipelineId, ProjectId};
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
