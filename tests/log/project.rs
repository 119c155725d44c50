//! Lists of the calls of a whole project: what they hold, by which filters they are chosen, and what they cost to read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use harness::{Answer, ApiToken, Hash, Hook, Pipehook, User, alone, github_hook, open_hook, shared, signed_hook};
use serde_json::{Value as Json, json};
use shared::domain::id::{HookId, RequestId};
use shared::domain::timestamp::Timestamp;
use shared::domain::token::TokenKind;

use super::lists::{link, made, put, read_since};

async fn page(user: &User<'_>, query: &str) -> (Answer, Vec<Json>) {
    let answer = user.get(&format!("/hook-requests?{query}")).send().await;
    let calls = answer.is(200).as_array().unwrap().clone();
    (answer, calls)
}

fn ids(calls: &[Json]) -> Vec<String> {
    calls.iter().map(|call| call["id"].as_str().unwrap().to_owned()).collect()
}

/// All pages from `query` on, each behind the link `next` of the one before.
async fn follow(user: &User<'_>, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(query.to_owned()));
    while let Some(query) = next {
        let (answer, calls) = page(user, &query).await;
        pages.push(ids(&calls));
        next = link(&answer, "next");
    }
    pages
}

const ALL: &str = "filter[outcome]=queued,ignored,failed,rejected";

/// Calls of each outcome to each of these hooks, in turn.
async fn call(hooks: &[Hook<'_>], rounds: usize) {
    for round in 0..rounds {
        for hook in hooks {
            let event = ["push", "release"][round % 2];
            hook.push().with("x-github-event", event).send().await.accepted();
            hook.push().with("x-github-event", "ping").send().await.is(200);
            hook.signed("{").header("x-github-event", event).send().await.refused(400);
            hook.unsigned("{}").header("x-github-event", event).send().await.refused(401);
        }
    }
}

#[test]
fn the_pages_of_a_project_hold_every_call_once_while_calls_arrive() {
    alone(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let others = bob.create_hook(&github_hook()).await;
        let mut hooks = Vec::new();
        for _ in 0..6 {
            hooks.push(ann.create_hook(&github_hook()).await);
        }
        call(&hooks, 2).await;
        let (_, newest) = page(&ann, &format!("{ALL}&per_page=100")).await;
        assert_eq!(newest.len(), 48);

        let (mut found, mut next) = (Vec::new(), Some(format!("{ALL}&per_page=7")));
        while let Some(query) = next {
            let (answer, calls) = page(&ann, &query).await;
            found.push(ids(&calls));
            next = link(&answer, "next");
            call(&hooks[..1], 1).await;
            others.push().send().await.accepted();
        }

        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [7, 7, 7, 7, 7, 7, 6]);
        assert_eq!(found.concat(), ids(&newest), "each once, the newest first");
        assert!(found.concat().is_sorted_by(|newer, older| newer > older));
    });
}

/// Which calls a filter must let through, by what the list of all calls says of them.
fn passes(call: &Json, filter: &BTreeMap<&str, String>) -> bool {
    filter.iter().all(|(name, value)| {
        let one_of = |found: String| value.split(',').any(|value| value == found);
        match *name {
            "filter[outcome]" => one_of(call["outcome"].as_str().unwrap().to_owned()),
            "filter[status]" => one_of(call["response_status_code"].to_string()),
            "filter[event]" => call["event"] == **value,
            "filter[hook_id]" => call["hook_id"] == **value,
            "filter[from]" => call["created_at"].as_str().unwrap() >= &**value,
            "filter[to]" => call["created_at"].as_str().unwrap() < &**value,
            "after" => call["id"].as_str().unwrap() > &**value,
            name => unreachable!("{name}"),
        }
    })
}

