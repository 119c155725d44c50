//! What a call says, and what becomes of it.

use harness::{Answer, Call, User, github_hook, open_hook, shared};
use serde_json::{Value as Json, json};

/// Sends a call that must queue nothing.
async fn attempt(user: &User<'_>, call: Call<'_>) -> Answer {
    let before = user.footprint().await;
    let answer = call.send().await;
    assert_eq!(user.footprint().await, before, "{answer:?}");
    answer
}

fn with_variables(variables: Json) -> Json {
    let mut hook = open_hook();
    hook["settings"]["variables"] = variables;
    hook
}

fn with_conditions(conditions: &Json) -> Json {
    let mut hook = open_hook();
    hook["trigger_when"] = json!({ "conditions": conditions });
    hook
}

#[test]
fn a_payload_may_come_under_every_type_of_json_or_in_a_form() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let (json, form) = (r#"{"ref": "n\u00e4chste"}"#, "application/x-www-form-urlencoded");
        for (kind, body) in [
            ("application/json", json),
            ("Application/JSON; charset=utf-8", json),
            ("application/vnd.github+json", json),
            ("application/cloudevents+json; charset=utf-8", json),
            (form, "payload=%7B%22ref%22%3A%20%22n%C3%A4chste%22%7D"),
            (form, "ref=n%C3%A4chste&x=1"),
            (form, json),
            ("text/plain", json),
            ("application/octet-stream", json),
        ] {
            hook.unsigned(body).with("content-type", kind).send().await.accepted();
            let job = ann.jobs().await.pop().unwrap();
            assert_eq!(job.body["variables"], json!({ "branch": "n\u{e4}chste" }), "{kind}: {body}");
        }
        hook.unsigned(json).without("content-type").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 10);
    });
}

#[test]
fn github_signs_the_form_and_not_the_json_in_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let form = hook.signed("payload=%7B%22ref%22%3A%22next%22%7D");

        form.with("content-type", "application/x-www-form-urlencoded").send().await.accepted();

        assert_eq!(ann.jobs().await[0].body["variables"], json!({ "branch": "next" }));
    });
}

#[test]
fn an_empty_body_is_an_empty_object() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        hook.signed("").send().await.accepted();
        hook.signed("").without("content-type").send().await.accepted();

        let variables: Vec<_> = ann.jobs().await.into_iter().map(|job| job.body["variables"].clone()).collect();
        assert_eq!(variables, [json!({ "branch": "main" }), json!({ "branch": "main" })]);
    });
}

#[test]
fn a_body_that_cannot_be_read_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        for body in [&b"{"[..], b"{\"ref\": \"\xff\"}", b"\xff\xfe{\0}\0", b"{\"a\": 01}", b"{} {}", b"ref=main"] {
            attempt(&ann, hook.signed(body)).await.refused(400);
        }
        for kind in ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/octet-stream"] {
            attempt(&ann, hook.signed("<a/>").with("content-type", kind)).await.refused(415);
        }
    });
}

#[test]
fn a_body_over_4_mib_is_refused_and_one_of_4_mib_is_not() {
    const LIMIT: usize = 4 * 1024 * 1024;
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let padded = |bytes: usize| format!("{{}}{}", " ".repeat(bytes - 2));

        // API Gateway and Lambda stop this one before it comes to a function.
        assert_eq!(attempt(&ann, hook.signed(padded(5 * 1024 * 1024))).await.status, 413);
        attempt(&ann, hook.signed(padded(LIMIT + 1))).await.refused(413);
        attempt(&ann, hook.unsigned(padded(LIMIT + 1))).await.refused(413);
        hook.signed(padded(LIMIT)).send().await.accepted();
    });
}

#[test]
fn a_hook_that_does_not_exist_is_not_found_whatever_its_id_looks_like() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let unknown = "00000000-0000-4000-8000-000000000000";
        let bare = hook.id.replace('-', "");
        for id in [unknown, "x", "42", &hook.id.to_uppercase(), &bare, &hook.id[1..], "%00", &"x".repeat(1_000)] {
            let answer = attempt(&ann, stack.post(&format!("/hooks/{id}/trigger")).body("{}")).await;
            assert_eq!(answer.refused(404), "The hook was not found.", "{id}");
        }
    });
}

#[test]
fn only_post_triggers_a_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        assert_eq!(attempt(&ann, ann.get(&format!("/hooks/{}/trigger", hook.id))).await.status, 405);
    });
}

#[test]
fn an_inactive_hook_answers_and_queues_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = github_hook();
        hook["active"] = false.into();
        let hook = ann.create_hook(&hook).await;

        let message = attempt(&ann, hook.push()).await.accepted();

        assert_eq!(message, "The call was ignored. The hook is inactive.");
    });
}

#[test]
fn githubs_ping_is_answered_and_never_queued() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        attempt(&ann, hook.push().with("x-github-event", "ping")).await.accepted();

        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1, "a push is");
    });
}

