//! Hooks and pipelines, from their creation to their removal.

use harness::{nothing_broke, shared};
use serde_json::{Value as Json, json};

use super::Person;

#[test]
fn a_hook_is_created_for_a_pipeline_changed_tried_rotated_and_removed() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;
        let created = ["pipelines", "create", "application/42", "--name", "deploy it", "--operation", "deploy"];
        let pipeline = person.json(&[&created[..], &["--step", "echo deployed"]].concat());
        assert_eq!(pipeline["steps"][0]["command"], "echo deployed");
        let id = pipeline["id"].to_string();

        let create = ["hooks", "create", "--provider", "github", "--name", "the shop", "--pipeline", &id];
        let hook = person.json(&create);
        let listed = person.json(&["hooks", "list", "--provider", "github"]);
        assert_eq!((&listed[0]["id"], &listed[0]["resource_id"]), (&hook["id"], &json!(42)));

        let from = person.path("hook.json");
        let when =
            json!({"conditions": [{"type": "request_body", "path": "ref", "accepted_values": ["refs/heads/main"]}]});
        let variables = json!({"variables": [{"name": "branch", "path": "ref", "type": "string"}]});
        std::fs::write(&from, json!({"trigger_when": when, "settings": variables}).to_string()).unwrap();
        let changed = person.json(&["hooks", "update", "the shop", "--from", &from, "--only-latest", "true"]);
        let path = format!("/hooks/incoming/{}", hook["id"].as_str().unwrap());
        assert_eq!(changed, ann.get(&path).send().await.is(200));
        assert_eq!((&changed["only_latest"], &changed["secret"]), (&json!(true), &json!("********")));

        let trial = person.json(&["hooks", "test", "the shop", "--sample"]);
        assert_eq!(trial["conditions"][0]["condition"]["path"], "ref", "{trial}");
        let rotated = person.json(&["hooks", "rotate", "the shop", "--overlap", "0"]);
        assert_ne!(rotated["secret"], hook["secret"]);
        person.run(&["hooks", "delete", "the shop", "--yes"]).done();
        person.run(&["pipelines", "delete", &id, "--yes"]).done();
        assert_eq!(person.json(&["hooks", "list"]), json!([]));
        assert_eq!(person.run(&["hooks", "show", "the shop"]).status, Some(4));
        nothing_broke(stack);
    });
}

#[test]
fn a_sample_that_is_run_starts_an_action() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;
        let created = ["pipelines", "create", "application/42", "--name", "deploy it", "--operation", "deploy"];
        let id = person.json(&created)["id"].to_string();
        person.json(&["hooks", "create", "--provider", "gitlab", "--name", "it", "--pipeline", &id]);

        let ran = person.run(&["hooks", "test", "it", "--sample", "--send"]).done();
        assert!(ran.out.contains("outcome  queued") && ran.out.contains("pipehook actions watch "), "{ran:?}");
        let run = ["pipelines", "run", &id, "--variable", "branch=main", "--variable", "replicas:=2"];
        let action = person.json(&run);

        let actions = ann.get(&format!("/pipelines/{id}/actions")).send().await.is(200);
        assert!(actions.as_array().unwrap().iter().any(|one| one["id"] == action["id"]), "{actions:?}");
        nothing_broke(stack);
    });
}

#[test]
fn what_each_provider_needs_is_asked_for_or_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        let person = Person::logged_in(stack, &ann).await;
        let create = |provider: &str, more: &[&str]| {
            let hook = ["hooks", "create", "--provider", provider, "--name", provider, "--resource", "application/42"];
            person.run(&[&hook[..], &["--action-type", "deploy"], more].concat())
        };
        let providers: Json = stack.get("/providers").send().await.is(200);
        let needs_nothing = |provider: &&Json| {
            let needs = provider["needs"].as_array().unwrap();
            needs.iter().all(|need| need["required"] == false) && provider["name"] != "custom"
        };
        let easy: Vec<_> = providers.as_array().unwrap().iter().filter(needs_nothing).step_by(20).collect();
        assert!(easy.len() > 5);

        for provider in easy {
            create(provider["name"].as_str().unwrap(), &[]).done();
        }

        let ran = create("grafana", &[]);
        assert_eq!(ran.status, Some(2), "{ran:?}");
        assert!(ran.error.contains("--option username=…"), "{ran:?}");
        create("grafana", &["--option", "username=ann"]).done();
        let ran = create("githup", &[]);
        assert_eq!(ran.status, Some(4), "{ran:?}");
    });
}

#[test]
fn what_is_in_another_project_does_not_exist() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hers = Person::logged_in(stack, &ann).await;
        let hook = ["hooks", "create", "--provider", "github", "--name", "hers", "--resource", "application/42"];
        let hook = hers.json(&[&hook[..], &["--action-type", "deploy"]].concat());
        let id = hook["id"].as_str().unwrap();

        let his = Person::logged_in(stack, &bob).await;
        for command in [&["show", id][..], &["rotate", id], &["delete", id, "--yes"], &["show", "hers"]] {
            assert_eq!(his.run(&[&["hooks"], command].concat()).status, Some(4), "{command:?}");
        }

        assert_eq!(hers.json(&["hooks", "show", "hers"])["id"], hook["id"]);
    });
}
