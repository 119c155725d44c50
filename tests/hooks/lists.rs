//! Lists of hooks, and their pages.

use std::collections::BTreeMap;

use harness::{Answer, Hook, Pipehook, User, github_hook, open_hook, shared, together};
use serde_json::json;
use shared::domain::timestamp::Timestamp;

/// The targets of a `Link` header by their relation, without the API's address.
fn links(answer: &Answer, api: &str) -> BTreeMap<String, String> {
    let links = answer.header("link").split(", ").map(|link| {
        let (target, relation) = link.split_once("; ").unwrap();
        let target = target.strip_prefix('<').and_then(|target| target.strip_suffix('>')).unwrap();
        let relation = relation.strip_prefix("rel=\"").and_then(|relation| relation.strip_suffix('"')).unwrap();
        (relation.to_owned(), target.strip_prefix(api).unwrap().to_owned())
    });
    links.collect()
}

async fn with_hooks(user: &User<'_>, count: usize) -> Vec<String> {
    let hooks = together((0..count).map(|_| async { user.create_hook(&open_hook()).await.id })).await;
    let mut ids: Vec<_> = hooks.into_iter().collect();
    ids.sort_unstable();
    ids
}

/// The ids on the pages from `path` on, following `next`.
async fn follow(user: &User<'_>, api: &str, path: &str) -> Vec<Vec<String>> {
    let (mut pages, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        pages.push(user.list(&path).await);
        next = links(&user.get(&path).send().await, api).remove("next");
    }
    pages
}

#[test]
fn the_pages_hold_every_hook_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hooks = with_hooks(&ann, 5).await;

        let pages = follow(&ann, &stack.api_url(), "/applications/42/hooks?per_page=2").await;

        assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);
        let mut found = pages.concat();
        found.sort_unstable();
        assert_eq!(found, hooks);
        assert_eq!(pages.concat(), ann.list("/applications/42/hooks").await, "one order for all");
    });
}

#[test]
fn a_page_has_twenty_hooks_unless_it_is_asked_for_fewer_or_more() {
    shared(async |stack| {
        let ann = stack.user().await;
        with_hooks(&ann, 21).await;

        assert_eq!(ann.list("/applications/42/hooks").await.len(), 20);
        assert_eq!(ann.list("/applications/42/hooks?page=2").await.len(), 1);
        assert_eq!(ann.list("/applications/42/hooks?per_page=100").await.len(), 21);
        assert_eq!(ann.list("/applications/42/hooks?per_page=1").await.len(), 1);
    });
}

#[test]
fn links_lead_to_the_neighbours_and_the_ends() {
    shared(async |stack| {
        let ann = stack.user().await;
        with_hooks(&ann, 5).await;
        let links = async |query: &str| {
            let answer = ann.get(&format!("/applications/42/hooks{query}")).send().await;
            answer.is(200);
            let links = links(&answer, &stack.api_url());
            links.into_iter().map(|(relation, target)| format!("{relation} {target}")).collect::<Vec<_>>()
        };
        let link = |relation: &str, page: u32, per_page: u32| {
            format!("{relation} /applications/42/hooks?page={page}&per_page={per_page}")
        };

        assert_eq!(links("").await, [link("first", 1, 20), link("last", 1, 20)]);
        assert_eq!(links("?per_page=2").await, [link("first", 1, 2), link("last", 3, 2), link("next", 2, 2)]);
        assert_eq!(
            links("?per_page=2&page=2").await,
            [link("first", 1, 2), link("last", 3, 2), link("next", 3, 2), link("prev", 1, 2)]
        );
        assert_eq!(links("?page=3&per_page=2").await, [link("first", 1, 2), link("last", 3, 2), link("prev", 2, 2)]);
    });
}

#[test]
fn a_page_behind_the_last_one_is_empty() {
    shared(async |stack| {
        let ann = stack.user().await;
        with_hooks(&ann, 1).await;
        assert_eq!(ann.list("/applications/42/hooks?page=2").await, [""; 0]);
        assert_eq!(ann.list("/applications/41/hooks").await, [""; 0]);
    });
}

