//! The program itself: its help, its token, its exit statuses.

use std::fs;

use crate::{
    api::{Api, TOKEN},
    worker::{Worker, pipehook, printed},
};

#[tokio::test]
async fn the_help_has_examples_and_exit_statuses_and_hides_what_the_worker_starts_itself() {
    let help = printed(&pipehook().args(["worker", "--help"]).output().await.unwrap());
    for text in ["pipehook worker -- ./deploy.sh", "Exit status:", "--drain-timeout", "PIPEHOOK_TOKEN_FILE"] {
        assert!(help.contains(text), "{text}: {help}");
    }

    let commands = printed(&pipehook().arg("--help").output().await.unwrap());

    assert!(
        commands.contains("worker") && !commands.contains("supervise") && !commands.contains("step "),
        "{commands}"
    );
}

#[tokio::test]
async fn without_a_token_or_with_two_nothing_starts() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    fs::write(&file, "from-the-file\n").unwrap();
    for (token, file, reason) in [
        (None, None, "there is no token: set PIPEHOOK_TOKEN, or name a file"),
        (Some("in-the-environment"), Some(&file), "there are two tokens"),
        (Some("two words"), None, "PIPEHOOK_TOKEN does not hold a token"),
        (None, Some(&directory.path().join("missing")), "cannot read the token from"),
    ] {
        let mut command = pipehook();
        command.arg("worker").env("PIPEHOOK_URL", "http://127.0.0.1:1");
        command.envs(token.map(|token| ("PIPEHOOK_TOKEN", token)));
        command.envs(file.map(|file| ("PIPEHOOK_TOKEN_FILE", file)));

        let output = command.output().await.unwrap();

        assert_eq!(output.status.code(), Some(2));
        let printed = printed(&output);
        assert!(printed.contains(reason) && !printed.contains("in-the-environment"), "{printed}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_ends_the_worker_and_is_not_shown() {
    let api = Api::start().await;
    api.set_token("another");

    let (status, printed) = Worker::start(&api, &[]).end().await;

    assert_eq!(status, Some(3));
    assert!(printed.contains("does not accept the token (401): The token is not valid."), "{printed}");
    assert!(!printed.contains(TOKEN));
}

#[tokio::test]
async fn a_token_that_was_replaced_in_its_file_is_taken_from_there() {
    let api = Api::start().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    fs::write(&file, TOKEN).unwrap();
    let mut command = pipehook();
    command.env("PIPEHOOK_URL", api.url()).env("PIPEHOOK_TOKEN_FILE", &file);
    let worker = Worker::spawn(command, &[]);
    let first = api.put_command("sleep 1");
    api.until(|api| !api.reports(first).is_empty()).await;

    fs::write(&file, "the-new-token\n").unwrap();
    api.set_token("the-new-token");

    assert_eq!(api.ended(first).await.status, "completed");
    let second = api.put_command("true");
    assert_eq!(api.ended(second).await.status, "completed");
    assert_eq!(worker.stop().await.0, Some(0));
}

#[tokio::test]
async fn an_api_that_is_unavailable_is_asked_again() {
    let api = Api::start().await;
    api.set_unavailable(true);
    let action = api.put_command("true");
    let worker = Worker::start(&api, &[]);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;

    api.set_unavailable(false);

    assert_eq!(api.ended(action).await.status, "completed");
    let (_, printed) = worker.stop().await;
    assert!(printed.contains("cannot ask for actions: it answers 503: Try again later."), "{printed}");
}