#[test]
fn a_call_whose_conditions_do_not_all_hold_is_ignored() {
    shared(async |stack| {
        let ann = stack.user().await;
        let conditions = json!([
            { "name": "main only", "type": "request_body", "path": "ref",
              "accepted_values": ["refs/heads/main", 7, true] },
            { "type": "request_header", "path": "X-GitHub-Event", "accepted_values": ["push"] },
        ]);
        let hook = ann.create_hook(&with_conditions(&conditions)).await;
        let call = |value: &str| hook.unsigned(format!(r#"{{"ref": {value}}}"#)).header("x-github-event", "push");

        for value in [
            r#""refs/heads/next""#,
            r#""refs/heads/mainly""#,
            "null",
            "8",
            "false",
            r#""7""#,
            r#""true""#,
            r#"["refs/heads/main"]"#,
        ] {
            let message = attempt(&ann, call(value)).await.accepted();
            assert_eq!(message, "The call was ignored. The condition `main only` does not hold.", "{value}");
        }
        for event in ["issues", "PUSH", ""] {
            attempt(&ann, call("7").with("x-github-event", event)).await.accepted();
        }
        attempt(&ann, call("7").without("x-github-event")).await.accepted();

        for value in [r#""refs/heads/main""#, "7", "7.0", "true"] {
            call(value).send().await.accepted();
        }
        assert_eq!(ann.jobs().await.len(), 4, "those whose conditions hold are queued");
    });
}

#[test]
fn the_log_names_the_condition_that_does_not_hold_and_not_what_stands_in_its_place() {
    shared(async |stack| {
        let ann = stack.user().await;
        let conditions = json!([
            { "name": "main only", "type": "request_body", "path": "ref", "accepted_values": ["refs/heads/main"] },
            { "type": "request_body", "path": "repository.name", "accepted_values": ["shop"] },
            { "type": "request_header", "path": "X-GitHub-Event", "accepted_values": ["push"] },
        ]);
        let hook = ann.create_hook(&with_conditions(&conditions)).await;
        let (main, shop) = (r#"{"ref": "refs/heads/main""#, r#""repository": {"name": "shop"}"#);
        let calls = [
            (r#"{"ref": "marked"}"#.to_owned(), Some("main only")),
            (format!(r#"{main}, "repository": {{"name": "marked"}}}}"#), Some("repository.name")),
            (format!("{main}, {shop}}}"), Some("x-github-event")),
            ("marked".to_owned(), None),
        ];
        for (body, condition) in calls {
            let answer = hook.unsigned(body.clone()).header("x-github-event", "marked").send().await;

            let logs = stack.logs().into_iter().filter(|line| line.text.contains(answer.request_id()));
            let lines: Vec<Json> = logs.map(|line| serde_json::from_str(&line.text).unwrap()).collect();
            let of_conditions = lines.iter().filter(|line| line["message"] == "A condition does not hold");
            let named: Vec<_> = of_conditions.map(|line| line["condition"].as_str().unwrap()).collect();
            assert_eq!(named, Vec::from_iter(condition), "{body}: {lines:?}");
            assert!(lines.iter().all(|line| !line.to_string().contains("marked")), "{lines:?}");
        }
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn every_variable_in_error_is_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = with_variables(json!([
            { "name": "branch", "type": "string" },
            { "name": "count", "type": "integer" },
            { "name": "forced", "type": "boolean", "required": true },
            { "name": "first", "path": "commits.0.id", "type": "string", "required": true },
            { "name": "commits", "type": "array" },
        ]));
        let hook = ann.create_hook(&hook).await;
        let fine = json!({ "commits": [{ "id": "c" }], "forced": true });

        for (field, value, names) in [
            ("count", json!(4.5), vec!["count"]),
            ("count", json!("x"), vec!["count"]),
            ("count", json!("042"), vec!["count"]),
            ("count", json!(9_223_372_036_854_775_808_u64), vec!["count"]),
            ("forced", json!(1), vec!["forced"]),
            ("forced", json!(null), vec!["forced"]),
            ("branch", json!(["x"]), vec!["branch"]),
            ("commits", json!({ "0": { "id": "c" } }), vec!["commits"]),
            ("commits", json!([]), vec!["first"]),
            ("commits", json!("x"), vec!["commits", "first"]),
        ] {
            let mut body = fine.clone();
            body[field] = value.clone();
            let found = attempt(&ann, hook.unsigned(body.to_string())).await.invalid();
            assert!(names.iter().all(|name| found.contains(&(*name).to_owned())), "{value}: {found:?}");
        }
        assert_eq!(attempt(&ann, hook.unsigned("{}")).await.invalid(), ["first", "forced"]);
        hook.unsigned(fine.to_string()).send().await.accepted();
    });
}

#[test]
fn variables_take_what_loses_nothing_and_are_left_out_when_there_is_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = with_variables(json!([
            { "name": "count", "type": "integer" },
            { "name": "text", "type": "string", "path": "a.b\\.c" },
            { "name": "flag", "type": "boolean" },
            { "name": "list", "type": "array" },
            { "name": "nothing", "type": "string" },
        ]));
        let hook = ann.create_hook(&hook).await;
        let body = r#"{"count": "42", "a": {"b.c": true}, "flag": "false", "list": [1.10, 9007199254740993],
            "nothing": null}"#;

        hook.unsigned(body).send().await.accepted();

        let expected = json!({ "count": 42, "text": "true", "flag": false, "list": [1.10, 9_007_199_254_740_993_i64] });
        assert_eq!(ann.jobs().await[0].body["variables"], expected);
    });
}

#[test]
fn the_hooks_own_pipeline_comes_before_the_variable() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = with_variables(json!([{ "name": "pipeline_id", "type": "integer" }]));
        let without = ann.create_hook(&hook).await;
        hook["pipeline_id"] = 8.into();
        let with = ann.create_hook(&hook).await;

        for (hook, body) in [(&without, "{}"), (&without, r#"{"pipeline_id": 9}"#), (&with, r#"{"pipeline_id": 9}"#)] {
            hook.unsigned(body).send().await.accepted();
        }

        let pipelines: Vec<_> = ann.jobs().await.into_iter().map(|job| job.body["pipeline_id"].clone()).collect();
        assert_eq!(pipelines, [json!(null), json!(9), json!(8)]);
    });
}

#[test]
fn a_job_that_no_queue_takes_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let body = json!({ "ref": "x".repeat(1024 * 1024) }).to_string();

        assert_eq!(attempt(&ann, hook.unsigned(body)).await.invalid(), ["settings.variables"]);
    });
}
