//! The commands with which the README, the reference and the checks after a deployment begin, run as they stand there.

#![expect(clippy::expect_used, clippy::panic, reason = "a document that cannot be run fails a test, and says where")]

use std::collections::BTreeMap;

use harness::{Operation, Pipehook, User, shared};
use serde_json::{Value as Json, json};

use super::walkthrough::{bash, blocks, fill, output, read};

#[test]
fn the_commands_of_the_readme_make_the_job_that_it_shows() {
    shared(async |stack| {
        let ann = stack.user().await;
        let readme = read("README.md");
        let commands = blocks(&readme, "sh");
        let [start, commands @ ..] = &*commands else { panic!("a README without commands") };
        assert_eq!(start, "cargo run\n");

        let job = first_job(stack, &ann, commands).await;

        let [shown] = &*blocks(&readme, "json") else { panic!("a README without one job") };
        assert_eq!(without_ids(job), without_ids(serde_json::from_str(shown).unwrap()));
    });
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

/// Runs the three commands of a newcomer, a login, a hook and a call, as this user. Returns the one job that they make.
async fn first_job(stack: &Pipehook, ann: &User<'_>, commands: &[String]) -> Json {
    assert_eq!(commands.len(), 3, "{commands:?}");
    let script = commands.concat().replace("http://127.0.0.1:3000", &stack.api_url());
    let script = script.replace("demo@example.com", &ann.email);

    let script = fill(&script, &BTreeMap::from([("password".to_owned(), ann.password.clone())]));
    let answer = output(&script, &mut bash(&script));

    let answer: Json = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    assert_eq!(answer["message"], "The pipeline job was queued.", "{answer}");
    let [job] = <[_; 1]>::try_from(ann.jobs().await).unwrap();
    assert_eq!((&job.body["id"], &job.body["project_id"]), (&answer["request_id"], &json!(ann.project)));
    job.body
}

/// A job without the values that differ from one call, or one user, to the next.
fn without_ids(mut job: Json) -> Json {
    for pointer in [
        "/id",
        "/created_at",
        "/project_id",
        "/environment_id",
        "/triggered_from/hook_id",
        "/triggered_from/request_id",
    ] {
        assert!(!job.pointer_mut(pointer).expect("a member of the job").take().is_null(), "{pointer}");
    }
    job
}
