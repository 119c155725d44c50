//! The hook: who may call it, and what a call makes happen.

mod place;

use std::str::FromStr;
use std::time::Duration;

pub use self::place::HookPlace;
use super::Invalid;
use super::condition::Conditions;
use super::id::{EnvironmentId, HookId, PipelineId, ProjectId, ResourceId, UserId};
use super::invalid::check_label;
use super::named::named_enum;
use super::signature::custom::Verification;
use super::signature::provider::{Known, Provider, Worth};
use super::signature::providers::UNSIGNED;
use super::signature::scheme::Scheme;
use super::signing::{self, Signing, SigningDraft};
use super::timestamp::Timestamp;
use super::user::User;
use super::variable::Variables;

/// A hook as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What lists show of it.
    pub relation: HookRelation,
    /// How its calls are proven authentic; `None` lets anyone who knows the URL call it.
    pub signing: Option<Signing>,
    /// The pipelines of ours that its calls may run: those that were checked when it was written.
    pub pipelines: Vec<PipelineId>,
    /// Who created it.
    pub created_by: UserId,
}

/// The part of a hook that lists show: all but how its calls are verified and who created it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRelation {
    /// Part of the hook's URL.
    pub id: HookId,
    /// For people.
    pub name: HookName,
    /// What the pipeline is to do with the resource.
    pub action_type: ActionType,
    /// What the pipeline is to work on.
    pub resource: Resource,
    /// The tenant.
    pub project_id: ProjectId,
    /// Where the pipeline runs.
    pub environment_id: EnvironmentId,
    /// The pipeline to run, unless a variable of that name says so.
    pub pipeline_id: Option<PipelineId>,
    /// Whether calls must be signed.
    pub requires_secret: bool,
    /// The provider that its owner has named.
    pub provider: Option<&'static Provider>,
    /// What it means that a call was accepted.
    pub proof: Worth,
    /// An inactive hook answers its calls and ignores them.
    pub active: bool,
    /// What is taken out of the payload.
    pub variables: Variables,
    /// Which calls run the pipeline.
    pub conditions: Conditions,
    /// Whether only the newest of its actions that wait runs. Only a hook with a pipeline of ours can say so.
    pub only_latest: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl HookRelation {
    /// When a change that is made at `now` happens: after the last one, also within its millisecond and on a machine
    /// whose clock is behind, so that this instant tells two states of the hook apart.
    pub fn changed_at(&self, now: Timestamp) -> Timestamp {
        now.max(self.updated_at.plus(Duration::from_millis(1)))
    }
}

/// How many hooks a resource may have, and how many a pipeline: lists are read whole.
pub const MOST_HOOKS: i64 = 100;

/// A requested hook.
#[derive(Debug, Clone)]
pub struct HookDraft {
    /// See [`HookRelation::name`].
    pub name: HookName,
    /// See [`HookRelation::action_type`].
    pub action_type: ActionType,
    /// See [`HookRelation::resource`].
    pub resource: Resource,
    /// How its calls must be signed; `None` takes unsigned calls.
    pub signing: Option<SigningDraft>,
    /// See [`HookRelation::provider`].
    pub provider: Option<&'static Provider>,
    /// See [`HookRelation::active`].
    pub active: bool,
    /// See [`HookRelation::pipeline_id`].
    pub pipeline_id: Option<PipelineId>,
    /// See [`HookRelation::variables`].
    pub variables: Variables,
    /// See [`HookRelation::conditions`].
    pub conditions: Conditions,
    /// See [`HookRelation::only_latest`].
    pub only_latest: bool,
}

/// Who creates a hook, and where.
#[derive(Debug, Clone, Copy)]
pub struct Creator {
    /// Which user.
    pub user_id: UserId,
    /// The user's project.
    pub project_id: ProjectId,
    /// The environment in which the user works.
    pub environment_id: EnvironmentId,
}

impl From<&User> for Creator {
    fn from(user: &User) -> Self {
        let User { id, project_id, environment_id, .. } = *user;
        Self { user_id: id, project_id, environment_id }
    }
}

impl Hook {
    /// The provider of its calls, named or implied, and their scheme.
    pub fn known(&self) -> Known {
        let open = || self.relation.provider.unwrap_or(&UNSIGNED).main();
        self.signing.as_ref().map_or_else(open, |signing| signing.means.known)
    }

