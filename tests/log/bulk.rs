//! Bulk retries: which calls they run, how often, and what they say of those that they do not run.

use std::collections::BTreeSet;

use harness::{ApiToken, Hook, Pipehook, User, alone, github_hook, open_hook, shared, together};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind;

use super::lists::{copies, made, put, read_by};

/// Whenever a call came: what is still to come is never chosen.
pub(super) const ALL: &str = "filter[from]=2020-01-01T00:00:00Z&filter[to]=2099-01-01T00:00:00Z";

/// An operation's id that no other test has.
pub(super) fn operation(stack: &Pipehook) -> String {
    format!("00000000-0000-4000-8000-{:012}", stack.number())
}

/// The first step of a new operation on all that the filters choose.
pub(super) async fn first_step(stack: &Pipehook, ann: &User<'_>, filters: &str) -> Json {
    let count = &ann.retry_many(filters, &json!({})).await.is(200)["count"];
    json!({ "operation_id": operation(stack), "count": count, "cursor": null })
}

/// Steps until nothing is left. What they say, one after the other.
async fn steps(ann: &User<'_>, filters: &str, first: &Json) -> Vec<Json> {
    let (mut answers, mut step) = (Vec::new(), first.clone());
    loop {
        let answer = ann.retry_many(filters, &step).await.is(200);
        assert_eq!(answer["operation_id"], first["operation_id"]);
        step["cursor"] = answer["cursor"].clone();
        answers.push(answer);
        if step["cursor"].is_null() {
            return answers;
        }
    }
}

/// This field of everything in a part of an answer.
pub(super) fn each(answer: &Json, part: &str, field: &str) -> Vec<String> {
    let entries = answer[part].as_array().unwrap().iter();
    entries.map(|entry| entry[field].as_str().unwrap().to_owned()).collect()
}

async fn job_ids(ann: &User<'_>) -> Vec<String> {
    ann.jobs().await.iter().map(|job| job.body["id"].as_str().unwrap().to_owned()).collect()
}

/// A body that is too large to keep for a hook without a secret.
fn too_large() -> String {
    json!({ "ref": "x".repeat(65 * 1024) }).to_string()
}

/// The log has what the answer says of the calls that ran again.
async fn assert_logged(ann: &User<'_>, answer: &Json) {
    for retried in answer["retried"].as_array().unwrap() {
        let path = format!("/hook-requests/{}", retried["request_id"].as_str().unwrap());
        let logged = ann.get(&path).send().await.is(200);
        assert_eq!(logged["retry_of"], retried["id"]);
        assert_eq!((&logged["outcome"], &logged["message"]), (&retried["outcome"], &retried["message"]));
        assert_eq!(logged["response_status_code"], retried["response_status"]);
    }
}

#[test]
fn calls_run_again_in_the_order_in_which_they_came_and_those_that_cannot_are_named() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let (hook, open) = (ann.create_hook(&github_hook()).await, ann.create_hook(&open_hook()).await);
        let gone = ann.create_hook(&github_hook()).await;
        let mut calls = Vec::new();
        for call in [hook.push(), hook.signed("{"), gone.push(), open.unsigned(too_large()), open.unsigned("{}")] {
            calls.push(call.send().await.request_id().to_owned());
        }
        calls.push(hook.push().with("x-github-event", "ping").send().await.request_id().to_owned());
        hook.unsigned("{}").send().await.refused(401);
        bob.create_hook(&open_hook()).await.unsigned("{}").send().await.accepted();
        assert_eq!(ann.call("DELETE", &format!("/hooks/incoming/{}", gone.id)).send().await.status, 204);
        let before = job_ids(&ann).await;

        let counted = ann.retry_many(ALL, &json!({})).await.is(200);
        let first = first_step(stack, &ann, ALL).await;
        let answer = ann.retry_many(ALL, &first).await.is(200);

        assert_eq!((&counted["count"], &counted["without_body"]), (&json!(5), &json!(1)));
        assert_eq!((&counted["counted"], &counted["limit"]), (&json!("all"), &json!(1000)));
        assert_eq!(counted["from"], "2020-01-01T00:00:00.000Z");
        assert!(counted["to"].as_str().unwrap() < "2099", "{counted}");
        assert_eq!(answer["cursor"], Json::Null);
        assert_eq!(each(&answer, "retried", "id"), [0, 1, 4, 5].map(|at: usize| calls[at].clone()));
        assert_eq!(each(&answer, "retried", "outcome"), ["queued", "failed", "queued", "ignored"]);
        let not = [
            "The hook was deleted, so its calls cannot be retried.",
            "The body of this call was not kept, so it cannot be retried.",
        ];
        assert_eq!(each(&answer, "not_retried", "id"), [calls[2].clone(), calls[3].clone()]);
        assert_eq!(each(&answer, "not_retried", "reason"), not);
        let new = each(&answer, "retried", "request_id");
        assert_eq!(job_ids(&ann).await[before.len()..], [new[0].clone(), new[2].clone()]);
        assert_logged(&ann, &answer).await;
        assert_eq!(bob.jobs().await.len(), 1);
        // The step again, and the operation is over.
        assert_eq!(ann.retry_many(ALL, &first).await.is(200), answer);
        assert_eq!(ann.jobs().await.len(), before.len() + 2);
    });
}

