//! `/openapi.json`, `/docs` and what the page loads, and the answers to what no route takes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use flate2::read::GzDecoder;
use harness::{Answer, Pipehook, alone, alone_with, document, shared};
use serde_json::{Value as Json, json};

/// What an operation may be. `CONNECT` is for proxies.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// The URL of a hook, whose own function answers every method: `tests/trigger/handshakes.rs`.
const TRIGGER: &str = "/hooks/{hook_id}/trigger";

/// A path of the document with something in the places of its variables.
fn filled(template: &str) -> String {
    let mut path = template.replace("{resource_types}", "applications");
    path = path.replace("{resource_type}", "application");
    for number in [
        "{resource_id}",
        "{pipeline_id}",
        "{step_id}",
        "{action_id}",
        "{action_target_id}",
        "{action_step_order}",
        "{environment_id}",
        "{project_id}",
    ] {
        path = path.replace(number, "42");
    }
    for id in ["{hook_id}", "{request_id}"] {
        path = path.replace(id, "01a209c1-965d-7391-8614-f431d0e4dbff");
    }
    path.replace("{asset}", "page.css").replace("{digest}", "0011223344556677").replace("{file}", "app.js")
}

/// The methods of each path of the document.
fn paths() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut paths = BTreeMap::<_, BTreeSet<_>>::new();
    for operation in document().operations() {
        paths.entry(operation.path).or_default().insert(operation.method.to_uppercase());
    }
    paths
}