#[test]
fn a_page_that_cannot_be_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        for wrong in ["0", "-1", "x", "", "1.5", "99999999999999999999"] {
            for list in ["/applications/42/hooks", "/pipelines/7/hooks"] {
                assert_eq!(ann.get(&format!("{list}?page={wrong}")).send().await.invalid(), ["page"], "{wrong}");
                let both = format!("{list}?page={wrong}&per_page={wrong}");
                assert_eq!(ann.get(&both).send().await.invalid(), ["page", "per_page"], "{wrong}");
            }
        }
        assert_eq!(ann.get("/applications/42/hooks?per_page=101").send().await.invalid(), ["per_page"]);
    });
}

#[test]
fn every_resource_type_has_a_list_and_nothing_else_has() {
    shared(async |stack| {
        let ann = stack.user().await;
        for kind in [
            "application",
            "credential",
            "cronjob",
            "daemon",
            "deployment",
            "network",
            "network-rule",
            "server",
            "service",
            "ssh-key",
            "ssl-certificate",
            "subnet",
            "virtual-host",
        ] {
            let mut hook = github_hook();
            hook["resource_type"] = kind.into();
            let hook = ann.create_hook(&hook).await;
            assert_eq!(ann.list(&format!("/{kind}s/42/hooks")).await, [hook.id], "{kind}");
        }
        for path in ["/users/42/hooks", "/application/42/hooks", "/Applications/42/hooks", "/hooks/42/hooks"] {
            ann.get(path).send().await.refused(404);
        }
    });
}

#[test]
fn an_id_that_cannot_be_is_not_found() {
    shared(async |stack| {
        let ann = stack.user().await;
        for id in ["0", "-1", "x", "042", "1.0", "42%20", "9007199254740992", "99999999999999999999"] {
            ann.get(&format!("/applications/{id}/hooks")).send().await.refused(404);
            ann.get(&format!("/pipelines/{id}/hooks")).send().await.refused(404);
        }
    });
}

/// Hooks of applications of their own which are older than `hook`, and run the same pipeline; returns their ids, the
/// oldest first.
async fn older(stack: &Pipehook, user: &User<'_>, hook: &Hook<'_>, count: u16) -> Vec<String> {
    const YEAR_2024: i64 = 1_704_067_200;
    let model = hook.item().await;
    let project = user.project;
    let numbers: Vec<_> = (1..=count).collect();
    for some in numbers.chunks(100) {
        let items = some.iter().map(|number| {
            let mut item = model.clone();
            item["id"]["S"] = json!(id(project, *number));
            item["created_at"]["S"] = json!(Timestamp::from_unix_seconds(YEAR_2024 + i64::from(*number)).to_string());
            let resource = 1_000 + number;
            item["resource_id"]["N"] = json!(resource.to_string());
            item["resource"]["S"] = json!(format!("{project}#application#{resource}"));
            item
        });
        together(items.map(async |item| stack.put_item("HooksTable", &item).await)).await;
    }
    numbers.into_iter().map(|number| id(project, number)).collect()
}

fn id(project: i64, number: u16) -> String {
    format!("{project:08x}-0000-4000-8000-{number:012x}")
}

async fn page(user: &User<'_>, query: &str) -> (Answer, Vec<String>) {
    let answer = user.get(&format!("/pipelines/7/hooks?{query}")).send().await;
    let ids = answer.is(200).as_array().unwrap().iter().map(|hook| hook["id"].as_str().unwrap().to_owned()).collect();
    (answer, ids)
}

#[test]
fn the_hooks_of_a_pipeline_are_listed_in_pages_whatever_their_resources() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = open_hook();
        hook["pipeline_id"] = 7.into();
        let latest = ann.create_hook(&hook).await;
        let mut ids = older(stack, &ann, &latest, 99).await;
        ids.push(latest.id.clone());

        let mut listed = Vec::new();
        for number in 1..=5 {
            let (answer, of_page) = page(&ann, &format!("page={number}&per_page=20")).await;
            assert_eq!(of_page.len(), 20, "{number}");
            assert!(answer.header("link").contains("page=5&per_page=20>; rel=\"last\""), "{answer:?}");
            assert_eq!(answer.header("link").contains("rel=\"next\""), number < 5, "{answer:?}");
            listed.extend(of_page);
        }
        assert_eq!(listed, ids, "each once, the oldest first");
        assert_eq!(page(&ann, "page=6&per_page=20").await.1, [""; 0]);
        assert_eq!(page(&ann, "per_page=100").await.1, ids);
    });
}
