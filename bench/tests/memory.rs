//! What one call allocates at the limits of what a stranger may send: in all, and so at any one time at most. A function
//! has 256 MB.

#![expect(clippy::unwrap_used, reason = "a call that cannot be made fails the test")]

use std::alloc::System;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use sample::Trigger;
use serde_json::{Value as Json, json};
use shared::http::Fields;
use shared::http::hook::read_draft;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MIB: usize = 1024 * 1024;

/// The event alone is 4 to 8 MiB of it, and the body 4.
const MOST: usize = 64 * MIB;

/// An open hook with fifty variables of this type, and fifty conditions, on these paths in turn.
fn trigger(kind: &str, paths: &[&str], accepted: &Json) -> Trigger {
    let path = |number: usize| paths[number % paths.len()];
    let variable = |number| json!({ "name": format!("v{number}"), "type": kind, "path": path(number) });
    let condition = |number| json!({ "type": "request_body", "path": path(number), "accepted_values": [accepted] });
    let conditions = if accepted.is_null() { Vec::new() } else { (0..50).map(condition).collect() };
    let hook = json!({
        "name": "n", "action_type": "deploy", "resource_type": "application", "resource_id": 42, "requires_secret": false,
        "settings": { "variables": (0..50).map(variable).collect::<Vec<_>>() },
        "trigger_when": { "conditions": conditions },
    });
    let draft = read_draft(Fields::of_body(&hook.to_string()).unwrap(), None).unwrap();
    Trigger::open(draft, SystemTime::now()).unwrap()
}

fn event(content_type: &str, body: &str) -> String {
    json!({
        "rawPath": "/", "pathParameters": { "hook_id": "5b0c1d6e-3f2a-4e7b-9c48-d1a0f6e27b35" },
        "headers": { "content-type": content_type }, "requestContext": { "http": { "method": "POST" } },
        "body": body, "isBase64Encoded": false,
    })
    .to_string()
}

/// What is allocated is counted for the whole process, so one test runs after the other.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn no_call_allocates_more_than_a_quarter_of_what_the_function_has() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (json, form) = ("application/json", "application/x-www-form-urlencoded");
    let room = 4 * MIB - 16;
    for (name, kind, accepted, content_type, body, status) in [
        ("a string", "string", json!(null), json, format!(r#"{{"a": "{}"}}"#, "x".repeat(room)), 422),
        ("escapes", "string", json!(null), json, format!(r#"{{"a": "{}"}}"#, r"\n".repeat(room / 2)), 422),
        ("an array", "array", json!(null), json, format!(r#"{{"a": [{}0]}}"#, "0,".repeat(room / 2 - 1)), 422),
        ("digits", "integer", json!(null), json, format!(r#"{{"a": {}}}"#, "1".repeat(room)), 422),
        ("digits as text", "integer", json!(null), json, format!(r#"{{"a": "{}"}}"#, "0".repeat(room)), 422),
        ("a long number in conditions", "string", json!(1), json, format!(r#"{{"a": 1.{}}}"#, "0".repeat(room)), 200),
        ("as much as a job takes", "string", json!(null), json, format!(r#"{{"a": "{}"}}"#, "x".repeat(20_000)), 200),
        ("fields", "string", json!(null), form, "a&".repeat(room / 2), 200),
        ("a field", "string", json!(null), form, format!("a={}", "%41".repeat(room / 3)), 422),
    ] {
        check(name, &trigger(kind, &["a"], &accepted), &event(content_type, &body), status);
    }
}

/// Paths that each find a value in three arrays within one another, or within objects.
const STARS: [&str; 4] = ["*.b.c.0", "a.*.c.*", "a.b.*.0", "a.b.c[*]"];

#[test]
fn no_call_for_which_a_hook_has_stars_allocates_more_either() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let room = 4 * MIB - 100;
    let within = |inner: &str| format!(r#"{{"a": {{"b": {{"c": [{inner}]}}}}}}"#);
    let escapes = within(&format!(r#""{}""#, r"\n".repeat(room / 2)));
    let values = |count: usize| within(&format!("{}0", "0,".repeat(count - 1)));
    let members = |count: usize| (0..count).map(|number| format!("\"{number}\":0")).collect::<Vec<_>>().join(",");
    for (name, paths, accepted, body, status) in [
        ("escapes", &STARS[..], json!(null), escapes.clone(), 422),
        ("escapes in conditions", &STARS[..1], json!("x"), escapes, 200),
        ("more values than are looked at", &STARS[3..], json!(1), values(room / 2), 400),
        ("as many values as are looked at", &STARS[3..], json!(null), values(199_000), 422),
        ("members", &["*"], json!(null), format!("{{{}}}", members(199_000)), 422),
        ("members in which nothing is found", &["*.a"], json!(null), format!("{{{}}}", members(199_000)), 200),
    ] {
        check(name, &trigger("array", paths, &accepted), &event("application/json", &body), status);
    }
}

fn check(name: &str, trigger: &Trigger, event: &str, status: u16) {
    let region = Region::new(COUNTING);
    assert_eq!(trigger.handle(event).unwrap(), status, "{name}");
    let allocated = region.change().bytes_allocated;
    assert!((event.len() / 2..MOST).contains(&allocated), "{name}: {allocated} bytes");
}
