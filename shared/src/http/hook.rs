//! Hooks as JSON: what is asked for and what is answered.

use serde::Serialize;
use serde_json::value::RawValue;

use super::error::ApiError;
use super::fields::{Fields, read};
use crate::auth::Identity;
use crate::domain::Invalid;
use crate::domain::condition::{Accepted, Condition, Conditions, Subject};
use crate::domain::hook::{Hook, HookDraft, HookRelation, Resource, SecretHeaderName, SigningDraft};
use crate::domain::id::{HookId, PipelineId, ResourceId};
use crate::domain::payload::{Path, Value};
use crate::domain::secret::HookSecret;
use crate::domain::signature::Algorithm;
use crate::domain::signature::scheme::Scheme;
use crate::domain::user::User;
use crate::domain::variable::{Variable, VariableName, VariableType, VariableValue, Variables};
use crate::ports::{Consistency, FindHook};

/// What a masked secret looks like, whatever its length.
pub const MASKED_SECRET: &str = "********";

/// The hook with this id, if it is one of the caller's project; any other is answered as one that does not exist.
pub async fn find_own(hooks: &impl FindHook, caller: &Identity, id: HookId) -> Result<Hook, ApiError> {
    let hook = hooks.find_hook(id, Consistency::Strong).await?;
    let own = hook.filter(|hook| hook.relation.project_id == caller.project_id);
    own.ok_or(ApiError::NotFound("The hook"))
}

/// Reads the hook that a body asks for; `pipeline` is the one that the path names.
pub fn read_draft(mut fields: Fields<'_>, pipeline: Option<PipelineId>) -> Result<HookDraft, ApiError> {
    let name = fields.required("name", read::parsed);
    let action_type = fields.required("action_type", read::parsed);
    let kind = fields.required("resource_type", read::parsed);
    let id = fields.required("resource_id", read::integer(ResourceId::new));
    let signing = read_signing(&mut fields);
    let active = fields.optional("active", read::boolean).unwrap_or(true);
    let pipeline_id = read_pipeline(&mut fields, pipeline);
    let variables = fields.object("settings", read_variables);
    let conditions = fields.object("trigger_when", read_conditions);
    let draft = (|| {
        let resource = Resource { kind: kind?, id: id? };
        Some(HookDraft {
            name: name?,
            action_type: action_type?,
            resource,
            signing,
            active,
            pipeline_id,
            variables: variables?,
            conditions: conditions?,
        })
    })();
    fields.finish(draft)
}

fn read_pipeline(fields: &mut Fields<'_>, of_path: Option<PipelineId>) -> Option<PipelineId> {
    let of_body = fields.optional("pipeline_id", read::integer(PipelineId::new));
    if of_path.is_some() && of_body.is_some() && of_path != of_body {
        fields.refuse("pipeline_id", "must be the pipeline in the path, or be left out");
    }
    of_path.or(of_body)
}

/// How calls are signed, when they must be. Leaving `requires_secret` out is an error and never the same as `false`: a
/// misspelt field must not open a hook to everybody.
fn read_signing(fields: &mut Fields<'_>) -> Option<SigningDraft> {
    if !fields.required("requires_secret", read::boolean)? {
        return None;
    }
    let algorithm = fields.required("secret_algorithm", read::parsed);
    let header_name = fields.required("secret_header_name", read::parsed);
    let (algorithm, header_name): (Algorithm, SecretHeaderName) = (algorithm?, header_name?);
    if let Err(reason) = Scheme::check_algorithm(header_name.as_str(), algorithm) {
        fields.refuse("secret_algorithm", reason);
    }
    let secret = read_secret(fields, Scheme::find(header_name.as_str(), algorithm));
    Some(SigningDraft { algorithm, header_name, secret })
}

/// A secret that the provider issued, in the form that its scheme expects.
pub fn read_secret(fields: &mut Fields<'_>, scheme: &Scheme) -> Option<HookSecret> {
    fields.optional("secret", |value| {
        let secret = HookSecret::new(read::text(value)?)?;
        scheme.check_secret(&secret)?;
        Ok(secret)
    })
}

