//! The list of a project's hooks: its pages, its filters, and what it costs to read.

use harness::{ApiToken, Pipehook, User, alone, github_hook, open_hook, shared};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind;

/// The hooks on a page, and the query of the next one.
async fn page(user: &User<'_>, query: &str) -> (Vec<Json>, Option<String>) {
    let answer = user.get(&format!("/hooks/incoming?{query}")).send().await;
    let hooks = answer.is(200).as_array().unwrap().clone();
    let next = answer.header("link").split(", ").find(|link| link.ends_with("rel=\"next\""));
    (hooks, next.map(|link| link.split_once('?').unwrap().1.split_once('>').unwrap().0.to_owned()))
}

fn ids(hooks: &[Json]) -> Vec<String> {
    hooks.iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect()
}

/// The ids on all pages from `query` on.
async fn follow(user: &User<'_>, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(query.to_owned()));
    while let Some(query) = next {
        let (hooks, following) = page(user, &query).await;
        (pages, next) = ([pages, vec![ids(&hooks)]].concat(), following);
    }
    pages
}

/// How many hooks the lists have read since `before`.
fn read_since(stack: &Pipehook, before: usize) -> u64 {
    let calls = stack.aws_calls();
    let of_lists = calls[before..].iter().filter(|call| call.function.as_deref() == Some("HookList"));
    // One more is the user, to verify the token.
    of_lists.map(|call| call.scanned).sum()
}

#[test]
fn the_pages_hold_every_hook_once_while_hooks_come_and_go() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hooks = Vec::new();
        for number in 0..11 {
            let mut draft = open_hook();
            draft["resource_id"] = (number % 3 + 1).into();
            hooks.insert(0, ann.create_hook(&draft).await.id);
        }

        let (mut found, mut next) = (Vec::new(), Some("per_page=3".to_owned()));
        while let Some(query) = next {
            let (of_page, following) = page(&ann, &query).await;
            found.push(ids(&of_page));
            next = following;
            ann.create_hook(&open_hook()).await;
            // The next page begins behind a hook that is gone.
            let last = found.last().and_then(|page| page.last()).unwrap();
            assert_eq!(ann.call("DELETE", &format!("/hooks/incoming/{last}")).send().await.status, 204);
        }

        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 2]);
        assert_eq!(found.concat(), hooks, "each once, the newest first");
    });
}

#[test]
fn a_hook_is_listed_as_its_resource_lists_it_and_as_it_is_now() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        assert_eq!(ann.put_hook(&hook, &json!({ "name": "renamed", "resource_id": 43 })).await.status, 204);

        let listed = page(&ann, "").await.0;

        assert_eq!(json!(listed), ann.get("/applications/43/hooks").send().await.is(200));
        assert_eq!(listed[0]["name"], "renamed");
        assert_eq!(ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id)).send().await.status, 204);
        assert_eq!(page(&ann, "").await.0, [] as [Json; 0]);
    });
}

#[test]
fn a_filter_lets_through_what_it_says_on_all_pages() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut all = Vec::new();
        for number in 0..8_i64 {
            let mut draft = open_hook();
            draft["name"] =
                format!("{} shop {}", ["Deploy", "Restart"][usize::from(number % 2 == 0)], number / 4).into();
            draft["active"] = (number % 3 != 0).into();
            draft["resource_id"] = (number % 2 + 1).into();
            draft["resource_type"] = ["application", "server"][usize::from(number > 5)].into();
            draft["action_type"] = ["deploy", "restart"][usize::from(number % 2 == 0)].into();
            if number < 4 {
                draft["pipeline_id"] = 7.into();
            }
            if number % 4 == 1 {
                draft["provider"] = "github".into();
                draft["requires_secret"] = true.into();
            }
            all.insert(0, ann.create_hook(&draft).await.json);
        }
        for (query, passes) in [
            ("filter[name]=deploy", (|hook| hook["name"].as_str().unwrap().starts_with("Deploy")) as fn(&Json) -> bool),
            ("filter[name]=SHOP%201", |hook| hook["name"].as_str().unwrap().ends_with("shop 1")),
            ("filter[active]=true", |hook| hook["active"] == true),
            ("filter[active]=false", |hook| hook["active"] == false),
            ("filter[provider]=github", |hook| hook["provider"] == "github"),
            ("filter[provider]=gitlab", |_| false),
            ("filter[action_type]=restart", |hook| hook["action_type"] == "restart"),
            ("filter[resource_type]=server", |hook| hook["resource_type"] == "server"),
            ("filter[resource_id]=2", |hook| hook["resource_id"] == 2),
            ("filter[pipeline_id]=7", |hook| hook["pipeline_id"] == 7),
            ("filter[pipeline_id]=7&filter[resource_id]=2&filter[active]=true", |hook| {
                hook["pipeline_id"] == 7 && hook["resource_id"] == 2 && hook["active"] == true
            }),
        ] {
            let expected: Vec<_> = all.iter().filter(|hook| passes(hook)).cloned().collect();
            let pages = follow(&ann, &format!("{query}&per_page=2")).await;
            assert_eq!(pages.concat(), ids(&expected), "{query}");
        }
    });
}

