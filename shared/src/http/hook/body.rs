//! A hook as it is shown.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::condition_body::TriggerWhenBody;
use super::verification::VerificationBody;
use crate::domain::handover::HandedOver;
use crate::domain::hook::{Hook, HookRelation};
use crate::domain::id::{HookId, PipelineId};
use crate::domain::mask::MASK;
use crate::domain::secret::HookSecret;
use crate::domain::signing::{Means, SecretHeaderName};
use crate::domain::timestamp::Timestamp;
use crate::domain::user::User;
use crate::domain::variable::{MaxLength, Variable, VariableValue, Variables};
use crate::http::user::CreatorBody;

/// A hook in a list.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the published clients expect these fields")]
pub struct RelationBody<'a> {
    id: String,
    name: &'a str,
    #[serde(rename = "type")]
    direction: &'static str,
    action_type: &'static str,
    url: String,
    target_url: Option<&'static str>,
    is_auto_generated: bool,
    requires_secret: bool,
    provider: Option<&'static str>,
    proof: &'static str,
    verify_ssl: bool,
    active: bool,
    project_id: i64,
    environment_id: i64,
    pipeline_id: Option<i64>,
    only_latest: bool,
    resource_type: &'static str,
    resource_id: i64,
    settings: SettingsBody<'a>,
    trigger_when: TriggerWhenBody<'a>,
    created_at: String,
    updated_at: String,
}

/// The address that the provider of a hook calls, under this address of the API.
pub fn url_of(hook: HookId, base_url: &str) -> String {
    format!("{base_url}/hooks/{hook}/trigger")
}

/// `settings`.
#[derive(Serialize)]
pub(super) struct SettingsBody<'a> {
    variables: Vec<VariableBody<'a>>,
}

#[derive(Serialize)]
pub(crate) struct VariableBody<'a> {
    name: &'a str,
    source: &'static str,
    path: String,
    #[serde(rename = "type")]
    kind: &'static str,
    required: bool,
    default_value: Option<ValueBody<'a>>,
    max_length: Option<usize>,
    allowed_values: Vec<ValueBody<'a>>,
}

/// The value of a variable.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum ValueBody<'a> {
    String(&'a str),
    Integer(i64),
    Boolean(bool),
    Json(Option<&'a RawValue>),
}

impl<'a> RelationBody<'a> {
    /// The hook under this address of the API.
    pub fn new(hook: &'a HookRelation, base_url: &str) -> Self {
        Self {
            id: hook.id.to_string(),
            name: hook.name.as_str(),
            direction: "in",
            action_type: hook.action_type.as_str(),
            url: url_of(hook.id, base_url),
            target_url: None,
            is_auto_generated: false,
            requires_secret: hook.requires_secret,
            provider: hook.provider.map(|provider| provider.name),
            proof: hook.proof.as_str(),
            verify_ssl: true,
            active: hook.active,
            project_id: hook.project_id.get(),
            environment_id: hook.environment_id.get(),
            pipeline_id: hook.pipeline_id.map(PipelineId::get),
            only_latest: hook.only_latest,
            resource_type: hook.resource.kind.as_str(),
            resource_id: hook.resource.id.get(),
            settings: SettingsBody::new(&hook.variables),
            trigger_when: TriggerWhenBody::new(&hook.conditions),
            created_at: hook.created_at.to_string(),
            updated_at: hook.updated_at.to_string(),
        }
    }
}

impl<'a> SettingsBody<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self { variables: variables.as_slice().iter().map(variable_body).collect() }
    }
}

/// A variable's value as JSON.
pub(crate) fn value_body(value: &VariableValue) -> ValueBody<'_> {
    match value {
        VariableValue::String(text) => ValueBody::String(text),
        VariableValue::Integer(integer) => ValueBody::Integer(*integer),
        VariableValue::Boolean(boolean) => ValueBody::Boolean(*boolean),
        VariableValue::Number(json) | VariableValue::Array(json) | VariableValue::Object(json) => {
            ValueBody::Json(serde_json::from_str(json).ok())
        }
    }
}

/// A variable as it is shown.
pub(crate) fn variable_body(variable: &Variable) -> VariableBody<'_> {
    VariableBody {
        name: variable.name.as_str(),
        source: variable.subject.source().as_str(),
        path: variable.subject.name(),
        kind: variable.kind.as_str(),
        required: variable.required,
        default_value: variable.default.as_ref().map(value_body),
        max_length: variable.max_length.map(MaxLength::get),
        allowed_values: variable.allowed.as_slice().iter().map(value_body).collect(),
    }
}

/// A whole hook.
#[derive(Serialize)]
pub struct HookBody<'a> {
    #[serde(flatten)]
    relation: RelationBody<'a>,
    /// Empty for a hook without a secret, because the published clients refuse null here.
    secret: &'a str,
    secret_algorithm: Option<&'static str>,
    secret_header_name: Option<&'a str>,
    /// In words.
    proven_by: String,
    provider_options: BTreeMap<&'static str, &'a str>,
    /// Null for a hook that shares none, or waits for it.
    secret_since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_secret_valid_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_handover: Option<HandoverBody<'a>>,
    verification: Option<VerificationBody>,
    created_by_user: Option<CreatorBody<'a>>,
}

