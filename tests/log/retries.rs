//! Calls that a user runs again, and those that cannot be.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Answer, Hash, alone, github_hook, hmac, open_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

use super::requests::picky_hook;

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let step = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(step).collect()
}

#[test]
fn a_call_is_run_again_within_the_five_minutes_in_which_a_duplicate_is_dropped() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let call = hook.push().header("x-github-delivery", "d-1");
        let first = call.send().await;
        call.send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);

        let answer = ann.retry(first.request_id()).await;
        let again = ann.retry(first.request_id()).await;
        let of_a_retry = ann.retry(answer.request_id()).await;

        let retried = answer.is(201);
        assert_eq!(retried["id"], answer.request_id());
        assert_eq!((&retried["retry_of"], &retried["outcome"]), (&json!(first.request_id()), &json!("queued")));
        let location = format!("{}/hook-requests/{}", stack.api_url(), answer.request_id());
        assert_eq!(answer.header("location"), location);
        assert_eq!(of_a_retry.is(201)["retry_of"], answer.request_id());
        let jobs = ann.jobs().await;
        let ids: Vec<_> = jobs.iter().map(|job| job.body["id"].as_str().unwrap()).collect();
        assert_eq!(ids, [&first, &answer, &again, &of_a_retry].map(Answer::request_id));
        assert!(jobs.iter().all(|job| job.body["triggered_from"]["delivery_id"] == "d-1"));
        assert!(
            jobs.iter().all(|job| job.body["variables"] == jobs[0].body["variables"] && job.group == jobs[0].group)
        );
        let mut logged = ann.log_of(&answer).await;
        logged["hook"] = retried["hook"].clone();
        assert_eq!(logged.as_object_mut().unwrap().remove("decision").unwrap()["fault"], json!(null));
        assert_eq!(logged, retried, "the log shows what the answer did");
        assert_eq!(ann.calls_of(&hook).await.len(), 5);
    });
}

#[test]
fn a_call_is_run_again_through_the_hook_as_it_is_now() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        let failed = hook.signed(json!({ "ref": "main", "number": "x" }).to_string()).send().await;
        let ignored = hook.signed(json!({ "ref": "other", "number": 7 }).to_string()).send().await;
        failed.invalid();
        ignored.accepted();
        assert_eq!(ann.retry(failed.request_id()).await.is(201)["response_status_code"], 422, "it still fails");
        assert_eq!(ann.retry(ignored.request_id()).await.is(201)["outcome"], "ignored");
        assert_eq!(ann.jobs().await.len(), 0);

        let variables = json!([{ "name": "number", "type": "string" }]);
        let change = json!({
            "settings": { "variables": variables }, "trigger_when": { "conditions": [] }, "action_type": "restart",
            "resource_id": 43, "requires_secret": false,
        });
        assert_eq!(ann.put_hook(&hook, &change).await.status, 204);
        for request in [&failed, &ignored] {
            assert_eq!(ann.retry(request.request_id()).await.is(201)["outcome"], "queued");
        }

        let jobs = ann.jobs().await;
        let shown: Vec<_> = jobs.iter().map(|job| (&job.body["action_type"], &job.body["resource"]["id"])).collect();
        assert_eq!(shown, [(&json!("restart"), &json!(43)); 2]);
        let numbers: Vec<_> = jobs.iter().map(|job| &job.body["variables"]["number"]).collect();
        assert_eq!(numbers, ["x", "7"]);
        assert_eq!(ann.put_hook(&hook, &json!({ "active": false })).await.status, 204);
        assert_eq!(ann.retry(failed.request_id()).await.is(201)["outcome"], "ignored");
        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn a_call_that_was_not_authentic_and_one_of_a_removed_hook_are_not_run_again() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let (rejected, good) = (hook.unsigned("{}").send().await, hook.push().send().await);
        rejected.refused(401);

        ann.retry(rejected.request_id()).await.refused(409);
        ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id)).send().await;
        ann.retry(rejected.request_id()).await.refused(409);
        ann.retry(good.request_id()).await.refused(409);

        assert_eq!(ann.jobs().await.len(), 1);
        assert_eq!(stack.logged_items(&hook).await.len(), 2);
        assert_eq!(ann.log_of(&good).await["hook"], Json::Null, "the log outlives the hook");
    });
}

