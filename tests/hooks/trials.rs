//! Calls that the owner of a hook makes up: what they would do.

use harness::{Call, Hook, Pipehook, User, github_hook, job_faults, open_hook, shared};
use serde_json::{Value as Json, json};

/// A hook of GitHub's with two conditions and three variables.
fn picky_hook() -> Json {
    let mut hook = github_hook();
    hook["settings"]["variables"] = json!([
        { "name": "branch", "type": "string", "path": "ref", "required": true },
        { "name": "number", "type": "integer", "default_value": 7 },
        { "name": "labels", "type": "array" },
    ]);
    hook["trigger_when"]["conditions"] = json!([
        { "name": "to main", "type": "request_body", "path": "ref", "accepted_values": ["refs/heads/main"] },
        { "type": "request_header", "path": "X-GitHub-Event", "accepted_values": ["push"] },
    ]);
    hook
}

/// What asks for a hook of this provider.
pub(super) fn of(provider: &str, secret: &str) -> Json {
    let mut hook = open_hook();
    hook.as_object_mut().unwrap().remove("requires_secret");
    hook["provider"] = provider.into();
    hook["secret"] = secret.into();
    hook
}

pub(super) fn test<'s>(user: &User<'s>, hook: &Hook<'_>, call: &Json) -> Call<'s> {
    user.post(&format!("/hooks/incoming/{}/test", hook.id)).json(call)
}

pub(super) fn draft<'s>(user: &User<'s>, body: &Json) -> Call<'s> {
    user.post("/hooks/incoming/test").json(body)
}

/// The items that count the tests of a hook.
async fn counts(stack: &Pipehook, hook: &Hook<'_>) -> usize {
    stack.items_with("RequestsTable", "pk", &json!({ "S": format!("TESTS#{}", hook.id) })).await.len()
}

/// Nothing of the user's project was queued, logged, counted or written into the ledger.
pub(super) async fn did_nothing(stack: &Pipehook, user: &User<'_>, hook: &Hook<'_>) {
    assert_eq!(user.jobs().await.len(), 0);
    assert_eq!(stack.logged_items(hook).await, [Json::Null; 0]);
    assert_eq!(counts(stack, hook).await, 0);
    assert!(stack.heads(user.project).await.is_empty());
}

#[test]
fn a_test_says_what_each_condition_and_each_variable_finds_and_does_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        let body = r#"{"ref": "refs/heads/main", "number": "x", "labels": [1.10]}"#;
        let call = json!({ "event": "issues", "body": body });

        let answer = test(&ann, &hook, &call).send().await;

        let said = answer.is(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(
            said["conditions"],
            json!([
                {
                    "condition": {
                        "name": "to main", "type": "request_body", "path": "ref",
                        "operator": "equals", "accepted_values": ["refs/heads/main"],
                    },
                    "found": "refs/heads/main", "holds": true,
                },
                {
                    "condition": {
                        "name": null, "type": "request_header", "path": "x-github-event",
                        "operator": "equals", "accepted_values": ["push"],
                    },
                    "found": "issues", "holds": false,
                },
            ])
        );
        let fault = "The field `number` must be an integer of 64 bits, not a string.";
        let shown: Vec<_> =
            said["variables"].as_array().unwrap().iter().map(|it| (&it["value"], &it["fault"])).collect();
        let expected =
            [(json!("refs/heads/main"), Json::Null), (Json::Null, json!(fault)), (json!([1.10]), Json::Null)];
        assert_eq!(shown, expected.each_ref().map(|(value, fault)| (value, fault)));
        assert!(answer.text().contains("[1.10]"), "its digits are kept");
        assert_eq!((&said["outcome"], &said["job"]), (&json!("ignored"), &Json::Null));
        assert_eq!((&said["request_id"], &said["action_id"]), (&Json::Null, &Json::Null));
        did_nothing(stack, &ann, &hook).await;
    });
}

/// Bodies and events for [`picky_hook`], one for each way in which a call ends.
fn calls() -> Vec<(&'static str, String, &'static str)> {
    let body = |json: Json| json.to_string();
    vec![
        ("push", body(json!({ "ref": "refs/heads/main", "labels": ["a", {}] })), "queued"),
        ("push", body(json!({ "ref": "refs/heads/next" })), "ignored"),
        ("issues", body(json!({ "ref": "refs/heads/main" })), "ignored"),
        ("ping", body(json!({ "zen": "Keep it logically awesome." })), "ignored"),
        ("push", body(json!({ "ref": "refs/heads/main", "number": "x", "labels": 1 })), "failed"),
        ("push", body(json!({ "ref": "refs/heads/main", "number": "8" })), "queued"),
        ("push", body(json!({ "ref": null })), "ignored"),
        ("push", "{".to_owned(), "failed"),
        ("push", String::new(), "ignored"),
        ("push", "[]".to_owned(), "ignored"),
    ]
}

