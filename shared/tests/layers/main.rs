//! The arrows between the layers of this crate, read from its sources: `src/lib.rs` draws them.

#![expect(clippy::unwrap_used, reason = "a source that cannot be read fails the test")]

mod circles;

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
            "crate::payload",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::aws",
            "crate::config",
            "crate::telemetry",
            "serde",
            "lambda_http",
            "lambda_runtime",
            "aws_sdk_",
            "aws_smithy_",
            "aws_types",
            "tokio",
            "tracing",
            "getrandom",
            "argon2",
            "SystemTime::now",
            "Instant::now",
            "std::env",
        ],
    ),
    (
        "payload",
        &[
            "crate::ports",
            "crate::keys",
            "crate::auth",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::aws",
            "crate::config",
            "crate::telemetry",
            "lambda_http",
            "lambda_runtime",
            "aws_",
            "tokio",
            "tracing",
            "getrandom",
            "SystemTime::now",
            "std::env",
        ],
    ),
    (
        "ports",
        &[
            "crate::keys",
            "crate::auth",
            "crate::payload",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
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
            "crate::payload",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
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
            "crate::payload",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::aws",
            "crate::config",
            "lambda_http",
            "lambda_runtime",
            "aws_sdk",
            "aws_types",
            "tokio",
        ],
    ),
    (
        "http",
        &[
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::aws",
            "crate::config",
            "aws_sdk",
            "aws_types",
            "jsonwebtoken",
            "argon2",
        ],
    ),
    (
        "trigger",
        &[
            "crate::ledger",
            "crate::copies",
            "crate::auth",
            "crate::aws",
            "crate::config",
            "aws_sdk",
            "aws_types",
            "lambda_http",
            "lambda_runtime",
        ],
    ),
    (
        "ledger",
        &[
            "crate::copies",
            "crate::http",
            "crate::trigger",
            "crate::payload",
            "crate::auth",
            "crate::keys",
            "crate::aws",
            "crate::config",
            "serde",
            "lambda_http",
            "lambda_runtime",
            "aws_",
            "jsonwebtoken",
            "argon2",
        ],
    ),
    (
        "copies",
        &[
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::payload",
            "crate::auth",
            "crate::keys",
            "crate::aws",
            "crate::config",
            "crate::telemetry",
            "serde",
            "lambda_http",
            "lambda_runtime",
            "aws_",
            "SystemTime::now",
            "Instant::now",
        ],
    ),
    (
        "aws",
        &[
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::payload",
            "crate::auth",
            "crate::keys",
            "crate::config",
            "lambda_http",
            "jsonwebtoken",
            "argon2",
        ],
    ),
    (
        "config",
        &[
            "crate::domain",
            "crate::ports",
            "crate::keys",
            "crate::auth",
            "crate::payload",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::aws",
            "crate::telemetry",
        ],
    ),
    (
        "telemetry",
        &[
            "crate::domain",
            "crate::ports",
            "crate::keys",
            "crate::auth",
            "crate::payload",
            "crate::http",
            "crate::trigger",
            "crate::ledger",
            "crate::copies",
            "crate::aws",
        ],
    ),
    ("start", &["aws_sdk", "jsonwebtoken", "argon2", "std::env", "SystemTime::now"]),
];

/// Files that may use what their layer may not, because what they verify is JSON itself: a token, a set of keys, a message.
const JSON_ITSELF: [&str; 3] = ["domain/signature/jwt.rs", "domain/signature/published.rs", "domain/signature/sns.rs"];

fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// A line of code.
struct Line {
    /// The file and the number.
    place: String,
    text: String,
    /// How many modules its file lies in, itself included: `domain/hook.rs` is two levels below the root of the crate.
    depth: usize,
}

/// The lines of code of a layer outside its tests and comments.
fn code(layer: &str) -> Vec<Line> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root.join(layer)).into_iter().filter(|path| !path.ends_with("tests.rs"));
    let of_file = |path: PathBuf| {
        let depth = depth(path.strip_prefix(&root).unwrap());
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let line = |(number, line): (usize, &str)| {
            let place = format!("{}:{}", path.display(), number + 1);
            Line { place, text: line.to_owned(), depth }
        };
        lines.map(line).collect::<Vec<_>>()
    };
    files.flat_map(of_file).collect()
}

