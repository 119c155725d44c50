//! Providers as JSON.

mod setup;

use std::collections::BTreeMap;

use serde::Serialize;

use self::setup::{StepBody, steps};

use crate::domain::signature::provider::Provider;
use crate::domain::signature::{OptionKind, providers};

/// A provider, and what a hook of it needs.
#[derive(Serialize)]
pub struct ProviderBody {
    name: &'static str,
    title: &'static str,
    proof: &'static str,
    /// How, in words.
    proven_by: String,
    tolerance_seconds: Option<u64>,
    needs: Vec<NeedBody>,
    guide: Option<&'static str>,
}

/// A field of a new hook.
#[derive(Serialize)]
struct NeedBody {
    /// Its path, as errors name it too.
    field: String,
    description: &'static str,
    required: bool,
    secret: bool,
}

/// A provider, how it is connected, and calls as it sends them.
#[derive(Serialize)]
pub struct ProviderDetails {
    #[serde(flatten)]
    provider: ProviderBody,
    steps: Vec<StepBody>,
    samples: Vec<SampleBody>,
}

/// A call as a provider sends it, without what proves it: in the form that a test of a hook takes.
#[derive(Debug, Serialize)]
pub struct SampleBody {
    /// What the provider calls it, if it says so.
    pub event: Option<String>,
    /// Whether it is what the provider sends to try a hook.
    #[serde(rename = "test")]
    pub is_test: bool,
    /// By name, in lower case.
    pub headers: BTreeMap<String, String>,
    /// What follows the question mark of the address.
    pub query: String,
    /// As text.
    pub body: String,
}

impl ProviderDetails {
    /// What the table says of a provider, with its samples.
    pub fn new(provider: &'static Provider, samples: Vec<SampleBody>) -> Self {
        Self { provider: ProviderBody::new(provider), steps: steps(provider), samples }
    }
}

impl ProviderBody {
    /// What the table says of a provider.
    pub fn new(provider: &'static Provider) -> Self {
        let scheme = provider.main().scheme;
        Self {
            name: provider.name,
            title: provider.title,
            proof: scheme.worth().as_str(),
            proven_by: provider.proven_by(),
            tolerance_seconds: scheme.tolerance().map(|tolerance| tolerance.as_secs()),
            needs: needs(provider),
            guide: Some(providers::entry(provider).guide.page).filter(|page| !page.is_empty()),
        }
    }
}

fn needs(provider: &'static Provider) -> Vec<NeedBody> {
    let scheme = provider.main().scheme;
    let mut needs = Vec::new();
    if scheme.has_secret() {
        // One that is left out is made, for the provider to be told.
        needs.push(NeedBody::new("secret", providers::entry(provider).guide.secret, false, true));
    }
    if provider == &providers::CUSTOM {
        let description = "how the sender proves its calls; its `type` decides what `proof` is, and the options";
        needs.push(NeedBody::new("verification", description, true, false));
    } else if provider.proves() && scheme.lets_name_the_header() {
        let description = "the header in which the provider sends the secret: you name it there too";
        needs.push(NeedBody::new("secret_header_name", description, true, false));
    }
    needs.extend(provider.options.iter().copied().map(of_option));
    needs
}

fn of_option(option: OptionKind) -> NeedBody {
    let field = format!("provider_options.{}", option.name());
    NeedBody::new(field, option.described(), option.is_required(), option.is_secret())
}

impl NeedBody {
    fn new(field: impl Into<String>, description: &'static str, required: bool, secret: bool) -> Self {
        Self { field: field.into(), description, required, secret }
    }
}