/// The addresses that the page names, in `href` and `src`.
fn addresses(page: &str) -> Vec<&str> {
    let after = page.split(" href=\"").skip(1).chain(page.split(" src=\"").skip(1));
    after.map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The files that the page loads, with the page itself and the document.
async fn everything(stack: &Pipehook) -> BTreeMap<String, Answer> {
    let page = stack.get("/docs").send().await;
    let mut answers = BTreeMap::new();
    for address in addresses(&page.text()) {
        answers.insert(address.to_owned(), stack.get(address).send().await);
    }
    answers.insert("/docs".to_owned(), page);
    answers
}

fn is_asset(address: &str) -> bool {
    address.starts_with("/docs/")
}

#[test]
fn the_document_is_served_as_it_was_written_with_the_address_of_the_reader() {
    shared(async |stack| {
        let served = stack.get("/openapi.json").send().await.is(200);
        let written: Json = serde_json::from_str(&openapi::json(&stack.api_url())).unwrap();
        assert_eq!(served, written);
        assert_eq!(served["servers"], json!([{ "url": stack.api_url() }]));
    });
}

#[test]
fn a_host_that_the_caller_made_up_is_no_address() {
    shared(async |stack| {
        let call = stack.get("/openapi.json").header("x-forwarded-host", "evil.example");
        assert_eq!(call.send().await.is(200)["servers"], json!([{ "url": stack.api_url() }]));
    });
}

#[test]
fn a_configured_address_is_the_one_that_the_document_names() {
    alone_with(&[("PublicUrl", "https://hooks.example.com")], async |stack| {
        let served = stack.get("/openapi.json").send().await.is(200);
        assert_eq!(served["servers"], json!([{ "url": "https://hooks.example.com" }]));
    });
}

#[test]
fn the_page_loads_what_is_here_and_nothing_else() {
    shared(async |stack| {
        let answers = everything(stack).await;
        let types: BTreeSet<_> = answers.values().map(|answer| answer.header("content-type")).collect();
        for kind in ["text/html", "text/css", "text/javascript", "text/plain", "image/svg+xml"] {
            assert!(types.contains(format!("{kind}; charset=utf-8").as_str()), "{kind}: {types:?}");
        }
        for (address, answer) in &answers {
            assert!(is_asset(address) || ["/docs", "/openapi.json"].contains(&address.as_str()), "{address}");
            assert_eq!(answer.status, 200, "{address}");
            assert!(!answer.body.is_empty(), "{address}");
        }
        let page = answers["/docs"].text();
        assert!(!page.contains("//") && !page.contains("<style") && !page.contains(" style="), "{page}");
        assert!(page.matches("<script").count() == page.matches("<script defer src=\"/docs/").count(), "{page}");
        let (_, redoc) = answers.iter().find(|(address, _)| address.starts_with("/docs/redoc")).unwrap();
        assert!(!redoc.text().contains("cdn.redoc.ly"), "Redoc would load its logo from there");
    });
}

#[test]
fn the_policy_lets_the_page_do_what_it_must_and_no_more() {
    const EMPTY_STYLE: &str = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
    const SCROLL_BARS: &str = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='";
    let expected = BTreeMap::from([
        ("default-src", vec!["'none'"]),
        ("script-src", vec!["'self'"]),
        ("connect-src", vec!["'self'"]),
        ("img-src", vec!["'self'", "data:"]),
        ("style-src", vec!["'self'", EMPTY_STYLE, SCROLL_BARS]),
        ("frame-ancestors", vec!["'none'"]),
        ("base-uri", vec!["'none'"]),
        ("form-action", vec!["'none'"]),
    ]);
    shared(async |stack| {
        for (address, answer) in everything(stack).await {
            let directives = answer.header("content-security-policy").split(';').map(str::trim);
            let policy: BTreeMap<_, Vec<_>> = directives
                .map(|directive| directive.split_once(' ').unwrap())
                .map(|(name, sources)| (name, sources.split(' ').collect()))
                .collect();
            assert_eq!(policy, expected, "{address}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{address}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{address}");
            answer.request_id();
        }
    });
}

#[test]
fn who_accepts_gzip_gets_the_same_in_a_third_of_the_bytes() {
    shared(async |stack| {
        for (address, plain) in everything(stack).await {
            assert_eq!((plain.header("content-encoding"), plain.header("vary")), ("", "accept-encoding"), "{address}");
            if !is_asset(&address) {
                continue;
            }
            let answer = stack.get(&address).header("accept-encoding", "gzip, br").send().await;
            assert_eq!((answer.status, answer.header("content-encoding")), (200, "gzip"), "{address}");
            let mut text = Vec::new();
            GzDecoder::new(&answer.body[..]).read_to_end(&mut text).unwrap();
            assert_eq!(text, plain.body, "{address}");
            assert_eq!(answer.header("etag"), plain.header("etag"), "{address}");
            assert!(plain.body.len() < 2_000 || answer.body.len() * 3 < plain.body.len(), "{address}");
        }
    });
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    shared(async |stack| {
        let mut tags = BTreeSet::new();
        for (address, first) in everything(stack).await {
            let kept = if is_asset(&address) { "public, max-age=31536000, immutable" } else { "no-cache" };
            assert_eq!(first.header("cache-control"), kept, "{address}");
            let again = stack.get(&address).header("if-none-match", first.header("etag")).send().await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{address}");
            assert_eq!(again.header("etag"), first.header("etag"), "{address}");
            assert_eq!(again.header("cache-control"), kept, "{address}");
            let other = stack.get(&address).header("if-none-match", "W/\"other\"").send().await;
            assert_eq!(other.status, 200, "{address}");
            tags.insert(first.header("etag").to_owned());
        }
        assert_eq!(tags.len(), everything(stack).await.len(), "another text, another tag");
    });
}

#[test]
fn a_file_that_the_page_does_not_name_is_not_there() {
    shared(async |stack| {
        for name in ["page.css", "redoc.standalone.js", "index.html", "..", "%2e%2e", "Cargo.toml", "%00", "a%2Fb"] {
            stack.get(&format!("/docs/{name}")).send().await.refused(404);
        }
    });
}

#[test]
fn another_method_of_a_path_is_405_and_names_those_that_there_are() {
    shared(async |stack| {
        let ann = stack.user().await;
        ann.create_hook(&harness::github_hook()).await;
        let before = ann.footprint().await;
        assert!(paths().len() > 15);
        for (template, methods) in paths().into_iter().filter(|(template, _)| *template != TRIGGER) {
            // A path may have the form of another one too, as `/actions/claim` has that of `/actions/{action_id}`. But
            // only the name of a type is one of a resource.
            let is_here = |path: &str| path == template || !path.contains("{resource_type}");
            let of_path = METHODS.into_iter().filter(|method| {
                document().operation(method, &filled(template)).is_some_and(|operation| is_here(operation.path))
            });
            let allow = of_path.chain(["OPTIONS"]).collect::<BTreeSet<_>>();
            let allow = allow.into_iter().collect::<Vec<_>>().join(", ");
            for method in METHODS.into_iter().filter(|method| !methods.contains(*method)) {
                let at = format!("{method} {template}");
                let answer = ann.call(method, &filled(template)).json(&harness::github_hook()).send().await;
                if document().operation(method, &filled(template)).is_some() {
                    // It is also the path of another route, to API Gateway, but names nothing there.
                    answer.refused(404);
                    continue;
                }
                assert_eq!(answer.header("allow"), allow, "{at}: {answer:?}");
                answer.request_id();
                match method {
                    "OPTIONS" => assert_eq!((answer.status, answer.body.len()), (204, 0), "{at}"),
                    "HEAD" => assert_eq!((answer.status, answer.body.len()), (405, 0), "{at}"),
                    _ => assert!(answer.refused(405).contains(&allow), "{at}: {answer:?}"),
                }
            }
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_path_of_two_forms_has_the_methods_of_both() {
    shared(async |stack| {
        let answer = stack.call("PATCH", "/actions/claim").send().await;
        answer.refused(405);
        assert_eq!(answer.header("allow"), "GET, OPTIONS, POST, PUT");
    });
}

const UNKNOWN_PATH: &str = "The path was not found: GET /docs describes the API and shows how to begin.";

#[test]
fn an_unknown_path_is_404_by_any_method() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let long = format!("/{}", "hooks/".repeat(1_000));
        let paths = ["/", "/favicon.ico", "/user", "/docs/", "/openapi.json/", "/users//me", "//users/me", "/$default"];
        for path in paths.into_iter().chain(["/users/login%2F", "/hooks//trigger", "/%F0%9F%98%80", &long]) {
            for method in METHODS {
                let answer = ann.call(method, path).json(&harness::github_hook()).send().await;
                assert_eq!((answer.status, answer.header("allow")), (404, ""), "{method} {path}: {answer:?}");
                if method == "HEAD" {
                    assert!(answer.body.is_empty(), "{path}");
                } else {
                    assert_eq!(answer.refused(404), UNKNOWN_PATH, "{method} {path}");
                }
            }
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn neither_the_reference_nor_a_path_that_is_none_costs_a_call_of_another_service() {
    alone(async |stack| {
        let before = stack.aws_calls().len();
        everything(stack).await;
        for path in ["/users/me", "/nowhere"] {
            stack.call("DELETE", path).send().await;
        }
        assert_eq!(stack.aws_calls().len(), before, "{:?}", stack.aws_calls());
        // Each function may write its log.
        let granted = stack.granted().into_iter().filter(|permission| !permission.action.starts_with("logs:"));
        let functions: BTreeSet<_> = granted.map(|permission| permission.function).collect();
        assert!(functions.contains("UserMe"), "{functions:?}");
        for none in ["ApiReference", "Console", "NotFound"] {
            assert!(!functions.contains(none), "{functions:?}");
        }
    });
}
