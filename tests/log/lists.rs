//! Where a list ends: the newest 1,000 calls of a hook can be listed, and older ones are there under their ids.

use std::time::SystemTime;

use harness::{Answer, Hash, Hook, Pipehook, User, alone, github_hook, hmac, open_hook, shared, together};
use serde_json::{Value as Json, json};
use shared::domain::id::{HookId, RequestId};
use shared::domain::timestamp::Timestamp;

/// Copies of a call, the newest first, each a second older than the one before. They get ids of this hook.
fn copies(model: &Json, hook: &Hook<'_>, count: u16) -> Vec<Json> {
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

async fn put(stack: &Pipehook, calls: &[Json]) {
    for some in calls.chunks(100) {
        together(some.iter().map(async |item| stack.put_item("RequestsTable", item).await)).await;
    }
}

/// Puts `count` calls behind one that was made; returns their ids, the newest first.
async fn log(stack: &Pipehook, hook: &Hook<'_>, count: u16) -> Vec<String> {
    hook.push().send().await.accepted();
    let made = stack.logged_items(hook).await.remove(0);
    let calls = [vec![made.clone()], copies(&made, hook, count)].concat();
    put(stack, &calls[1..]).await;
    calls.iter().map(|call| call["id"]["S"].as_str().unwrap().to_owned()).collect()
}

async fn page(user: &User<'_>, hook: &Hook<'_>, query: &str) -> (Answer, Vec<String>) {
    let answer = user.get(&format!("/hooks/incoming/{}/requests?{query}", hook.id)).send().await;
    let ids = answer.is(200).as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap().to_owned()).collect();
    (answer, ids)
}

#[test]
fn the_newest_thousand_calls_of_a_hook_are_listed_and_an_older_one_is_shown_and_retried() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let ids = log(stack, &hook, 1_002).await;

        let mut listed = Vec::new();
        for number in 1..=10 {
            let (answer, of_page) = page(&ann, &hook, &format!("page={number}&per_page=100")).await;
            assert_eq!(of_page.len(), 100, "{number}");
            assert!(answer.header("link").contains("page=10&per_page=100>; rel=\"last\""), "{answer:?}");
            assert_eq!(answer.header("link").contains("rel=\"next\""), number < 10, "{answer:?}");
            listed.extend(of_page);
        }
        assert_eq!(listed, ids[..1_000], "each once, the newest first");
        assert_eq!(page(&ann, &hook, "page=11&per_page=100").await.1, [""; 0]);
        assert_eq!(page(&ann, &hook, "page=1000&per_page=1").await.1, ids[999..1_000]);
        assert_eq!(page(&ann, &hook, "page=1001&per_page=1").await.1, [""; 0]);

        let oldest = ids.last().unwrap();
        assert_eq!(ann.get(&format!("/hook-requests/{oldest}")).send().await.is(200)["id"], *oldest);
        let retry: Json = ann.retry(oldest).await.is(201);
        assert_eq!(retry["retry_of"], *oldest);
        assert_eq!(page(&ann, &hook, "per_page=1").await.1, [retry["id"].as_str().unwrap()], "the newest now");
    });
}

#[test]
fn a_thousand_calls_of_the_largest_items_are_listed() {
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
        put(stack, &copies(&made[0], &hook, 1_000)).await;

        let (answer, ids) = page(&ann, &hook, "page=10&per_page=100").await;

        assert_eq!(ids.len(), 100);
        assert!(!answer.header("link").contains("rel=\"next\""), "{answer:?}");
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

        let (_, ids) = page(&ann, &hook, "").await;

        assert_eq!(ids, [&model, &calls[1_100], &calls[1_101]].map(|call| call["id"]["S"].as_str().unwrap()));
        let of_bob = calls[0]["id"]["S"].as_str().unwrap();
        ann.get(&format!("/hook-requests/{of_bob}")).send().await.refused(404);
        assert_eq!(bob.get(&format!("/hook-requests/{of_bob}")).send().await.is(200)["hook_id"], other.id);
    });
}
