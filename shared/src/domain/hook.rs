//! The hook: who may call it, and what a call makes happen.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Invalid;
use super::condition::Conditions;
use super::id::{EnvironmentId, HookId, PipelineId, ProjectId, ResourceId, UserId};
use super::sealing::SealedSecret;
use super::secret::HookSecret;
use super::signature::Algorithm;
use super::signature::scheme::Scheme;
use super::timestamp::Timestamp;
use super::user::User;
use super::variable::Variables;

/// A hook as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// What lists show of it.
    pub relation: HookRelation,
    /// How its calls are proven authentic; `None` lets anybody who knows the URL call it.
    pub signing: Option<Signing>,
    /// Who created it.
    pub created_by: UserId,
}

/// The part of a hook that stands in lists: all but how its calls are verified and who created it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRelation {
    /// Stands in the hook's URL.
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
    /// An inactive hook answers its calls and ignores them.
    pub active: bool,
    /// What is taken out of the payload.
    pub variables: Variables,
    /// Which calls run the pipeline.
    pub conditions: Conditions,
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

/// How the calls of a hook are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The hash function of the HMAC.
    pub algorithm: Algorithm,
    /// Where the signature stands.
    pub header_name: SecretHeaderName,
    /// What it is made with.
    pub secret: SealedSecret,
    /// What it was made with before the secret was last rotated.
    pub previous: Option<PreviousSecret>,
}

/// A secret that was rotated out, valid until senders have had the time to take over the new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviousSecret {
    /// As it was.
    pub secret: SealedSecret,
    /// When it stops being valid.
    pub until: Timestamp,
}

/// For how long the old secret stays valid unless the caller says otherwise.
pub const DEFAULT_OVERLAP: Duration = Duration::from_hours(24);

/// The longest time that the old secret can stay valid.
pub const MAX_OVERLAP: Duration = Duration::from_hours(7 * 24);

/// How many hooks one resource may have.
pub const MOST_HOOKS: i64 = 100;

impl Signing {
    /// The secrets that are valid at `now`, the current one first.
    pub fn valid_secrets(&self, now: Timestamp) -> impl Iterator<Item = &SealedSecret> {
        let previous = self.previous.iter().filter(move |previous| now < previous.until);
        std::iter::once(&self.secret).chain(previous.map(|previous| &previous.secret))
    }
}

/// The sealed secrets of a hook, without the rest of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecrets {
    /// Whose.
    pub hook: HookId,
    /// See [`Signing::secret`].
    pub secret: SealedSecret,
    /// See [`Signing::previous`].
    pub previous: Option<PreviousSecret>,
}

/// One change of a hook's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// Whose.
    pub hook: HookId,
    /// When the hook was last changed, as far as is known: a secret has the form of the scheme that the hook had then.
    pub seen: Timestamp,
    /// The secret so far. One that was rotated out before ends here.
    pub current: SealedSecret,
    /// The secret from now on.
    pub new: SealedSecret,
    /// How long the secret so far stays valid.
    pub until: Timestamp,
    /// When it happens.
    pub at: Timestamp,
}

/// A hook that somebody asks for.
#[derive(Debug, Clone)]
pub struct HookDraft {
    /// See [`HookRelation::name`].
    pub name: HookName,
    /// See [`HookRelation::action_type`].
    pub action_type: ActionType,
    /// See [`HookRelation::resource`].
    pub resource: Resource,
    /// How its calls are to be signed; `None` takes unsigned calls.
    pub signing: Option<SigningDraft>,
    /// See [`HookRelation::active`].
    pub active: bool,
    /// See [`HookRelation::pipeline_id`].
    pub pipeline_id: Option<PipelineId>,
    /// See [`HookRelation::variables`].
    pub variables: Variables,
    /// See [`HookRelation::conditions`].
    pub conditions: Conditions,
}

/// How the calls of a new hook are to be signed.
#[derive(Debug, Clone)]
pub struct SigningDraft {
    /// See [`Signing::algorithm`].
    pub algorithm: Algorithm,
    /// See [`Signing::header_name`].
    pub header_name: SecretHeaderName,
    /// What the provider issued; without it, one is made.
    pub secret: Option<HookSecret>,
}

impl SigningDraft {
    /// The secret that the provider issued, else one made of these random bytes in the form that the scheme expects.
    pub fn secret(&self, random: &[u8; 32]) -> HookSecret {
        let scheme = Scheme::find(self.header_name.as_str(), self.algorithm);
        self.secret.clone().unwrap_or_else(|| scheme.generate_secret(random))
    }
}

