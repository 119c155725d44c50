//! What the entries of the table must be like.

use super::super::provider::{Entry, Known};
use super::super::scheme::{AskedAt, Characters, Echo, Holds, KeySource, Method, Part, Proven, Reply, Scheme, Source};
use super::*;

#[test]
fn an_algorithm_that_the_provider_never_uses_is_refused() {
    assert!(providers::check_algorithm("x-hub-signature-256", Algorithm::Sha256).is_ok());
    assert!(providers::check_algorithm("x-any-other", Algorithm::Sha512).is_ok());
    let refused = providers::check_algorithm("x-hub-signature-256", Algorithm::Sha512).unwrap_err();
    assert_eq!(refused.to_string(), "must be sha256 when the header is x-hub-signature-256");
}

#[test]
fn every_place_in_a_body_that_a_scheme_names_is_a_path_to_one_value() {
    for Known { provider, scheme } in providers::all() {
        for place in scheme.body_places() {
            assert!(place.parse().and_then(crate::domain::payload::Path::to_one).is_ok(), "{}: {place}", provider.name);
        }
    }
}

#[test]
fn the_providers_are_in_alphabetical_order_and_each_is_found_by_its_name() {
    let names: Vec<_> = providers::listed().map(|provider| provider.name).collect();
    assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    for provider in providers::listed() {
        assert_eq!(providers::named(provider.name), Some(provider));
    }
    for name in ["", "a", "GitHub", "github ", "githuc", "zzz", "generic", "unsigned", "custom"] {
        assert_eq!(providers::named(name), None, "{name}");
    }
}

#[test]
fn every_entry_says_what_people_need() {
    for Entry { name, title, schemes, guide, .. } in providers::listed().map(providers::entry) {
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{name}");
        assert!(!title.is_empty() && !guide.source.by().is_empty(), "{name}");
        assert!(!schemes.is_empty(), "{name}");
        assert_eq!(guide.secret.is_empty(), !schemes.iter().any(Scheme::has_secret), "{name}: its secret");
        assert!(guide.page.is_empty() || guide.page.starts_with("https://"), "{name}");
    }
}

#[test]
fn a_provider_has_the_options_that_its_schemes_use_and_no_others() {
    for provider in providers::listed() {
        let mut used: Vec<OptionKind> = Vec::new();
        for scheme in provider.schemes {
            let is_of_the_address = |part: &Part<'_>| matches!(part, Part::Url | Part::Target);
            used.extend(scheme.proof.signed().iter().any(is_of_the_address).then_some(OptionKind::Url));
            used.extend(
                provider.options.iter().filter(|option| scheme.proof.signed().contains(&Part::Given(option.name()))),
            );
            match &scheme.proof {
                Proof::Basic => used.push(OptionKind::Username),
                Proof::PublicKey(form) if form.source == KeySource::Owner => {
                    used.push(OptionKind::PublicKey(form.key));
                }
                Proof::Jwt(form) => used.extend(form.options()),
                Proof::Sns => used.push(OptionKind::TopicArn),
                Proof::PublicKey(_) | Proof::Secret | Proof::Bearer | Proof::Mac(_) | Proof::Nothing => {}
            }
        }
        let is_answered_with = |name: &str, scheme: &Scheme| {
            let shows = matches!(scheme.reply, Reply::Showing(shown) if shown.option == name);
            let proves = |echo: Echo| matches!(echo, Echo::Proof(Proven::Behind(option), _) if option == name);
            shows || scheme.handshakes.iter().any(|handshake| proves(handshake.echo))
        };
        let answers =
            |option: &&OptionKind| provider.schemes.iter().any(|scheme| is_answered_with(option.name(), scheme));
        used.extend(provider.options.iter().filter(answers));
        let shows_token = |scheme: &Scheme| scheme.handshakes.iter().any(|handshake| handshake.token.is_some());
        used.extend(provider.schemes.iter().any(shows_token).then_some(OptionKind::VerifyToken));
        assert_eq!(provider.options, used, "{}", provider.name);
        let proves = provider.schemes.iter().all(|scheme| !scheme.algorithms.all().is_empty());
        assert_eq!(provider.proves(), proves, "{}: its algorithms", provider.name);
    }
}

