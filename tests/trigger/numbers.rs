//! Numbers that a float cannot hold, in payloads, conditions, defaults and ids: each is kept as it is, or refused by
//! name. None is rounded.

use harness::{Answer, Header, Pipehook, User, alone, raw, request, shared};
use local::Message;
use tokio::sync::broadcast::Receiver;

/// A call of the user's in bytes: a tree of JSON, as which an answer is looked at elsewhere, cannot hold these numbers.
async fn api(stack: &Pipehook, ann: &User<'_>, method: &str, path: &str, body: &str) -> Answer {
    let token = format!("Bearer {}", ann.access_token);
    let head: [Header<'_>; 2] = [("authorization", token.as_bytes()), ("content-type", b"application/json")];
    raw(stack, &request(method, path, &head, body.as_bytes())).await
}

/// Asks for an open hook with these members besides.
async fn ask(stack: &Pipehook, ann: &User<'_>, members: &str) -> Answer {
    let text = format!(
        r#"{{"name": "n", "action_type": "deploy", "resource_type": "application", "requires_secret": false,
            {members}}}"#
    );
    api(stack, ann, "POST", "/hooks/incoming", &text).await
}

/// The path under which such a hook is called.
async fn create(stack: &Pipehook, ann: &User<'_>, members: &str) -> String {
    let answer = ask(stack, ann, &format!(r#""resource_id": 42, {members}"#)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    format!("/hooks/{}/trigger", answer.header("location").rsplit('/').next().unwrap())
}

async fn call(stack: &Pipehook, path: &str, body: &str) -> Answer {
    stack.post(path).header("content-type", "application/json").body(body.to_owned()).send().await
}

/// The variables of the job that has just landed, as they are spelt.
pub(super) fn variables(landed: &mut Receiver<Message>) -> String {
    let body = landed.try_recv().unwrap().body;
    let (_, rest) = body.split_once(r#""variables":"#).unwrap();
    rest.split_once(r#","triggered_from""#).unwrap().0.to_owned()
}

#[test]
fn a_number_in_a_payload_comes_out_as_it_went_in() {
    alone(async |stack| {
        let ann = stack.user().await;
        let path = create(
            stack,
            &ann,
            r#""settings": {"variables": [{"name": "n", "type": "integer"}, {"name": "t", "type": "string"},
            {"name": "l", "type": "array"}]}"#,
        )
        .await;
        let mut landed = stack.watch_messages();
        for (payload, expected) in [
            (r#"{"n": 9223372036854775807}"#, r#"{"n":9223372036854775807}"#),
            (r#"{"n": -9223372036854775808}"#, r#"{"n":-9223372036854775808}"#),
            (r#"{"n": 9007199254740993}"#, r#"{"n":9007199254740993}"#),
            (r#"{"n": "9007199254740993"}"#, r#"{"n":9007199254740993}"#),
            (r#"{"n": -0}"#, r#"{"n":0}"#),
            (r#"{"n": 1E2}"#, r#"{"n":100}"#),
            (r#"{"n": 100.000e-2}"#, r#"{"n":1}"#),
            (r#"{"t": 18446744073709551617}"#, r#"{"t":"18446744073709551617"}"#),
            (r#"{"t": 1e400}"#, r#"{"t":"1e400"}"#),
            (r#"{"t": -0}"#, r#"{"t":"-0"}"#),
            (r#"{"t": 1.10}"#, r#"{"t":"1.10"}"#),
            (
                r#"{"l": [1e300, -0, 1.10, 9007199254740993, 18446744073709551617, -1E+99]}"#,
                r#"{"l":[1e300, -0, 1.10, 9007199254740993, 18446744073709551617, -1E+99]}"#,
            ),
        ] {
            call(stack, &path, payload).await.accepted();
            assert_eq!(variables(&mut landed), expected, "{payload}");
        }
    });
}

#[test]
fn a_number_and_an_object_of_a_payload_go_into_the_job_as_they_are_written() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut landed = stack.watch_messages();
        let declared = r#""settings": {"variables": [
            {"name": "n", "type": "number"}, {"name": "o", "type": "object"}, {"name": "all", "type": "object", "path": "$"}]}"#;
        let path = create(stack, &ann, declared).await;
        let payload = r#"{"n": -12.30E+2, "o": {"b": 1.10, "a": [18446744073709551617]}}"#;
        call(stack, &path, payload).await.accepted();
        assert_eq!(
            variables(&mut landed),
            format!(r#"{{"n":-12.30E+2,"o":{{"b": 1.10, "a": [18446744073709551617]}},"all":{payload}}}"#)
        );
        call(stack, &path, r#"{"n": "0.50"}"#).await.accepted();
        assert_eq!(variables(&mut landed), r#"{"n":0.50,"all":{"n": "0.50"}}"#);
        let before = ann.footprint().await;
        for (payload, names) in [
            (r#"{"n": 1e309}"#, &["all", "n"][..]),
            (r#"{"n": "1,5"}"#, &["n"]),
            (r#"{"n": true, "o": []}"#, &["n", "o"]),
            ("[1]", &["all"]),
        ] {
            assert_eq!(call(stack, &path, payload).await.invalid(), names, "{payload}");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_number_in_a_payload_that_a_variable_cannot_hold_is_refused_by_name() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variables =
            r#""settings": {"variables": [{"name": "n", "type": "integer"}, {"name": "b", "type": "boolean"}]}"#;
        let path = create(stack, &ann, variables).await;
        let before = ann.footprint().await;
        for number in [
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "9007199254740993.5",
            "0.5",
            "1e400",
            "-1e999",
            "1e-400",
            "1e99999999999999999999",
            "\"9223372036854775808\"",
            "\"1e2\"",
        ] {
            let body = format!(r#"{{"n": {number}, "b": {number}}}"#);
            assert_eq!(call(stack, &path, &body).await.invalid(), ["b", "n"], "{number}");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_number_in_an_array_that_readers_would_refuse_with_the_job_is_refused_at_the_call() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variable = r#""settings": {"variables": [{"name": "l", "type": "array"}]}"#;
        let path = create(stack, &ann, variable).await;
        let before = ann.footprint().await;
        for array in ["[1e400]", "[[-1E+999]]", r#"["\"", {"a": 2e308}]"#] {
            assert_eq!(call(stack, &path, &format!(r#"{{"l": {array}}}"#)).await.invalid(), ["l"], "{array}");
            let default = variable.replace(r#""array""#, &format!(r#""array", "default_value": {array}"#));
            let answer = ask(stack, &ann, &format!(r#""resource_id": 42, {default}"#)).await;
            assert_eq!(answer.invalid(), ["settings.variables.0.default_value"], "{array}");
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_path_that_leads_through_a_number_leads_nowhere_however_large_the_number_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variable = r#""settings": {"variables": [{"name": "n", "path": "a.b", "type": "integer"}]}"#;
        let path = create(stack, &ann, variable).await;
        let numbers =
            ["1e999", "-1e400", "18446744073709551617", "1e-999"].map(|number| format!(r#"{{"a": {number}}}"#));
        for payload in numbers.into_iter().chain([r#"{"a": {"b": 1}, "c": 1e999}"#.to_owned()]) {
            call(stack, &path, &payload).await.accepted();
        }
        assert_eq!(ann.jobs().await.len(), 5);
    });
}

#[test]
fn a_condition_takes_a_number_for_itself_only() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (accepted, same, others) in [
            ("9007199254740993", "9007199254740993.0", ["9007199254740992", "9007199254740993.5"]),
            ("18446744073709551616", "1.8446744073709551616e19", ["18446744073709551617", "-18446744073709551616"]),
            ("0.1", "1e-1", ["0.1000000000000000055511151231257827", "0.10000000000000001"]),
            ("1e999", "10E998", ["2e999", "1e1000"]),
            ("0", "-0.0e5", ["1e-400", "-1e-999"]),
        ] {
            let condition = format!(r#"{{"type": "request_body", "path": "n", "accepted_values": [{accepted}]}}"#);
            let path = create(stack, &ann, &format!(r#""trigger_when": {{"conditions": [{condition}]}}"#)).await;
            let before = ann.jobs().await.len();
            for other in others {
                let message = call(stack, &path, &format!(r#"{{"n": {other}}}"#)).await.accepted();
                assert_eq!(message, "The call was ignored. The condition `n` does not hold.", "{accepted} {other}");
            }
            assert_eq!(ann.jobs().await.len(), before);
            call(stack, &path, &format!(r#"{{"n": {same}}}"#)).await.accepted();
            assert_eq!(ann.jobs().await.len(), before + 1, "{accepted} {same}");
        }
    });
}

/// What no id can be.
const NO_IDS: [&str; 9] = [
    "9007199254740992",
    "9007199254740993",
    "18446744073709551616",
    "1e400",
    "-1e999",
    "-0",
    "0.5",
    "1e-400",
    "1e99999999999999999999",
];

#[test]
fn an_id_that_is_no_safe_integer_is_refused_by_name() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&harness::github_hook()).await;
        let before = ann.footprint().await;
        let path = format!("/hooks/incoming/{}", hook.id);
        for number in NO_IDS {
            assert_eq!(
                ask(stack, &ann, &format!(r#""resource_id": {number}"#)).await.invalid(),
                ["resource_id"],
                "{number}"
            );
            let pipeline = ask(stack, &ann, &format!(r#""resource_id": 1, "pipeline_id": {number}"#)).await;
            assert_eq!(pipeline.invalid(), ["pipeline_id"], "{number}");
            let put = format!(r#"{{"id": "{}", "name": "n", "resource_id": {number}}}"#, hook.id);
            assert_eq!(ann.call("PUT", &path).body(put).send().await.invalid(), ["resource_id"], "{number}");
            let user = format!(
                r#"{{"email": "{}", "name": "n", "project_id": {number}, "environment_id": {number}}}"#,
                stack.unused_email()
            );
            let refused = stack.invoke("UserPut", user).await.unwrap();
            assert!(refused.function_error.is_some(), "{number}");
            let error = String::from_utf8(refused.payload).unwrap();
            assert!(error.contains("`project_id`") && error.contains("`environment_id`"), "{number}: {error}");
        }
        for number in ["1e999", "604800.5", "-1", "18446744073709551616"] {
            let rotate = ann.post(&format!("{path}/rotate-secret")).body(format!(r#"{{"overlap_seconds": {number}}}"#));
            assert_eq!(rotate.send().await.invalid(), ["overlap_seconds"], "{number}");
        }
        assert_eq!(ann.footprint().await, before);
        for number in ["42.0", "4.2e1", "420E-1"] {
            assert_eq!(
                ask(stack, &ann, &format!(r#""resource_id": {number}"#)).await.is(201)["resource_id"],
                42,
                "{number}"
            );
        }
    });
}

#[test]
fn a_number_in_a_hook_is_shown_and_used_as_it_was_given() {
    alone(async |stack| {
        let ann = stack.user().await;
        let variable = |kind: &str, default: &str| {
            format!(r#""settings": {{"variables": [{{"name": "v", "type": "{kind}", "default_value": {default}}}]}}"#)
        };
        let integers = ["9223372036854775808", "1e400", "0.5", "-1e999"].map(|default| ("integer", default));
        let others = [("number", "1e400"), ("number", r#""1.5""#), ("object", "[]"), ("object", r#"{"a": -1e999}"#)];
        for (kind, default) in integers.into_iter().chain(others) {
            let answer = ask(stack, &ann, &format!(r#""resource_id": 1, {}"#, variable(kind, default))).await;
            assert_eq!(answer.invalid(), ["settings.variables.0.default_value"], "{default}");
        }
        let mut landed = stack.watch_messages();
        for (kind, default) in [
            ("integer", "9223372036854775807"),
            ("integer", "-9223372036854775808"),
            ("array", "[1e300, -0, 1.10, 9007199254740993, 18446744073709551617]"),
            ("number", "1.10"),
            ("number", "-18446744073709551617e-2"),
            ("object", r#"{"b": 1.10, "a": [1e300, -0]}"#),
        ] {
            let path = create(stack, &ann, &variable(kind, default)).await;
            let hook = path.split('/').nth(2).unwrap();
            let (one, list) = (format!("/hooks/incoming/{hook}"), "/applications/42/hooks?per_page=100");
            for path in [one.as_str(), list] {
                let shown = api(stack, &ann, "GET", path, "").await;
                assert!(shown.text().contains(&format!(r#""default_value":{default}"#)), "{shown:?}");
            }
            call(stack, &path, "{}").await.accepted();
            assert_eq!(variables(&mut landed), format!(r#"{{"v":{default}}}"#));
        }
        let accepted = "[18446744073709551617,1e400,-0,1.10]";
        let condition = format!(r#"{{"type": "request_body", "path": "n", "accepted_values": {accepted}}}"#);
        let path = create(stack, &ann, &format!(r#""trigger_when": {{"conditions": [{condition}]}}"#)).await;
        let shown = format!("/hooks/incoming/{}", path.split('/').nth(2).unwrap());
        let shown = api(stack, &ann, "GET", &shown, "").await;
        assert!(shown.text().contains(&format!(r#""accepted_values":{accepted}"#)), "{shown:?}");
    });
}
