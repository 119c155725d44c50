//! Lists of actions.

use std::collections::BTreeSet;

use harness::{Answer, Pipehook, Pipeline, User, alone, deployment, shared, shell, together};
use serde_json::{Value as Json, json};

fn ids(answer: &Answer) -> Vec<i64> {
    answer.is(200).as_array().unwrap().iter().map(|action| action["id"].as_i64().unwrap()).collect()
}

async fn list(user: &User<'_>, path: &str) -> Vec<i64> {
    ids(&user.get(path).send().await)
}

async fn setting<'s>(stack: &'s Pipehook, user: &User<'s>) -> (Pipeline<'s>, Vec<i64>) {
    let pipeline = user.create_pipeline(&deployment()).await;
    pipeline.add_step(&shell("make build")).await;
    let mut made = Vec::new();
    for application in [1, 2, 1] {
        made.push(pipeline.queued(stack, application).await);
        tokio_sleep().await;
    }
    made.reverse();
    (pipeline, made)
}

/// Ids count milliseconds.
async fn tokio_sleep() {
    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
}

#[test]
fn every_list_has_the_actions_that_its_path_names_and_the_newest_first() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (pipeline, all) = setting(stack, &ann).await;
        let project = ann.project;
        let of_application_1 = [all[0], all[2]];
        for (path, expected) in [
            ("/actions".to_owned(), &all[..]),
            ("/actions/application/1".into(), &of_application_1),
            ("/actions/targets/application/1".into(), &of_application_1),
            ("/actions/server/1".into(), &[]),
            (format!("/environments/{project}/actions"), &all),
            (format!("/environments/{}/actions", project + 1_000_000), &[]),
            (format!("/environments/{project}/actions/application"), &all),
            (format!("/environments/{project}/actions/server"), &[]),
            (format!("/projects/{project}/actions/application"), &all),
            (format!("/projects/{project}/actions/server"), &[]),
            (format!("/pipelines/{}/actions", pipeline.id), &all),
            ("/pipelines/7/actions".into(), &[]),
        ] {
            assert_eq!(list(&ann, &path).await, expected, "{path}");
        }
        for path in ["/actions/app/1", "/actions/targets/application/0", "/environments/x/actions"] {
            ann.get(path).send().await.refused(404);
        }
        let whole = ann.action(all[0]).await;
        for (name, value) in ann.get("/actions?per_page=1").send().await.is(200)[0].as_object().unwrap() {
            assert_eq!(*value, whole[name], "{name}");
        }
    });
}

#[test]
fn filters_choose_and_are_kept_in_the_links_of_a_page() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (pipeline, all) = setting(stack, &ann).await;
        let pending = pipeline.pending(stack, 3).await;
        let project = ann.project;
        for (query, expected) in [
            ("filter[status]=pending".to_owned(), vec![pending]),
            ("filter[status]=failed".into(), vec![]),
            ("filter[resource_id]=1".into(), vec![all[0], all[2]]),
            ("filter[resource_id]=1&filter[status]=pending".into(), vec![]),
            ("filter[operation]=stop".into(), vec![]),
            ("filter[resource_type]=application&filter[operation]=deploy&per_page=1".into(), vec![pending]),
            (format!("filter[environment_id]={project}&per_page=1"), vec![pending]),
            (format!("filter[project_id]={project}&filter[organization_id]=1&per_page=1"), vec![pending]),
            (format!("filter[project_id]={}", project + 1_000_000), vec![]),
            ("filter[organization_id]=2".into(), vec![]),
        ] {
            assert_eq!(list(&ann, &format!("/actions?{query}")).await, expected, "{query}");
        }
        assert_eq!(
            list(&ann, &format!("/environments/{project}/actions?filter[environment_id]=9999999")).await,
            [0; 0]
        );

        let first = ann.get("/actions?filter[operation]=deploy&per_page=3").send().await;
        let link = first.header("link").to_owned();
        assert!(link.contains("page=2&per_page=3&filter%5Boperation%5D=deploy>; rel=\"last\""), "{link}");
        assert_eq!(list(&ann, "/actions?filter%5Boperation%5D=deploy&per_page=3&page=2").await, [all[2]]);
        assert_eq!(first.header("x-list-limit"), "");
    });
}

#[test]
fn a_filter_that_means_nothing_is_refused_and_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (query, field) in [
            ("filter[status]=done", "filter[status]"),
            ("filter[status]=", "filter[status]"),
            ("filter[resource_id]=0", "filter[resource_id]"),
            ("filter[resource_type]=app", "filter[resource_type]"),
            ("filter[operation]=explode", "filter[operation]"),
            ("filter[stauts]=failed", "filter[stauts]"),
            ("filter=failed", "filter"),
            ("per_page=101", "per_page"),
        ] {
            assert_eq!(ann.get(&format!("/actions?{query}")).send().await.invalid(), [field], "{query}");
        }
    });
}

#[test]
fn a_list_says_where_it_stops() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (_, made) = setting(stack, &ann).await;
        let items = stack.items_of_action(made[0]).await;
        let model = items.iter().find(|item| item["sk"]["S"] == "HEAD").unwrap();
        let copy = |number: i64| {
            let id = made[0] + number;
            let mut item: Json = model.clone();
            item["pk"] = json!({ "S": format!("A#{id}") });
            item["id"] = json!({ "N": id.to_string() });
            item
        };
        let copies: Vec<_> = (1..=997).map(copy).collect();
        for some in copies.chunks(100) {
            together(some.iter().map(async |item| stack.put_item("ActionsTable", item).await)).await;
        }
        let newest = made[0] + 997;
        let answer = ann.get("/actions?per_page=100&page=10").send().await;
        assert_eq!((ids(&answer).len(), answer.header("x-list-limit")), (100, ""), "1000 are a whole list");
        assert_eq!(ids(&answer).last(), made.last());

        stack.put_item("ActionsTable", &copy(998)).await;
        for query in ["per_page=100", "per_page=100&filter[status]=queued"] {
            let mut found = BTreeSet::new();
            for page in 1..=10 {
                let answer = ann.get(&format!("/actions?{query}&page={page}")).send().await;
                assert_eq!(answer.header("x-list-limit"), "1000", "{query}");
                found.extend(ids(&answer));
            }
            assert_eq!(found.len(), 1_000, "{query}");
            assert!(found.contains(&(newest + 1)) && !found.contains(made.last().unwrap()), "{query}");
        }
    });
}