#[test]
fn the_filters_of_the_list_choose_what_runs_again() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hooks = [ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await];
        let mut calls = Vec::new();
        for hook in &hooks {
            for call in [hook.push(), hook.push().with("x-github-event", "release"), hook.signed("{")] {
                calls.push(call.send().await.request_id().to_owned());
            }
        }
        let middle = ann.get(&format!("/hook-requests/{}", calls[3])).send().await.is(200)["created_at"].clone();
        let to = format!("filter[from]=2020-01-01T00:00:00Z&filter[to]={}", middle.as_str().unwrap());
        for (filters, chosen) in [
            (format!("{ALL}&filter[outcome]=failed"), vec![2, 5]),
            (format!("{ALL}&filter[status]=400,503"), vec![2, 5]),
            // An unauthentic call is never one of them, whatever is asked for.
            (format!("{ALL}&filter[status]=401"), vec![]),
            (format!("{ALL}&filter[event]=release"), vec![1, 4]),
            (format!("{ALL}&filter[outcome]=queued&filter[hook_id]={}", hooks[1].id), vec![3, 4]),
            (to, vec![0, 1, 2]),
        ] {
            let first = first_step(stack, &ann, &filters).await;
            let answer = ann.retry_many(&filters, &first).await.is(200);
            let chosen: Vec<_> = chosen.into_iter().map(|at: usize| calls[at].clone()).collect();
            // Each retry makes calls that pass the next filters too.
            let original: Vec<_> = each(&answer, "retried", "id").into_iter().filter(|id| calls.contains(id)).collect();
            assert_eq!(original, chosen, "{filters}");
        }
    });
}

/// A call that was made, and copies of it: the oldest first.
async fn many(stack: &Pipehook, hook: &Hook<'_>, count: u16) -> Vec<String> {
    let made = made(stack, hook, hook.push(), 200).await;
    let copies = copies(&made, hook, count);
    put(stack, &copies).await;
    let id = |item: &Json| item["id"]["S"].as_str().unwrap().to_owned();
    copies.iter().rev().chain([&made]).map(id).collect()
}

#[test]
fn steps_of_a_hundred_run_every_call_once_and_none_that_arrives_meanwhile() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let calls = many(stack, &hook, 229).await;
        let first = first_step(stack, &ann, ALL).await;
        assert_eq!(first["count"], 230);

        let mut found = Vec::new();
        let mut step = first.clone();
        for number in 0.. {
            let answer = ann.retry_many(ALL, &step).await.is(200);
            let again = ann.retry_many(ALL, &step).await.is(200);
            let (of, new) = (each(&answer, "retried", "id"), each(&answer, "retried", "request_id"));
            assert!(of.len() <= 100 && answer["not_retried"] == json!([]), "{answer}");
            assert_eq!(each(&again, "retried", "request_id")[..of.len()], new[..], "step {number} again");
            hook.push().send().await.accepted();
            found.extend(of.into_iter().zip(new));
            step["cursor"] = answer["cursor"].clone();
            if step["cursor"].is_null() {
                break;
            }
        }

        let (of, new): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        assert_eq!(of, calls, "the oldest first");
        let jobs: Vec<_> = job_ids(&ann).await.into_iter().filter(|id| new.contains(id)).collect();
        assert_eq!(jobs, new, "each once, in their order");
        assert_eq!(new.iter().collect::<BTreeSet<_>>().len(), 230);
        // The whole again, from the start: nothing runs.
        let before = ann.jobs().await.len();
        let told: Vec<_> =
            steps(&ann, ALL, &first).await.iter().flat_map(|it| each(it, "retried", "request_id")).collect();
        assert_eq!(told, new);
        assert_eq!(ann.jobs().await.len(), before);
    });
}

