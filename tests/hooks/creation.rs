//! Creating hooks: what is refused leaves nothing behind.

use harness::{Answer, Call, User, github_hook, open_hook, shared};
use serde_json::{Value as Json, json};

/// Sends a call that must change nothing.
async fn attempt(user: &User<'_>, call: Call<'_>) -> Answer {
    let before = user.footprint().await;
    let answer = call.send().await;
    assert_eq!(user.footprint().await, before, "{answer:?}");
    answer
}

/// Asks for a hook with one field changed, and returns the fields at fault.
async fn fields_at_fault(user: &User<'_>, field: &str, value: Json) -> Vec<String> {
    let mut hook = github_hook();
    hook[field] = value;
    attempt(user, user.post("/hooks/incoming").json(&hook)).await.invalid()
}

#[test]
fn every_missing_field_is_named_at_once() {
    shared(async |stack| {
        let ann = stack.user().await;
        let create = || ann.post("/hooks/incoming");

        let of_nothing = attempt(&ann, create().json(&json!({}))).await.invalid();
        let of_nulls = attempt(&ann, create().json(&json!({ "name": null, "requires_secret": null }))).await.invalid();
        let of_signed = attempt(&ann, create().json(&json!({ "requires_secret": true }))).await.invalid();

        assert_eq!(of_nothing, ["action_type", "name", "requires_secret", "resource_id", "resource_type"]);
        assert_eq!(of_nulls, of_nothing);
        assert_eq!(
            of_signed,
            ["action_type", "name", "resource_id", "resource_type", "secret_algorithm", "secret_header_name"]
        );
    });
}

#[test]
fn a_misspelt_requires_secret_never_makes_an_open_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = github_hook();
        hook.as_object_mut().unwrap().remove("requires_secret");
        hook["require_secret"] = true.into();

        assert_eq!(
            attempt(&ann, ann.post("/hooks/incoming").json(&hook)).await.invalid(),
            ["require_secret", "requires_secret"]
        );
        for value in [json!("true"), json!(1), json!("")] {
            assert_eq!(fields_at_fault(&ann, "requires_secret", value).await, ["requires_secret"]);
        }
    });
}

#[test]
fn a_field_that_is_wrong_is_named() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (field, value) in [
            ("name", json!("")),
            ("name", json!("x".repeat(101))),
            ("name", json!("é".repeat(101))),
            ("name", json!("two\nlines")),
            ("name", json!(7)),
            ("action_type", json!("explode")),
            ("action_type", json!("Deploy")),
            ("resource_type", json!("applications")),
            ("resource_id", json!(0)),
            ("resource_id", json!(-1)),
            ("resource_id", json!(1.5)),
            ("resource_id", json!("42")),
            ("resource_id", json!(9_007_199_254_740_992_i64)),
            ("pipeline_id", json!(0)),
            ("pipeline_id", json!("7")),
            ("active", json!("yes")),
            ("secret_algorithm", json!("md5")),
            ("secret_algorithm", json!("SHA256")),
            ("secret_algorithm", json!("sha1")),
            ("secret_header_name", json!("x hub")),
            ("secret_header_name", json!("x-hub:")),
            ("secret_header_name", json!("")),
            ("secret_header_name", json!("é")),
            ("secret_header_name", json!("Authorization")),
            ("secret_header_name", json!("cookie")),
            ("secret_header_name", json!("X-Forwarded-For")),
            ("secret_header_name", json!("x-amz-signature")),
            ("secret_header_name", json!("x".repeat(65))),
            ("secret", json!("x".repeat(15))),
            ("secret", json!("x".repeat(513))),
            ("secret", json!(["x"])),
        ] {
            assert_eq!(fields_at_fault(&ann, field, value.clone()).await, [field], "{value}");
        }
    });
}