fn read_variables(settings: &mut Fields<'_>) -> Option<Variables> {
    let variables = settings.objects("variables", read_variable);
    Variables::new(variables).map_err(|reason| settings.refuse("variables", reason)).ok()
}

fn read_variable(fields: &mut Fields<'_>) -> Option<Variable> {
    let name: Option<VariableName> = fields.required("name", read::parsed);
    let kind: Option<VariableType> = fields.required("type", read::parsed);
    let required = fields.optional("required", read::boolean).unwrap_or(false);
    let path: Option<Path> = fields.optional("path", read::parsed);
    let default = fields.optional("default_value", |value| match kind {
        Some(kind) => read_default(kind, value).map(Some),
        None => Ok(None),
    });
    let name = name?;
    // A name with a dot in it is read as a path, like any other.
    let path = path.or_else(|| {
        let path = name.as_str().parse();
        path.map_err(|reason| fields.refuse("path", format!("is required, because the name {reason}"))).ok()
    });
    Some(Variable { name, path: path?, kind: kind?, required, default: default.flatten() })
}

/// A default is of the declared type itself; readings such as `"42"` for an integer are for payloads.
fn read_default(kind: VariableType, value: &Value<'_>) -> Result<VariableValue, Invalid> {
    let strict = match kind {
        VariableType::String => matches!(value, Value::String(_)),
        VariableType::Integer => matches!(value, Value::Number(_)),
        VariableType::Array => matches!(value, Value::Array(_)),
        VariableType::Boolean => matches!(value, Value::Boolean(_)),
    };
    if strict { kind.read(value) } else { Err(Invalid::new(format!("must be of the type {}", kind.as_str()))) }
}

fn read_conditions(trigger_when: &mut Fields<'_>) -> Option<Conditions> {
    let conditions = trigger_when.objects("conditions", read_condition);
    Conditions::new(conditions).map_err(|reason| trigger_when.refuse("conditions", reason)).ok()
}

fn read_condition(fields: &mut Fields<'_>) -> Option<Condition> {
    let name = fields.optional("name", read::text);
    let kind = fields.required("type", read::text);
    let path = fields.required("path", read::text);
    let accepted = fields.required("accepted_values", read_accepted);
    let subject = match kind.as_deref() {
        Some("request_body") => path?.parse().map(Subject::Body).map_err(|reason| fields.refuse("path", reason)),
        Some("request_header") => Subject::header(&path?).map_err(|reason| fields.refuse("path", reason)),
        Some(_) => {
            fields.refuse("type", "must be one of request_body, request_header");
            return None;
        }
        None => return None,
    };
    Some(Condition { name, subject: subject.ok()?, accepted: accepted? })
}

fn read_accepted(value: &Value<'_>) -> Result<Vec<Accepted>, Invalid> {
    let wrong = || Invalid::new("must be an array of 1 to 50 strings, numbers or booleans");
    let accepted = read::elements(value)?.into_iter().map(|element| match element {
        Value::String(text) => Ok(Accepted::String(text.into_owned())),
        Value::Number(text) => Ok(Accepted::Number(text.to_owned())),
        Value::Boolean(boolean) => Ok(Accepted::Boolean(boolean)),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(wrong()),
    });
    let accepted = accepted.collect::<Result<Vec<_>, _>>()?;
    if (1..=50).contains(&accepted.len()) { Ok(accepted) } else { Err(wrong()) }
}

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
    verify_ssl: bool,
    active: bool,
    project_id: i64,
    environment_id: i64,
    pipeline_id: Option<i64>,
    resource_type: &'static str,
    resource_id: i64,
    settings: SettingsBody<'a>,
    trigger_when: TriggerWhenBody<'a>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
struct SettingsBody<'a> {
    variables: Vec<VariableBody<'a>>,
}

#[derive(Serialize)]
struct VariableBody<'a> {
    name: &'a str,
    path: String,
    #[serde(rename = "type")]
    kind: &'static str,
    required: bool,
    default_value: Option<ValueBody<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueBody<'a> {
    String(&'a str),
    Integer(i64),
    Boolean(bool),
    Json(Option<&'a RawValue>),
}

#[derive(Serialize)]
struct TriggerWhenBody<'a> {
    events: [&'static str; 0],
    conditions: Vec<ConditionBody<'a>>,
}

#[derive(Serialize)]
struct ConditionBody<'a> {
    name: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    path: String,
    accepted_values: Vec<ValueBody<'a>>,
}