#[test]
fn a_handshake_is_not_queued_when_it_is_run_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        for (prefix, body) in [
            ("x-slack", json!({ "type": "url_verification", "challenge": "c" })),
            ("x-zm", json!({ "event": "endpoint.url_validation", "payload": { "plainToken": "p" } })),
        ] {
            let header = format!("{prefix}-signature");
            let hook = ann.create_hook(&signed_hook(&header, Hash::Sha256)).await;
            let mac = hex::encode(hmac(Hash::Sha256, &hook.secret, format!("v0:{now}:{body}").as_bytes()));
            let call = hook.unsigned(body.to_string()).header(&header, format!("v0={mac}"));

            let answer = call.header(&format!("{prefix}-request-timestamp"), &now).send().await;

            assert_eq!(answer.status, 200, "{body}");
            assert_eq!(ann.log_of(&answer).await["outcome"], "ignored", "{body}");
            assert_eq!(ann.retry(answer.request_id()).await.is(201)["outcome"], "ignored", "{body}");
        }
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn a_body_that_does_not_fit_is_left_out_which_is_said_and_the_call_is_not_run_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (signed, open) = (ann.create_hook(&github_hook()).await, ann.create_hook(&open_hook()).await);
        let text = |length: usize| json!({ "ref": BASE64_STANDARD.encode(noise(length)) }).to_string();
        let spaces = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
        for (number, (call, kept)) in [
            // An item of DynamoDB holds 400 KB.
            (signed.signed(text(250 * 1024)), true),
            (signed.signed(text(450 * 1024)), false),
            (signed.signed(spaces(3 * 1024 * 1024)), true),
            (open.unsigned(spaces(64 * 1024)), true),
            (open.unsigned(spaces(64 * 1024 + 1)), false),
        ]
        .into_iter()
        .enumerate()
        {
            let before = ann.jobs().await.len();
            let answer = call.send().await;
            answer.accepted();
            assert_eq!(ann.jobs().await.len(), before + 1, "{number}");

            let request = ann.log_of(&answer).await;
            let retry = ann.retry(answer.request_id()).await;

            assert_eq!(request.get("request_body_omitted").is_none(), kept, "{number}");
            if kept {
                assert_eq!(retry.is(201)["outcome"], "queued");
            } else {
                assert_eq!(
                    (&request["request_body"], &request["request_body_omitted"]),
                    (&json!({}), &json!("too_large"))
                );
                retry.refused(409);
            }
            assert_eq!(ann.jobs().await.len(), before + 1 + usize::from(kept), "{number}");
        }
    });
}

#[test]
fn a_call_whose_log_is_too_large_to_be_shown_can_still_be_looked_at_and_run_again_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&signed_hook("x-signature", Hash::Sha256)).await;
        // These deflate well, come in base64, and swell when they are written as JSON within JSON.
        let quotes = format!("{{\"a\": [{}0]}}", "\"\",".repeat(1_300_000));
        let mut form = b"a=".to_vec();
        form.resize(3 * 1024 * 1024, 0xff);
        for (body, kind) in [(quotes.into_bytes(), ""), (form, "application/x-www-form-urlencoded")] {
            let mac = hex::encode(hook.mac(Hash::Sha256, &body));
            let bytes = BASE64_STANDARD.encode(&body);
            let answer = hook.unsigned(body).with("content-type", kind).header("x-signature", mac).send().await;
            answer.accepted();
            let before = ann.jobs().await.len();

            let shown = ann.log_of(&answer).await;
            let retry = ann.retry(answer.request_id()).await.is(201);

            assert_eq!(
                (&shown["request_body"], &shown["request_body_omitted"]),
                (&json!({}), &json!("too_large_to_show"))
            );
            assert_eq!(shown["request_body_raw"], bytes, "the bytes have room where their JSON has none");
            assert_eq!(retry["outcome"], "queued");
            assert_eq!(ann.jobs().await.len(), before + 1);
        }
    });
}