#[test]
fn one_step_that_is_sent_four_times_at_once_runs_each_call_once_and_has_one_answer() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let calls = many(stack, &hook, 5).await;
        for round in 1..=2 {
            let filters = format!("{ALL}&filter[hook_id]={}", hook.id);
            let first = first_step(stack, &ann, &filters).await;
            let before = ann.jobs().await.len();

            let answers = together((0..4).map(|_| ann.retry_many(&filters, &first))).await;

            let answers: Vec<_> = answers.iter().map(|answer| answer.is(200)).collect();
            let told: Vec<_> = steps(&ann, &filters, &first).await;
            let told: Vec<_> = told.iter().flat_map(|step| step["retried"].as_array().unwrap().clone()).collect();
            // A step has fewer calls if they take long, and a machine may be busy.
            for answer in answers {
                let of_step = answer["retried"].as_array().unwrap();
                assert!(!of_step.is_empty() && told.starts_with(of_step), "{answer}: {told:?}");
            }
            let ran: Vec<_> = told.iter().map(|call| call["request_id"].as_str().unwrap().to_owned()).collect();
            assert_eq!(ran.len(), calls.len() << (round - 1), "what was retried before is retried too");
            assert_eq!(job_ids(&ann).await[before..], ran[..]);
        }
    });
}

#[test]
fn another_number_of_calls_than_the_client_has_seen_is_said_and_nothing_runs() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.push().send().await.accepted();
        let mut step = first_step(stack, &ann, ALL).await;
        hook.push().send().await.accepted();

        let changed = ann.retry_many(ALL, &step).await;

        assert!(changed.refused(409).contains("It is 2 now"));
        assert_eq!(changed.json()["count"], 2);
        assert_eq!(ann.jobs().await.len(), 2);
        step["count"] = json!(2);
        assert_eq!(each(&ann.retry_many(ALL, &step).await.is(200), "retried", "outcome"), ["queued"; 2]);
        // It has begun with two. What comes later does not change that.
        hook.push().send().await.accepted();
        assert_eq!(each(&ann.retry_many(ALL, &step).await.is(200), "retried", "outcome"), ["queued"; 2]);
        step["count"] = json!(3);
        assert_eq!(ann.retry_many(ALL, &step).await.is(409)["count"], 2);
        assert_eq!(ann.jobs().await.len(), 5);
    });
}

#[test]
fn an_operation_belongs_to_its_filters_and_to_its_project() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        for user in [&ann, &bob] {
            user.create_hook(&github_hook()).await.push().send().await.accepted();
        }
        let step = first_step(stack, &ann, ALL).await;
        let of_ann = ann.retry_many(ALL, &step).await.is(200);
        let others = ann.retry_many(&format!("{ALL}&filter[outcome]=queued"), &step).await;
        assert!(others.refused(409).contains("other filters"));

        let of_bob = bob.retry_many(ALL, &step).await.is(200);

        assert_ne!(each(&of_ann, "retried", "id"), each(&of_bob, "retried", "id"));
        assert_eq!((ann.jobs().await.len(), bob.jobs().await.len()), (2, 2));
        let hook = ann.create_hook(&github_hook()).await;
        hook.push().send().await.accepted();
        let of_hook = format!("{ALL}&filter[hook_id]={}", hook.id);
        assert_eq!(bob.retry_many(&of_hook, &json!({})).await.is(200)["count"], 0);
    });
}

#[test]
fn a_token_of_the_role_report_and_a_stranger_may_neither_count_nor_retry() {
    shared(async |stack| {
        let ann = stack.user().await;
        ann.create_hook(&github_hook()).await.push().send().await.accepted();
        let reporter = ApiToken::of(stack, &ann, TokenKind::Project, 2).await;
        for body in [json!({}), first_step(stack, &ann, ALL).await] {
            reporter.call("POST", "/hook-requests/retry").query(ALL).json(&body).send().await.refused(403);
            stack.post("/hook-requests/retry").query(ALL).json(&body).send().await.refused(401);
        }
        assert_eq!(ann.jobs().await.len(), 1);
        let worker = ApiToken::of(stack, &ann, TokenKind::Project, 1).await;
        let counted = worker.call("POST", "/hook-requests/retry").query(ALL).send().await;
        assert_eq!(counted.is(200)["count"], 1, "without a body");
    });
}

