//! `/console` and what it loads. What it does in a browser is for `tests/contract/console.py`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use harness::{Answer, Pipehook, repository, shared};

/// What a browser is sent to show every page, in bytes.
const BUDGET: usize = 60 * 1024;

/// What would turn text into markup or code, or keep something in the browser.
const FORBIDDEN: [&str; 13] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "srcdoc",
    "DOMParser",
    "eval(",
    "Function(",
    "setAttribute(\"style\"",
    "localStorage",
    "sessionStorage",
    "indexedDB",
    "document.cookie",
];

/// Each source file of the page.
fn sources() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/console/page");
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let read = |name: String| {
        let text = repository::read(&format!("functions/console/page/{name}"));
        (name, text)
    };
    names.map(read).collect()
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The page, and all that it and its modules load, by address.
async fn everything(stack: &Pipehook) -> BTreeMap<String, Answer> {
    let page = stack.get("/console").send().await;
    let text = page.text();
    let named = text.split('"').filter(|text| text.starts_with("/console/")).map(str::to_owned);
    let named: BTreeSet<_> = named.collect();
    let (directory, _) = named.first().unwrap().rsplit_once('/').unwrap();
    let modules = sources().into_iter().map(|(name, _)| name).filter(|name| extension(name) == "js");
    let modules: Vec<_> = modules.map(|name| format!("{directory}/{name}")).collect();
    let mut answers = BTreeMap::from([("/console".to_owned(), page)]);
    for address in named.into_iter().chain(modules) {
        let answer = stack.get(&address).send().await;
        answers.insert(address, answer);
    }
    answers
}

#[test]
fn the_console_loads_its_own_files_and_nothing_else() {
    shared(async |stack| {
        let answers = everything(stack).await;
        let page = answers["/console"].text();
        assert!(!page.contains("://") && !page.contains("<style") && !page.contains(" style="), "{page}");
        assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=\"/console/").count());
        for (address, answer) in &answers {
            let kind = match extension(address) {
                "js" => "text/javascript",
                "css" => "text/css",
                "svg" => "image/svg+xml",
                _ => "text/html",
            };
            assert_eq!(answer.status, 200, "{address}");
            assert_eq!(answer.header("content-type"), format!("{kind}; charset=utf-8"), "{address}");
        }
        for import in sources().iter().flat_map(|(_, text)| text.split("from \"").skip(1)) {
            assert!(import.starts_with("./"), "{}", import.lines().next().unwrap());
        }
    });
}

#[test]
fn the_policy_of_the_console_lets_no_text_become_markup_and_no_request_leave() {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                          base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                          require-trusted-types-for 'script'; trusted-types 'none'";
    shared(async |stack| {
        for (address, answer) in everything(stack).await {
            let expected = [
                ("content-security-policy", POLICY),
                ("referrer-policy", "no-referrer"),
                ("x-content-type-options", "nosniff"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
                ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ];
            for (name, value) in expected {
                assert_eq!(answer.header(name), value, "{address}: {name}");
            }
            answer.request_id();
        }
    });
}

#[test]
fn every_page_of_the_console_together_keeps_within_its_budget() {
    shared(async |stack| {
        let mut size = 0;
        for address in everything(stack).await.into_keys() {
            let answer = stack.get(&address).header("accept-encoding", "gzip").send().await;
            assert_eq!(answer.header("content-encoding"), "gzip", "{address}");
            size += answer.body.len();
        }
        assert!((40_000..BUDGET).contains(&size), "{size}");
    });
}

#[test]
fn a_browser_asks_for_the_page_again_and_keeps_its_files() {
    shared(async |stack| {
        for (address, first) in everything(stack).await {
            let kept = if address == "/console" { "no-cache" } else { "public, max-age=31536000, immutable" };
            assert_eq!(first.header("cache-control"), kept, "{address}");
            let again = stack.get(&address).header("if-none-match", first.header("etag")).send().await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{address}");
        }
    });
}

#[test]
fn a_file_of_another_version_or_of_another_name_is_not_there() {
    shared(async |stack| {
        let page = stack.get("/console").send().await.text();
        let (_, after) = page.split_once("/console/").unwrap();
        let (digest, _) = after.split_once('/').unwrap();
        stack.get(&format!("/console/{digest}/app.js")).send().await;
        for file in ["index.html", "base.css", "..", "%2e%2e", "Cargo.toml", "%00", "app.js%2F"] {
            stack.get(&format!("/console/{digest}/{file}")).send().await.refused(404);
        }
        stack.get("/console/0011223344556677/app.js").send().await.refused(404);
    });
}

#[test]
fn no_module_of_the_console_makes_markup_of_text_or_keeps_anything_in_the_browser() {
    let sources = sources();
    assert!(sources.len() > 15, "{sources:?}");
    for (name, text) in sources {
        for word in FORBIDDEN {
            assert!(!text.contains(word), "{name}: {word}");
        }
        assert!(text.lines().count() < 400, "{name} is long");
    }
}
