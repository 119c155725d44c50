//! The arrows between the layers of this crate, read from its sources: `src/lib.rs` draws them.

#![expect(clippy::unwrap_used, reason = "a source that cannot be read fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a layer may never mention: other layers of this crate, other crates, and the parts of `std` that read the
/// process's surroundings.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "crate::ports",
            "crate::keys",
            "crate::auth",
            "crate::http",
            "crate::aws",
            "crate::config",
            "crate::telemetry",
            "serde",
            "lambda_http",
            "lambda_runtime",
            "aws_",
            "tokio",
            "tracing",
            "getrandom",
            "jsonwebtoken",
            "argon2",
            "SystemTime::now",
            "Instant::now",
            "std::env",
        ],
    ),
    (
        "ports",
        &[
            "crate::keys",
            "crate::auth",
            "crate::http",
            "crate::aws",
            "crate::config",
            "crate::telemetry",
            "serde",
            "lambda_http",
            "lambda_runtime",
            "aws_",
            "tokio",
            "tracing",
            "getrandom",
            "jsonwebtoken",
            "argon2",
            "std::env",
        ],
    ),
    (
        "keys",
        &[
            "crate::auth",
            "crate::http",
            "crate::aws",
            "crate::config",
            "serde",
            "lambda_http",
            "lambda_runtime",
            "aws_",
            "tokio",
            "jsonwebtoken",
            "argon2",
            "SystemTime::now",
        ],
    ),
    (
        "auth",
        &[
            "crate::http",
            "crate::aws",
            "crate::config",
            "lambda_http",
            "lambda_runtime",
            "aws_sdk",
            "aws_types",
            "tokio",
        ],
    ),
    ("http", &["crate::aws", "crate::config", "aws_sdk", "aws_types", "jsonwebtoken", "argon2"]),
    ("aws", &["crate::http", "crate::auth", "crate::keys", "crate::config", "lambda_http", "jsonwebtoken", "argon2"]),
    (
        "config",
        &[
            "crate::domain",
            "crate::ports",
            "crate::keys",
            "crate::auth",
            "crate::http",
            "crate::aws",
            "crate::telemetry",
        ],
    ),
    ("telemetry", &["crate::domain", "crate::ports", "crate::keys", "crate::auth", "crate::http", "crate::aws"]),
];

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The lines of code of a layer outside its tests and comments, each with its place.
fn code(layer: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(layer);
    let files = sources(&root).into_iter().filter(|path| !path.ends_with("tests.rs"));
    let of_file = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let place = |(number, line): (usize, &str)| (format!("{}:{}", path.display(), number + 1), line.to_owned());
        lines.map(place).collect::<Vec<_>>()
    };
    files.flat_map(of_file).collect()
}

/// Whether `line` mentions `name` as a path or crate, not as part of a longer word.
fn mentions(line: &str, name: &str) -> bool {
    let word = |char: char| char.is_alphanumeric() || char == '_';
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(word))
}

#[test]
fn no_layer_uses_what_lies_above_it() {
    for (layer, forbidden) in FORBIDDEN {
        let lines = code(layer);
        assert!(lines.len() > 20, "{layer} has sources");
        for (place, line) in lines {
            for name in *forbidden {
                assert!(!mentions(&line, name), "{place}: `{layer}` must not use `{name}`: {line}");
            }
        }
    }
}

#[test]
fn every_layer_has_its_rule() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rules: BTreeMap<_, _> = FORBIDDEN.iter().copied().collect();
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules.filter(|module| *module != "testing") {
        assert!(rules.contains_key(module), "{module} has no rule");
    }
}

#[test]
fn a_forbidden_use_would_be_noticed() {
    assert!(mentions("use crate::aws::HooksTable;", "crate::aws"));
    assert!(mentions("    tokio::spawn(work)", "tokio"));
    assert!(!mentions("use crate::domain::deserved;", "serde"));
}
