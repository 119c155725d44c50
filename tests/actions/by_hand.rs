//! Actions that a user starts by hand.

use harness::{ApiToken, Pipehook, User, alone, deployment, github_hook, nothing_broke, shared, shell};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind::{Personal, Project};

const ALL: i64 = 1;
const REPORT: i64 = 2;

/// The largest job of an action, in bytes.
const MAX_JOB: usize = 256 * 1024;

/// Fails if anything of this user's has started.
async fn nothing_started(stack: &Pipehook, ann: &User<'_>) {
    assert_eq!(stack.heads(ann.project).await, [Json::Null; 0]);
    assert_eq!((stack.take_action_jobs().await.len(), ann.jobs().await.len()), (0, 0));
}

#[test]
fn the_answer_the_job_and_the_ledger_name_the_same_action_and_the_user_who_started_it() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        stack.pause_actions().await;

        let variables = json!({ "branch": "main", "count": 3, "forced": false, "list": [1.10, { "a": null }] });
        let answer =
            pipeline.ask_for_action(&json!({ "variables": variables, "trigger_comment": "for\nthe demo" })).await;

        let action = answer.is(201);
        let id = answer.action_id().unwrap();
        assert!(answer.header("location").ends_with(&format!("/actions/{id}")), "{answer:?}");
        assert_eq!(action, ann.action(id).await);
        assert_eq!((&action["status"], &action["pipeline_id"]), (&json!("queued"), &json!(pipeline.id)));
        assert_eq!((&action["trigger_comment"], &action["retry_of"]), (&json!("for\nthe demo"), &Json::Null));
        let (me, from) = (ann.get("/users/me").send().await.is(200), &action["triggered_from"]);
        assert_eq!((&from["trigger_type"], &from["hook_id"]), (&json!("manual"), &Json::Null));
        assert_eq!((&from["user_id"], &from["name"], &from["email"]), (&me["id"], &me["name"], &me["email"]));
        let [job] = <[_; 1]>::try_from(stack.take_action_jobs().await).unwrap();
        assert_eq!((&job.body["action_id"], &job.body["variables"]), (&json!(id), &variables));
        assert_eq!((&job.body["pipeline_id"], &job.body["action_type"]), (&json!(pipeline.id), &json!("deploy")));
        assert_eq!((&job.body["project_id"], &job.body["environment_id"]), (&me["project_id"], &me["environment_id"]));
        let from = &job.body["triggered_from"];
        assert_eq!((&from["user_id"], &from["user_name"]), (&me["id"], &me["name"]));
        assert!(!job.body.to_string().contains(&ann.email), "{}", job.body);
        assert_eq!(job.group, format!("{}.application.42", ann.project));
        assert_eq!((&*job.deduplication, job.delivery, job.retry_of), (answer.request_id(), None, None));
        assert_eq!(ann.jobs().await.len(), 0, "consumers get no job of a pipeline of ours");
    });
}

#[test]
fn a_client_that_knows_no_variables_says_what_to_run_with_in_the_fields_of_the_source() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        stack.pause_actions().await;
        let nulls = json!({ "source_type": null, "source_ref": null, "trigger_comment": null, "servers": null });
        for (asked, variables) in [
            (
                json!({ "source_type": "tag", "source_ref": "v1.2", "servers": [] }),
                json!({ "source_type": "tag", "source_ref": "v1.2" }),
            ),
            (nulls, json!({})),
            (json!({}), json!({})),
        ] {
            pipeline.start(&asked).await;
            let [job] = <[_; 1]>::try_from(stack.take_action_jobs().await).unwrap();
            assert_eq!(job.body["variables"], variables);
        }
    });
}

#[test]
fn what_cannot_be_run_with_is_refused_by_its_name_and_starts_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        stack.pause_actions().await;
        let many: serde_json::Map<_, _> = (0..51).map(|number| (format!("v{number}"), json!(number))).collect();
        let long = "x".repeat(101);
        for (asked, fields) in [
            (
                json!({ "variables": { "a": null, "b": { "c": 1 }, "d": 0.5, "e": 1e300, "f": 1 } }),
                &["variables.a"][..],
            ),
            (json!({ "variables": { "": 1, long: 2, " a": 3, "a\u{0}": 4 } }), &["variables"]),
            (json!({ "variables": many }), &["variables"]),
            (json!({ "variables": ["a"] }), &["variables"]),
            (json!({ "variables": "a=b", "servers": [7] }), &["servers", "variables"]),
            (
                json!({ "trigger_comment": "x".repeat(256), "source_ref": "x".repeat(201), "source_type": "fork" }),
                &["source_ref", "source_type", "trigger_comment"],
            ),
            (json!({ "trigger_comment": "\u{1b}[2J", "source_ref": "a\nb" }), &["source_ref", "trigger_comment"]),
            (json!({ "source_ref": "a", "variables": { "source_ref": "b" } }), &["source_ref"]),
            (json!({ "varaibles": {} }), &["varaibles"]),
        ] {
            assert_eq!(pipeline.ask_for_action(&asked).await.invalid(), fields, "{asked}");
        }
        nothing_started(stack, &ann).await;
        nothing_broke(stack);
    });
}

#[test]
fn a_body_that_is_no_json_object_starts_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        stack.pause_actions().await;
        let path = format!("{}/actions", pipeline.path);
        ann.post(&path).body("{").send().await.refused(400);
        ann.post(&path)
            .body("a=b")
            .header("content-type", "application/x-www-form-urlencoded")
            .send()
            .await
            .refused(415);
        ann.post(&path).body("[]").send().await.refused(400);
        nothing_started(stack, &ann).await;
    });
}

