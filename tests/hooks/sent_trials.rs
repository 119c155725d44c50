//! Calls that the owner of a hook makes up and has run, who may do that, and what none of them ever shows.

use harness::{Answer, Hook, OURS, Pipehook, User, alone, github_hook, open_hook, shared, together};
use serde_json::{Value as Json, json};

use super::trials::{did_nothing, draft, of, test};

#[test]
fn a_test_that_is_sent_runs_marked_as_a_test_and_has_no_real_delivery_dropped() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let call = json!({
            "headers": { "X-GitHub-Delivery": "d-1" }, "event": "push", "body": { "ref": "refs/heads/main" }, "send": true,
        });

        let answer = test(&ann, &hook, &call).send().await;
        let again = test(&ann, &hook, &call).send().await;
        hook.push().header("x-github-delivery", "d-1").send().await.accepted();
        let retried = ann.retry(answer.request_id()).await;

        let said = answer.is(201);
        assert_eq!((&said["outcome"], &said["request_id"]), (&json!("queued"), &json!(answer.request_id())));
        let location = format!("{}/hook-requests/{}", stack.api_url(), answer.request_id());
        assert_eq!(answer.header("location"), location);
        let jobs = ann.jobs().await;
        let from = |name: &str| jobs.iter().map(|job| job.body["triggered_from"][name].clone()).collect::<Vec<_>>();
        assert_eq!(from("request_id")[0], answer.request_id());
        assert_eq!(from("request_id")[1], again.request_id());
        assert_eq!(from("test"), [true, true, false, true], "the retry of a test is a test");
        assert_eq!(from("delivery_id"), ["d-1"; 4]);
        assert_eq!(said["job"], jobs[0].body, "the job is the one that was shown");
        let logged = ann.log_of(&answer).await;
        assert_eq!((&logged["test"], &logged["outcome"]), (&json!(true), &json!("queued")));
        assert_eq!(logged["request_body"], json!({ "ref": "refs/heads/main" }));
        assert_eq!(
            (&retried.is(201)["test"], &retried.json()["retry_of"]),
            (&json!(true), &json!(answer.request_id()))
        );
        let listed: Vec<_> = ann.calls_of(&hook).await.iter().map(|call| call["test"].clone()).collect();
        assert_eq!(listed, [true, false, true, true], "the newest first");
    });
}

#[test]
fn a_test_of_a_pipeline_of_ours_shows_its_action_and_starts_one_only_if_it_is_sent() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.runs(OURS).await;
        stack.pause_actions().await;

        let tried = test(&ann, &hook, &json!({})).send().await;
        assert!(tried.is(200)["job"]["action_id"].is_number(), "{tried:?}");
        assert_eq!((&tried.json()["action_id"], tried.action_id()), (&Json::Null, None));
        assert_eq!((stack.queued("ActionsQueue").await, stack.items("ActionsTable").await.len()), ((0, 0), 0));

        let sent = test(&ann, &hook, &json!({ "send": true })).send().await;
        let said = sent.is(201);
        assert_eq!(said["action_id"].as_i64(), sent.action_id());
        assert_eq!((&said["job"]["action_id"], sent.action_id().is_some()), (&said["action_id"], true));
        assert_eq!(ann.action(sent.action_id().unwrap()).await["status"], "queued");
        assert_eq!(ann.log_of(&sent).await["action_id"], said["action_id"]);
    });
}

#[test]
fn ten_tests_of_a_hook_run_within_a_minute_however_many_come_at_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (hook, other) = (ann.create_hook(&open_hook()).await, ann.create_hook(&open_hook()).await);
        let send = async |hook: &Hook<'_>| test(&ann, hook, &json!({ "send": true })).send().await;

        let answers = together((0..14).map(|_| send(&hook))).await;

        let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(201), count(429)), (10, 4));
        for refused in answers.iter().filter(|answer| answer.status == 429) {
            let seconds: u64 = refused.header("retry-after").parse().unwrap();
            assert!((1..=60).contains(&seconds), "{seconds}");
            let message = format!("The hook was tested 10 times within a minute: try again in {seconds} seconds.");
            assert_eq!(refused.refused(429), message);
        }
        assert_eq!((ann.jobs().await.len(), ann.calls_of(&hook).await.len()), (10, 10), "what is refused does nothing");
        test(&ann, &hook, &json!({})).send().await.is(200);
        hook.unsigned("{}").send().await.accepted();
        send(&other).await.is(201);

        // A minute later.
        let key = json!({ "pk": { "S": format!("TESTS#{}", hook.id) }, "id": { "S": "times" } });
        stack.damage("RequestsTable", &key, "t10", &json!({ "N": "1" })).await;
        send(&hook).await.is(201);
        assert_eq!(ann.jobs().await.len(), 13);
    });
}