impl<'a> RelationBody<'a> {
    /// The hook under this address of the API.
    pub fn new(hook: &'a HookRelation, base_url: &str) -> Self {
        Self {
            id: hook.id.to_string(),
            name: hook.name.as_str(),
            direction: "in",
            action_type: hook.action_type.as_str(),
            url: format!("{base_url}/hooks/{}/trigger", hook.id),
            target_url: None,
            is_auto_generated: false,
            requires_secret: hook.requires_secret,
            verify_ssl: true,
            active: hook.active,
            project_id: hook.project_id.get(),
            environment_id: hook.environment_id.get(),
            pipeline_id: hook.pipeline_id.map(PipelineId::get),
            resource_type: hook.resource.kind.as_str(),
            resource_id: hook.resource.id.get(),
            settings: SettingsBody { variables: hook.variables.as_slice().iter().map(variable_body).collect() },
            trigger_when: TriggerWhenBody {
                events: [],
                conditions: hook.conditions.as_slice().iter().map(condition_body).collect(),
            },
            created_at: hook.created_at.to_string(),
            updated_at: hook.updated_at.to_string(),
        }
    }
}

fn variable_body(variable: &Variable) -> VariableBody<'_> {
    let default_value = variable.default.as_ref().map(|default| match default {
        VariableValue::String(text) => ValueBody::String(text),
        VariableValue::Integer(integer) => ValueBody::Integer(*integer),
        VariableValue::Boolean(boolean) => ValueBody::Boolean(*boolean),
        VariableValue::Array(json) => ValueBody::Json(serde_json::from_str(json).ok()),
    });
    VariableBody {
        name: variable.name.as_str(),
        path: variable.path.to_string(),
        kind: variable.kind.as_str(),
        required: variable.required,
        default_value,
    }
}

fn condition_body(condition: &Condition) -> ConditionBody<'_> {
    let (kind, path) = match &condition.subject {
        Subject::Body(path) => ("request_body", path.to_string()),
        Subject::Header(name) => ("request_header", name.clone()),
    };
    let accepted = condition.accepted.iter().map(|accepted| match accepted {
        Accepted::String(text) => ValueBody::String(text),
        Accepted::Number(json) => ValueBody::Json(serde_json::from_str(json).ok()),
        Accepted::Boolean(boolean) => ValueBody::Boolean(*boolean),
    });
    ConditionBody { name: condition.name.as_deref(), kind, path, accepted_values: accepted.collect() }
}

/// A whole hook.
#[derive(Serialize)]
pub struct HookBody<'a> {
    #[serde(flatten)]
    relation: RelationBody<'a>,
    secret: Option<&'a str>,
    secret_algorithm: Option<&'static str>,
    secret_header_name: Option<&'a str>,
    created_by_user: Option<CreatorBody<'a>>,
}

#[derive(Serialize)]
struct CreatorBody<'a> {
    id: i64,
    name: &'a str,
    email: &'a str,
    url_slug: String,
    active: bool,
}

impl<'a> HookBody<'a> {
    /// The hook with its secret masked; `creator` is gone when the user has been removed.
    pub fn new(hook: &'a Hook, creator: Option<&'a User>, base_url: &str) -> Self {
        Self {
            relation: RelationBody::new(&hook.relation, base_url),
            secret: hook.signing.as_ref().map(|_| MASKED_SECRET),
            secret_algorithm: hook.signing.as_ref().map(|signing| signing.algorithm.as_str()),
            secret_header_name: hook.signing.as_ref().map(|signing| signing.header_name.as_str()),
            created_by_user: creator.map(|user| CreatorBody {
                id: user.id.get(),
                name: user.name.as_str(),
                email: user.email.as_str(),
                url_slug: user.url_slug(),
                active: user.active,
            }),
        }
    }

    /// Shows the secret in clear, as only the answer does that hands it out.
    #[must_use]
    pub fn with_secret(mut self, secret: Option<&'a HookSecret>) -> Self {
        self.secret = secret.map(HookSecret::expose);
        self
    }
}
