//! What the commands ask, show and say when something is wrong.

use std::{process::Stdio, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value as Json, json};
use tokio::{process::Child, time::sleep};

use crate::deployment::{Deployment, HOOK, Home, Ran, Reply, Seen, hook};

pub(crate) async fn logged_in(answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Home, Deployment) {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    home.log_in(&deployment, "devopness_pat_mine", None);
    (home, deployment)
}

pub(crate) const CREATE: [&str; 9] =
    ["hooks", "create", "--provider", "github", "--name", "deploy the shop", "--pipeline", "7", "--no-input"];

/// A deployment that creates hooks, after a while.
pub(crate) fn creates(delay: Duration) -> impl Fn(&Seen) -> Reply + Send + Sync {
    move |seen| match &*seen.route {
        "GET /providers/github" => Reply::ok(json!({
            "name": "github", "title": "GitHub", "proof": "verified", "guide": null, "samples": [],
            "needs": [{"field": "secret", "description": "Secret", "required": false, "secret": true}],
            "steps": [{"text": "Create a hook with `\"provider\": \"github\"`.", "field": null, "name": null},
                {"text": "Enter the hook's `url`.", "field": "url", "name": "Payload URL"},
                {"text": "Enter its `secret`.", "field": "secret", "name": "Secret"}],
        })),
        "POST /pipelines/7/hooks/incoming" => Reply::new(201, hook("the-secret-of-the-hook")).after(delay),
        _ => Reply::ok(hook("********")),
    }
}

#[tokio::test]
async fn an_api_that_cannot_be_reached_is_said_with_the_next_command() {
    let home = Home::new();
    let mut command = home.command(&["hooks", "list", "--json"]);
    command.env("PIPEHOOK_URL", "http://127.0.0.1:1").env("PIPEHOOK_TOKEN", "devopness_pat_mine");

    let ran = Ran::of(command).await;

    assert_eq!((ran.status, &*ran.out), (Some(6), ""));
    let error: Json = serde_json::from_str(&ran.error).unwrap();
    assert!(
        error["error"]["message"].as_str().unwrap().starts_with("http://127.0.0.1:1 cannot be reached: "),
        "{error}"
    );
    assert!(error["error"]["hint"].as_str().unwrap().ends_with("pipehook doctor"), "{error}");
    assert_eq!(error["error"]["status"], Json::Null);
}

#[tokio::test]
async fn wrong_arguments_are_told_to_programs_as_json() {
    let home = Home::new();
    for (arguments, said) in [
        (&["hooks", "list", "--bogus", "--json"][..], "unexpected argument '--bogus' found"),
        (&["requests", "list", "--from", "yesterday", "--json"], "invalid value 'yesterday' for '--from <TIME>'"),
        (&["hooks", "--json"], "'pipehook hooks' requires a subcommand"),
    ] {
        let ran = home.run(arguments).await;

        assert_eq!((ran.status, &*ran.out), (Some(2), ""), "{ran:?}");
        let error: Json = serde_json::from_str(&ran.error).unwrap_or_else(|_| panic!("{ran:?}"));
        assert!(error["error"]["message"].as_str().unwrap().starts_with(said), "{error}");
        assert!(error["error"]["hint"].as_str().unwrap().contains("--help"), "{error}");
        let arguments: Vec<_> = arguments.iter().copied().filter(|argument| *argument != "--json").collect();
        let ran = home.run(&arguments).await;
        assert!(ran.status == Some(2) && !ran.error.starts_with('{'), "{ran:?}");
    }
}

#[tokio::test]
async fn an_expired_token_is_said_and_kept() {
    let (home, _deployment) = logged_in(|_| Reply::error(401, "The token has expired.")).await;
    let before = home.kept();

    let ran = home.run(&["hooks", "list"]).await;

    assert_eq!((ran.status, home.kept()), (Some(3), before));
    assert!(ran.error.starts_with("error: The token has expired.\n"), "{ran:?}");
    assert!(ran.error.contains("Log in again: pipehook login") && !ran.error.contains("devopness_pat_mine"), "{ran:?}");
}

#[tokio::test]
async fn a_new_hook_shows_its_secret_once_and_the_steps_that_are_left() {
    let (home, deployment) = logged_in(creates(Duration::ZERO)).await;

    let ran = home.run(&CREATE).await;

    assert_eq!(ran.status, Some(0), "{ran:?}");
    for text in
        ["The secret is shown this once.", "Connect GitHub:", "1. Enter the hook's url.", "Payload URL: https://"]
    {
        assert!(ran.out.contains(text), "{text}: {}", ran.out);
    }
    assert!(!ran.out.contains("Create a hook") && !ran.out.contains('\u{1b}'), "{}", ran.out);
    let created = deployment.seen().pop().unwrap();
    assert_eq!(created.body, json!({"name": "deploy the shop", "provider": "github"}));
    assert_eq!(home.run(&[&CREATE[..], &["--json"]].concat()).await.json(), hook("the-secret-of-the-hook"));
}