/// Each value of each filter alone, and each two of different filters.
fn singles_and_pairs(choices: &[(&'static str, Vec<String>)]) -> Vec<BTreeMap<&'static str, String>> {
    let values = |(name, values): &(&'static str, Vec<String>)| {
        let name = *name;
        values.iter().map(move |value| (name, value.clone())).collect::<Vec<_>>()
    };
    let singles: Vec<_> = choices.iter().flat_map(values).collect();
    let mut filters: Vec<BTreeMap<_, _>> = singles.iter().map(|one| BTreeMap::from([one.clone()])).collect();
    for (first, one) in singles.iter().enumerate() {
        let others = singles[first + 1..].iter().filter(|other| other.0 != one.0);
        filters.extend(others.map(|other| BTreeMap::from([one.clone(), other.clone()])));
    }
    filters
}

#[test]
fn every_filter_and_every_pair_of_them_lets_through_what_it_says_on_all_pages() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = [
            ann.create_hook(&github_hook()).await,
            ann.create_hook(&github_hook()).await,
            ann.create_hook(&signed_hook("x-hub-signature-256", Hash::Sha256)).await,
        ];
        call(&hooks, 4).await;
        let (_, all) = page(&ann, &format!("{ALL}&per_page=100")).await;
        assert_eq!(all.len(), 48);
        let text = |call: &Json, name: &str| call[name].as_str().unwrap().to_owned();
        let choices = [
            ("filter[outcome]", vec!["queued".to_owned(), "failed,rejected".to_owned(), "ignored".to_owned()]),
            ("filter[status]", vec!["200".to_owned(), "400".to_owned(), "401,400".to_owned(), "503".to_owned()]),
            ("filter[event]", vec!["push".to_owned(), "release".to_owned(), "Push".to_owned()]),
            ("filter[hook_id]", vec![hooks[1].id.clone(), "00000000-0000-4000-8000-000000000000".to_owned()]),
            ("filter[from]", vec![text(&all[30], "created_at")]),
            ("filter[to]", vec![text(&all[15], "created_at")]),
            ("after", vec![text(&all[20], "id")]),
        ];
        for filter in singles_and_pairs(&choices) {
            // Without a filter that is about them, few rejected calls are listed.
            let about_rejected = ["filter[outcome]", "filter[status]"].iter().any(|name| filter.contains_key(name));
            let mut rejected = 0;
            let expected = all.iter().filter(|call| {
                rejected += usize::from(call["outcome"] == "rejected" && in_time(call, &filter));
                let is_listed = call["outcome"] != "rejected" || about_rejected || rejected <= 10;
                is_listed && passes(call, &filter)
            });
            let expected: Vec<_> = expected.map(|call| text(call, "id")).collect();
            let query: Vec<_> = filter.iter().map(|(name, value)| format!("{name}={value}")).collect();

            let pages = follow(&ann, &format!("{}&per_page=6", query.join("&"))).await;

            assert_eq!(pages.concat(), expected, "{filter:?}");
        }
    });
}

/// Whether the filters that apply before the newest rejected calls are chosen let a call through.
fn in_time(call: &Json, filter: &BTreeMap<&str, String>) -> bool {
    let of_time = ["filter[from]", "filter[to]", "after", "filter[hook_id]"];
    passes(call, &filter.iter().filter(|(name, _)| of_time.contains(name)).map(|(n, v)| (*n, v.clone())).collect())
}

/// 260 calls with each outcome in each part of the index: more than a list looks at.
async fn fill(stack: &Pipehook, ann: &User<'_>) {
    let hook = ann.create_hook(&github_hook()).await;
    let now = Timestamp::from(SystemTime::now()).unix_millis();
    let mut tags = BTreeMap::new();
    for number in 0..=255 {
        let hook = HookId::from_random([number; 16]);
        tags.entry(hook.tag().shard(4)).or_insert(hook);
    }
    assert_eq!(tags.len(), 4);
    for (call, status, moment) in [
        (hook.push(), 200, 0),
        (hook.push().with("x-github-event", "ping"), 200, 10),
        (hook.signed("{"), 400, 20),
        (hook.unsigned("{}"), 401, 30),
    ] {
        let model = made(stack, &hook, call, status).await;
        let outcome = model["outcome"]["S"].as_str().unwrap();
        let mut copies = Vec::new();
        for (shard, hook) in &tags {
            for age in 1..=260 {
                let at = Timestamp::from_unix_millis(now - age * 1_000 - moment - i64::from(*shard));
                let mut item = model.clone();
                item["id"]["S"] = json!(RequestId::at(at, [7; 10]).tagged(hook.tag()).to_string());
                item["pk"]["S"] = json!(format!("{}#{}", outcome.to_uppercase(), hook.tag()));
                item["hook_id"]["S"] = json!(hook.to_string());
                item["listed"]["S"] = json!(format!("{}#{outcome}#{shard}", ann.project));
                copies.push(item);
            }
        }
        put(stack, &copies).await;
    }
}

#[test]
fn a_page_of_a_project_reads_no_more_than_is_said() {
    alone(async |stack| {
        let ann = stack.user().await;
        fill(stack, &ann).await;
        for (query, shown, most) in [
            ("", 20, 12 * 21 + 4 * 10),
            ("per_page=100", 100, 12 * 101 + 4 * 10),
            ("filter[outcome]=queued", 20, 4 * 21),
            ("filter[outcome]=rejected", 20, 4 * 21),
            ("filter[outcome]=queued,failed", 20, 8 * 21),
            ("filter[status]=400", 20, 4 * 21),
            ("filter[status]=200", 20, 8 * 21),
            ("filter[event]=push", 20, 12 * 256),
            ("filter[event]=nothing", 0, 12 * 256),
            ("filter[status]=422", 0, 4 * 256),
            ("filter[outcome]=queued&filter[status]=422", 0, 0),
        ] {
            let before = stack.aws_calls().len();
            let (answer, calls) = page(&ann, query).await;
            let read = read_since(stack, before);
            assert_eq!(calls.len(), shown, "{query}");
            assert!(read <= most && (read > 0 || most == 0), "{query}: {read}");
            assert_eq!(link(&answer, "next").is_some(), most > 0, "{query}");
        }
        // However little a filter lets through, its pages come to an end, and hold it all.
        assert_eq!(follow(&ann, "filter[event]=nothing").await.concat(), [""; 0]);
        assert_eq!(follow(&ann, "filter[event]=push&per_page=100").await.concat().len(), 4 * 260 + 1);
        let all = follow(&ann, &format!("{ALL}&per_page=100")).await.concat();
        assert_eq!(all.len(), 16 * 260 + 4);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.is_sorted_by(|newer, older| newer > older));
    });
}

