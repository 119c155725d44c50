//! Paths as people write them, from the hook in which they are to the job.

use harness::{open_hook, shared};
use serde_json::{Value as Json, json};

/// A push with two commits, and labels whose names have dots.
fn push() -> Json {
    json!({
        "ref": "refs/heads/main",
        "commits": [
            { "id": "a1", "distinct": true, "modified": ["docs/a.md", "src/a.rs"] },
            { "id": "b2", "distinct": false, "modified": [], "weight": 1.10 },
        ],
        "labels": { "app.kubernetes.io/name": "shop", "$id": 7, "tier": "web" },
        "files": {},
    })
}

fn with_variables(variables: Json) -> Json {
    let mut hook = open_hook();
    hook["settings"]["variables"] = variables;
    hook
}

#[test]
fn a_variable_has_the_same_value_however_its_path_is_written() {
    shared(async |stack| {
        let ann = stack.user().await;
        let paths = [
            ("commits.0.id", "a1"),
            ("commits[0].id", "a1"),
            ("$.commits[0]['id']", "a1"),
            (r#"labels["app.kubernetes.io/name"]"#, "shop"),
            (r"labels.app\.kubernetes\.io/name", "shop"),
            ("labels.$id", "7"),
        ];
        let named = |(number, (path, _)): (usize, &(&str, &str))| json!({ "name": format!("v{number}"), "type": "string", "path": path });
        let hook = with_variables(paths.iter().enumerate().map(named).collect());
        let created = ann.ask_for_hook(&hook).await.is(201);
        let shown = &created["settings"]["variables"];
        for (number, (path, _)) in paths.iter().enumerate() {
            assert_eq!(shown[number]["path"], *path, "it is shown as it was written");
        }

        ann.create_hook(&hook).await.unsigned(push().to_string()).send().await.accepted();

        let job = ann.jobs().await.remove(0).body;
        for (number, (path, value)) in paths.iter().enumerate() {
            assert_eq!(job["variables"][format!("v{number}")], *value, "{path}");
        }
    });
}

#[test]
fn a_star_makes_an_array_of_what_is_there_and_an_absent_array_is_absent() {
    shared(async |stack| {
        let ann = stack.user().await;
        let array = |name: &str, path: &str| json!({ "name": name, "type": "array", "path": path });
        let mut absent = array("absent", "tags.*");
        absent["default_value"] = json!(["none"]);
        let hook = with_variables(json!([
            array("ids", "commits.*.id"),
            array("modified", "$.commits[*].modified[*]"),
            array("weights", "commits.*.weight"),
            array("names", "labels.*"),
            array("files", "files.*"),
            array("left out", "tags[*].name"),
            absent,
        ]));
        let body = push().to_string().replace("1.1", "1.10");
        ann.create_hook(&hook).await.unsigned(body).send().await.accepted();
        let job = ann.jobs().await.remove(0).body;
        let expected = json!({
            "ids": ["a1", "b2"], "modified": ["docs/a.md", "src/a.rs"], "weights": [1.10], "names": [7, "shop", "web"],
            "files": [], "absent": ["none"],
        });
        assert_eq!(job["variables"], expected);

        let mut required = array("tags", "tags.*");
        required["required"] = true.into();
        let hook = ann.create_hook(&with_variables(json!([required]))).await;
        let before = ann.footprint().await;
        assert_eq!(hook.unsigned(push().to_string()).send().await.invalid(), ["tags"]);
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn one_matching_value_is_enough_for_a_condition_on_a_star() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (path, accepted, runs) in [
            ("commits.*.modified[*]", json!(["src/a.rs"]), true),
            ("commits[*].modified.*", json!(["src/b.rs"]), false),
            ("labels[*]", json!([7]), true),
            ("files.*", json!(["x"]), false),
            ("tags.*", json!(["x"]), false),
        ] {
            let mut hook = open_hook();
            let condition = json!({ "type": "request_body", "path": path, "accepted_values": accepted });
            hook["trigger_when"] = json!({ "conditions": [condition] });
            let hook = ann.create_hook(&hook).await;
            let before = ann.jobs().await.len();
            hook.unsigned(push().to_string()).send().await.is(200);
            assert_eq!(ann.jobs().await.len() - before, usize::from(runs), "{path}");
        }
    });
}

#[test]
fn a_body_with_more_values_than_are_looked_at_is_refused_and_queues_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = with_variables(json!([{ "name": "all", "type": "array", "path": "*" }]));
        let hook = ann.create_hook(&hook).await;
        let before = ann.footprint().await;
        let body = format!("[{}0]", "0,".repeat(200_000));
        let reason = hook.unsigned(body).send().await.refused(400);
        let expected = "The body has too many values, or too long ones, for the paths with `*` in this hook.";
        assert_eq!(reason, expected);
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_path_that_can_never_match_makes_and_changes_no_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let kept = ann.create_hook(&open_hook()).await;
        let hooks = ann.list("/applications/42/hooks").await;
        for path in
            ["", "$.", "a..b", "a.", ".a", "$..a", "a[-1]", "a[01]", "a[]", "a[1:3]", "a.[0]", "a*", "a]", r"a\b"]
        {
            for (field, change) in [
                (
                    "settings.variables.0.path",
                    json!({ "settings": { "variables": [{ "name": "v", "type": "array", "path": path }] } }),
                ),
                (
                    "trigger_when.conditions.0.path",
                    json!({ "trigger_when": { "conditions":
                        [{ "type": "request_body", "path": path, "accepted_values": ["x"] }] } }),
                ),
            ] {
                let mut hook = open_hook();
                hook.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
                assert_eq!(ann.ask_for_hook(&hook).await.invalid(), [field], "{path}");
                assert_eq!(ann.put_hook(&kept, &change).await.invalid(), [field], "{path}");
            }
        }
        for kind in ["string", "integer", "boolean"] {
            let variable = json!({ "name": "v", "type": kind, "path": "commits.*.id" });
            let refused = ann.ask_for_hook(&with_variables(json!([variable]))).await;
            assert_eq!(refused.invalid(), ["settings.variables.0.path"], "{kind}");
        }
        assert_eq!(ann.list("/applications/42/hooks").await, hooks);
    });
}