#[test]
fn a_variable_that_is_wrong_is_named_by_its_place() {
    shared(async |stack| {
        let ann = stack.user().await;
        let many = (0..51).map(|number| json!({ "name": format!("v{number}"), "type": "string" })).collect();
        for (variables, fields) in [
            (json!([{}]), vec!["settings.variables.0.name", "settings.variables.0.type"]),
            (json!([{ "name": "a", "type": "float" }]), vec!["settings.variables.0.type"]),
            (
                json!([{ "name": "a", "type": "string" }, { "name": "b", "type": "integer", "default_value": "1" }]),
                vec!["settings.variables.1.default_value"],
            ),
            (json!([{ "name": "a", "type": "boolean", "required": "no" }]), vec!["settings.variables.0.required"]),
            (json!([{ "name": "a", "type": "string" }, { "name": "a", "type": "array" }]), vec!["settings.variables"]),
            (json!(["branch"]), vec!["settings.variables.0"]),
            (json!({ "name": "branch" }), vec!["settings.variables"]),
            (many, vec!["settings.variables"]),
        ] {
            let found = fields_at_fault(&ann, "settings", json!({ "variables": variables })).await;
            assert_eq!(found.iter().filter(|name| fields.contains(&name.as_str())).count(), fields.len(), "{found:?}");
        }
    });
}

#[test]
fn a_condition_that_is_wrong_is_named_by_its_place() {
    shared(async |stack| {
        let ann = stack.user().await;
        let condition =
            |kind: &str, path: &str, accepted: Json| json!({ "type": kind, "path": path, "accepted_values": accepted });
        for (condition, field) in [
            (condition("request_url", "ref", json!(["x"])), "trigger_when.conditions.0.type"),
            (condition("request_body", "", json!(["x"])), "trigger_when.conditions.0.path"),
            (condition("request_header", "x y", json!(["x"])), "trigger_when.conditions.0.path"),
            (condition("request_body", "ref", json!([])), "trigger_when.conditions.0.accepted_values"),
            (condition("request_body", "ref", json!([null])), "trigger_when.conditions.0.accepted_values"),
            (condition("request_body", "ref", json!("x")), "trigger_when.conditions.0.accepted_values"),
        ] {
            let found = fields_at_fault(&ann, "trigger_when", json!({ "conditions": [condition.clone()] })).await;
            assert_eq!(found, [field], "{condition}");
        }
    });
}

#[test]
fn every_wrong_field_is_named_at_once_whatever_it_is_part_of() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = json!({
            "name": "", "requires_secret": true, "secret_algorithm": "md5", "secret_header_name": "a b",
            "action_type": "x", "resource_type": "x", "resource_id": "x", "active": "x", "pipeline_id": "x",
            "settings": { "variables": [{ "name": "a", "type": "x" }] },
            "trigger_when": { "conditions": [{ "type": "x", "path": "a", "accepted_values": ["a"] }] },
        });

        let found = attempt(&ann, ann.post("/hooks/incoming").json(&hook)).await.invalid();

        assert_eq!(
            found,
            [
                "action_type",
                "active",
                "name",
                "pipeline_id",
                "resource_id",
                "resource_type",
                "secret_algorithm",
                "secret_header_name",
                "settings.variables.0.type",
                "trigger_when.conditions.0.type",
            ]
        );
    });
}

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let create = || ann.post("/hooks/incoming").header("content-type", "application/json");
        for body in [&b"{\"name\": "[..], b"[]", b"\"x\"", b"{} {}", b"{\"name\": \"\xff\"}", b"{'name': 'x'}"] {
            attempt(&ann, create().body(body)).await.refused(400);
        }
    });
}

#[test]
fn a_body_of_another_type_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonp"] {
            let call = ann.post("/hooks/incoming").json(&github_hook()).with("content-type", kind);
            attempt(&ann, call).await.refused(415);
        }
    });
}

#[test]
fn a_body_over_64_kib_is_refused_and_one_of_64_kib_is_not() {
    shared(async |stack| {
        let ann = stack.user().await;
        let padded = |bytes: usize| {
            let body = github_hook().to_string();
            format!("{body}{}", " ".repeat(bytes - body.len()))
        };
        let create = || ann.post("/hooks/incoming").header("content-type", "application/json");

        attempt(&ann, create().body(padded(64 * 1024 + 1))).await.refused(413);
        create().body(padded(64 * 1024)).send().await.is(201);
    });
}

#[test]
fn the_pipeline_comes_from_the_path_or_the_body_which_must_not_contradict_each_other() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = open_hook();
        let create = |path: &str, hook: &Json| ann.post(path).json(hook);
        let path = "/pipelines/7/hooks/incoming";

        assert_eq!(create(path, &hook).send().await.is(201)["pipeline_id"], 7);
        hook["pipeline_id"] = 8.into();
        assert_eq!(create("/hooks/incoming", &hook).send().await.is(201)["pipeline_id"], 8);
        assert_eq!(attempt(&ann, create(path, &hook)).await.invalid(), ["pipeline_id"]);
        for path in ["/pipelines/x/hooks/incoming", "/pipelines/0/hooks/incoming", "/pipelines/07/hooks/incoming"] {
            attempt(&ann, create(path, &hook)).await.refused(404);
        }
    });
}