#[test]
fn a_page_reads_no_more_than_is_said() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let model = hook.item().await;
        for number in 0..300 {
            let mut copy = model.clone();
            let id = format!("00000000-0000-4000-8000-{number:012}");
            copy["place"]["S"] = json!(format!("2026-01-01T00:00:00.{number:03}Z_{id}"));
            copy["created_at"]["S"] = json!(format!("2026-01-01T00:00:00.{number:03}Z"));
            copy["id"]["S"] = json!(id);
            stack.put_item("HooksTable", &copy).await;
        }
        for (query, shown, most) in [
            ("", 20, 21),
            ("per_page=100", 100, 101),
            ("page=10", 20, 201),
            ("filter[active]=true", 20, 21),
            ("filter[active]=false", 0, 256),
        ] {
            let before = stack.aws_calls().len();
            let (hooks, next) = page(&ann, query).await;
            let read = read_since(stack, before);
            assert_eq!((hooks.len(), next.is_some()), (shown, true), "{query}");
            // And the user, whose token is verified.
            assert!((most..=most + 1).contains(&read), "{query}: {read}");
        }
        assert_eq!(follow(&ann, "filter[active]=false").await.concat(), [""; 0]);
        assert_eq!(follow(&ann, "per_page=100").await.concat().len(), 301);
    });
}

#[test]
fn the_hooks_of_another_project_are_not_listed() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&open_hook()).await;
        bob.create_hook(&open_hook()).await;
        assert_eq!(ids(&page(&ann, "").await.0), [hook.id.as_str()]);
        // Not even from a place in the other project's list.
        let place = format!("before={}_{}", hook.json["created_at"].as_str().unwrap(), hook.id);
        assert!(!ids(&page(&bob, &place).await.0).contains(&hook.id));

        let reporter = ApiToken::of(stack, &ann, TokenKind::Project, 2).await;
        reporter.call("GET", "/hooks/incoming").send().await.refused(403);
        stack.get("/hooks/incoming").send().await.refused(401);
    });
}

#[test]
fn a_filter_that_is_not_understood_is_refused_and_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        ann.create_hook(&open_hook()).await;
        for (query, fields) in [
            ("filter[active]=yes", vec!["filter[active]"]),
            ("filter[name]=", vec!["filter[name]"]),
            ("filter[provider]=unknown", vec!["filter[provider]"]),
            ("filter[action_type]=explode", vec!["filter[action_type]"]),
            ("filter[resource_type]=applications", vec!["filter[resource_type]"]),
            ("filter[resource_id]=0", vec!["filter[resource_id]"]),
            ("filter[pipeline_id]=x", vec!["filter[pipeline_id]"]),
            ("filter[x]=1&before=y&per_page=0", vec!["before", "filter[x]", "per_page"]),
            ("page=11", vec!["page"]),
        ] {
            assert_eq!(ann.get(&format!("/hooks/incoming?{query}")).send().await.invalid(), fields, "{query}");
        }
    });
}