#[test]
fn what_is_newer_than_a_call_that_was_seen_is_found_by_its_id() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hooks = [ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await];
        call(&hooks, 1).await;
        let (_, seen) = page(&ann, "per_page=1").await;
        let after = seen[0]["id"].as_str().unwrap();
        assert_eq!(page(&ann, &format!("after={after}")).await.1, [] as [Json; 0]);

        let mut newer = Vec::new();
        for hook in [&hooks[0], &hooks[1], &hooks[0]] {
            newer.insert(0, hook.push().send().await.request_id().to_owned());
        }

        assert_eq!(ids(&page(&ann, &format!("after={after}")).await.1), newer);
        let of_hook = format!("/hooks/incoming/{}/requests?after={after}", hooks[1].id);
        assert_eq!(ann.list(&of_hook).await, [newer[1].as_str()]);
        let (answer, calls) = page(&ann, &format!("after={after}&per_page=2")).await;
        assert_eq!(ids(&calls), newer[..2]);
        let (answer, calls) = page(&ann, &link(&answer, "next").unwrap()).await;
        assert_eq!((ids(&calls), link(&answer, "next")), (newer[2..].to_vec(), None));
    });
}

#[test]
fn the_calls_of_another_project_are_in_no_list() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&open_hook()).await;
        let call = hook.unsigned("{}").send().await;
        call.accepted();
        let worker = ApiToken::of(stack, &bob, TokenKind::Project, 1).await;

        for query in
            [String::new(), ALL.to_owned(), format!("filter[hook_id]={}", hook.id), "filter[status]=200".into()]
        {
            let path = format!("/hook-requests?{query}");
            assert_eq!(bob.get(&path).send().await.is(200), json!([]), "{query}");
            assert_eq!(worker.call("GET", &path).send().await.is(200), json!([]), "{query}");
        }
        assert_eq!(ids(&page(&ann, "").await.1), [call.request_id()]);

        let reporter = ApiToken::of(stack, &ann, TokenKind::Project, 2).await;
        reporter.call("GET", "/hook-requests").send().await.refused(403);
        stack.get("/hook-requests").send().await.refused(401);
    });
}

#[test]
fn the_calls_of_a_hook_that_was_deleted_stay_in_the_projects_list() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let call = hook.unsigned("{}").send().await;
        assert_eq!(ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id)).send().await.status, 204);

        assert_eq!(ids(&page(&ann, "").await.1), [call.request_id()]);
        assert_eq!(ids(&page(&ann, &format!("filter[hook_id]={}", hook.id)).await.1), [call.request_id()]);
    });
}

#[test]
fn a_filter_of_a_project_that_is_not_understood_is_refused_and_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        let many =
            format!("filter[status]={}", (400..411).map(|status| status.to_string()).collect::<Vec<_>>().join(","));
        let long = format!("filter[event]={}", "x".repeat(129));
        for (query, fields) in [
            ("filter[outcome]=lost", vec!["filter[outcome]"]),
            ("filter[status]=99", vec!["filter[status]"]),
            ("filter[status]=4xx", vec!["filter[status]"]),
            ("filter[status]=200,", vec!["filter[status]"]),
            (&many, vec!["filter[status]"]),
            ("filter[event]=", vec!["filter[event]"]),
            (&long, vec!["filter[event]"]),
            ("filter[hook_id]=7", vec!["filter[hook_id]"]),
            ("filter[from]=yesterday", vec!["filter[from]"]),
            ("filter[to]=2026-11-28", vec!["filter[to]"]),
            ("filter[from]=2026-11-28T12:00:00Z&filter[to]=2026-11-28T12:00:00Z", vec!["filter[to]"]),
            ("after=x", vec!["after"]),
            ("filter[x]=1&before=y&per_page=0", vec!["before", "filter[x]", "per_page"]),
        ] {
            let answer = ann.get(&format!("/hook-requests?{query}")).send().await;
            assert_eq!(answer.invalid(), fields, "{query}");
        }
    });
}
