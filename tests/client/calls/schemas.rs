//! What `--json` prints is as docs/cli.schema.json says.

use std::collections::BTreeSet;
use std::time::Duration;

use harness::{Computer, deployment, document, shared, shell};
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
        assert!(schemas[name].is_object(), "{name} has no schema");
        let faults = document().faults(&schemas[name], value);
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
        let id = pipeline.id.to_string();
        actions(&mut judge, &computer, &pipeline.start(&json!({})).await.to_string()).await;
        judge.run(&computer, "pipelines show", &["pipelines", "show", &id]).await;
        judge.run(&computer, "pipelines list", &["pipelines", "list", "application/42"]).await;
        judge.run(&computer, "hooks list", &["hooks", "list"]).await;
        judge.run(&computer, "hooks show", &["hooks", "show", "shop"]).await;
        let create = ["hooks", "create", "--provider", "github", "--name", "new", "--pipeline", &id];
        judge.run(&computer, "hooks create", &create).await;
        let error = computer.run(&["hooks", "show", "missing", "--json"]).await;
        judge.judge("error", &serde_json::from_str(&error.err).unwrap());
        judge.run(&computer, "whoami", &["whoami"]).await;

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
