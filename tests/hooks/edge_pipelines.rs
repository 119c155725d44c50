//! Where the list of a pipeline ends: its oldest 1,000 hooks can be listed, and a later one is in the list of its
//! resource.

use harness::{Answer, Hook, Pipehook, User, open_hook, shared, together};
use serde_json::json;
use shared::domain::timestamp::Timestamp;

/// Hooks of applications of their own which are older than `hook`, and run the same pipeline; returns their ids, the
/// oldest first.
async fn older(stack: &Pipehook, user: &User<'_>, hook: &Hook<'_>, count: u16) -> Vec<String> {
    const YEAR_2024: i64 = 1_704_067_200;
    let items = stack.items("HooksTable").await;
    let model = items.into_iter().find(|item| item["id"]["S"] == hook.id.as_str()).unwrap();
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
fn the_oldest_thousand_hooks_of_a_pipeline_are_listed_and_a_later_one_is_in_the_list_of_its_resource() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = open_hook();
        hook["pipeline_id"] = 7.into();
        let latest = ann.create_hook(&hook).await;
        let ids = older(stack, &ann, &latest, 1_001).await;

        let mut listed = Vec::new();
        for number in 1..=10 {
            let (answer, of_page) = page(&ann, &format!("page={number}&per_page=100")).await;
            assert_eq!(of_page.len(), 100, "{number}");
            assert!(answer.header("link").contains("page=10&per_page=100>; rel=\"last\""), "{answer:?}");
            assert_eq!(answer.header("link").contains("rel=\"next\""), number < 10, "{answer:?}");
            listed.extend(of_page);
        }
        assert_eq!(listed, ids[..1_000], "each once, the oldest first");
        assert_eq!(page(&ann, "page=11&per_page=100").await.1, [""; 0]);
        assert_eq!(page(&ann, "page=1001&per_page=1").await.1, [""; 0]);

        assert_eq!(ann.list("/applications/2001/hooks").await, ids[1_000..]);
        assert_eq!(ann.list("/applications/42/hooks").await, [latest.id.as_str()]);
        assert_eq!(ann.get(&format!("/hooks/incoming/{}", latest.id)).send().await.is(200)["id"], latest.id);
    });
}