#[test]
fn a_hook_of_another_project_is_not_tried_and_a_token_of_a_worker_tries_nothing() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&github_hook()).await;
        let report = ann.report_token().await;
        for call in [json!({}), json!({ "send": true }), json!({ "wrong": true })] {
            assert_eq!(test(&bob, &hook, &call).send().await.refused(404), "The hook was not found.");
            test(&ann, &hook, &call).bearer(&report).send().await.refused(403);
            test(&ann, &hook, &call).bearer("x").send().await.refused(401);
        }
        draft(&ann, &json!({ "hook": open_hook() })).bearer(&report).send().await.refused(403);
        ann.post("/hooks/incoming/x/test").json(&json!({ "send": true })).send().await.refused(404);
        did_nothing(stack, &ann, &hook).await;
        assert_eq!(bob.jobs().await.len(), 0);
    });
}

/// The mark is in no answer, and in nothing that was queued, stored or logged.
async fn shows_nowhere(stack: &Pipehook, user: &User<'_>, hook: &Hook<'_>, answers: &[Answer], mark: &str) {
    let mut texts: Vec<_> = answers.iter().map(Answer::text).collect();
    texts.extend(user.jobs().await.iter().map(|job| job.body.to_string()));
    for item in stack.logged_items(hook).await {
        texts.push(item.to_string());
        let attributes = ["exchange", "body"].into_iter().filter(|name| item.get(*name).is_some());
        texts.extend(attributes.map(|name| harness::inflated(&item, name)));
    }
    texts.extend(stack.logs().iter().map(|line| line.text.clone()));
    assert!(texts.len() > 4);
    for text in texts {
        assert!(!text.contains(mark), "{text}");
    }
}

#[test]
fn a_proof_that_a_user_writes_into_a_test_is_shown_nowhere() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mark = "mark-of-the-proof";
        let condition = |path: &str, accepted: &str| json!({ "type": "request_header", "path": path, "accepted_values": [accepted] });

        let mut asked = of("gitlab", mark);
        asked["trigger_when"]["conditions"] = json!([condition("x-api-key", "a"), condition("x-other-token", "a")]);
        let in_header = ann.create_hook(&asked).await;
        let headers =
            json!({ "X-Gitlab-Token": mark, "Authorization": mark, "X-Api-Key": mark, "X-Other-Token": mark });
        let of_header = json!({ "headers": headers, "body": {} });

        let mut asked = of("cisco-meraki", mark);
        asked["settings"]["variables"] = json!([{ "name": "all", "path": "$", "type": "object" }]);
        asked["trigger_when"]["conditions"] =
            json!([{ "type": "request_body", "path": "alertId", "accepted_values": ["1"] }]);
        let in_body = ann.create_hook(&asked).await;
        let of_body = json!({ "body": { "sharedSecret": mark, "alertId": "1" } });

        let in_query = ann.create_hook(&of("mailchimp", mark)).await;
        let of_query = json!({ "query": format!("secret={mark}"), "body": {} });

        for (hook, call) in [(&in_header, of_header), (&in_body, of_body), (&in_query, of_query)] {
            let mut sent = call.clone();
            sent["send"] = true.into();
            let answers = [test(&ann, hook, &call).send().await, test(&ann, hook, &sent).send().await];
            assert_eq!((answers[0].status, answers[1].status), (200, 201), "{answers:?}");
            assert_eq!(stack.logged_items(hook).await.len(), 1);
            shows_nowhere(stack, &ann, hook, &answers, mark).await;
        }
        let change = json!({ "trigger_when": { "conditions": [condition("x-api-key", mark)] } });
        assert_eq!(ann.put_hook(&in_header, &change).await.status, 204);
        let said = test(&ann, &in_header, &json!({ "headers": { "x-api-key": mark } })).send().await.is(200);
        assert_eq!(
            (&said["conditions"][0]["found"], &said["conditions"][0]["holds"]),
            (&json!("********"), &json!(true))
        );
        // A body in which a proof could not be masked.
        let unreadable = json!({ "body": format!("{{\"sharedSecret\": \"{mark}\""), "send": true });
        assert_eq!(test(&ann, &in_body, &unreadable).send().await.invalid(), ["body"]);
        assert_eq!(stack.logged_items(&in_body).await.len(), 1);
    });
}

#[test]
fn a_test_signs_no_challenge() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&of("zoom", "0123456789abcdef")).await;
        let challenge = json!({ "event": "endpoint.url_validation", "payload": { "plainToken": "p" } });
        let mac = hex::encode(harness::hmac(harness::Hash::Sha256, "0123456789abcdef", b"p"));

        let tried = test(&ann, &hook, &json!({ "body": challenge })).send().await;
        let sent = test(&ann, &hook, &json!({ "body": challenge, "send": true })).send().await;

        assert_eq!(
            (tried.is(200)["outcome"].clone(), sent.is(201)["outcome"].clone()),
            (json!("ignored"), json!("ignored"))
        );
        let logged = ann.log_of(&sent).await.to_string();
        for text in [tried.text(), sent.text(), logged] {
            assert!(!text.contains(&mac) && !text.contains("encryptedToken"), "{text}");
        }
        assert_eq!(ann.jobs().await.len(), 0);
    });
}