/// How far the provider has handed its secret over.
#[derive(Serialize)]
struct HandoverBody<'a> {
    waits_until: Option<String>,
    received_at: Option<String>,
    /// In clear, where the owner must paste it back; else empty.
    secret: &'a str,
}

impl HandoverBody<'_> {
    fn new(handed_over: HandedOver) -> Self {
        match handed_over {
            HandedOver::Awaited(until) => Self { waits_until: Some(until.to_string()), received_at: None, secret: "" },
            HandedOver::Received(at) => Self { waits_until: None, received_at: Some(at.to_string()), secret: "" },
        }
    }
}

impl<'a> HookBody<'a> {
    /// The hook with its secrets masked. A creator who has been removed or has moved to another project is not shown.
    pub fn new(hook: &'a Hook, creator: Option<&'a User>, base_url: &str) -> Self {
        let current = hook.signing.as_ref().and_then(|signing| signing.current.as_ref());
        let handed_over = hook.signing.as_ref().and_then(|signing| signing.handed_over);
        let is_awaited = matches!(handed_over, Some(HandedOver::Awaited(_)));
        let means = hook.signing.as_ref().map(|signing| &signing.means);
        // The owner of a hook without a named provider has chosen an algorithm, even if it means nothing.
        let has_algorithm = |means: &&Means| hook.relation.provider.is_none() || means.scheme().has_algorithm();
        Self {
            relation: RelationBody::new(&hook.relation, base_url),
            secret: current.filter(|_| means.is_some_and(|means| means.scheme().has_secret())).map_or("", |_| MASK),
            secret_algorithm: means.filter(has_algorithm).map(|means| means.algorithm.as_str()),
            secret_header_name: means.and_then(|means| means.header_name.as_ref()).map(SecretHeaderName::as_str),
            proven_by: means.map_or_else(|| "nothing".to_owned(), Means::proven_by),
            provider_options: means.into_iter().flat_map(options).collect(),
            secret_since: current.filter(|_| !is_awaited).map(|current| current.since.to_string()),
            previous_secret_valid_until: None,
            secret_handover: handed_over.map(HandoverBody::new),
            verification: hook.verification().map(VerificationBody::new),
            created_by_user: CreatorBody::of_project(creator, hook.relation.project_id),
        }
    }

    /// Shows until when the secret stays valid that was rotated out, if it is valid at `now`.
    #[must_use]
    pub fn at(mut self, hook: &Hook, now: Timestamp) -> Self {
        let previous = hook.signing.as_ref().and_then(|signing| signing.previous.as_ref());
        let until = previous.map(|previous| previous.until).filter(|until| now < *until);
        self.previous_secret_valid_until = until.map(|until| until.to_string());
        self
    }

    /// Shows the secret that the provider has handed over and that the owner must paste back.
    #[must_use]
    pub fn with_handed_over(mut self, secret: &'a HookSecret) -> Self {
        if let Some(handover) = &mut self.secret_handover {
            handover.secret = secret.expose();
        }
        self
    }

    /// Shows the secrets in clear, as only the answer does that hands them out.
    #[must_use]
    pub fn with_secret(mut self, secret: Option<&'a HookSecret>) -> Self {
        self.secret = secret.map_or("", HookSecret::expose);
        let options = secret.map(HookSecret::options);
        for (name, value) in &mut self.provider_options {
            if let Some(shown) = options.and_then(|options| options.get(name)) {
                *value = shown.expose();
            }
        }
        self
    }
}

/// Those that are no secret as they are, and the others masked.
fn options(means: &Means) -> impl Iterator<Item = (&'static str, &str)> {
    means.options.iter().chain(means.secret_options().map(|name| (name, MASK)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::domain::sealing::SealedSecret;
    use crate::domain::signature::OptionKind;
    use crate::domain::signing::{CurrentSecret, GivenSecrets, Signing};
    use crate::fixtures;

    fn shown(hook: &Hook) -> Json {
        serde_json::to_value(HookBody::new(hook, None, "https://hooks.example.com")).unwrap()
    }

    #[test]
    fn a_hook_without_a_secret_shows_an_empty_one() {
        let hook = fixtures::hook();
        assert_eq!(shown(&hook)["secret"], "");
        assert_eq!(shown(&hook)["secret_algorithm"], Json::Null);
        assert_eq!(shown(&hook)["proven_by"], "nothing");
    }

    #[test]
    fn an_option_that_is_secret_is_masked_and_shown_in_clear_once() {
        let mut hook = fixtures::hook();
        let means = fixtures::means("discord", &[OptionKind::VerifyToken]);
        let secret = means.complete(GivenSecrets::default(), || [7; 32]).unwrap();
        let sealed = SealedSecret::from_bytes(vec![1]);
        let current = Some(CurrentSecret { secret: sealed, since: hook.relation.created_at });
        hook.signing = Some(Signing { current, ..Signing::without_secret(means) });

        assert_eq!(shown(&hook)["provider_options"], json!({ "verify_token": MASK }));
        assert_eq!(shown(&hook)["secret"], "", "the provider signs with a key of its own");
        let body = HookBody::new(&hook, None, "https://hooks.example.com").with_secret(Some(&secret));
        let body = serde_json::to_value(body).unwrap();
        assert_eq!(body["provider_options"], json!({ "verify_token": "07".repeat(32) }));
        assert_eq!(body["secret"], "");
    }
}