impl Hook {
    /// The hook that `draft` asks for, created by `creator` at `now`. It belongs to the creator's project.
    pub fn create(id: HookId, draft: HookDraft, signing: Option<Signing>, creator: &User, now: Timestamp) -> Self {
        let relation = HookRelation {
            id,
            name: draft.name,
            action_type: draft.action_type,
            resource: draft.resource,
            project_id: creator.project_id,
            environment_id: creator.environment_id,
            pipeline_id: draft.pipeline_id,
            requires_secret: signing.is_some(),
            active: draft.active,
            variables: draft.variables,
            conditions: draft.conditions,
            created_at: now,
            updated_at: now,
        };
        Self { relation, signing, created_by: creator.id }
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

/// A hook's name: 1 to 60 characters, no control characters, no space at either end.
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
        check_label(text, 60)?;
        Ok(Self(text.to_owned()))
    }
}

/// Checks one line of text that people read: its length in characters, and that it prints.
pub(super) fn check_label(text: &str, max_chars: usize) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new("must not be empty"));
    }
    if text.chars().count() > max_chars {
        return Err(Invalid::new(format!("must be at most {max_chars} characters long")));
    }
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err(Invalid::new("must not contain control characters or begin or end with a space"));
    }
    Ok(())
}

/// The name of the header that carries the signature: a field name (RFC 9110 section 5.1) of at most 64 characters,
/// kept in lower case because field names know no case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHeaderName(String);

impl SecretHeaderName {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretHeaderName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_field_name(text)?;
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Checks that `text` is a header's name of at most 64 characters.
pub(super) fn check_field_name(text: &str) -> Result<(), Invalid> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if (1..=64).contains(&text.len()) && text.bytes().all(token) {
        Ok(())
    } else {
        Err(Invalid::new("must be a valid header name of at most 64 characters"))
    }
}

macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(missing_docs, reason = "each variant's name is all there is to say of it")]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All of them, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as the API spells it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    let names: Vec<_> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    Invalid::new(format!("must be one of {}", names.join(", ")))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named_enum! {
    /// What a resource is.
    ResourceType {
        Application = "application",
        Credential = "credential",
        Cronjob = "cronjob",
        Daemon = "daemon",
        Deployment = "deployment",
        Network = "network",
        NetworkRule = "network-rule",
        Server = "server",
        Service = "service",
        SshKey = "ssh-key",
        SslCertificate = "ssl-certificate",
        Subnet = "subnet",
        VirtualHost = "virtual-host",
    }
}

impl ResourceType {
    /// Reads the plural that stands in paths, such as `ssh-keys`.
    pub fn from_plural(text: &str) -> Option<Self> {
        text.strip_suffix('s').and_then(|singular| singular.parse().ok())
    }
}

named_enum! {
    /// What a pipeline does with a resource.
    ActionType {
        CheckProvisioned = "check_provisioned",
        Configure = "configure",
        Delete = "delete",
        Deploy = "deploy",
        GetStatus = "get_status",
        Provision = "provision",
        Reload = "reload",
        Remove = "remove",
        Restart = "restart",
        RotateKey = "rotate_key",
        Start = "start",
        Stop = "stop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_later_than_the_last() {
        let hook = crate::testing::fixtures::hook().relation;
        let at = |millis| Timestamp::from_unix_millis(hook.updated_at.unix_millis() + millis);
        for (now, changed_at) in [(at(5), at(5)), (at(0), at(1)), (at(-5), at(1))] {
            assert_eq!(hook.changed_at(now), changed_at);
        }
    }

    #[test]
    fn a_name_has_1_to_60_characters() {
        assert!("x".parse::<HookName>().is_ok());
        assert!("é".repeat(60).parse::<HookName>().is_ok());
        for text in ["", " ", " x", "a\nb", &"x".repeat(61)] {
            assert!(text.parse::<HookName>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_header_name_is_a_token_and_knows_no_case() {
        assert_eq!("X-Hub-Signature-256".parse::<SecretHeaderName>().unwrap().as_str(), "x-hub-signature-256");
        for text in ["", "x y", "x:y", "é", "x\r\n", &"x".repeat(65)] {
            assert!(text.parse::<SecretHeaderName>().is_err(), "{text:?}");
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
    fn an_unknown_action_names_the_known_ones() {
        let refused = "explode".parse::<ActionType>().unwrap_err();
        assert!(refused.to_string().contains("check_provisioned, configure"), "{refused}");
    }
}