#[tokio::test]
async fn a_secret_goes_into_a_new_file_and_then_it_is_not_shown() {
    let (home, deployment) = logged_in(creates(Duration::ZERO)).await;
    let (given, file) = (home.0.path().join("given"), home.0.path().join("secret"));
    std::fs::write(&given, "a secret of sixteen\n").unwrap();
    let files = ["--secret-file", given.to_str().unwrap(), "--secret-to", file.to_str().unwrap()];

    let ran = home.run(&[&CREATE[..], &files, &["--json"]].concat()).await;

    assert_eq!(ran.json()["secret"], "********", "{ran:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "the-secret-of-the-hook\n");
    assert_eq!(deployment.seen().pop().unwrap().body["secret"], "a secret of sixteen");
    let asked = deployment.seen().len();
    let ran = home.run(&[&CREATE[..], &files].concat()).await;
    assert_eq!(ran.status, Some(2), "{ran:?}");
    let created = deployment.routes()[asked..].iter().any(|route| route.starts_with("POST"));
    assert!(!created, "a hook without a place for its secret");
}

fn interrupt(child: &Child) {
    kill(Pid::from_raw(child.id().unwrap().cast_signed()), Signal::SIGINT).unwrap();
}

#[tokio::test]
async fn ctrl_c_waits_for_the_secret_of_a_hook_that_is_being_created() {
    let (home, deployment) = logged_in(creates(Duration::from_secs(1))).await;
    let child = home.command(&CREATE).stdout(Stdio::piped()).spawn().unwrap();
    deployment.until_asked("POST /pipelines/7/hooks/incoming").await;

    interrupt(&child);

    let ran = Ran::from(child.wait_with_output().await.unwrap());
    assert!(ran.error.contains("Waits for the answer"), "{ran:?}");
    assert!(ran.out.contains("the-secret-of-the-hook"), "{ran:?}");
}

#[tokio::test]
async fn a_second_ctrl_c_gives_up_and_says_what_is_not_known() {
    let (home, deployment) = logged_in(creates(Duration::from_mins(1))).await;
    let child = home.command(&CREATE).spawn().unwrap();
    deployment.until_asked("POST /pipelines/7/hooks/incoming").await;

    interrupt(&child);
    sleep(Duration::from_millis(300)).await;
    interrupt(&child);

    let ran = Ran::from(child.wait_with_output().await.unwrap());
    assert_eq!(ran.status, Some(130));
    assert!(ran.error.contains("the change may have been made"), "{ran:?}");
}

#[tokio::test]
async fn ctrl_c_ends_what_only_reads_at_once() {
    let (home, deployment) = logged_in(|_| Reply::ok(json!([])).after(Duration::from_mins(1))).await;
    let child = home.command(&["hooks", "list"]).spawn().unwrap();
    deployment.until_asked("GET /hooks/incoming?per_page=50").await;

    interrupt(&child);

    let ran = Ran::from(child.wait_with_output().await.unwrap());
    assert_eq!((ran.status, &*ran.error), (Some(130), "error: Stopped.\n"));
}

/// A deployment with two pages of hooks, whose link leads elsewhere.
fn pages(seen: &Seen) -> Reply {
    if seen.route.contains("before=") {
        return Reply::ok(json!([hook("")]));
    }
    let next = "<https://evil.example.com/steal?per_page=50&before=x>; rel=\"next\"";
    Reply::ok(json!([hook("")])).with("link", next)
}

#[tokio::test]
async fn a_list_follows_its_pages_at_its_own_address() {
    let (home, deployment) = logged_in(pages).await;

    let ran = home.run(&["hooks", "list", "--name", "shop", "--json"]).await;

    assert_eq!(ran.json(), json!([hook(""), hook("")]));
    let expected =
        ["GET /hooks/incoming?filter%5Bname%5D=shop&per_page=50", "GET /hooks/incoming?per_page=50&before=x"];
    assert_eq!(deployment.routes(), expected);
    let table = home.run(&["hooks", "list", "--limit", "1"]).await;
    assert!(table.error.contains("--limit 0 shows all"), "{table:?}");
    let lines: Vec<_> = table.out.lines().collect();
    assert!(lines[0].starts_with("NAME") && lines[1].ends_with(HOOK) && lines.len() == 2, "{table:?}");
}

#[tokio::test]
async fn what_the_api_refuses_names_each_field() {
    let refusal =
        json!({"message": "The request is invalid.", "errors": {"name": ["is too long"], "pipeline_id": ["?"]}});
    let (home, _deployment) = logged_in(move |_| Reply::new(422, refusal.clone())).await;

    let ran = home.run(&["hooks", "update", HOOK, "--name", "x"]).await;

    assert_eq!(ran.status, Some(5));
    assert_eq!(ran.error, "error: The request is invalid.\n  name: is too long\n  pipeline_id: ?\n");
}

#[tokio::test]
async fn nothing_is_removed_without_a_yes() {
    let (home, deployment) =
        logged_in(|seen| if seen.route.starts_with("DELETE") { Reply::done() } else { Reply::ok(hook("********")) })
            .await;

    let ran = home.run(&["hooks", "delete", HOOK]).await;
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert!(ran.error.contains("--yes"), "{ran:?}");
    assert!(deployment.routes().iter().all(|route| !route.starts_with("DELETE")));

    assert_eq!(home.run(&["hooks", "delete", HOOK, "--yes"]).await.status, Some(0));
    assert_eq!(deployment.routes().pop().unwrap(), format!("DELETE /hooks/incoming/{HOOK}"));
}

#[tokio::test]
async fn a_reader_that_goes_is_no_error() {
    let (home, _deployment) = logged_in(pages).await;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);

    let child = home.command(&["hooks", "list"]).stdout(writer).spawn().unwrap();

    let ran = Ran::from(child.wait_with_output().await.unwrap());
    assert_eq!((ran.status, &*ran.error), (Some(0), ""));
}

#[tokio::test]
async fn text_of_others_cannot_steer_the_terminal() {
    let (home, _deployment) = logged_in(|_| {
        let mut evil = hook("");
        evil["name"] = "a\u{1b}]0;pwned\u{7}".into();
        Reply::ok(json!([evil]))
    })
    .await;

    let ran = home.run(&["hooks", "list"]).await;

    assert!(!ran.out.contains('\u{1b}') && ran.out.contains("pwned"), "{ran:?}");
}
