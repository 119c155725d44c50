//! What an operator sets, and an author cannot change.

use serde_json::json;

use crate::{
    api::Api,
    worker::{Worker, pipehook, printed},
};

#[tokio::test]
async fn a_program_that_is_not_allowed_keeps_the_whole_action_from_beginning() {
    let api = Api::start().await;
    let action = api.put(&[json!("echo one"), json!("sh -c 'touch /tmp/pwned'")], &json!({}));
    let shell = api.put(&[json!("echo one; echo two")], &json!({}));
    let _worker = Worker::start(&api, &["--allow", "echo", "--allow", "/opt/deploy"]);

    let ended = api.ended(action).await;

    assert_eq!(ended.reason, "step 2: this worker does not allow the program `sh`");
    assert_eq!(ended.output(1), "", "nothing has started");
    assert_eq!(ended.steps.values().collect::<Vec<_>>(), ["skipped", "skipped"]);
    assert_eq!(api.ended(shell).await.output(1), "one; echo two\n", "no shell reads an allowed command");
}

#[tokio::test]
async fn a_command_that_is_refused_cannot_spoil_the_report_of_it() {
    let api = Api::start().await;
    let long = format!("'{}'", "\n\u{1b}[2J x".repeat(100));
    let action = api.put(&[json!(long)], &json!({}));
    let _worker = Worker::start(&api, &["--allow", "echo"]);

    let ended = api.ended(action).await;

    assert!(ended.reason.starts_with("step 1: this worker does not allow the program `  [2J x"), "{ended:?}");
    assert_eq!(ended.reason.chars().count(), 255);
}

#[tokio::test]
async fn a_step_for_another_user_is_refused() {
    let api = Api::start().await;
    let step = json!({"name": "As admin", "command": "id", "run_as_user": "no-such-user"});
    let action = api.put(&[json!("echo one"), step], &json!({}));
    let _worker = Worker::start(&api, &[]);

    let ended = api.ended(action).await;

    assert!(ended.reason.starts_with("step 2 (As admin) is to run as `no-such-user`, but this worker"), "{ended:?}");
    assert_eq!((&*ended.status, ended.output(1)), ("failed", String::new()));
}

#[tokio::test]
async fn an_action_may_take_no_longer_than_the_operator_allows() {
    let api = Api::start().await;
    let steps = [json!("sleep 1.2"), json!("trap 'echo asked; exit 0' TERM; sleep 60 & wait"), json!("echo never")];
    let action = api.put(&steps, &json!({}));
    let _worker = Worker::start(&api, &["--timeout", "2s"]);

    let ended = api.ended(action).await;

    assert_eq!(ended.reason, "step 2 was killed: the worker allows an action 2 s");
    assert_eq!(ended.steps.values().collect::<Vec<_>>(), ["completed", "failed", "skipped"]);
    assert_eq!(ended.output(2), "asked\n", "it is asked first");
}

#[tokio::test]
async fn what_an_operator_gets_wrong_is_said_at_the_start() {
    for (arguments, reason) in [
        (vec!["--run-as", "no-such-user"], "--run-as no-such-user: this machine does not know the user"),
        (vec!["--directory", "/nowhere"], "--directory /nowhere: is not a directory"),
        (vec!["--pass-env", "PIPEHOOK_TOKEN"], "--pass-env PIPEHOOK_TOKEN: what begins with PIPEHOOK_ belongs"),
        (vec!["--", "./missing.sh"], "missing.sh: is not a program"),
        (vec!["--url", "http://hooks.example.com"], "http:// is for this machine only"),
        (vec!["--timeout", "soon"], "such as 90s, 15m or 2h"),
    ] {
        let mut command = pipehook();
        command.arg("worker").args(&arguments).env("PIPEHOOK_TOKEN", "t");
        if arguments[0] != "--url" {
            command.env("PIPEHOOK_URL", "http://127.0.0.1:1");
        }

        let output = command.output().await.unwrap();

        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(printed(&output).contains(reason), "{arguments:?}: {}", printed(&output));
    }
}