#[test]
fn what_is_not_understood_is_refused_and_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        let id = operation(stack);
        let time = |from: &str, to: &str| format!("filter[from]={from}&filter[to]={to}");
        for (filters, body, fields) in [
            (String::new(), json!({}), vec!["filter[from]", "filter[to]"]),
            ("filter[from]=2026-11-28T12:00:00Z".into(), json!({}), vec!["filter[to]"]),
            (format!("{ALL}&filter[outcome]=rejected"), json!({}), vec!["filter[outcome]"]),
            (format!("{ALL}&filter[outcome]=queued,rejected"), json!({}), vec!["filter[outcome]"]),
            (time("2026-11-28T12:00:00Z", "2026-11-28T12:00:00Z"), json!({}), vec!["filter[to]"]),
            (time("yesterday", "2026-11-28T12:00:00Z"), json!({}), vec!["filter[from]"]),
            (format!("{ALL}&filter[x]=1&filter[status]=9"), json!({}), vec!["filter[status]", "filter[x]"]),
            (
                format!("{ALL}&after=x&before=x&page=2&per_page=9"),
                json!({}),
                vec!["after", "before", "page", "per_page"],
            ),
            (ALL.into(), json!({ "operation_id": id }), vec!["count"]),
            (ALL.into(), json!({ "count": 1 }), vec!["operation_id"]),
            (ALL.into(), json!({ "cursor": "100" }), vec!["count", "operation_id"]),
            (
                ALL.into(),
                json!({ "operation_id": "x", "count": -1, "cursor": 7 }),
                vec!["count", "cursor", "operation_id"],
            ),
            (ALL.into(), json!({ "operation_id": id, "count": 1001 }), vec!["count"]),
            (ALL.into(), json!({ "operation_id": id, "count": 1, "cursor": "0" }), vec!["cursor"]),
            (ALL.into(), json!({ "operation_id": id, "count": 1, "cursor": "+1" }), vec!["cursor"]),
            // No step has begun this operation.
            (ALL.into(), json!({ "operation_id": id, "count": 0, "cursor": "100" }), vec!["cursor"]),
            (ALL.into(), json!({ "operation": id }), vec!["operation"]),
        ] {
            assert_eq!(ann.retry_many(&filters, &body).await.invalid(), fields, "{filters} {body}");
        }
        ann.post("/hook-requests/retry").query(ALL).json(&json!([])).send().await.refused(400);
        let step = first_step(stack, &ann, ALL).await;
        assert_eq!(ann.retry_many(ALL, &step).await.is(200)["retried"], json!([]), "nothing to do is done");
        let mut beyond = step.clone();
        beyond["cursor"] = json!("1");
        assert_eq!(ann.retry_many(ALL, &beyond).await.invalid(), ["cursor"]);
    });
}

#[test]
fn more_than_a_thousand_calls_are_counted_in_part_and_not_retried() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        many(stack, &hook, 1_003).await;
        let before = stack.aws_calls().len();

        let counted = ann.retry_many(ALL, &json!({})).await.is(200);
        // However little a filter lets through, what is read is bounded.
        let read = read_by(stack, "RequestRetryMany", before);
        let nothing = ann.retry_many(&format!("{ALL}&filter[event]=nothing"), &json!({})).await.is(200);
        let read_for_nothing = read_by(stack, "RequestRetryMany", before) - read;

        assert_eq!((&counted["count"], &counted["counted"]), (&json!(1000), &json!("some")));
        assert_eq!((&nothing["count"], &nothing["counted"]), (&json!(0), &json!("all")));
        assert!(read <= 20 * 12 * 201 && read_for_nothing <= 20 * 12 * 256, "{read}, {read_for_nothing}");
        let step = json!({ "operation_id": operation(stack), "count": 1000 });
        assert_eq!(ann.retry_many(ALL, &step).await.invalid(), ["filter[from]"]);
        assert_eq!(ann.jobs().await.len(), 1);
    });
}
