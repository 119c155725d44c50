//! How a provider is connected, step by step, in its own names. The steps follow from how it proves its calls.

use serde::Serialize;

use crate::domain::signature::provider::Provider;
use crate::domain::signature::{OptionKind, providers};

/// One step.
#[derive(Serialize)]
pub(super) struct StepBody {
    text: String,
    /// The field of the created hook that the step needs, such as `url`.
    field: Option<&'static str>,
    /// What the provider calls that field.
    name: Option<&'static str>,
}

impl StepBody {
    fn new(text: String) -> Self {
        Self { text, field: None, name: None }
    }
}

/// The steps from no hook to the first call.
pub(super) fn steps(provider: &'static Provider) -> Vec<StepBody> {
    let (title, scheme) = (provider.title, provider.main().scheme);
    let mut steps = vec![StepBody::new(creation(provider))];
    steps.push(StepBody {
        text: format!("At {title}, create a webhook that calls the hook's `url`."),
        field: Some("url"),
        name: None,
    });
    let name = Some(providers::entry(provider).guide.secret).filter(|name| !name.is_empty());
    if scheme.hand_over.is_some() {
        steps.push(StepBody::new(format!(
            "{title} hands its secret over when it first calls the hook, which must be within an hour."
        )));
    } else if scheme.has_secret() {
        let called = name.map(|name| format!(", which it calls “{name}”")).unwrap_or_default();
        let text = format!(
            "Both sides must have the same secret{called}. If {title} lets you choose it, enter the hook's. If {title} \
             makes it, give it to the hook: as `secret` when you create it, or by a rotation."
        );
        steps.push(StepBody { text, field: Some("secret"), name });
    }
    if !scheme.handshakes.is_empty() {
        steps.push(StepBody::new(format!("{title} asks the hook whether it is there, and the hook answers.")));
    }
    let test = if scheme.tests.is_empty() {
        format!("Have {title} send an event. It is in the log of calls.")
    } else {
        format!("Have {title} send its test. It is in the log of calls as `ignored`, and makes no job.")
    };
    steps.push(StepBody::new(test));
    steps
}

/// What the new hook needs besides a name and what it starts.
fn creation(provider: &'static Provider) -> String {
    let mut fields = vec![format!("`\"provider\": \"{}\"`", provider.name)];
    if provider == &providers::CUSTOM {
        fields.push("`verification`".to_owned());
    } else if !provider.proves() {
        fields.push("`\"requires_secret\": false`".to_owned());
    } else if provider.main().scheme.lets_name_the_header() {
        fields.push("`secret_header_name`".to_owned());
    }
    let required = provider.options.iter().copied().filter(|option| option.is_required());
    fields.extend(required.map(|option: OptionKind| format!("`provider_options.{}`", option.name())));
    format!("Create a hook with {}.", fields.join(", "))
}