#[test]
fn the_job_has_at_most_256_kib_and_a_larger_one_starts_nothing() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        stack.pause_actions().await;
        let asked = |length: usize| json!({ "variables": { "text": "x".repeat(length) } });
        pipeline.start(&asked(0)).await;
        let rest = stack.take_action_jobs().await[0].body.to_string().len();
        let most = MAX_JOB - rest;
        let heads = stack.heads(ann.project).await.len();

        assert_eq!(pipeline.ask_for_action(&asked(most + 1)).await.invalid(), ["variables"]);
        let padded = format!("{}{}", " ".repeat(1024 * 1024 - 1), "{}");
        assert_eq!(
            ann.post(&format!("{}/actions", pipeline.path)).body(padded).send().await.refused(413),
            "The body is larger than 1048576 bytes."
        );
        assert_eq!((stack.heads(ann.project).await.len(), stack.take_action_jobs().await.len()), (heads, 0));

        // A client may escape each character.
        let escaped = format!(r#"{{"variables": {{"text": "{}"}}}}"#, r"\u0078".repeat(170_000));
        ann.post(&format!("{}/actions", pipeline.path)).body(escaped).send().await.is(201);
        let fits = pipeline.start(&asked(most)).await;
        let jobs = stack.take_action_jobs().await;
        assert_eq!((jobs.len(), &jobs[1].body["action_id"]), (2, &json!(fits)));
        assert_eq!(jobs[1].body.to_string().len(), MAX_JOB);
    });
}

#[test]
fn unknown_fields_and_wrong_names_of_a_large_body_make_no_large_answer() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let fields: Vec<_> = (0..60_000).map(|number| format!(r#""x{number}": 1"#)).collect();
        for body in [format!("{{{}}}", fields.join(",")), format!(r#"{{"variables": {{{}}}}}"#, fields.join(","))] {
            let answer = ann.post(&format!("{}/actions", pipeline.path)).body(body).send().await;
            answer.invalid();
            assert!(answer.body.len() < 16 * 1024, "{}", answer.body.len());
        }
    });
}

#[test]
fn a_pipeline_of_another_project_of_a_consumer_or_of_no_one_starts_nothing() {
    alone(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let pipeline = ann.create_pipeline(&deployment()).await;
        let gone = ann.create_pipeline(&deployment()).await;
        assert_eq!(gone.delete().await.status, 204);
        stack.pause_actions().await;
        let (known, unknown) = (format!("{}/actions", pipeline.path), "/pipelines/4503599627370497/actions".to_owned());
        let absent = bob.post(&unknown).json(&json!({})).send().await.refused(404);
        // What is wrong with the body is not said of a pipeline that the caller may not see.
        assert_eq!(bob.post(&known).json(&json!({ "servers": [1] })).send().await.refused(404), absent);
        for path in
            [unknown, format!("{}/actions", gone.path), "/pipelines/7/actions".into(), "/pipelines/x/actions".into()]
        {
            assert_eq!(ann.post(&path).json(&json!({})).send().await.refused(404), absent, "{path}");
        }
        nothing_started(stack, &ann).await;
        nothing_started(stack, &bob).await;
    });
}

#[test]
fn a_token_starts_actions_as_its_user_unless_its_role_is_report() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let path = format!("{}/actions", pipeline.path);
        stack.pause_actions().await;
        let worker = ApiToken::of(stack, &ann, Project, REPORT).await;
        worker.call("POST", &path).json(&json!({})).send().await.refused(403);
        stack.post(&path).json(&json!({})).send().await.refused(401);
        nothing_started(stack, &ann).await;
        for kind in [Personal, Project] {
            let token = ApiToken::of(stack, &ann, kind, ALL).await;
            let action = token.call("POST", &path).json(&json!({})).send().await.is(201);
            assert_eq!(action["triggered_from"]["user_id"], ann.id);
        }
    });
}

#[test]
fn each_request_starts_an_action_of_its_own() {
    alone(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        stack.pause_actions().await;
        let asked = json!({ "variables": { "branch": "main" } });
        let (one, other) = tokio::join!(pipeline.start(&asked), pipeline.start(&asked));
        let third = pipeline.start(&asked).await;
        let mut jobs: Vec<_> =
            stack.take_action_jobs().await.iter().map(|job| job.body["action_id"].as_i64().unwrap()).collect();
        jobs.sort_unstable();
        let mut started = vec![one, other, third];
        started.sort_unstable();
        started.dedup();
        assert_eq!((started.len(), &jobs), (3, &started));
    });
}

#[test]
fn actions_by_hand_and_by_calls_of_one_resource_have_their_turn_in_their_order() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("make build")).await;
        let mut draft = github_hook();
        draft["pipeline_id"] = pipeline.id.into();
        let hook = ann.create_hook(&draft).await;
        let mut order = Vec::new();
        for round in 0..2 {
            order.push(hook.push().header("x-github-delivery", format!("d-{round}")).send().await.action_id().unwrap());
            order.push(pipeline.start(&json!({ "variables": { "round": round } })).await);
        }
        for id in order {
            let claimed = loop {
                let claimed = ann.claim(&json!({})).await;
                if claimed.status == 200 {
                    break claimed.json();
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            };
            assert_eq!(claimed["action"]["id"], id);
            assert_eq!(ann.claim(&json!({})).await.status, 204, "the others of the resource wait");
            let token = claimed["lease_token"].as_str().unwrap();
            ann.report(id, token, &json!({ "status": "completed" })).await.is(200);
        }
        nothing_broke(stack);
    });
}
