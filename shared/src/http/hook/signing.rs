//! How a body wants the calls of a hook to be proven.

use std::collections::BTreeMap;

use crate::domain::hook::Hook;
use crate::domain::secret::HookSecret;
use crate::domain::signature::provider::Provider;
use crate::domain::signature::scheme::Scheme;
use crate::domain::signature::{Algorithm, Options, providers};
use crate::domain::signing::{Means, OtherProvider, SecretHeaderName, SigningDraft};
use crate::http::fields::{Fields, read};

/// The provider of a new hook and how its calls are signed, when they must be. Leaving `requires_secret` out is an error
/// and never the same as `false`: a misspelt field must not open a hook to everyone. Only a provider that proves its
/// calls says as much as `true`.
pub(super) fn read_draft(fields: &mut Fields<'_>) -> (Option<&'static Provider>, Option<SigningDraft>) {
    if !fields.has("provider") {
        refuse_options(fields);
        return (None, read_unnamed(fields));
    }
    fields.ignore(&["requires_secret", "secret", "secret_algorithm", "secret_header_name", "provider_options"]);
    let Some(provider) = read_provider(fields) else { return (None, None) };
    let requires_secret = fields.optional("requires_secret", read::boolean);
    if !provider.proves() {
        check_open(fields, provider, requires_secret);
        return (Some(provider), None);
    }
    if requires_secret == Some(false) {
        fields.refuse("requires_secret", proves(provider));
    }
    let means = read_means(fields, provider, None);
    let secret = read_secret(fields, means.as_ref().map(Means::scheme));
    (Some(provider), means.map(|means| SigningDraft { means, secret }))
}

fn read_unnamed(fields: &mut Fields<'_>) -> Option<SigningDraft> {
    fields.ignore(&["secret_algorithm", "secret_header_name"]);
    let (requires_secret, has_secret) = (fields.required("requires_secret", read::boolean), fields.has("secret"));
    if !requires_secret? {
        if has_secret {
            fields.refuse("secret", "goes with `\"requires_secret\": true`: set that, or leave the secret out");
        }
        return None;
    }
    let algorithm: Option<Algorithm> = fields.required("secret_algorithm", read::parsed);
    let header_name: Option<SecretHeaderName> = fields.required("secret_header_name", read::parsed);
    let means = algorithm.zip(header_name).map(|(algorithm, header)| Means::of_header(header, algorithm));
    let secret = read_secret(fields, means.as_ref().map(Means::scheme));
    check_algorithm(fields, means).map(|means| SigningDraft { means, secret })
}

/// What a hook is to be from now on. What the body leaves out stays, but with another provider all of it follows from
/// that one.
pub(super) fn read_change(fields: &mut Fields<'_>, hook: &Hook) -> (Option<&'static Provider>, Option<Means>) {
    fields.ignore(&["requires_secret", "secret_algorithm", "secret_header_name", "provider_options"]);
    let current = hook.relation.provider;
    let named = if fields.has("provider") { read_provider(fields) } else { current };
    let requires_secret = fields.optional("requires_secret", read::boolean);
    let Some(provider) = named else {
        refuse_options(fields);
        return (None, read_unnamed_change(fields, hook, requires_secret));
    };
    if !provider.proves() {
        check_open(fields, provider, requires_secret.or(Some(hook.relation.requires_secret)));
        return (Some(provider), None);
    }
    if requires_secret == Some(false) {
        fields.refuse("requires_secret", proves(provider));
    }
    let kept = hook.signing.as_ref().map(|signing| &signing.means).filter(|_| current == Some(provider));
    (Some(provider), read_means(fields, provider, kept))
}

fn read_unnamed_change(fields: &mut Fields<'_>, hook: &Hook, requires_secret: Option<bool>) -> Option<Means> {
    let current = hook.signing.as_ref().map(|signing| &signing.means);
    if !requires_secret.unwrap_or(current.is_some()) {
        return None;
    }
    let (algorithm, header_name) = match current {
        Some(current) => (
            Some(fields.optional("secret_algorithm", read::parsed).unwrap_or(current.algorithm)),
            fields.optional("secret_header_name", read::parsed).or_else(|| Some(current.header_name.clone())),
        ),
        None => {
            (fields.required("secret_algorithm", read::parsed), fields.required("secret_header_name", read::parsed))
        }
    };
    let means = algorithm.zip(header_name).map(|(algorithm, header)| Means::of_header(header, algorithm));
    check_algorithm(fields, means)
}

