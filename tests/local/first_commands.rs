//! The commands with which the README, the reference and the checks after a deployment begin, run as they stand there.

#![expect(clippy::expect_used, clippy::panic, reason = "a document that cannot be run fails a test, and says where")]

use std::collections::BTreeMap;

use harness::{Operation, Pipehook, User, deployment, shared};
use serde_json::{Value as Json, json};

use super::walkthrough::{bash, blocks, fill, output, read};

/// What the README has the reader wait for: the end of the action, as the terminal shows it.
const WAIT: &str = r#"
until curl -s "http://127.0.0.1:3000/actions/$ACTION" -H "Authorization: Bearer $TOKEN" | grep -q '"completed_at":"'; do
  sleep 0.2
done
"#;

#[test]
fn the_commands_of_the_readme_run_a_pipeline_and_show_what_it_says() {
    shared(async |stack| {
        let ann = stack.user().await;
        let pipeline = ann.create_pipeline(&deployment()).await;
        let step =
            json!({ "name": "show the variables", "command": "env | grep ^PIPEHOOK_ | sort", "runner": "custom" });
        pipeline.add_step(&step).await;
        let worker = stack.worker("the local stack", &ann.report_token().await).await;
        let readme = read("README.md");
        let commands = blocks(&readme, "sh");
        let [start, log_in, create, call, show] = &*commands else {
            panic!("not the commands of a walk: {commands:?}")
        };
        assert_eq!(start, "cargo run\n");

        let script = [log_in, create, call, WAIT, show].concat();
        let known = [("password", ann.password.clone()), ("pipeline_id", pipeline.id.to_string())];
        let answer = walk(stack, &ann, &script, &known);

        let [shown] = &*blocks(&readme, "json") else { panic!("a README without one answer") };
        let (shown, action) = (serde_json::from_str::<Json>(shown).unwrap(), answer["id"].to_string());
        for (name, value) in shown.as_object().unwrap() {
            match name.as_str() {
                "…" => {}
                "id" | "pipeline_id" => assert!(answer[name].is_number(), "{answer}"),
                _ => assert_eq!(&answer[name], value, "{name} of {answer}"),
            }
        }
        let [terminal] = &*blocks(&readme, "text") else { panic!("a README without what the terminal shows") };
        let theirs = [shown["id"].to_string(), shown["pipeline_id"].to_string()];
        let terminal = terminal.replace(&theirs[0], &action).replace(&theirs[1], &pipeline.id.to_string());
        let (call, lines) = without_times(&terminal);
        assert_eq!(call, "deploy main: queued (200). The pipeline job was queued.");
        assert!(without_times(&worker.printed()).1.ends_with(&lines), "{terminal}{}", worker.printed());
    });
}

/// What is shown of the call, and what the worker says of the action.
fn without_times(terminal: &str) -> (String, Vec<String>) {
    let (call, lines) = terminal.split_once('\n').expect("a line");
    let without_time = |line: &str| line.split_once(' ').expect("a time").1.trim_start().to_owned();
    (without_time(call), lines.lines().map(without_time).collect())
}

#[test]
fn the_checks_after_a_deployment_show_what_they_say() {
    shared(async |stack| {
        let ann = stack.user().await;
        let checks = read("docs/first-deployment-checks.md");
        let script = blocks(&checks, "bash").concat();
        let directory = tempfile::tempdir().unwrap();
        let mut bash = bash(&script);
        bash.current_dir(directory.path());
        bash.envs([("URL", &*stack.api_url()), ("EMAIL", &ann.email), ("PASSWORD", &ann.password)]);

        let shown = output(&script, &mut bash);

        let expected = blocks(&checks, "text").concat();
        assert_eq!(shown, expected, "{shown}");
        assert_eq!(ann.jobs().await.len(), 4, "two signed calls, one without a secret, and its retry");
        for Operation { method, path, .. } in harness::document().operations() {
            let route = format!("{} {path}\n", method.to_uppercase());
            assert!(expected.contains(&route), "{route} is not checked");
        }
    });
}

#[test]
fn the_commands_that_the_reference_begins_with_queue_a_job() {
    shared(async |stack| {
        let ann = stack.user().await;
        let document = stack.get("/openapi.json").send().await.json();
        let commands = blocks(document["info"]["description"].as_str().unwrap(), "sh");

        first_job(stack, &ann, &commands).await;
    });
}

/// Runs the three commands of a newcomer, a login, a hook and a call, as this user: they make one job.
async fn first_job(stack: &Pipehook, ann: &User<'_>, commands: &[String]) {
    assert_eq!(commands.len(), 3, "{commands:?}");
    let answer = walk(stack, ann, &commands.concat(), &[("password", ann.password.clone())]);

    assert_eq!(answer["message"], "The pipeline job was queued.", "{answer}");
    let [job] = <[_; 1]>::try_from(ann.jobs().await).unwrap();
    assert_eq!((&job.body["id"], &job.body["project_id"]), (&answer["request_id"], &json!(ann.project)));
}

/// Runs a script of the demo user's as this user, with what is known for its placeholders. It prints one answer.
fn walk(stack: &Pipehook, ann: &User<'_>, script: &str, known: &[(&str, String)]) -> Json {
    let script = script.replace("http://127.0.0.1:3000", &stack.api_url()).replace("demo@example.com", &ann.email);
    let known: BTreeMap<_, _> = known.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let script = fill(&script, &known);
    let answer = output(&script, &mut bash(&script));
    serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
}