/// A stored hook of a provider without a header must find its scheme again.
#[test]
fn a_provider_whose_proof_is_not_in_a_header_has_one_scheme_for_an_algorithm_and_names_no_header() {
    for provider in providers::listed() {
        let elsewhere = provider.schemes.iter().filter(|scheme| scheme.place != Place::Header).count();
        assert!(elsewhere == 0 || provider.schemes.len() == 1, "{}", provider.name);
        assert!(elsewhere == 0 || !provider.by_header, "{}", provider.name);
        let headers =
            provider.schemes.iter().filter(|scheme| scheme.place != Place::Header).map(|scheme| scheme.header);
        assert!(headers.clone().all(str::is_empty), "{}", provider.name);
    }
}

#[test]
fn every_place_of_a_proof_and_of_what_it_signs_is_a_path_to_one_value() {
    for Known { provider, scheme } in providers::all() {
        let place: &[&str] = match &scheme.place {
            Place::Header | Place::Query(_) | Place::Whole => &[],
            Place::Body(place) => &[place],
            Place::Each(array, place) => &[array, place],
        };
        for place in scheme.proof.signed_places().iter().chain(place) {
            assert!(place.parse().and_then(crate::domain::payload::Path::to_one).is_ok(), "{}: {place}", provider.name);
        }
    }
}

#[test]
fn every_scheme_that_a_provider_has_besides_its_first_can_be_chosen() {
    for provider in providers::listed() {
        let (first, others) = provider.schemes.split_first().unwrap();
        for scheme in others.iter().filter(|scheme| scheme.header != first.header) {
            let chosen = scheme.header.parse::<crate::domain::signing::SecretHeaderName>();
            assert!(chosen.is_ok(), "{}: {}", provider.name, scheme.header);
        }
    }
}

#[test]
fn every_name_of_a_header_is_in_lower_case() {
    for Known { provider, scheme } in providers::all() {
        let sources = scheme.delivery_id.iter().chain(scheme.event).filter_map(|source| match source {
            Source::Header(name) | Source::HeaderBeside(name, _) => Some(*name),
            Source::Body(_) | Source::BodyDigest => None,
        });
        let parts = scheme.proof.signed().iter().filter_map(|part| Some(part.header()?.0));
        for name in sources.chain(parts).chain(scheme.other_headers.iter().copied()).chain([scheme.header]) {
            assert_eq!(name, name.to_ascii_lowercase(), "{}", provider.name);
        }
    }
}

/// What anyone can have signed is no delivery: it has no `{`, with which every delivery of such a provider begins, or no
/// line feed, with which every text ends that the provider signs.
#[test]
fn a_secret_that_signs_what_a_stranger_asks_for_proves_json_objects_or_lines_alone() {
    let mut oracles = Vec::new();
    for Known { provider, scheme } in providers::all() {
        let has_lines_alone = matches!(scheme.proof.signed(), [Part::Value(_, Holds::Lines)]);
        for handshake in scheme.handshakes.iter().filter(|handshake| handshake.echo.proof().is_some()) {
            let of = handshake.challenge.unwrap().of;
            assert_ne!(of, Characters::Any, "{}", provider.name);
            assert!(scheme.has_algorithm(), "{}: it has no MAC", provider.name);
            assert!(handshake.is_proven || scheme.only_objects || has_lines_alone, "{}", provider.name);
            if !handshake.is_proven {
                oracles.push(provider.name);
            }
        }
    }
    assert_eq!(oracles, ["braintree", "linkedin", "smartcar", "x"]);
    for of in [Characters::Token, Characters::Word, Characters::Hex] {
        for border in ["{", "[", ":", "\n"] {
            assert!(!of.allow(&format!("20f9f8ed05f77439fe95{border}")), "{of:?}");
        }
    }
    assert!(!Characters::Word.allow("="), "LinkedIn signs `hmacsha256=` and the body");
}

#[test]
fn a_handshake_asks_where_it_can_and_in_lower_case() {
    for Known { provider, scheme } in providers::all() {
        for handshake in scheme.handshakes {
            let has_body = handshake.method == Method::Post;
            assert!(has_body || handshake.body_places().next().is_none(), "{}: {handshake:?}", provider.name);
            assert!(has_body || !handshake.is_proven, "{}: {handshake:?}", provider.name);
            let tells = handshake.challenge.is_some() || !handshake.marks.is_empty();
            assert!(tells || !has_body, "{}: every call would be one", provider.name);
            let asked = handshake.challenge.map(|challenge| challenge.at);
            let names = [
                if let Some(AskedAt::Header(name)) = asked { name } else { "" },
                if let Echo::Header(name) | Echo::Proof(Proven::Header(name), _) = handshake.echo { name } else { "" },
            ];
            assert!(names.iter().all(|name| *name == name.to_ascii_lowercase()), "{}", provider.name);
        }
    }
}
