//! How a body wants the calls of a hook to be proven.

use std::collections::BTreeMap;

use super::verification::read_verification;
use crate::domain::Invalid;
use crate::domain::hook::Hook;
use crate::domain::mask::MASK;
use crate::domain::secret::{HookSecret, SecretOptions};
use crate::domain::signature::provider::Provider;
use crate::domain::signature::scheme::Scheme;
use crate::domain::signature::{Algorithm, OptionKind, Options, Place, providers, read_secret_options};
use crate::domain::signing::{GivenSecrets, Means, OtherProvider, SecretHeaderName, SigningDraft};
use crate::http::fields::{Fields, read};

/// The provider of a new hook and how its calls are signed, when they must be. Leaving `requires_secret` out is an error
/// and never the same as `false`: a misspelt field must not open a hook to everyone. Only a provider that proves its
/// calls says as much as `true`.
pub(super) fn read_draft(fields: &mut Fields<'_>) -> (Option<&'static Provider>, Option<SigningDraft>) {
    if !fields.has("provider") {
        refuse_options(fields);
        refuse_verification(fields);
        return (None, read_unnamed(fields));
    }
    fields.ignore(&["requires_secret", "secret", "secret_algorithm", "secret_header_name", "provider_options"]);
    let Some(provider) = read_provider(fields) else {
        fields.ignore(&["verification"]);
        return (None, None);
    };
    let requires_secret = fields.optional("requires_secret", read::boolean);
    if !provider.proves() {
        check_open(fields, provider, requires_secret);
        return (Some(provider), None);
    }
    if requires_secret == Some(false) {
        fields.refuse("requires_secret", proves(provider));
    }
    let given = fields.strings("provider_options");
    let options = given.as_ref().and_then(|given| read_secrets_of(fields, provider.options, given));
    let means = given.and_then(|given| read_means_of(fields, provider, None, given));
    let secret = read_secret(fields, means.as_ref().map(Means::scheme));
    let given = options.map(|options| GivenSecrets { secret, options });
    (Some(provider), means.zip(given).map(|(means, given)| SigningDraft { means, given }))
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
    let given = GivenSecrets { secret, ..GivenSecrets::default() };
    check_algorithm(fields, means).map(|means| SigningDraft { means, given })
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
        refuse_verification(fields);
        return (None, read_unnamed_change(fields, hook, requires_secret));
    };
    if !provider.proves() {
        check_open(fields, provider, requires_secret.or(Some(hook.relation.requires_secret)));
        return (Some(provider), None);
    }
    if requires_secret == Some(false) {
        fields.refuse("requires_secret", proves(provider));
    }
    let given = fields.strings("provider_options");
    let kept = hook.signing.as_ref().map(|signing| &signing.means).filter(|_| current == Some(provider));
    let means = given.and_then(|given| {
        refuse_secret_options(fields, provider, &given);
        read_means_of(fields, provider, kept, given)
    });
    (Some(provider), means)
}

