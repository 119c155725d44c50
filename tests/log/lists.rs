//! Lists of calls: what a page holds, what it costs to read, and what it hides from whom.

use std::collections::BTreeSet;
use std::time::SystemTime;

use harness::{Answer, Call, Hash, Hook, Pipehook, User, alone, github_hook, hmac, open_hook, shared, together};
use serde_json::{Value as Json, json};
use shared::domain::id::{HookId, RequestId};
use shared::domain::timestamp::Timestamp;

/// Copies of a call, the newest first, each a second older than the one before. They get ids of this hook.
pub(super) fn copies(model: &Json, hook: &Hook<'_>, count: u16) -> Vec<Json> {
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let at = |age: u16| Timestamp::from_unix_seconds(now - i64::from(age));
    let tag = hook.id.parse::<HookId>().unwrap().tag();
    let copy = |age| {
        let mut item = model.clone();
        item["id"]["S"] = json!(RequestId::at(at(age), [7; 10]).tagged(tag).to_string());
        item
    };
    (1..=count).map(copy).collect()
}

pub(super) async fn put(stack: &Pipehook, calls: &[Json]) {
    for some in calls.chunks(100) {
        together(some.iter().map(async |item| stack.put_item("RequestsTable", item).await)).await;
    }
}

/// The item of a call that was just made.
pub(super) async fn made(stack: &Pipehook, hook: &Hook<'_>, call: Call<'_>, status: u16) -> Json {
    let answer = call.send().await;
    assert_eq!(answer.status, status);
    let items = stack.logged_items(hook).await;
    items.into_iter().find(|item| item["id"]["S"] == answer.request_id()).unwrap()
}

fn ids(calls: &[Json]) -> Vec<String> {
    calls.iter().map(|call| call["id"]["S"].as_str().unwrap().to_owned()).collect()
}

/// Puts `count` calls behind one that was made; returns their ids, the newest first.
async fn log(stack: &Pipehook, hook: &Hook<'_>, count: u16) -> Vec<String> {
    let made = made(stack, hook, hook.push(), 200).await;
    let calls = [vec![made.clone()], copies(&made, hook, count)].concat();
    put(stack, &calls[1..]).await;
    ids(&calls)
}

async fn page(user: &User<'_>, hook: &Hook<'_>, query: &str) -> (Answer, Vec<String>) {
    let answer = user.get(&format!("/hooks/incoming/{}/requests?{query}", hook.id)).send().await;
    let ids = answer.is(200).as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()).collect();
    (answer, ids)
}

/// The query of the page that a link leads to.
pub(super) fn link(answer: &Answer, rel: &str) -> Option<String> {
    let link = answer.header("link").split(", ").find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?;
    let (_, query) = link.split_once('>').unwrap().0.split_once('?').unwrap();
    Some(query.to_owned())
}

/// All pages from `query` on, each behind the link `next` of the one before.
async fn follow(user: &User<'_>, hook: &Hook<'_>, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(query.to_owned()));
    while let Some(query) = next {
        let (answer, ids) = page(user, hook, &query).await;
        pages.push(ids);
        next = link(&answer, "next");
    }
    pages
}

/// How many items the lists have read since `before`.
pub(super) fn read_since(stack: &Pipehook, before: usize) -> u64 {
    read_by(stack, "RequestList", before)
}

/// How many items this function has read since `before`, if each request was answered at once.
pub(super) fn read_by(stack: &Pipehook, function: &str, before: usize) -> u64 {
    let calls = stack.aws_calls();
    let of_function = calls[before..].iter().filter(|call| call.function.as_deref() == Some(function));
    of_function.filter(|call| call.attempt == 1).map(|call| call.scanned).sum()
}

/// The entries of a partition of the project's index.
async fn entries_of(stack: &Pipehook, partition: &str) -> Vec<Json> {
    stack.index("RequestsTable", "by-project", "listed", &json!({ "S": partition })).await
}

#[test]
fn the_pages_hold_every_call_once_while_calls_arrive() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let ids = log(stack, &hook, 44).await;

        let (mut found, mut next) = (Vec::new(), Some("per_page=10".to_owned()));
        while let Some(query) = next {
            let (answer, of_page) = page(&ann, &hook, &query).await;
            found.push(of_page);
            next = link(&answer, "next");
            hook.push().send().await.accepted();
            hook.unsigned("{}").send().await.refused(401);
            hook.signed("{").send().await.refused(400);
        }

        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10, 10, 5]);
        assert_eq!(found.concat(), ids, "each once, the newest first");
    });
}

#[test]
fn every_call_can_be_reached_however_many_there_are() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let ids = log(stack, &hook, 1_302).await;

        assert_eq!(follow(&ann, &hook, "per_page=100").await.concat(), ids);

        let oldest = ids.last().unwrap();
        assert_eq!(ann.get(&format!("/hook-requests/{oldest}")).send().await.is(200)["id"], *oldest);
        let retry = ann.retry(oldest).await.is(201);
        assert_eq!(retry["retry_of"], *oldest);
        assert_eq!(page(&ann, &hook, "per_page=1").await.1, [retry["id"].as_str().unwrap()], "the newest now");
    });
}

