//! What the entries of the table must be like.

use super::*;

#[test]
fn an_algorithm_that_the_provider_never_uses_is_refused() {
    assert!(providers::check_algorithm("x-hub-signature-256", Algorithm::Sha256).is_ok());
    assert!(providers::check_algorithm("x-any-other", Algorithm::Sha512).is_ok());
    let refused = providers::check_algorithm("x-hub-signature-256", Algorithm::Sha512).unwrap_err();
    assert_eq!(refused.to_string(), "must be sha256 when the header is x-hub-signature-256");
}

#[test]
fn every_place_in_a_body_that_a_scheme_names_is_a_path() {
    for scheme in providers::all() {
        for place in scheme.body_places() {
            assert!(place.parse::<crate::domain::payload::Path>().is_ok(), "{}: {place}", scheme.provider);
        }
    }
}