#[test]
fn what_a_test_says_is_what_the_same_call_does() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        for active in [true, false] {
            assert_eq!(ann.put_hook(&hook, &json!({ "active": active })).await.status, 204);
            for (event, body, outcome) in calls() {
                // A string is taken as the bytes themselves.
                let said = test(&ann, &hook, &json!({ "event": event, "body": body })).send().await.is(200);
                let before = ann.jobs().await.len();

                let call = hook.signed(body.clone()).header("x-github-event", event).send().await;

                let what = format!("{event} {body} {active}");
                let logged = ann.log_of(&call).await;
                assert_eq!(said["outcome"], logged["outcome"], "{what}");
                assert_eq!(said["outcome"], if active { outcome } else { "ignored" }, "{what}");
                assert_eq!(said["response"]["status_code"], call.status, "{what}");
                assert_eq!(said["response"]["errors"], call.json()["errors"], "{what}");
                // What is wrong with a value is in the answer's `errors`, and in words in the log.
                let told = if call.json()["errors"].is_null() { call.json() } else { logged };
                assert_eq!(said["response"]["message"], told["message"], "{what}");
                let mut jobs = ann.jobs().await.split_off(before);
                let mut job = jobs.pop().map(|job| job.body).unwrap_or_default();
                let mut shown = said["job"].clone();
                if !shown.is_null() {
                    assert_eq!(job_faults(&shown), [""; 0], "{what}");
                    assert_eq!(shown["triggered_from"]["test"].take(), true, "{what}");
                    assert_eq!(job["triggered_from"]["test"].take(), false, "{what}");
                    for own in ["id", "created_at"] {
                        assert_ne!(shown[own].take(), job[own].take(), "{what}");
                    }
                    assert_ne!(
                        shown["triggered_from"]["request_id"].take(),
                        job["triggered_from"]["request_id"].take()
                    );
                }
                assert_eq!(shown, job, "{what}");
            }
        }
    });
}

#[test]
fn a_form_a_compressed_body_and_one_of_another_type_are_tried_as_their_headers_say() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let tried = async |headers: &Json, body: &str| {
            let said = test(&ann, &hook, &json!({ "headers": headers, "body": body })).send().await.is(200);
            (said["response"]["status_code"].clone(), said["variables"][0]["value"].clone())
        };
        let form = json!({ "Content-Type": "application/x-www-form-urlencoded" });
        assert_eq!(tried(&form, "ref=a+b").await, (json!(200), json!("a b")));
        assert_eq!(tried(&json!({ "content-type": "text/xml" }), "<ref/>").await, (json!(415), Json::Null));
        let gzip = json!({ "content-encoding": "gzip" });
        assert_eq!(tried(&gzip, r#"{"ref": "a"}"#).await, (json!(415), Json::Null));
        did_nothing(stack, &ann, &hook).await;
    });
}

#[test]
fn a_draft_is_tried_like_a_hook_and_never_created() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let mut hook = picky_hook();
        hook["secret"] = "mark-of-the-secret-of-a-draft".into();
        hook["secret_header_name"] = "x-signature".into();
        let call = json!({
            "hook": hook, "headers": { "X-GitHub-Event": "push", "X-Signature": "mark-of-the-secret-of-a-draft" },
            "body": { "ref": "refs/heads/main" },
        });

        let answer = draft(&ann, &call).send().await;

        let said = answer.is(200);
        assert_eq!(said["outcome"], "queued", "{said}");
        assert_eq!(said["job"]["variables"], json!({ "branch": "refs/heads/main", "number": 7 }));
        assert_eq!(said["job"]["project_id"], ann.project);
        assert_eq!(job_faults(&said["job"]), [""; 0]);
        assert!(!answer.text().contains("mark-of-the-secret"), "{}", answer.text());
        assert_eq!(ann.footprint().await, before);
        assert_eq!(ann.list("/applications/42/hooks").await, [""; 0]);
    });
}