#[test]
fn a_page_reads_one_call_more_of_each_outcome_than_it_shows() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        for (call, status) in [
            (hook.push(), 200),
            (hook.push().with("x-github-event", "ping"), 200),
            (hook.signed("{"), 400),
            (hook.unsigned("{}"), 401),
        ] {
            let model = made(stack, &hook, call, status).await;
            put(stack, &copies(&model, &hook, 300)).await;
        }
        for (query, shown, most) in [
            ("", 20, 21 + 21 + 21 + 10),
            ("per_page=100", 100, 101 + 101 + 101 + 10),
            ("filter[outcome]=queued", 20, 21),
            ("filter[outcome]=ignored", 20, 21),
            ("filter[outcome]=failed", 20, 21),
            ("filter[outcome]=rejected", 20, 21),
            ("filter[outcome]=queued,failed", 20, 42),
            ("page=10&filter[outcome]=queued", 20, 201),
        ] {
            let before = stack.aws_calls().len();
            let (_, ids) = page(&ann, &hook, query).await;
            let read = read_since(stack, before);
            assert_eq!(ids.len(), shown, "{query}");
            assert!((1..=most).contains(&read), "{query}: {read}");
        }
    });
}

#[test]
fn forged_calls_do_not_hide_genuine_ones() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let genuine = log(stack, &hook, 4).await;
        // All of them are newer: they were made in the hour that is to come.
        let forged = made(stack, &hook, hook.unsigned("{}"), 401).await;
        let mut newer = copies(&forged, &hook, 1_200);
        for (call, second) in newer.iter_mut().zip(1..) {
            let at = Timestamp::from_unix_seconds(Timestamp::from(SystemTime::now()).unix_seconds() + second);
            let tag = hook.id.parse::<HookId>().unwrap().tag();
            call["id"]["S"] = json!(RequestId::at(at, [9; 10]).tagged(tag).to_string());
        }
        newer.reverse();
        put(stack, &newer).await;
        let newer = ids(&newer);

        let before = stack.aws_calls().len();
        let (answer, found) = page(&ann, &hook, "").await;

        assert!(read_since(stack, before) <= 84);
        assert_eq!(found, [&newer[..10], &genuine].concat(), "the newest forged ones, and all that ran");
        assert_eq!(link(&answer, "next"), None);
        assert_eq!(page(&ann, &hook, "filter[outcome]=queued").await.1, genuine);
        let rejected = follow(&ann, &hook, "filter[outcome]=rejected&per_page=100").await;
        assert_eq!((rejected.len(), rejected.concat().len()), (13, 1_201));
        assert_eq!(rejected.concat()[..1_200], newer);
        // In small pages, the share of the forged ones stays what it is.
        assert_eq!(follow(&ann, &hook, "per_page=4").await.concat(), found);
    });
}

#[test]
fn a_list_shows_the_outcomes_that_are_asked_for_on_all_of_its_pages() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let mut made = Vec::new();
        for _ in 0..3 {
            for (call, outcome) in [
                (hook.push(), "queued"),
                (hook.push().with("x-github-event", "ping"), "ignored"),
                (hook.signed("{"), "failed"),
                (hook.unsigned("{}"), "rejected"),
            ] {
                made.insert(0, (outcome, call.send().await.request_id().to_owned()));
            }
        }
        for wanted in ["queued", "ignored", "failed", "rejected", "failed,rejected", "queued,ignored,failed,rejected"] {
            let expected: Vec<_> =
                made.iter().filter(|(outcome, _)| wanted.split(',').any(|of| of == *outcome)).collect();
            let expected: Vec<_> = expected.into_iter().map(|(_, id)| id.clone()).collect();

            let pages = follow(&ann, &hook, &format!("filter[outcome]={wanted}&per_page=2")).await;

            assert_eq!(pages.concat(), expected, "{wanted}");
            assert!(pages.iter().all(|page| page.len() <= 2), "{wanted}");
        }
        let both = page(&ann, &hook, "filter%5Boutcome%5D=failed&filter[outcome]=rejected").await.1;
        assert_eq!(both.len(), 6, "named twice, both count");
        let all = made.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
        assert_eq!(page(&ann, &hook, "").await.1, all);
    });
}

#[test]
fn a_filter_that_is_not_understood_is_refused_and_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        hook.push().send().await.accepted();
        for (query, fields) in [
            ("filter[outcome]=Queued", vec!["filter[outcome]"]),
            ("filter[outcome]=", vec!["filter[outcome]"]),
            ("filter[outcome]=queued,", vec!["filter[outcome]"]),
            ("filter[outcomes]=queued", vec!["filter[outcomes]"]),
            ("filter[status]=OK", vec!["filter[status]"]),
            ("filter[hook_id]=7", vec!["filter[hook_id]"]),
            ("before=x", vec!["before"]),
            ("before=", vec!["before"]),
            ("page=11", vec!["page"]),
            ("page=3&per_page=100", vec!["page"]),
            ("filter[x]=1&before=y&per_page=0", vec!["before", "filter[x]", "per_page"]),
        ] {
            let answer = ann.get(&format!("/hooks/incoming/{}/requests?{query}", hook.id)).send().await;
            assert_eq!(answer.invalid(), fields, "{query}");
        }
    });
}

