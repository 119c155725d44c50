//! What `--json` prints is as docs/cli.schema.json says.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{Computer, User, deployment, document, shared, shell};
use serde_json::{Value as Json, json};
use tokio::time::sleep;

use super::hook;

/// The schemas by the commands, with the objects of the API where the document of the API has them.
fn schemas() -> Json {
    let text = include_str!("../../../docs/cli.schema.json").replace("openapi.yaml#/", "#/");
    serde_json::from_str::<Json>(&text).unwrap()["$defs"].take()
}

/// Commands and what they have printed, held against their schemas.
#[derive(Default)]
struct Judge(BTreeSet<String>);

impl Judge {
    fn judge(&mut self, name: &str, value: &Json) {
        let schemas = schemas();
        let same = schemas[name]["$ref"].as_str().and_then(|same| same.strip_prefix("#/$defs/"));
        let schema = &schemas[same.unwrap_or(name).replace("%20", " ")];
        assert!(schema.is_object(), "{name} has no schema");
        let faults = document().faults(schema, value);
        assert!(faults.is_empty(), "{name}: {faults:?}: {value}");
        self.0.insert(name.to_owned());
    }

    async fn run(&mut self, computer: &Computer, name: &str, arguments: &[&str]) -> Json {
        let value = computer.json(arguments).await;
        self.judge(name, &value);
        value
    }
}

#[test]
fn every_command_prints_what_its_schema_says() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let computer = stack.computer(&ann.access_token).with("PIPEHOOK_SECRET", &hook.secret);
        let mut judge = Judge::default();
        requests(&mut judge, &computer).await;
        listening(&mut judge, &computer).await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        pipeline.add_step(&shell("echo one; sleep 1")).await;
        actions(&mut judge, &computer, &pipeline.start(&json!({})).await.to_string()).await;
        let pipeline = pipelines(&mut judge, &computer).await;
        hooks(&mut judge, &computer, &pipeline).await;
        judge.run(&computer, "pipelines delete", &["pipelines", "delete", &pipeline, "--yes"]).await;
        let error = computer.run(&["hooks", "show", "missing", "--json"]).await;
        judge.judge("error", &serde_json::from_str(&error.err).unwrap());
        logins(&mut judge, &stack.api_url(), &ann).await;

        let all: BTreeSet<_> = schemas().as_object().unwrap().keys().cloned().collect();
        assert_eq!(judge.0, all);
    });
}

async fn requests(judge: &mut Judge, computer: &Computer) {
    let sent = judge.run(computer, "send", &["send", "shop"]).await;
    let id = sent["request"]["id"].as_str().unwrap();
    judge.run(computer, "requests list", &["requests", "list"]).await;
    judge.run(computer, "requests show", &["requests", "show", id]).await;
    judge.run(computer, "requests retry REQUEST", &["requests", "retry", id]).await;
    judge.run(computer, "requests retry", &["requests", "retry", "--from", "1h", "--yes"]).await;
    let none = ["requests", "retry", "--from", "1h", "--event", "none", "--yes"];
    judge.run(computer, "requests retry", &none).await;
}

async fn listening(judge: &mut Judge, computer: &Computer) {
    let follow = computer.start(&["requests", "list", "--follow", "--json"]).await;
    let listen = computer.start(&["listen", "shop", "--json"]).await;
    sleep(Duration::from_secs(2)).await;
    computer.json(&["send", "shop"]).await;
    sleep(Duration::from_secs(5)).await;
    for (name, running) in [("requests list --follow", follow), ("listen", listen)] {
        running.interrupt();
        let ran = running.end().await;
        assert_ne!(ran.out, "", "{name}: {ran:?}");
        for line in ran.out.lines() {
            judge.judge(name, &serde_json::from_str(line).unwrap());
        }
        judge.judge("error", &serde_json::from_str(&ran.err).unwrap());
    }
}

async fn actions(judge: &mut Judge, computer: &Computer, action: &str) {
    judge.run(computer, "actions list", &["actions", "list"]).await;
    judge.run(computer, "actions show", &["actions", "show", action]).await;
    judge.run(computer, "actions logs", &["actions", "logs", action]).await;
    judge.run(computer, "actions cancel", &["actions", "cancel", action]).await;
    let retried = judge.run(computer, "actions retry", &["actions", "retry", action]).await;
    let watching = computer.start(&["actions", "watch", &retried["id"].to_string(), "--json"]).await;
    sleep(Duration::from_secs(2)).await;
    computer.json(&["actions", "cancel", &retried["id"].to_string()]).await;
    let watched = watching.end().await;
    for line in watched.out.lines() {
        judge.judge("actions watch", &serde_json::from_str(line).unwrap());
    }
    assert!(watched.status == 11 && watched.out.lines().count() >= 2, "{watched:?}");
}

