//! The log of calls: what it shows, what it leaves out, and for how long.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{
    Answer, Call, Hash, Hook, Pipehook, User, alone, github_hook, inflated, open_hook, relation_of, shared, signed_hook,
};
use serde_json::{Value as Json, json};

const DAY: u64 = 24 * 60 * 60;

const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// A hook with a required variable and a condition.
pub(crate) fn picky_hook() -> Json {
    let mut hook = github_hook();
    hook["settings"]["variables"] = json!([{ "name": "number", "type": "integer", "required": true }]);
    let condition = json!({ "type": "request_body", "path": "ref", "accepted_values": ["main"] });
    hook["trigger_when"] = json!({ "conditions": [condition] });
    hook
}

async fn item(stack: &Pipehook, hook: &Hook<'_>, answer: &Answer) -> Json {
    let items = stack.logged_items(hook).await;
    items.into_iter().find(|item| item["id"]["S"] == answer.request_id()).unwrap()
}

/// A call, its outcome and its status.
type Case<'s> = (Call<'s>, &'static str, u16);

async fn every_case(ann: &User<'_>, hook: &Hook<'_>) {
    let good = json!({ "ref": "main", "number": 7 }).to_string();
    let cases: Vec<Case<'_>> = vec![
        (hook.signed(good.clone()), "queued", 200),
        (hook.signed(json!({ "ref": "other", "number": 7 }).to_string()), "ignored", 200),
        (hook.signed(good.clone()).header("x-github-event", "ping"), "ignored", 200),
        (hook.signed("{"), "failed", 400),
        (hook.signed(&b"\xff"[..]), "failed", 400),
        (hook.signed("hello").with("content-type", "text/plain"), "failed", 415),
        (hook.signed(json!({ "ref": "main", "number": "x" }).to_string()), "failed", 422),
        (hook.signed(good.clone()).body("{}"), "rejected", 401),
        (hook.unsigned(good), "rejected", 401),
    ];
    let mut ids = Vec::new();
    for (call, outcome, status) in &cases {
        let answer = call.send().await;
        assert_eq!(answer.status, *status, "{call:?}");
        let logged = ann.log_of(&answer).await;
        assert_eq!(
            (&logged["outcome"], &logged["response_status_code"]),
            (&json!(outcome), &json!(status)),
            "{call:?}"
        );
        assert_eq!(logged["response_body"], answer.json());
        assert_eq!(logged["response_headers"]["content-type"], "application/json");
        ids.insert(0, answer.request_id().to_owned());
    }
    let list: Vec<_> = ann.calls_of(hook).await.into_iter().map(|call| call["id"].clone()).collect();
    assert_eq!(list, ids, "each once, the newest first");
    assert_eq!(ann.jobs().await.len(), 1);
}

#[test]
fn each_call_is_logged_with_what_became_of_it_and_what_its_sender_was_told() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        every_case(&ann, &hook).await;

        assert_eq!(ann.put_hook(&hook, &json!({ "active": false })).await.status, 204);
        let answer = hook.signed("not even JSON").send().await;

        answer.accepted();
        assert_eq!(ann.log_of(&answer).await["outcome"], "ignored");
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn a_call_of_no_hook_and_one_that_is_too_large_are_not_logged() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;

        hook.unsigned("x".repeat(4 * 1024 * 1024 + 1)).send().await.refused(413);
        let unknown = stack.post(&format!("/hooks/{UNKNOWN}/trigger")).body("{}").send().await;

        assert_eq!(unknown.refused(404), "The hook was not found.");
        assert_eq!(ann.calls_of(&hook).await, [Json::Null; 0]);
        ann.get(&format!("/hook-requests/{}", unknown.request_id())).send().await.refused(404);
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn a_logged_call_has_the_fields_that_the_published_clients_expect() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let answer = hook.push().send().await;

        let mut request = ann.log_of(&answer).await;

        assert_eq!(request["hook"].take(), relation_of(&hook.json));
        assert_eq!(request["request_body"].take()["ref"], "refs/heads/main");
        let (list, created_at) = (ann.calls_of(&hook).await.remove(0), request["created_at"].clone());
        assert!(created_at.as_str().unwrap().ends_with('Z') && request["updated_at"] == created_at);
        let expected = json!({
            "id": answer.request_id(), "hook_id": hook.id, "action_id": null, "retry_of": null, "test": false,
            "ip_address": "127.0.0.1", "url": hook.json["url"], "response_status_code": 200, "outcome": "queued",
            "message": "The pipeline job was queued.", "event": "push", "proof": "verified", "created_at": created_at,
            "updated_at": created_at,
        });
        assert_eq!(list, expected);
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(request[name], *value, "{name}");
        }
        assert_eq!(request.get("request_body_omitted"), None);
    });
}