#[test]
fn the_numbers_of_the_published_clients_reach_the_newest_two_hundred_calls() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let ids = log(stack, &hook, 202).await;

        for number in 1..=10 {
            let (answer, of_page) = page(&ann, &hook, &format!("page={number}")).await;
            let begin = (number - 1) * 20;
            assert_eq!(of_page, ids[begin..begin + 20], "{number}");
            // What the clients take for the number of pages.
            assert!(link(&answer, "last").unwrap().starts_with(&format!("page={}&", number + 1)), "{answer:?}");
        }
        let (answer, _) = page(&ann, &hook, "page=10").await;
        let (answer, of_page) = page(&ann, &hook, &link(&answer, "last").unwrap()).await;
        assert_eq!(of_page, ids[200..]);
        assert!(link(&answer, "last").unwrap().starts_with("page=11&"), "{answer:?}");
        assert_eq!(page(&ann, &hook, "page=2&per_page=100").await.1, ids[100..200]);
    });
}

#[test]
fn a_page_of_the_largest_items_is_whole() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        // Compression leaves half of these digits, which is just below what stands with its call.
        let digits = |number: u32| hex::encode(hmac(Hash::Sha256, "k", &number.to_be_bytes()));
        let body = json!({ "a": (0..230).map(digits).collect::<String>() });
        hook.unsigned(body.to_string()).send().await.accepted();
        let made = stack.logged_items(&hook).await;
        assert_eq!(made.len(), 1);
        assert!(made[0]["exchange"]["B"].as_str().unwrap().len() > 9_500, "in base64");
        put(stack, &copies(&made[0], &hook, 199)).await;

        // DynamoDB reads 1 MB at a time, which is 110 of them.
        let (answer, ids) = page(&ann, &hook, "page=2&per_page=100").await;

        assert_eq!((ids.len(), link(&answer, "next")), (100, None));
    });
}

#[test]
fn a_hook_with_the_same_tag_has_a_list_of_its_own_however_long_the_other_one_is() {
    alone(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let (hook, other) = (ann.create_hook(&open_hook()).await, bob.create_hook(&open_hook()).await);
        hook.unsigned("{}").send().await.accepted();
        let model = stack.logged_items(&hook).await.remove(0);
        // As if Bob's hook had the tag of Ann's. Her oldest calls lie behind all of his.
        let mut calls = copies(&model, &hook, 1_102);
        for call in &mut calls[..1_100] {
            call["hook_id"]["S"] = json!(other.id);
            call["project_id"]["N"] = json!(bob.project.to_string());
        }
        put(stack, &calls).await;

        let before = stack.aws_calls().len();
        let pages = follow(&ann, &hook, "").await;

        assert!(read_since(stack, before) <= 2 * 1_103, "{pages:?}");
        let expected = [&model, &calls[1_100], &calls[1_101]].map(|call| call["id"]["S"].as_str().unwrap());
        assert_eq!(pages.concat(), expected);
        assert!(pages.len() < 10, "{pages:?}");
        let of_bob = calls[0]["id"]["S"].as_str().unwrap();
        ann.get(&format!("/hook-requests/{of_bob}")).send().await.refused(404);
        assert_eq!(bob.get(&format!("/hook-requests/{of_bob}")).send().await.is(200)["hook_id"], other.id);
    });
}

#[test]
fn the_calls_of_a_project_are_indexed_by_outcome_and_without_what_was_sent() {
    alone(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let (first, second) = (ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await);
        let others = bob.create_hook(&github_hook()).await;
        others.push().send().await.accepted();
        let mut queued = Vec::new();
        for hook in [&first, &second, &first] {
            queued.insert(0, hook.push().send().await.request_id().to_owned());
        }
        let rejected = first.unsigned("{}").send().await.request_id().to_owned();

        let mut found = Vec::new();
        for shard in 0..4 {
            let entries = entries_of(stack, &format!("{}#queued#{shard}", ann.project)).await;
            assert!(entries.is_sorted_by_key(|entry| entry["id"]["S"].as_str().map(str::to_owned)));
            found.extend(entries);
        }

        found.sort_by_key(|entry| std::cmp::Reverse(entry["id"]["S"].as_str().map(str::to_owned)));
        assert_eq!(ids(&found), queued, "those of the project alone");
        let names: BTreeSet<_> = found.iter().flat_map(|entry| entry.as_object().unwrap().keys()).collect();
        assert!(
            names.iter().any(|name| *name == "status") && !names.iter().any(|name| *name == "exchange"),
            "{names:?}"
        );
        let mut refused = Vec::new();
        for shard in 0..4 {
            refused.extend(entries_of(stack, &format!("{}#rejected#{shard}", ann.project)).await);
        }
        assert_eq!(ids(&refused), [rejected]);
    });
}