/// What the published clients can say of a pipeline's hook.
fn pipeline_hook() -> Json {
    json!({ "name": "deploy the shop", "requires_secret": false })
}

#[test]
fn a_hook_of_a_pipeline_deploys_and_its_resource_is_the_pipelines_deployment_unless_it_says_so() {
    shared(async |stack| {
        let ann = stack.user().await;
        let create = async |hook: &Json| ann.post("/pipelines/7/hooks/incoming").json(hook).send().await.is(201);
        let target =
            |hook: &Json| json!([hook["action_type"], hook["resource_type"], hook["resource_id"], hook["pipeline_id"]]);

        let silent = create(&pipeline_hook()).await;
        let mut hook = pipeline_hook();
        hook["action_type"] = "restart".into();
        let restarts = create(&hook).await;
        hook["resource_type"] = "server".into();
        hook["resource_id"] = 42.into();
        let of_a_server = create(&hook).await;

        assert_eq!(target(&silent), json!(["deploy", "deployment", 7, 7]));
        assert_eq!(target(&restarts), json!(["restart", "deployment", 7, 7]));
        assert_eq!(target(&of_a_server), json!(["restart", "server", 42, 7]));
        let path = silent["url"].as_str().unwrap().strip_prefix(&stack.api_url()).unwrap().to_owned();
        stack.post(&path).send().await.accepted();
        let job = ann.jobs().await.pop().unwrap();
        assert_eq!(job.body["resource"], json!({ "type": "deployment", "id": 7 }));
        assert_eq!(job.group, format!("{}.deployment.7", ann.project), "jobs of one pipeline run in order");
    });
}

#[test]
fn half_a_resource_is_refused_with_the_missing_half() {
    shared(async |stack| {
        let ann = stack.user().await;
        let create = |hook: &Json| ann.post("/pipelines/7/hooks/incoming").json(hook);
        for (given, value, missing) in
            [("resource_type", json!("server"), "resource_id"), ("resource_id", json!(42), "resource_type")]
        {
            let mut hook = pipeline_hook();
            hook[given] = value;
            assert_eq!(attempt(&ann, create(&hook)).await.invalid(), [missing]);
            hook[missing] = Json::Null;
            assert_eq!(attempt(&ann, create(&hook)).await.invalid(), [missing]);
        }
        for (field, value) in [("action_type", json!("x")), ("resource_type", json!("x")), ("resource_id", json!("7"))]
        {
            let mut hook = pipeline_hook();
            hook["resource_type"] = "server".into();
            hook["resource_id"] = 42.into();
            hook[field] = value;
            assert_eq!(attempt(&ann, create(&hook)).await.invalid(), [field]);
        }
        assert_eq!(attempt(&ann, create(&json!({ "name": "x" }))).await.invalid(), ["requires_secret"]);
    });
}

#[test]
fn what_is_at_the_limit_is_taken() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (field, value) in [
            ("name", json!("é".repeat(100))),
            ("resource_id", json!(9_007_199_254_740_991_i64)),
            ("secret", json!("é".repeat(16))),
            ("secret", json!("x".repeat(512))),
            ("secret_header_name", json!("x".repeat(64))),
        ] {
            let mut hook = github_hook();
            hook[field] = value.clone();
            assert_eq!(ann.create_hook(&hook).await.json[field], value);
        }
    });
}

#[test]
fn a_hook_without_a_secret_has_none_and_takes_unsigned_calls() {
    shared(async |stack| {
        let ann = stack.user().await;

        let hook = ann.create_hook(&open_hook()).await;

        let signing = ["secret", "secret_algorithm", "secret_header_name"].map(|name| &hook.json[name]);
        assert_eq!(signing, [&json!(""), &Json::Null, &Json::Null]);
        hook.unsigned("{}").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn only_incoming_hooks_can_be_created() {
    shared(async |stack| {
        let ann = stack.user().await;
        let answer = attempt(&ann, ann.post("/hooks/outgoing").json(&github_hook())).await;
        assert_eq!(answer.status, 404);
    });
}