#[test]
fn what_lets_somebody_in_is_masked_before_it_is_stored() {
    shared(async |stack| {
        let ann = stack.user().await;
        let marks = ["mark-of-the-cookie", "mark-of-the-password", "mark-of-the-token", "mark-of-the-key"];
        let marked = |call: Call<'static>| {
            let call = call.header("cookie", marks[0]).header("Authorization", format!("Basic {}", marks[1]));
            call.header("x-gitlab-token", marks[2]).header("X-Api-Key", marks[3]).header("x-plain", "shown")
        };
        let (github, named) =
            (ann.create_hook(&github_hook()).await, ann.create_hook(&signed_hook("x-proof", Hash::Sha256)).await);
        let proof = hex::encode(named.mac(Hash::Sha256, b"{}"));
        let calls = [
            (&github, marked(github.push()), "x-hub-signature-256"),
            (&github, marked(github.push().body("{}")), "x-hub-signature-256"),
            (&named, marked(named.unsigned("{}").header("x-proof", &proof)), "x-proof"),
        ];
        for (hook, call, signature) in calls {
            let answer = call.send().await;

            let request = ann.log_of(&answer).await;
            let headers = &request["request_headers"];
            for name in [signature, "cookie", "authorization", "x-gitlab-token", "x-api-key"] {
                assert_eq!(headers[name], "********", "{name}");
            }
            assert_eq!(headers["x-plain"], "shown");
            let value = call.header_value(signature).unwrap();
            let mac = value.strip_prefix("sha256=").unwrap_or(value);
            let stored = item(stack, hook, &answer).await;
            let exchange = inflated(&stored, "exchange");
            assert!(exchange.contains("x-plain"), "{exchange}");
            for secret in marks.iter().chain([&mac]) {
                assert!(!exchange.contains(*secret) && !request.to_string().contains(*secret), "{secret}");
            }
        }
    });
}

#[test]
fn a_rejected_call_is_kept_for_a_day_without_its_body_and_any_other_for_thirty_days() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        let mark = "mark-of-the-body";
        let body = json!({ "ref": mark }).to_string();
        for (call, days) in [
            (hook.signed(body.clone()), 30),
            (hook.signed(mark), 30),
            (hook.unsigned(body.clone()), 1),
            (hook.signed("{}").body(body), 1),
        ] {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();

            let answer = call.send().await;

            let item = item(stack, &hook, &answer).await;
            let expires_at: u64 = item["expires_at"]["N"].as_str().unwrap().parse().unwrap();
            assert!((now + days * DAY..=now + days * DAY + 30).contains(&expires_at), "{expires_at}");
            let kept = inflated(&item, "exchange").contains(mark);
            assert_eq!(kept, days == 30);
            let request = ann.log_of(&answer).await;
            assert_eq!(request.to_string().contains(mark), kept);
            if !kept {
                assert_eq!(request["request_body"], json!({}));
                assert_eq!(request["request_body_omitted"], "not_authentic");
                assert_eq!(request["request_body_raw"], Json::Null);
            }
        }
    });
}

#[test]
fn a_list_is_paged_from_the_newest_on() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let path = format!("/hooks/incoming/{}/requests", hook.id);
        let empty = ann.get(&path).send().await;
        assert_eq!(empty.is(200), json!([]));
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.insert(0, hook.unsigned("{}").send().await.request_id().to_owned());
        }
        let url = format!("{}{path}", stack.api_url());
        for (query, expected, rels) in [
            ("", &ids[..], vec!["first", "last"]),
            ("?per_page=2", &ids[..2], vec!["first", "next", "last"]),
            ("?per_page=2&page=2", &ids[2..4], vec!["first", "prev", "next", "last"]),
            ("?page=3&per_page=2", &ids[4..], vec!["first", "prev", "last"]),
            ("?page=4&per_page=2", &[], vec!["first", "prev", "last"]),
        ] {
            let answer = ann.get(&format!("{path}{query}")).send().await;

            let list = answer.is(200);
            let found: Vec<_> = list.as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap()).collect();
            assert_eq!(found, expected, "{query}");
            let links: Vec<_> = answer.header("link").split(", ").collect();
            let found: Vec<_> = links.iter().map(|link| link.split('"').nth(1).unwrap()).collect();
            assert_eq!(found, rels, "{query}");
            assert!(links.iter().all(|link| link.starts_with(&format!("<{url}?page="))), "{links:?}");
        }
        for query in ["?page=0", "?per_page=0", "?per_page=101", "?page=x", "?page=-1"] {
            assert_eq!(ann.get(&format!("{path}{query}")).send().await.invalid().len(), 1, "{query}");
        }
    });
}

#[test]
fn another_project_neither_sees_the_log_nor_runs_a_call_again() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let (hook, others) = (ann.create_hook(&github_hook()).await, bob.create_hook(&github_hook()).await);
        let request = hook.push().send().await.request_id().to_owned();

        bob.get(&format!("/hooks/incoming/{}/requests", hook.id)).send().await.refused(404);
        for id in [request.as_str(), UNKNOWN, "x", &hook.id, &others.id] {
            bob.get(&format!("/hook-requests/{id}")).send().await.refused(404);
            bob.retry(id).await.refused(404);
            stack.get(&format!("/hook-requests/{id}")).send().await.refused(401);
            stack.post(&format!("/hook-requests/{id}/retry")).send().await.refused(401);
        }
        stack.get(&format!("/hooks/incoming/{}/requests", hook.id)).send().await.refused(401);

        assert_eq!((ann.jobs().await.len(), bob.jobs().await.len()), (1, 0));
        assert_eq!(stack.logged_items(&hook).await.len(), 1);
        assert_eq!(stack.logged_items(&others).await.len(), 0);
    });
}

