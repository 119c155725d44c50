//! Where a list ends: the newest 1,000 calls of a hook can be listed, and older ones are there under their ids.

use std::time::SystemTime;

use harness::{Answer, Hook, Pipehook, User, github_hook, shared, together};
use serde_json::{Value as Json, json};
use shared::domain::id::{HookId, RequestId};
use shared::domain::timestamp::Timestamp;

/// Puts `count` calls into the log of a hook, the newest first, each a second older than the one before; returns their
/// ids.
async fn log(stack: &Pipehook, hook: &Hook<'_>, count: u16) -> Vec<String> {
    hook.push().send().await.accepted();
    let model = stack.logged_items(hook).await.remove(0);
    let now = Timestamp::from(SystemTime::now()).unix_seconds();
    let at = |age: u16| Timestamp::from_unix_seconds(now - i64::from(age));
    let tag = hook.id.parse::<HookId>().unwrap().tag();
    let ids: Vec<_> = (1..=count).map(|age| RequestId::at(at(age), [7; 10]).tagged(tag).to_string()).collect();
    for some in ids.chunks(100) {
        let items = some.iter().map(|id| {
            let mut item = model.clone();
            item["id"]["S"] = json!(id);
            item
        });
        together(items.map(async |item| stack.put_item("RequestsTable", &item).await)).await;
    }
    [vec![model["id"]["S"].as_str().unwrap().to_owned()], ids].concat()
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