fn read_unnamed_change(fields: &mut Fields<'_>, hook: &Hook, requires_secret: Option<bool>) -> Option<Means> {
    let current = hook.signing.as_ref().map(|signing| &signing.means);
    if !requires_secret.unwrap_or(current.is_some()) {
        return None;
    }
    let (algorithm, header_name) = match current {
        Some(current) => (
            Some(fields.optional("secret_algorithm", read::parsed).unwrap_or(current.algorithm)),
            fields.optional("secret_header_name", read::parsed).or_else(|| current.header_name.clone()),
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
    let header = means.header_name.as_ref().map_or("", SecretHeaderName::as_str);
    if let Err(reason) = providers::check_algorithm(header, means.algorithm) {
        fields.refuse("secret_algorithm", reason);
    }
    Some(means)
}

fn read_provider(fields: &mut Fields<'_>) -> Option<&'static Provider> {
    fields.required("provider", |value| providers::read(&read::text(value)?))
}

fn read_means_of(
    fields: &mut Fields<'_>,
    provider: &'static Provider,
    kept: Option<&Means>,
    given: BTreeMap<String, String>,
) -> Option<Means> {
    if provider == &providers::CUSTOM {
        return read_described(fields, kept, given);
    }
    refuse_verification(fields);
    read_means(fields, provider, kept, given)
}

/// The means that the body describes, or that stay.
fn read_described(fields: &mut Fields<'_>, kept: Option<&Means>, given: BTreeMap<String, String>) -> Option<Means> {
    let stays = kept.filter(|_| !fields.has("verification")).and_then(|kept| kept.verification.clone());
    let verification = match stays {
        Some(verification) => Some(verification),
        None if fields.has("verification") => read_verification(fields),
        None => {
            fields.refuse("verification", "is required: it says how the sender proves its calls");
            None
        }
    };
    let Some(verification) = verification else {
        fields.ignore(&["secret_algorithm", "secret_header_name"]);
        return None;
    };
    // An option of a proof of another kind goes with it.
    let options = read_options(fields, verification.options(), kept, given);
    let means = Means::of_verification(verification, options?);
    check_shown(fields, "secret_header_name", means.header_name.as_ref().map(SecretHeaderName::as_str));
    check_shown(fields, "secret_algorithm", means.scheme().has_algorithm().then(|| means.algorithm.as_str()));
    Some(means)
}

/// What follows from `verification` may come back as it is shown.
fn check_shown(fields: &mut Fields<'_>, name: &'static str, shown: Option<&str>) {
    let given = fields.optional(name, read::text);
    if given.is_some_and(|given| shown.is_none_or(|shown| !shown.eq_ignore_ascii_case(&given))) {
        fields.refuse(name, "follows from `verification`: leave it out, and change it there");
    }
}

fn refuse_verification(fields: &mut Fields<'_>) {
    fields.ignore(&["verification"]);
    if fields.has("verification") {
        fields.refuse("verification", "goes with `\"provider\": \"custom\"`: set that, or leave it out");
    }
}

fn read_means(
    fields: &mut Fields<'_>,
    provider: &'static Provider,
    kept: Option<&Means>,
    given: BTreeMap<String, String>,
) -> Option<Means> {
    let algorithm = fields.optional("secret_algorithm", read::parsed);
    let header = if fields.has("secret_header_name") {
        Some(
            fields
                .required("secret_header_name", |value| SecretHeaderName::of_provider(provider, &read::text(value)?))?,
        )
    } else {
        kept.and_then(|kept| kept.header_name.clone())
    };
    let options = read_options(fields, provider.options, kept, given)?;
    // The algorithm of a kept hook goes with its header, which may just have changed.
    let kept_algorithm = kept.filter(|kept| header == kept.header_name).map(|kept| kept.algorithm);
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
    let algorithms: Vec<_> = scheme.algorithms.all().iter().map(|known| known.as_str()).collect();
    let algorithms = algorithms.join(", ");
    match scheme.place {
        Place::Header => format!("{algorithms} in {}", scheme.header),
        Place::Query(_) | Place::Body(_) | Place::Each(..) | Place::Whole => algorithms,
    }
}

fn read_options(
    fields: &mut Fields<'_>,
    kinds: &'static [OptionKind],
    kept: Option<&Means>,
    mut given: BTreeMap<String, String>,
) -> Option<Options> {
    let is_kept = |name: &str| kinds.iter().any(|kind| kind.name() == name);
    for (name, value) in kept.iter().flat_map(|kept| kept.options.iter()).filter(|(name, _)| is_kept(name)) {
        given.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    let options = Options::new(kinds, &given);
    options.map_err(|faults| refuse_all(fields, faults)).ok()
}

fn refuse_all(fields: &mut Fields<'_>, faults: Vec<(String, Invalid)>) {
    for (name, reason) in faults {
        fields.refuse(&format!("provider_options.{name}"), reason);
    }
}

/// The options of the body that are secret.
fn read_secrets_of(
    fields: &mut Fields<'_>,
    kinds: &'static [OptionKind],
    given: &BTreeMap<String, String>,
) -> Option<SecretOptions> {
    read_secret_options(kinds, given).map_err(|faults| refuse_all(fields, faults)).ok()
}

/// What `GET` shows of a secret option may come back. Any other value was meant to change it.
fn refuse_secret_options(fields: &mut Fields<'_>, provider: &Provider, given: &BTreeMap<String, String>) {
    for kind in provider.options.iter().filter(|kind| kind.is_secret()) {
        if given.get(kind.name()).is_some_and(|value| value != MASK) {
            let reason = "is changed by `POST /hooks/incoming/{hook_id}/rotate-secret` alone: leave it out";
            fields.refuse(&format!("provider_options.{}", kind.name()), reason);
        }
    }
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
    refuse_verification(fields);
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
fn read_secret(fields: &mut Fields<'_>, scheme: Option<&Scheme>) -> Option<HookSecret> {
    fields.optional("secret", |value| {
        let text = read::text(value)?;
        match scheme {
            Some(scheme) => scheme.read_secret(text),
            None => HookSecret::new(text),
        }
    })
}

/// The secrets that a rotation is to make those of a hook that is proven like this.
pub fn read_rotation(fields: &mut Fields<'_>, means: &Means) -> Option<GivenSecrets> {
    let secret = if means.scheme().has_secret() { read_secret(fields, Some(means.scheme())) } else { None };
    let given = fields.strings("provider_options")?;
    let kinds = means.option_kinds();
    for name in given.keys().filter(|name| !means.secret_options().any(|known| known == **name)) {
        let is_known = kinds.iter().any(|kind| kind.name() == name);
        let reason = if is_known {
            "is no secret: change it with `PUT /hooks/incoming/{hook_id}`"
        } else {
            "is unknown: only options that are secret are changed here"
        };
        fields.refuse(&format!("provider_options.{name}"), reason);
    }
    let options = read_secrets_of(fields, kinds, &given)?;
    Some(GivenSecrets { secret, options })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::http::ApiError;

    const KINDS: &[OptionKind] = &[OptionKind::Username, OptionKind::VerifyToken];

    /// What is read of a body, or the fields at fault with the reasons.
    fn read<T>(body: &str, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Result<T, Vec<String>> {
        let mut fields = Fields::of_body(body).unwrap();
        let read = read(&mut fields);
        fields.finish(read).map_err(|error| {
            let ApiError::Invalid(errors) = error else { panic!("{error}") };
            errors.by_field().values().flatten().cloned().collect()
        })
    }

    #[test]
    fn a_rotation_takes_new_values_of_options_that_are_secret_and_of_no_others() {
        let means = fixtures::means("razorpay", KINDS);
        let rotation = |body: &str| read(body, |fields| read_rotation(fields, &means));
        let token = r#"{"provider_options": {"verify_token": "a token that is chosen"}}"#;
        let given = rotation(token).unwrap();
        assert!(given.secret.is_none() && given.options.get("verify_token").is_some());
        for (body, reason) in [
            (
                r#"{"provider_options": {"username": "bob"}}"#,
                "`provider_options.username` is no secret: change it with",
            ),
            (r#"{"provider_options": {"user": "bob"}}"#, "`provider_options.user` is unknown"),
            (r#"{"provider_options": {"verify_token": "short"}}"#, "`provider_options.verify_token` must be 16 to 512"),
            (r#"{"provider_options": "token"}"#, "`provider_options` must be an object"),
        ] {
            let reasons = rotation(body).err().unwrap();
            assert!(reasons.len() == 1 && reasons[0].contains(reason), "{body}: {reasons:?}");
        }
    }

    #[test]
    fn a_change_takes_back_the_mask_of_a_secret_option_and_no_other_value() {
        let means = fixtures::means("razorpay", KINDS);
        let change = |token: &str| {
            let body = format!(r#"{{"provider_options": {{"username": "bob", "verify_token": "{token}"}}}}"#);
            read(&body, |fields| {
                let given = fields.strings("provider_options")?;
                refuse_secret_options(fields, means.known.provider, &given);
                read_options(fields, KINDS, Some(&means), given)
            })
        };
        assert_eq!(change(MASK).unwrap().iter().collect::<Vec<_>>(), [("username", "bob")]);
        let reasons = change("another token that is chosen").unwrap_err();
        assert!(reasons[0].contains("rotate-secret` alone: leave it out"), "{reasons:?}");
        assert!(!reasons[0].contains("another token"), "{reasons:?}");
    }
}
