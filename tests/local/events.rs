//! The sample events of `events/`: each is what API Gateway would hand over, and gets the answer that stands beside it.

#![expect(clippy::panic, reason = "a test may fail loudly")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::events::{Samples, expectation};
use harness::{Pipehook, alone, template};
use serde_json::{Value as Json, json};
use shared::domain::signature::provider::Known;
use shared::domain::signature::providers::BY_HEADER;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// In an answer: anything but null, and nothing at all.
const ANY: &str = "{{any}}";
const ABSENT: &str = "{{absent}}";

/// The placeholders that stand in bodies, and what they grow or shrink to. A refresh token is a UUID, a point, and 32
/// bytes in base64.
const PLACEHOLDERS_OF_BODIES: [(&str, usize); 3] =
    [("{{refresh_token}}", 80), ("{{timestamp_ms}}", 13), ("{{tampered}}", 1)];

/// An event and the answer that it is to get.
struct Case {
    /// Such as `events/hook-trigger/github-push.json`.
    name: String,
    event: String,
    expected: Json,
}

impl Case {
    fn json(&self) -> Json {
        serde_json::from_str(&self.event).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// Whether a function has events; that each has is a claim of its own.
fn has_events(function: &str) -> bool {
    Path::new(ROOT).join("events").join(function).is_dir()
}

/// The events of a function, such as `hook-trigger`, in alphabetical order.
fn cases(function: &str) -> Vec<Case> {
    let files = fs::read_dir(Path::new(ROOT).join("events").join(function)).unwrap();
    let (expectations, events): (BTreeSet<_>, BTreeSet<_>) =
        files.map(|file| file.unwrap().path()).partition(|path| path.to_str().unwrap().ends_with(".expected.json"));
    let beside: BTreeSet<_> = events.iter().map(|event| event.with_extension("expected.json")).collect();
    assert_eq!(expectations, beside, "each event has an expectation, and each expectation an event");
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let case = |(path, expected): (PathBuf, PathBuf)| {
        let name = format!("events/{function}/{}", path.file_name().unwrap().display());
        Case { name, event: read(&path), expected: expectation(&read(&expected)).unwrap() }
    };
    events.into_iter().zip(expectations).map(case).collect()
}

/// The functions of the template by the names of their directories, with their routes.
fn functions() -> BTreeMap<String, (String, BTreeSet<String>)> {
    harness::resources(&template(), "AWS::Serverless::Function")
        .into_iter()
        .map(|(id, function)| {
            let properties = &function["Properties"];
            let directory = properties["CodeUri"].as_str().unwrap().trim_end_matches('/').rsplit('/').next().unwrap();
            let events = properties["Events"].as_object().into_iter().flatten();
            let routes =
                events.filter(|(_, event)| event["Type"] == "HttpApi").map(|(_, event)| route_of(&event["Properties"]));
            (directory.to_owned(), (id, routes.collect()))
        })
        .collect()
}

/// Such as `GET /users/me`. An event that names neither method nor path is the default route.
fn route_of(event: &Json) -> String {
    match (event["Method"].as_str(), event["Path"].as_str()) {
        (Some(method), Some(path)) => format!("{method} {path}"),
        (None, None) => "$default".to_owned(),
        half => panic!("{half:?}"),
    }
}

#[test]
fn every_event_gets_the_answer_that_stands_beside_it() {
    for (directory, (function, _)) in functions().into_iter().filter(|(directory, _)| has_events(directory)) {
        // Lists must not show what the events of another function have made.
        alone(async |stack| {
            let samples = Samples::seed(&stack.dynamodb_url(), &stack.secrets_manager_url()).await.unwrap();
            for case in cases(&directory) {
                answers_as_expected(stack, &samples, &function, &case).await;
            }
        });
    }
}

async fn answers_as_expected(stack: &Pipehook, samples: &Samples, function: &str, case: &Case) {
    let at = &case.name;
    let jobs_before = stack.jobs(1).await.len();
    let invocation = stack.invoke(function, samples.render(&case.event).unwrap()).await.unwrap();
    let answer: Json = serde_json::from_slice(&invocation.payload).unwrap();
    let jobs = stack.jobs(1).await.split_off(jobs_before);

    if invocation.function_error.is_some() {
        return matches(&json!({ "error": answer }), &case.expected, at);
    }
    // Of API Gateway. EventBridge has versions of its own.
    if case.json()["version"] != "2.0" {
        return matches(&json!({ "answer": answer }), &case.expected, at);
    }
    let body = answer["body"].as_str().filter(|body| !body.is_empty());
    // A page is no JSON, and stays what it is.
    let body: Json = body.map(|body| serde_json::from_str(body).unwrap_or_else(|_| body.into())).unwrap_or_default();
    let jobs: Vec<_> = jobs.into_iter().map(|job| json!({ "group": job.group, "message": job.body })).collect();
    let job = jobs.first().cloned().unwrap_or_default();
    matches(
        &json!({ "status": answer["statusCode"], "headers": answer["headers"], "body": body, "job": job }),
        &case.expected,
        at,
    );
    match case.expected.get("job") {
        None => assert!(jobs.is_empty(), "{at}: {jobs:?}"),
        Some(expected) => {
            assert_eq!(jobs.len(), 1, "{at}: {jobs:?}");
            is_whole(&job["message"], &expected["message"], at);
            let id = &answer["headers"]["x-request-id"];
            assert_eq!(job["message"]["id"], *id, "{at}");
            assert_eq!(job["message"]["triggered_from"]["request_id"], *id, "{at}");
        }
    }
}

/// Fails unless `found` has all that `expected` names.
fn matches(found: &Json, expected: &Json, at: &str) {
    match expected {
        Json::Object(members) => {
            for (name, expected) in members {
                let at = format!("{at}: {name}");
                match (found.get(name), expected.as_str()) {
                    (found, Some(ABSENT)) => assert_eq!(found, None, "{at}"),
                    (Some(found), _) => matches(found, expected, &at),
                    (None, _) => panic!("{at} is not there: {found}"),
                }
            }
        }
        Json::Array(elements) => {
            let found = found.as_array().unwrap_or_else(|| panic!("{at}: {found}"));
            assert_eq!(found.len(), elements.len(), "{at}: {found:?}");
            for (found, expected) in found.iter().zip(elements) {
                matches(found, expected, at);
            }
        }
        Json::String(text) if text == ANY => assert_ne!(found, &Json::Null, "{at}"),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => assert_eq!(found, expected, "{at}"),
    }
}

/// Fails when `found` has anything that `expected` does not name.
fn is_whole(found: &Json, expected: &Json, at: &str) {
    let names = |json: &Json| json.as_object().map(|members| members.keys().cloned().collect::<BTreeSet<_>>());
    assert_eq!(names(found), names(expected), "{at}");
    for (name, found) in found.as_object().into_iter().flatten() {
        is_whole(found, &expected[name], at);
    }
}

#[test]
fn every_function_has_a_good_and_a_bad_event_and_nothing_else_has_events() {
    let functions = functions();
    let directories = fs::read_dir(Path::new(ROOT).join("events")).unwrap().map(|entry| entry.unwrap());
    let directories = directories.filter(|entry| entry.file_type().unwrap().is_dir());
    let directories: BTreeSet<_> = directories.map(|entry| entry.file_name().into_string().unwrap()).collect();
    let expected = functions.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(directories, expected, "each function has events: events/README.md says how to add one");
    for function in directories {
        let is_good = |case: &Case| match case.expected["status"].as_u64() {
            Some(status) => status < 300,
            None => case.expected.get("answer").is_some(),
        };
        let (good, bad): (Vec<_>, Vec<_>) = cases(&function).into_iter().partition(is_good);
        assert!(!good.is_empty() && !bad.is_empty(), "{function}");
    }
}

#[test]
fn every_answer_of_the_common_ones_is_expected_of_an_event_or_part_of_another() {
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let answers: Json = serde_json::from_str(&read(&Path::new(ROOT).join("events/answers.json"))).unwrap();
    let of_events = functions().into_keys().filter(|function| has_events(function)).flat_map(|function| {
        let files = fs::read_dir(Path::new(ROOT).join("events").join(function)).unwrap();
        files.map(|file| file.unwrap().path()).collect::<Vec<_>>()
    });
    let of_events = of_events.filter(|path| path.to_str().unwrap().ends_with(".expected.json"));
    let used: BTreeSet<_> = of_events
        .map(|path| serde_json::from_str::<Json>(&read(&path)).unwrap())
        .chain(answers.as_object().unwrap().values().cloned())
        .filter_map(|expected| Some(expected["like"].as_str()?.to_owned()))
        .collect();
    let all: BTreeSet<_> = answers.as_object().unwrap().keys().cloned().collect();
    assert_eq!(used, all);
}

#[test]
fn every_provider_has_a_delivery_that_runs_a_pipeline() {
    let seed = fs::read_to_string(Path::new(ROOT).join("events/seed.json")).unwrap();
    let seed: Json = serde_json::from_str(&seed).unwrap();
    let cases = cases("hook-trigger");
    let has_delivery = |hook: &Json| {
        let is_for = |case: &&Case| case.json()["pathParameters"]["hook_id"] == hook["id"];
        cases.iter().filter(is_for).any(|case| case.expected.get("job").is_some())
    };
    for Known { provider, scheme } in &BY_HEADER {
        let is_of_scheme = |hook: &&Json| {
            let (header, algorithm) = (hook["secret_header_name"].as_str(), hook["secret_algorithm"].as_str());
            header.is_some_and(|header| header.eq_ignore_ascii_case(scheme.header))
                && scheme.algorithms.all().iter().any(|known| Some(known.as_str()) == algorithm)
        };
        let mut hooks = seed["hooks"].as_array().unwrap().iter().filter(is_of_scheme);
        assert!(
            hooks.any(has_delivery),
            "{} with {}: events/README.md says how to add one",
            provider.name,
            scheme.header
        );
    }
}

#[test]
fn every_event_of_a_route_is_one_that_api_gateway_makes() {
    for (directory, (_, routes)) in functions().into_iter().filter(|(directory, _)| has_events(directory)) {
        for case in cases(&directory).iter().filter(|_| !routes.is_empty()) {
            let (event, at) = (case.json(), &case.name);
            has_the_members_of_format_2(&event, at);
            says_one_thing_of_the_route(&event, &routes, at);
            has_headers_as_api_gateway_writes_them(&event, at);
            has_a_body_as_api_gateway_writes_it(&event, at);
        }
    }
}

fn has_the_members_of_format_2(event: &Json, at: &str) {
    const ALWAYS: &str = "version routeKey rawPath rawQueryString headers requestContext isBase64Encoded";
    const SOMETIMES: &str = "body cookies pathParameters queryStringParameters";
    const CONTEXT: &str = "accountId apiId domainName domainPrefix http requestId routeKey stage time timeEpoch";
    const HTTP: &str = "method path protocol sourceIp userAgent";
    fn names(json: &Json) -> BTreeSet<&str> {
        json.as_object().unwrap().keys().map(String::as_str).collect()
    }
    let all = |names: &'static str| names.split(' ').collect::<BTreeSet<_>>();
    assert_eq!(&names(event) - &all(SOMETIMES), all(ALWAYS), "{at}");
    assert_eq!(names(&event["requestContext"]), all(CONTEXT), "{at}");
    assert_eq!(names(&event["requestContext"]["http"]), all(HTTP), "{at}");
    assert_eq!(event["version"], "2.0", "{at}");
    assert_eq!(event["requestContext"]["stage"], "$default", "{at}");
    assert!(event["requestContext"]["timeEpoch"].is_u64(), "{at}");
}

/// The route, the method, the path, its parameters and the query stand in several places.
fn says_one_thing_of_the_route(event: &Json, routes: &BTreeSet<String>, at: &str) {
    let (context, route) = (&event["requestContext"], event["routeKey"].as_str().unwrap());
    assert!(routes.contains(route), "{at}: {route} is not one of {routes:?}");
    assert_eq!(context["routeKey"], route, "{at}");
    assert_eq!(context["http"]["path"], event["rawPath"], "{at}");
    if route == "$default" {
        assert_eq!(event.get("pathParameters"), None, "{at}");
    } else {
        let (method, mut path) = route.split_once(' ').map(|(method, path)| (method, path.to_owned())).unwrap();
        assert!(method == "ANY" || context["http"]["method"] == method, "{at}");
        for (name, value) in event["pathParameters"].as_object().into_iter().flatten() {
            path = path.replace(&format!("{{{name}}}"), value.as_str().unwrap());
        }
        assert_eq!(event["rawPath"], path, "{at}");
    }
    let query = event["queryStringParameters"].as_object().into_iter().flatten();
    let query: Vec<_> = query.map(|(name, value)| format!("{name}={}", value.as_str().unwrap())).collect();
    assert_eq!(event["rawQueryString"], query.join("&"), "{at}: plain and in alphabetical order, please");
}

fn has_headers_as_api_gateway_writes_them(event: &Json, at: &str) {
    let (headers, context) = (&event["headers"], &event["requestContext"]);
    for (name, value) in headers.as_object().unwrap() {
        assert_eq!(*name, name.to_ascii_lowercase(), "{at}");
        assert!(value.is_string() && name != "cookie", "{at}: {name}");
    }
    assert_eq!(headers["host"], context["domainName"], "{at}");
    assert_eq!(headers["user-agent"], context["http"]["userAgent"], "{at}");
    assert_eq!(headers["x-forwarded-for"], context["http"]["sourceIp"], "{at}");
    assert_eq!((&headers["x-forwarded-proto"], &headers["x-forwarded-port"]), (&json!("https"), &json!("443")), "{at}");
    assert!(headers["x-amzn-trace-id"].as_str().unwrap().starts_with("Root=1-"), "{at}");
}

/// Text, JSON, XML and JavaScript stand there as they are, everything else in base64: also a form, and a body without
/// a content type.
fn has_a_body_as_api_gateway_writes_it(event: &Json, at: &str) {
    let media_type = event["headers"]["content-type"].as_str().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let is_text = media_type.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&media_type);
    let Some(body) = event.get("body") else {
        assert_eq!(event["isBase64Encoded"], false, "{at}");
        assert_eq!(event["headers"].get("content-length"), None, "{at}");
        return;
    };
    assert_eq!(event["isBase64Encoded"], !is_text, "{at}");
    let lengths = PLACEHOLDERS_OF_BODIES.iter();
    let body = lengths
        .fold(body.as_str().unwrap().to_owned(), |body, (name, length)| body.replace(name, &"x".repeat(*length)));
    let length = if is_text { body.len() } else { BASE64_STANDARD.decode(&body).unwrap().len() };
    assert_eq!(event["headers"]["content-length"], length.to_string(), "{at}");
}

#[test]
fn sam_local_invoke_gives_the_functions_every_variable_that_they_read() {
    let functions = harness::resources(&template(), "AWS::Serverless::Function");
    let variables =
        functions.values().filter_map(|function| function["Properties"]["Environment"]["Variables"].as_object());
    // An empty PUBLIC_URL is what the template says too.
    let names = variables.flat_map(|variables| variables.keys()).map(String::as_str);
    let names: BTreeSet<_> = names.filter(|name| *name != "PUBLIC_URL").collect();
    let given = fs::read_to_string(Path::new(ROOT).join("events/sam-env.json")).unwrap();
    let given: Json = serde_json::from_str(&given).unwrap();
    let given = given["Parameters"].as_object().unwrap().keys().map(String::as_str);
    assert_eq!(given.filter(|name| !name.starts_with("AWS_")).collect::<BTreeSet<_>>(), names);
}
