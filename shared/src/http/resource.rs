//! The resource that a path names.

use super::call::Call;
use super::error::ApiError;
use crate::domain::hook::{Resource, ResourceType};

const RESOURCE: &str = "The resource";

/// How a path writes the types of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As in `/pipelines/application/42`.
    Singular,
    /// As in `/applications/42/hooks`.
    Plural,
}

/// What callers look for at paths that have an id where these routes have a resource's type: the method, the first
/// segment and the last, and the route that does it.
const MISTAKEN: &[(&str, &str, &str, &str)] = &[
    ("POST", "pipelines", "hooks", "POST /pipelines/{pipeline_id}/hooks/incoming creates a hook that runs a pipeline."),
    ("GET", "pipelines", "steps", "GET /pipelines/{pipeline_id} shows a pipeline with its steps."),
    ("GET", "actions", "steps", "GET /actions/{action_id} shows an action with its targets and their steps."),
    ("GET", "actions", "targets", "GET /actions/{action_id} shows an action with its targets and their steps."),
    (
        "GET",
        "actions",
        "logs",
        "GET /actions/{action_id}/targets/{action_target_id}/steps/{action_step_order}/logs shows what a step has \
         printed.",
    ),
    ("GET", "actions", "cancel", "POST /actions/{action_id}/cancel cancels an action."),
    ("GET", "actions", "retry", "POST /actions/{action_id}/retry starts an action again."),
];

/// The resource of a path such as `/pipelines/application/42`. Which resources exist is the consumer's to know.
pub fn resource_of(call: &Call) -> Result<Resource, ApiError> {
    optional_resource_of(call)?.ok_or(ApiError::NotFound(RESOURCE))
}

/// The same, of a function with routes that name no resource.
pub fn optional_resource_of(call: &Call) -> Result<Option<Resource>, ApiError> {
    let (kind, id) = (resource_type_of(call)?, call.optional_path_parameter("resource_id", RESOURCE)?);
    Ok(kind.zip(id).map(|(kind, id)| Resource { kind, id }))
}

/// The type that such a path names, if it names one.
pub fn resource_type_of(call: &Call) -> Result<Option<ResourceType>, ApiError> {
    let Some(text) = segment(call, "resource_type")? else { return Ok(None) };
    text.parse().map(Some).map_err(|_| unknown(call, &text, Form::Singular))
}

/// The resource of a path such as `/applications/42/hooks`.
pub fn resource_of_plural(call: &Call) -> Result<Resource, ApiError> {
    let text = segment(call, "resource_types")?.unwrap_or_default();
    let kind = ResourceType::from_plural(&text).ok_or_else(|| unknown(call, &text, Form::Plural))?;
    Ok(Resource { kind, id: call.path_parameter("resource_id", RESOURCE)? })
}

fn segment(call: &Call, name: &str) -> Result<Option<String>, ApiError> {
    call.optional_path_parameter(name, "The resource type")
}

fn unknown(call: &Call, text: &str, form: Form) -> ApiError {
    ApiError::UnknownResourceType(message(call.method(), call.path(), text, form))
}

/// What is wrong with `text` as a type, and what to do instead. It repeats nothing of the call.
fn message(method: &str, path: &str, text: &str, form: Form) -> String {
    let first = path.split('/').nth(1).unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let is_mistaken = |route: &&(&str, &str, &str, &str)| (route.0, route.1, route.2) == (method, first, last);
    if text.bytes().all(|byte| byte.is_ascii_digit())
        && let Some((.., instead)) = MISTAKEN.iter().find(is_mistaken)
    {
        return format!("This path takes a resource type, such as `application`, and not an id. {instead}");
    }
    let meant = match form {
        Form::Singular => ResourceType::from_plural(text).map(|kind| format!("Write it in the singular: `{kind}`.")),
        Form::Plural => text.parse().ok().map(|kind: ResourceType| format!("Write it in the plural: `{kind}s`.")),
    };
    let ending = if form == Form::Plural { "s" } else { "" };
    let names = || ResourceType::ALL.iter().map(|kind| format!("{kind}{ending}")).collect::<Vec<_>>().join(", ");
    let meant = meant.unwrap_or_else(|| format!("It must be one of {}.", names()));
    format!("The resource type was not found. {meant}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH_TAKES: &str = "This path takes a resource type, such as `application`, and not an id. ";
    const NOT_FOUND: &str = "The resource type was not found. ";

    #[test]
    fn what_is_not_a_type_is_told_with_what_to_call_instead() {
        for (method, path, text, form, expected) in [
            ("POST", "/pipelines/7/hooks", "7", Form::Singular, "POST /pipelines/{pipeline_id}/hooks/incoming "),
            ("GET", "/pipelines/7/steps", "7", Form::Singular, "GET /pipelines/{pipeline_id} shows"),
            ("GET", "/actions/7/targets", "7", Form::Singular, "GET /actions/{action_id} shows"),
            ("GET", "/actions/7/logs", "7", Form::Singular, "GET /actions/{action_id}/targets/"),
            ("GET", "/actions/7/cancel", "7", Form::Singular, "POST /actions/{action_id}/cancel cancels"),
            ("GET", "/actions/7/retry", "7", Form::Singular, "POST /actions/{action_id}/retry starts"),
            ("POST", "/pipelines/shop/hooks", "shop", Form::Singular, "It must be one of application, credential, "),
            ("POST", "/pipelines/7/42", "7", Form::Singular, "It must be one of application, credential, "),
            ("POST", "/pipelines/ssh-keys/42", "ssh-keys", Form::Singular, "Write it in the singular: `ssh-key`."),
            ("GET", "/ssh-key/42/hooks", "ssh-key", Form::Plural, "Write it in the plural: `ssh-keys`."),
            ("GET", "/widgets/42/hooks", "widgets", Form::Plural, "It must be one of applications, credentials, "),
            ("GET", "/42/42/hooks", "42", Form::Plural, "It must be one of applications, credentials, "),
        ] {
            let message = message(method, path, text, form);
            let hint = message.strip_prefix(PATH_TAKES).or_else(|| message.strip_prefix(NOT_FOUND)).unwrap();
            assert!(hint.starts_with(expected) && hint.ends_with('.'), "{method} {path}: {message}");
        }
    }
}