    /// The scheme of its calls.
    pub fn scheme(&self) -> &'static Scheme {
        self.known().scheme
    }

    /// The scheme that its owner has described, if it has one.
    pub fn verification(&self) -> Option<&Verification> {
        self.signing.as_ref()?.means.verification.as_ref()
    }

    /// The hook that `draft` asks for, created by `creator` at `now`. It belongs to the creator's project.
    pub fn create(id: HookId, draft: HookDraft, signing: Option<Signing>, creator: Creator, now: Timestamp) -> Self {
        let relation = HookRelation {
            id,
            name: draft.name,
            action_type: draft.action_type,
            resource: draft.resource,
            project_id: creator.project_id,
            environment_id: creator.environment_id,
            pipeline_id: draft.pipeline_id,
            requires_secret: signing.is_some(),
            provider: draft.provider,
            proof: signing::worth(signing.as_ref().map(|signing| &signing.means)),
            active: draft.active,
            variables: draft.variables,
            conditions: draft.conditions,
            only_latest: draft.only_latest,
            created_at: now,
            updated_at: now,
        };
        Self { relation, signing, pipelines: Vec::new(), created_by: creator.user_id }
    }
}

/// A resource of the hook's project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceType,
    /// Which one.
    pub id: ResourceId,
}

/// A hook's name: 1 to 100 characters, no control characters, no space at either end. A name may spell out a pipeline
/// and a resource, whose ids have up to 16 digits each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookName(String);

impl HookName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for HookName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 100)?;
        Ok(Self(text.to_owned()))
    }
}

named_enum! {
    /// What a resource is.
    ResourceType {
        Application = "application" "Application",
        Credential = "credential" "Credential",
        Cronjob = "cronjob" "Cron job",
        Daemon = "daemon" "Daemon",
        Deployment = "deployment" "Deployment",
        Network = "network" "Network",
        NetworkRule = "network-rule" "Network rule",
        Server = "server" "Server",
        Service = "service" "Service",
        SshKey = "ssh-key" "SSH key",
        SslCertificate = "ssl-certificate" "SSL certificate",
        Subnet = "subnet" "Subnet",
        VirtualHost = "virtual-host" "Virtual host",
    }
}

impl ResourceType {
    /// Reads the plural that paths use, such as `ssh-keys`.
    pub fn from_plural(text: &str) -> Option<Self> {
        text.strip_suffix('s').and_then(|singular| singular.parse().ok())
    }
}

named_enum! {
    /// What a pipeline does with a resource.
    ActionType {
        CheckProvisioned = "check_provisioned" "Check provisioned",
        Configure = "configure" "Configure",
        Delete = "delete" "Delete",
        Deploy = "deploy" "Deploy",
        GetStatus = "get_status" "Get status",
        Provision = "provision" "Provision",
        Reload = "reload" "Reload",
        Remove = "remove" "Remove",
        Restart = "restart" "Restart",
        RotateKey = "rotate_key" "Rotate key",
        Start = "start" "Start",
        Stop = "stop" "Stop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_later_than_the_last() {
        let hook = crate::fixtures::hook().relation;
        let at = |millis| Timestamp::from_unix_millis(hook.updated_at.unix_millis() + millis);
        for (now, changed_at) in [(at(5), at(5)), (at(0), at(1)), (at(-5), at(1))] {
            assert_eq!(hook.changed_at(now), changed_at);
        }
    }

    #[test]
    fn a_name_has_1_to_100_characters() {
        assert!("x".parse::<HookName>().is_ok());
        assert!("é".repeat(100).parse::<HookName>().is_ok());
        for text in ["", " ", " x", "a\nb", &"x".repeat(101)] {
            assert!(text.parse::<HookName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_resource_type_has_a_plural() {
        for kind in ResourceType::ALL {
            assert_eq!(ResourceType::from_plural(&format!("{kind}s")), Some(*kind));
        }
        assert_eq!(ResourceType::from_plural("applicationss"), None);
        assert_eq!(ResourceType::from_plural("application"), None);
    }

    #[test]
    fn the_words_for_a_type_are_its_name_without_the_marks_of_code() {
        let kinds = ResourceType::ALL.iter().map(|kind| (kind.as_str(), kind.in_words()));
        for (name, words) in kinds.chain(ActionType::ALL.iter().map(|kind| (kind.as_str(), kind.in_words()))) {
            assert!(words.starts_with(char::is_uppercase) && !words.contains(['_', '-']), "{words}");
            let letters = |text: &str| text.to_lowercase().replace(['_', '-', ' '], "");
            assert_eq!(letters(words), letters(name));
        }
    }

    #[test]
    fn an_unknown_action_names_the_known_ones() {
        let refused = "explode".parse::<ActionType>().unwrap_err();
        assert!(refused.to_string().contains("check_provisioned, configure"), "{refused}");
    }
}
