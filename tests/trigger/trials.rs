//! What providers send to try a hook, what they send twice, and what they want to hear.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, Hook, User, hmac, open_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

const READY: &str = "The hook is ready.";
const QUEUED: &str = "The pipeline job was queued.";
const FORM: &str = "application/x-www-form-urlencoded";

/// A call with this body, signed as the provider does that uses this header.
fn signed<'s>(hook: &Hook<'s>, header: &str, body: &str) -> Call<'s> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mac = |before: &str| hmac(Hash::Sha256, &hook.secret, format!("{before}{body}").as_bytes());
    let hex = |before: &str| hex::encode(mac(before));
    let value = match header {
        "x-hub-signature-256" | "x-hub-signature" => format!("sha256={}", hex("")),
        "x-pagerduty-signature" | "circleci-signature" => format!("v1={}", hex("")),
        "x-shopify-hmac-sha256" => BASE64_STANDARD.encode(mac("")),
        "paddle-signature" => format!("ts={now};h1={}", hex(&format!("{now}:"))),
        "x-slack-signature" => format!("v0={}", hex(&format!("v0:{now}:"))),
        "x-gitlab-token" => hook.secret.clone(),
        _ => hex(""),
    };
    let call = hook.unsigned(body.to_owned()).header(header, value);
    if header == "x-slack-signature" { call.header("x-slack-request-timestamp", now.to_string()) } else { call }
}

async fn hook<'s>(ann: &User<'s>, header: &str) -> Hook<'s> {
    ann.create_hook(&signed_hook(header, Hash::Sha256)).await
}

/// A signature header, another header with its value, and a body.
type Sent = (&'static str, Option<(&'static str, &'static str)>, &'static str);