fn check_algorithm(fields: &mut Fields<'_>, means: Option<Means>) -> Option<Means> {
    let means = means?;
    if let Err(reason) = providers::check_algorithm(means.header_name.as_str(), means.algorithm) {
        fields.refuse("secret_algorithm", reason);
    }
    Some(means)
}

fn read_provider(fields: &mut Fields<'_>) -> Option<&'static Provider> {
    fields.required("provider", |value| providers::read(&read::text(value)?))
}

fn read_means(fields: &mut Fields<'_>, provider: &'static Provider, kept: Option<&Means>) -> Option<Means> {
    let algorithm = fields.optional("secret_algorithm", read::parsed);
    let header = if fields.has("secret_header_name") {
        Some(
            fields
                .required("secret_header_name", |value| SecretHeaderName::of_provider(provider, &read::text(value)?))?,
        )
    } else {
        kept.map(|kept| kept.header_name.clone())
    };
    let options = read_options(fields, provider, kept)?;
    // The algorithm of a kept hook goes with its header, which may just have changed.
    let kept_algorithm = kept.filter(|kept| header.as_ref() == Some(&kept.header_name)).map(|kept| kept.algorithm);
    match Means::of_provider(provider, header, algorithm.or(kept_algorithm), options) {
        Ok(means) => Some(means),
        Err(OtherProvider::NoHeader) => {
            let reason = format!("is required, because {} sends the secret in a header that you name", provider.title);
            fields.refuse("secret_header_name", reason);
            None
        }
        Err(OtherProvider::Scheme) => {
            let schemes = provider.schemes.iter().map(described).collect::<Vec<_>>().join(" or ");
            fields.refuse("secret_algorithm", format!("must go with {}: {schemes}", provider.title));
            None
        }
    }
}

/// Such as `sha256 in x-hub-signature-256`.
fn described(scheme: &Scheme) -> String {
    let algorithms: Vec<_> = scheme.algorithms.iter().map(|known| known.as_str()).collect();
    format!("{} in {}", algorithms.join(", "), scheme.header)
}

fn read_options(fields: &mut Fields<'_>, provider: &'static Provider, kept: Option<&Means>) -> Option<Options> {
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in kept.iter().flat_map(|kept| kept.options.iter()) {
        given.insert(name.to_owned(), value.to_owned());
    }
    given.extend(fields.strings("provider_options")?);
    let options = Options::new(provider.options, &given);
    let refuse = |(name, reason)| fields.refuse(&format!("provider_options.{name}"), reason);
    options.map_err(|faults| faults.into_iter().for_each(refuse)).ok()
}

fn refuse_options(fields: &mut Fields<'_>) {
    if fields.strings("provider_options").is_some_and(|options| !options.is_empty()) {
        fields.refuse("provider_options", "goes with `provider`: set that, or leave the options out");
    }
}

fn check_open(fields: &mut Fields<'_>, provider: &Provider, requires_secret: Option<bool>) {
    if requires_secret != Some(false) {
        let reason = "must be false, because this provider proves nothing: anyone who knows the URL can call the hook";
        fields.refuse("requires_secret", reason);
    }
    for name in ["secret", "secret_header_name"] {
        if fields.has(name) {
            fields.refuse(name, format!("must be left out, because {} sends no proof", provider.title));
        }
    }
    if fields.strings("provider_options").is_some_and(|options| !options.is_empty()) {
        fields.refuse("provider_options", "must be left out, because this provider has no options");
    }
}

fn proves(provider: &Provider) -> String {
    format!("must be true, because {} proves its calls; leave `provider` out for a hook that takes any", provider.title)
}

/// A secret that the provider issued, in the form that its scheme, if it is known, expects.
pub fn read_secret(fields: &mut Fields<'_>, scheme: Option<&Scheme>) -> Option<HookSecret> {
    fields.optional("secret", |value| {
        let text = read::text(value)?;
        match scheme {
            Some(scheme) => scheme.read_secret(text),
            None => HookSecret::new(text),
        }
    })
}