#[test]
fn a_flood_of_forged_calls_is_cut_off_in_the_log_and_queues_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (hook, other) = (ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await);
        hook.push().send().await.accepted();
        let began = Instant::now();
        let forged = hook.push().with("x-hub-signature-256", format!("sha256={}", "0".repeat(64)));
        // One after the other, all calls go to one process.
        for number in 0..200 {
            let forged = if number % 2 == 0 { forged.clone() } else { other.unsigned("{}") };
            forged.send().await.refused(401);
        }

        let items = [stack.logged_items(&hook).await, stack.logged_items(&other).await].concat();
        let rejected = items.iter().filter(|item| item["outcome"]["S"] == "rejected").count();
        let refills = usize::try_from(began.elapsed().as_secs() / 10).unwrap();
        assert!((20..=20 + refills).contains(&rejected), "{rejected} in {:?}", began.elapsed());
        assert_eq!(ann.jobs().await.len(), 1);

        let good = hook.push().send().await;
        assert_eq!(ann.log_of(&good).await["outcome"], "queued", "what is authentic is logged all the same");
    });
}

#[test]
fn a_body_is_shown_as_an_object_whatever_it_was_and_byte_for_byte_beside_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let form = "application/x-www-form-urlencoded";
        for (kind, body, shown) in [
            ("application/json", &br#" {"a": 1.10, "b": [1]} "#[..], json!({ "a": 1.10, "b": [1] })),
            ("application/vnd.x+json", b"[1, 2]", json!({ "json": [1, 2] })),
            ("application/json", b"\"text\"", json!({ "json": "text" })),
            ("application/json", b"null", json!({ "json": null })),
            ("application/json", b"7", json!({ "json": 7 })),
            ("application/json", b"", json!({})),
            ("application/json", b"{\"a\": ", json!({ "text": "{\"a\": " })),
            ("application/json", b"{} x", json!({ "text": "{} x" })),
            ("application/json", b"a\xffb", json!({ "text": "a\u{fffd}b" })),
            (form, b"a=1&b=x+y%21", json!({ "a": "1", "b": "x y!" })),
            (form, b"payload=%7B%22a%22%3A1%7D", json!({ "a": 1 })),
            (form, b"payload=broken", json!({ "payload": "broken" })),
            (form, b"{\"a\": 1}", json!({ "a": 1 })),
            (form, b"{\"a\": ", json!({ "text": "{\"a\": " })),
            ("text/plain", b"{\"a\": 1}", json!({ "a": 1 })),
            ("text/plain", b"hello", json!({ "text": "hello" })),
            ("multipart/form-data; boundary=x", b"--x--", json!({ "text": "--x--" })),
        ] {
            let answer = hook.unsigned(body).with("content-type", kind).send().await;

            let request = ann.log_of(&answer).await;

            assert_eq!(request["request_body"], shown, "{kind} {body:?}");
            assert_eq!(request["request_body_raw"], BASE64_STANDARD.encode(body));
            assert_eq!(request["response_status_code"], answer.status);
            let retry = ann.retry(answer.request_id()).await.is(201);
            assert_eq!(retry["response_status_code"], answer.status, "it has come as it was");
            assert_eq!(retry["request_body"], shown);
        }
    });
}

#[test]
fn a_job_that_is_too_large_for_the_queue_is_refused_and_logged_as_failed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        let answer = hook.signed(json!({ "ref": "x".repeat(1024 * 1024) }).to_string()).send().await;

        assert_eq!(answer.status, 422);
        let logged = ann.log_of(&answer).await;
        assert_eq!((&logged["outcome"], &logged["response_status_code"]), (&json!("failed"), &json!(422)));
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn a_call_that_has_expired_is_gone_before_the_table_forgets_it() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let kept = hook.push().send().await;
        // Its id says when it came: a month ago.
        let mut old = item(stack, &hook, &kept).await;
        let month_ago = SystemTime::now() - Duration::from_secs(30 * DAY + 60);
        let millis = month_ago.duration_since(UNIX_EPOCH).unwrap().as_millis();
        let digits = format!("{millis:012x}");
        let id = format!("{}-{}-{}", &digits[..8], &digits[8..], &kept.request_id()[14..]);
        old["id"]["S"] = id.as_str().into();
        stack.put_item("RequestsTable", &old).await;

        ann.get(&format!("/hook-requests/{id}")).send().await.refused(404);
        ann.retry(&id).await.refused(404);

        let listed: Vec<_> = ann.calls_of(&hook).await.into_iter().map(|call| call["id"].clone()).collect();
        assert_eq!(listed, [kept.request_id()]);
        assert_eq!(ann.jobs().await.len(), 1);
    });
}