/// How many modules a file lies in, by its path from `src`.
fn depth(path: &Path) -> usize {
    path.components().count() - usize::from(path.ends_with("mod.rs"))
}

/// Whether `line` mentions `name` as a path or crate, not as part of a longer word.
fn mentions(line: &str, name: &str) -> bool {
    let word = |char: char| char.is_alphanumeric() || char == '_';
    line.match_indices(name).any(|(at, _)| !line[..at].ends_with(word))
}

/// What of `line` its layer must not use. Only paths from `crate` that name a layer at once can be compared with the
/// rules, so there is no other way out of a layer: neither `super`, nor a group or another name for the root.
fn fault(line: &Line, forbidden: &[&'static str]) -> Option<String> {
    let plain = line.text.replace("self::", "").replace('{', "");
    let climbs = |levels: &usize| mentions(&plain, &"super::".repeat(*levels));
    if (1..=line.depth).take_while(climbs).count() == line.depth {
        return Some("a path out of its layer by `super`".to_owned());
    }
    if ["crate::{", "crate::*", "crate as", "super as"].iter().any(|root| mentions(&line.text, root)) {
        return Some("the root of the crate but for one layer at a time".to_owned());
    }
    let is_allowed =
        |name: &str| name == "serde" && JSON_ITSELF.iter().any(|file| line.place.contains(&format!("{file}:")));
    let mut used = forbidden.iter().filter(|name| mentions(&line.text, name));
    used.find(|name| !is_allowed(name)).map(|name| format!("`{name}`"))
}

#[test]
fn no_layer_uses_what_lies_above_it() {
    for (layer, forbidden) in FORBIDDEN {
        let top = (*layer != "start").then_some("crate::start");
        let forbidden: Vec<_> = forbidden.iter().copied().chain(top).collect();
        let lines = code(layer);
        assert!(lines.len() > 20, "{layer} has sources");
        for line in lines {
            let fault = fault(&line, &forbidden);
            assert_eq!(fault, None, "{}: what `{layer}` must not use: {}", line.place, line.text);
        }
    }
}

#[test]
fn every_layer_has_its_rule() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let rules: BTreeMap<_, _> = FORBIDDEN.iter().copied().collect();
    let modules = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    for module in modules {
        assert!(rules.contains_key(module), "{module} has no rule");
    }
}

/// Whether the rules of `domain` refuse this line in this file.
fn refused(file: &str, text: &str) -> bool {
    let (layer, forbidden) = FORBIDDEN[0];
    assert_eq!(layer, "domain");
    let line = Line { place: file.to_owned(), text: text.to_owned(), depth: depth(Path::new(file)) };
    fault(&line, forbidden).is_some()
}

#[test]
fn a_forbidden_use_would_be_noticed() {
    assert!(refused("domain/hook.rs", "use crate::aws::HooksTable;"));
    assert!(refused("domain/hook.rs", "    tokio::spawn(work)"));
    assert!(!refused("domain/hook.rs", "use crate::domain::deserved;"));
}

#[test]
fn a_way_around_the_rules_would_be_noticed() {
    for (file, text) in [
        ("domain/mod.rs", "use super::aws::HooksTable;"),
        ("domain/hook.rs", "use super::super::aws::HooksTable;"),
        ("domain/hook.rs", "    super::super::super::aws::connect()"),
        ("domain/hook.rs", "use self::super::super::aws::HooksTable;"),
        ("domain/hook.rs", "use super::{super::aws::HooksTable, id};"),
        ("domain/hook.rs", "use super::super::{"),
        ("domain/signature/mod.rs", "use super::super::aws;"),
        ("domain/signature/scheme.rs", "pub(super) use super::super::super::aws;"),
        ("domain/hook.rs", "use crate::{aws::HooksTable, domain::id};"),
        ("domain/hook.rs", "use crate as root;"),
    ] {
        assert!(refused(file, text), "{file}: {text}");
    }
    for (file, text) in [
        ("domain/hook.rs", "use super::id::HookId;"),
        ("domain/signature/scheme.rs", "use super::super::secret::HookSecret;"),
        ("domain/signature/mod.rs", "use super::{id::HookId, payload::Path};"),
        ("domain/signature/scheme.rs", "pub(super) fn supers(aws: u8) {}"),
    ] {
        assert!(!refused(file, text), "{file}: {text}");
    }
}
