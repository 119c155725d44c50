//! Every input that was kept of the fuzz targets, run through what they claim: `shared/testing/src/fuzz.rs` has the
//! claims, `fuzz/README.md` says where the inputs come from.

#![expect(clippy::unwrap_used, reason = "a corpus that cannot be read fails the test")]

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use shared_testing::fuzz;

const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz");

/// Runs `target` on every file of its corpus.
fn replay(name: &str, target: fn(&[u8])) {
    let corpus = Path::new(FUZZ).join("corpus").join(name);
    let files: Vec<_> = fs::read_dir(&corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty(), "{} is empty", corpus.display());
    let failed = files.iter().filter(|file| {
        let input = fs::read(file).unwrap();
        catch_unwind(|| target(&input)).is_err()
    });
    let failed: Vec<_> = failed.map(|file| file.display().to_string()).collect();
    assert!(failed.is_empty(), "claims that do not hold, for {failed:#?}");
}

#[test]
fn every_target_can_be_built_has_a_corpus_and_a_dictionary_and_is_described_and_replayed_here() {
    let read = |path: &str| fs::read_to_string(Path::new(FUZZ).join(path)).unwrap();
    let (manifest, readme) = (read("Cargo.toml"), read("README.md"));
    let mut targets = 0;
    for entry in fs::read_dir(Path::new(FUZZ).join("fuzz_targets")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".rs").unwrap();
        targets += 1;
        let binary = format!("[[bin]]\nname = \"{name}\"\npath = \"fuzz_targets/{file}\"\ntest = false\n");
        assert!(manifest.contains(&binary), "Cargo.toml: {name}");
        assert!(!read(&format!("dictionaries/{name}.dict")).is_empty(), "{name}");
        assert!(readme.contains(&format!("\n| `{name}` |")), "README.md: {name}");
        assert!(include_str!("corpus.rs").contains(&format!("replay(\"{name}\", fuzz::{name});")), "{name}");
    }
    assert_eq!(manifest.matches("\n[[bin]]\n").count(), targets);
    assert_eq!(manifest.matches("\nname = ").count(), targets + 1);
}

#[test]
fn signatures_are_judged_as_a_second_opinion_judges_them() {
    replay("signature_headers", fuzz::signature_headers);
}

#[test]
fn what_owners_write_of_signatures_is_taken_as_a_second_opinion_takes_it() {
    replay("signed_texts", fuzz::signed_texts);
}

#[test]
fn no_message_of_sns_has_us_fetch_anything_but_a_certificate_of_its_own() {
    replay("certificates", fuzz::certificates);
}

#[test]
fn no_token_is_accepted_that_a_second_opinion_refuses() {
    replay("tokens", fuzz::tokens);
}

#[test]
fn paths_lead_where_a_walk_level_by_level_leads() {
    replay("payload_paths", fuzz::payload_paths);
}

#[test]
fn forms_hold_what_a_second_decoder_finds_in_them() {
    replay("forms", fuzz::forms);
}

#[test]
fn options_are_taken_that_are_of_their_kind() {
    replay("option_values", fuzz::option_values);
}

#[test]
fn a_body_without_its_proof_says_all_else_as_before() {
    replay("proofs", fuzz::proofs);
}

#[test]
fn no_event_of_api_gateway_panics() {
    replay("gateway_events", fuzz::gateway_events);
}