const TESTS: [Sent; 10] = [
    ("x-hub-signature-256", Some(("x-github-event", "ping")), r#"{"zen": "Design for failure.", "hook_id": 1}"#),
    ("x-hub-signature", Some(("x-event-key", "diagnostics:ping")), r#"{"test": true}"#),
    ("x-gitea-signature", None, r#"{"ref": "refs/heads/main", "before": "08ea3f2e", "after": "08ea3f2e"}"#),
    ("x-forgejo-signature", None, r#"{"ref": "refs/heads/main", "before": "08ea3f2e", "after": "08ea3f2e"}"#),
    ("x-gogs-signature", None, r#"{"ref": "refs/heads/main", "before": "08ea3f2e", "after": "08ea3f2e"}"#),
    ("x-slack-signature", Some(("content-type", FORM)), "ssl_check=1&token=abc"),
    ("paddle-signature", None, r#"{"event_id": "ntfsimevt_01kk85b3v9r2m4n6p8q0s1t3w5"}"#),
    ("x-shopify-hmac-sha256", Some(("x-shopify-test", "true")), r#"{"id": 820982911946154508}"#),
    ("x-pagerduty-signature", None, r#"{"event": {"id": "01EP", "event_type": "pagey.ping"}}"#),
    ("circleci-signature", None, r#"{"type": "ping", "id": "92e0554a"}"#),
];

/// Events that look like a test and run the pipeline.
const EVENTS: [Sent; 10] = [
    ("x-hub-signature-256", Some(("x-github-event", "push")), r#"{"zen": "Design for failure.", "hook_id": 1}"#),
    ("x-hub-signature", Some(("x-event-key", "repo:push")), r#"{"test": true}"#),
    ("x-gitea-signature", None, r#"{"ref": "refs/heads/main", "before": "601894c7", "after": "08ea3f2e"}"#),
    ("x-forgejo-signature", None, r#"{"ref": "refs/heads/main", "action": "opened"}"#),
    ("x-gogs-signature", None, r#"{"ref": "refs/heads/main", "after": "08ea3f2e"}"#),
    ("x-slack-signature", Some(("content-type", FORM)), "ssl_check=0&token=abc"),
    ("paddle-signature", None, r#"{"event_id": "evt_01kk85b3v9r2m4n6p8q0s1t3w5"}"#),
    ("x-shopify-hmac-sha256", Some(("x-shopify-test", "false")), r#"{"id": 820982911946154508}"#),
    ("x-pagerduty-signature", None, r#"{"event": {"id": "01EP", "event_type": "incident.triggered"}}"#),
    ("circleci-signature", None, r#"{"type": "workflow-completed", "id": "92e0554a"}"#),
];

fn call<'s>(hook: &Hook<'s>, (header, other, body): Sent) -> Call<'s> {
    let call = signed(hook, header, body);
    other.map_or(call.clone(), |(name, value)| call.with(name, value))
}

#[test]
fn a_test_of_a_provider_is_answered_and_never_queued_and_what_is_like_one_is_queued() {
    shared(async |stack| {
        for (test, event) in TESTS.into_iter().zip(EVENTS) {
            let ann = stack.user().await;
            let hook = hook(&ann, test.0).await;

            assert_eq!(call(&hook, test).send().await.accepted(), READY, "{test:?}");
            assert_eq!(ann.jobs().await.len(), 0, "{test:?}");
            assert_eq!(ann.calls_of(&hook).await[0]["outcome"], "ignored", "{test:?}");

            assert_eq!(call(&hook, event).send().await.accepted(), QUEUED, "{event:?}");
            assert_eq!(ann.jobs().await.len(), 1, "{event:?}");
        }
    });
}

#[test]
fn an_unsigned_test_is_refused() {
    shared(async |stack| {
        for test in TESTS {
            let ann = stack.user().await;
            let hook = hook(&ann, test.0).await;
            let before = ann.footprint().await;

            call(&hook, test).without(test.0).send().await.refused(401);
            call(&hook, test).body(format!("{} ", test.2)).send().await.refused(401);

            assert_eq!(ann.footprint().await, before, "{test:?}");
        }
    });
}

#[test]
fn a_test_is_one_of_its_own_provider_only() {
    shared(async |stack| {
        let ann = stack.user().await;
        let github = hook(&ann, "x-hub-signature-256").await;
        for (number, (_, _, body)) in TESTS.into_iter().enumerate().filter(|(_, test)| test.1.is_none()) {
            let before = ann.jobs().await.len();
            assert_eq!(signed(&github, "x-hub-signature-256", body).send().await.accepted(), QUEUED, "{number}");
            assert_eq!(ann.jobs().await.len(), before + 1, "{body}");
        }
        let open = ann.create_hook(&open_hook()).await;
        let before = ann.jobs().await.len();
        for (name, value) in [("x-github-event", "ping"), ("x-event-key", "diagnostics:ping")] {
            assert_eq!(open.unsigned("{}").header(name, value).send().await.accepted(), READY, "{name}");
        }
        assert_eq!(ann.jobs().await.len(), before);
    });
}

/// How many jobs two calls make that have these headers, and bodies of their own.
async fn jobs_of_two(ann: &User<'_>, hook: &Hook<'_>, header: &str, headers: &[(&str, &str)]) -> usize {
    let before = ann.jobs().await.len();
    for body in [r#"{"ref": "refs/heads/main"}"#, r#"{"ref": "refs/tags/v1"}"#] {
        let call = if header.is_empty() { hook.unsigned(body) } else { signed(hook, header, body) };
        let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        assert_eq!(call.send().await.accepted(), QUEUED);
    }
    ann.jobs().await.len() - before
}

#[test]
fn a_push_and_a_tag_of_one_chain_of_gitlab_are_two_jobs() {
    shared(async |stack| {
        let ann = stack.user().await;
        let gitlab = hook(&ann, "x-gitlab-token").await;
        let chain = ("x-gitlab-event-uuid", "13792a34-cac6-4fda-95a8-c58e00a3954e");

        assert_eq!(jobs_of_two(&ann, &gitlab, "x-gitlab-token", &[chain]).await, 2);
        assert_eq!(jobs_of_two(&ann, &gitlab, "x-gitlab-token", &[chain, ("idempotency-key", "k-1")]).await, 1);
    });
}

#[test]
fn a_hook_without_a_secret_takes_for_a_delivery_what_a_provider_says_is_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let open = ann.create_hook(&open_hook()).await;
        for (headers, jobs) in [
            (&[("idempotency-key", "o-1")][..], 1),
            (&[("x-gitlab-event-uuid", "o-2"), ("x-gitlab-event", "Push Hook")], 2),
            (&[("x-github-delivery", "o-3"), ("x-github-event", "push")], 1),
            (&[("x-github-delivery", "o-4")], 2),
            (&[("x-request-uuid", "o-5"), ("x-event-key", "repo:push")], 1),
            (&[("x-request-uuid", "o-6")], 2),
            (&[("webhook-id", "o-7"), ("webhook-timestamp", "1773050400")], 1),
            (&[("webhook-id", "o-8")], 2),
        ] {
            assert_eq!(jobs_of_two(&ann, &open, "", headers).await, jobs, "{headers:?}");
        }
    });
}

#[test]
fn pagerduty_names_its_webhook_and_else_the_event_is_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "x-pagerduty-signature").await;
        let event = r#"{"event": {"id": "01EPEVENT", "event_type": "incident.triggered"}}"#;
        for webhook in ["w-1", "w-1", "w-2"] {
            let call = signed(&hook, "x-pagerduty-signature", event).header("x-webhook-id", webhook);
            assert_eq!(call.send().await.accepted(), QUEUED);
        }
        signed(&hook, "x-pagerduty-signature", event).send().await.accepted();

        let jobs = ann.jobs().await;
        let ids: Vec<_> = jobs.iter().map(|job| job.body["triggered_from"]["delivery_id"].clone()).collect();
        assert_eq!(ids, ["w-1", "w-2", "01EPEVENT"]);
    });
}

/// What Slack sends when somebody does something there.
fn interaction(payload: &Json) -> String {
    let mut form = "payload=".to_owned();
    payload.to_string().bytes().for_each(|byte| write!(form, "%{byte:02X}").unwrap());
    form
}

#[test]
fn slack_is_answered_with_nothing_while_the_job_is_queued() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut wanted = signed_hook("x-slack-signature", Hash::Sha256);
        let condition = json!({ "type": "request_body", "path": "user.id", "accepted_values": ["U1"] });
        wanted["trigger_when"] = json!({ "conditions": [condition] });
        let picky = ann.create_hook(&wanted).await;
        let hook = hook(&ann, "x-slack-signature").await;
        let kinds = ["view_submission", "view_closed", "block_actions", "shortcut", "message_action"];
        let forms = kinds.map(|kind| interaction(&json!({ "type": kind, "trigger_id": kind, "user": { "id": "U2" } })));
        for (number, form) in forms.into_iter().chain(["command=%2Fdeploy&text=shop".to_owned()]).enumerate() {
            for (hook, jobs) in [(&hook, number + 1), (&picky, number + 1)] {
                let answer = signed(hook, "x-slack-signature", &form).with("content-type", FORM).send().await;
                assert_eq!((answer.status, answer.header("content-type")), (200, "text/plain"), "{form}");
                assert!(answer.body.is_empty(), "{answer:?}");
                assert_eq!(ann.jobs().await.len(), jobs, "{form}");
            }
        }
        assert_eq!(ann.calls_of(&hook).await[0]["message"], QUEUED, "the owner is told");
        let event = r#"{"type": "event_callback", "event_id": "Ev1"}"#;
        assert_eq!(signed(&hook, "x-slack-signature", event).send().await.accepted(), QUEUED);
    });
}

#[test]
fn slack_is_told_of_an_error_as_anybody_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut wanted = signed_hook("x-slack-signature", Hash::Sha256);
        wanted["settings"]["variables"] = json!([{ "name": "what", "type": "string", "required": true }]);
        let hook = ann.create_hook(&wanted).await;
        let before = ann.footprint().await;
        let form = interaction(&json!({ "type": "view_submission" }));

        let call = signed(&hook, "x-slack-signature", &form).with("content-type", FORM);

        assert_eq!(call.send().await.invalid(), ["what"]);
        assert_eq!(ann.footprint().await, before);
    });
}