/// The pipeline that it leaves.
async fn pipelines(judge: &mut Judge, computer: &Computer) -> String {
    let create = ["pipelines", "create", "application/42", "--name", "deploy it", "--operation", "deploy"];
    let created =
        judge.run(computer, "pipelines create", &[&create[..], &["--step", "echo number one"]].concat()).await;
    let id = created["id"].to_string();
    judge
        .run(computer, "pipelines add-step", &["pipelines", "add-step", &id, "echo number two", "--name", "the second"])
        .await;
    judge.run(computer, "pipelines show", &["pipelines", "show", &id]).await;
    judge.run(computer, "pipelines list", &["pipelines", "list", "application/42"]).await;
    judge.run(computer, "pipelines run", &["pipelines", "run", &id, "--variable", "replicas:=2"]).await;
    id
}

async fn hooks(judge: &mut Judge, computer: &Computer, pipeline: &str) {
    judge.run(computer, "hooks list", &["hooks", "list"]).await;
    judge.run(computer, "hooks show", &["hooks", "show", "shop"]).await;
    let create = ["hooks", "create", "--provider", "github", "--pipeline", pipeline, "--name"];
    judge.run(computer, "hooks create", &[&create[..], &["new"]].concat()).await;
    judge.run(computer, "hooks create", &[&create[..], &["newer", "--secret-to", "secret"]].concat()).await;
    judge.run(computer, "hooks update", &["hooks", "update", "new", "--active", "true"]).await;
    judge.run(computer, "hooks rotate", &["hooks", "rotate", "new"]).await;
    judge.run(computer, "hooks rotate", &["hooks", "rotate", "newer", "--secret-to", "newer-secret"]).await;
    judge.run(computer, "hooks test", &["hooks", "test", "new", "--sample"]).await;
    judge.run(computer, "hooks test", &["hooks", "test", "new", "--sample", "--send"]).await;
    judge.run(computer, "hooks delete", &["hooks", "delete", "newer", "--yes"]).await;
}

async fn logins(judge: &mut Judge, url: &str, ann: &User<'_>) {
    let computer = Computer::new().with("PIPEHOOK_URL", url);
    let password = ["--password-file", &computer.file("password", &ann.password)];
    let login = ["login", url, "--name", "here", "--email", &ann.email];
    judge.run(&computer, "login", &[&login[..], &password].concat()).await;
    judge.run(&computer, "whoami", &["whoami"]).await;
    judge.run(&computer, "doctor", &["doctor"]).await;
    judge.run(&computer, "deployments list", &["deployments", "list"]).await;
    judge.run(&computer, "deployments use", &["deployments", "use", "here"]).await;
    tokens(judge, &computer, "", &password).await;
    tokens(judge, &computer, " --project", &[&password[..], &["--project"]].concat()).await;
    judge.run(&computer, "logout", &["logout"]).await;
    judge.run(&computer, "deployments list", &["deployments", "list"]).await;
    let without = computer.run(&["doctor", "--json"]).await;
    judge.judge("doctor", &serde_json::from_str(&without.out).unwrap());
}

/// Those of the user, or of the project. The schemas of both have names of their own.
async fn tokens(judge: &mut Judge, computer: &Computer, of: &str, more: &[&str]) {
    let with = |arguments: &[&'static str]| [arguments, more].concat();
    let made = judge.run(computer, &format!("tokens create{of}"), &with(&["tokens", "create", "the worker"])).await;
    let id = made["id"].as_str().unwrap();
    let project: &[&str] = if of.is_empty() { &[] } else { &["--project"] };
    judge.run(computer, &format!("tokens list{of}"), &[&["tokens", "list"], project].concat()).await;
    judge.run(computer, &format!("tokens show{of}"), &[&["tokens", "show", id], project].concat()).await;
    let file = format!("token{}", of.trim());
    let rotate = [&["tokens", "rotate", id, "--to", &file], more].concat();
    judge.run(computer, &format!("tokens rotate{of}"), &rotate).await;
    judge.run(computer, "tokens revoke", &[&["tokens", "revoke", id], more].concat()).await;
}