#[test]
fn a_draft_that_would_not_be_created_is_refused_with_its_fields() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let of_bob = bob.create_pipeline(&harness::deployment()).await;
        let before = ann.footprint().await;
        let with = |name: &str, value: Json| {
            let mut hook = open_hook();
            hook[name] = value;
            json!({ "hook": hook })
        };
        let condition = json!({ "conditions": [{ "type": "request_body", "path": "a" }] });
        for (body, fields) in [
            (json!({}), vec!["hook"]),
            (json!({ "hook": null }), vec!["hook"]),
            (
                json!({ "hook": [] }),
                vec![
                    "hook",
                    "hook.action_type",
                    "hook.name",
                    "hook.requires_secret",
                    "hook.resource_id",
                    "hook.resource_type",
                ],
            ),
            (with("activ", json!(false)), vec!["hook.activ"]),
            (with("requires_secret", Json::Null), vec!["hook.requires_secret"]),
            (with("trigger_when", condition), vec!["hook.trigger_when.conditions.0.accepted_values"]),
            (with("pipeline_id", of_bob.id.into()), vec!["hook.pipeline_id"]),
            (json!({ "hook": open_hook(), "send": true }), vec!["send"]),
            (json!({ "hook": open_hook(), "bodi": {} }), vec!["bodi"]),
        ] {
            assert_eq!(draft(&ann, &body).send().await.invalid(), fields, "{body}");
        }
        draft(&ann, &json!({ "hook": open_hook() })).bearer("x").send().await.refused(401);
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_test_that_is_wrong_is_refused_and_does_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let many: serde_json::Map<_, _> = (0..101).map(|number| (format!("x-{number}"), json!("a"))).collect();
        for (call, field) in [
            (json!({ "headers": [] }), "headers"),
            (json!({ "headers": { "x-a": 1 } }), "headers.x-a"),
            (json!({ "headers": { "x-a": "a\r\nx-b: c" } }), "headers.x-a"),
            (json!({ "headers": { "x-a": "é" } }), "headers.x-a"),
            (json!({ "headers": { "x-a": "x".repeat(8_193) } }), "headers.x-a"),
            (json!({ "headers": { "x-a": "1", "X-A": "2" } }), "headers.x-a"),
            (json!({ "headers": { "no name": "a" } }), "headers"),
            (json!({ "headers": { ("x".repeat(65)): "a" } }), "headers"),
            (json!({ "headers": many }), "headers"),
            (json!({ "query": "a\nb" }), "query"),
            (json!({ "query": { "a": "b" } }), "query"),
            (json!({ "send": "true" }), "send"),
            (json!({ "send": true, "payload": {} }), "payload"),
            (json!({ "hook": open_hook() }), "hook"),
        ] {
            assert_eq!(test(&ann, &hook, &call).send().await.invalid(), [field], "{call}");
        }
        let large = json!({ "body": "x".repeat(1024 * 1024), "send": true });
        assert_eq!(test(&ann, &hook, &large).send().await.refused(413), "The body is larger than 1048576 bytes.");
        did_nothing(stack, &ann, &hook).await;
    });
}

#[test]
fn an_event_that_a_hook_cannot_name_in_a_header_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let stripe = ann.create_hook(&of("stripe", "whsec_0123456789abcdef")).await;
        let mut described = of("custom", "0123456789abcdef");
        described["verification"] = json!({ "type": "token", "header": "X-My-Token" });
        let described = ann.create_hook(&described).await;
        for (hook, call) in [
            (&hook, json!({ "event": "" })),
            (&hook, json!({ "event": "x".repeat(257) })),
            (&hook, json!({ "event": 7 })),
            (&hook, json!({ "event": "push", "headers": { "X-GitHub-Event": "ping" } })),
            (&stripe, json!({ "event": "charge.succeeded" })),
            (&described, json!({ "event": "push" })),
        ] {
            assert_eq!(test(&ann, hook, &call).send().await.invalid(), ["event"], "{call}");
        }
        let in_body = test(&ann, &stripe, &json!({ "event": "charge.succeeded" })).send().await.json();
        assert_eq!(
            in_body["errors"]["event"][0],
            "The field `event` must be left out: calls of this hook name their event in the body, at `type`."
        );
        for hook in [&hook, &stripe, &described] {
            did_nothing(stack, &ann, hook).await;
        }
    });
}

#[test]
fn values_that_are_too_long_to_show_are_left_out_and_the_answer_can_always_be_given() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut asked = open_hook();
        let paths = (0..50).map(|number| json!({ "name": format!("v{number}"), "path": "a", "type": "array" }));
        asked["settings"]["variables"] = paths.collect();
        let condition = json!({ "type": "request_body", "path": "a", "accepted_values": ["x"] });
        asked["trigger_when"]["conditions"] = vec![condition; 50].into();
        let hook = ann.create_hook(&asked).await;
        let quotes = json!({ "a": vec![""; 300_000] });

        let said = test(&ann, &hook, &json!({ "body": quotes })).send().await.is(200);

        assert_eq!(said["conditions"][49]["found_omitted"], "cannot_be_shown");
        assert_eq!(said["conditions"][49]["found"], Json::Null);
        let variables = said["variables"].as_array().unwrap();
        let omitted = variables.iter().filter(|it| it["value_omitted"] == "cannot_be_shown").count();
        assert_eq!((omitted, variables[0]["fault"].clone()), (49, Json::Null));
        did_nothing(stack, &ann, &hook).await;
    });
}
