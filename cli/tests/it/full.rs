//! A full disk: below the standard output, and below the files that a command writes.

use std::{fs, fs::OpenOptions, time::Duration};

use serde_json::{Value as Json, json};

use crate::{
    client::{CREATE, creates, logged_in},
    deployment::{Deployment, HOOK, Home, Ran, Reply, Seen, hook, user},
};

/// What the standard output goes to does not take a byte.
async fn printed_nowhere(home: &Home, arguments: &[&str]) -> Ran {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let child = home.command(arguments).stdout(full).spawn().unwrap();
    Ran::from(child.wait_with_output().await.unwrap())
}

const TOKEN: &str = "ed93c125-301b-4ac6-a9ee-d12f9e525607";

/// A deployment where everything goes well.
fn answers(seen: &Seen) -> Reply {
    let token = json!({
        "id": TOKEN, "name": "the worker", "status": "active", "token": "devopness_pat_new", "last_used_at": null,
        "expires_at": "2027-02-27T07:45:36.309Z", "created_at": "2026-11-29T07:45:36.309Z", "revoked_at": null,
    });
    match seen.route.split('?').next().unwrap() {
        "POST /users/login" => Reply::ok(json!({"access_token": "of-the-session", "refresh_token": "r"})),
        "POST /users/logout" => Reply::done(),
        "GET /users/me" => Reply::ok(user()),
        "POST /users/personal-access-tokens" => Reply::new(201, token),
        "POST /pipelines/7/actions" => Reply::new(201, json!({"id": 9, "status": "queued"})),
        "GET /hook-requests/1" => Reply::ok(call()),
        route if route.starts_with("GET /hooks/incoming/") || route.starts_with("PUT ") => Reply::ok(hook("********")),
        route if route.starts_with("DELETE ") => Reply::done(),
        _ => Reply::ok(json!([])),
    }
}

/// A call whose body ends without a line feed, as most do.
fn call() -> Json {
    json!({
        "id": "1", "hook_id": HOOK, "created_at": "2026-11-29T07:45:36.309Z", "outcome": "queued", "test": false,
        "response_status_code": 200, "message": "ok", "event": "push", "proof": "verified", "retry_of": null,
        "action_id": null, "request_query": "", "request_headers": {}, "request_body": {}, "request_body_omitted": null,
        "request_body_raw": "e30=", "hook": null, "decision": null,
    })
}

fn told(ran: &Ran, arguments: &[&str]) -> Json {
    let error: Json = serde_json::from_str(&ran.error).unwrap_or_else(|_| panic!("{arguments:?}: {ran:?}"));
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("The output cannot be written: No space left on device"), "{arguments:?}: {error}");
    error["error"]["hint"].clone()
}

#[tokio::test]
async fn an_output_that_cannot_be_written_is_said_by_what_only_reads() {
    let (home, _deployment) = logged_in(answers).await;
    for arguments in [
        &["whoami"][..],
        &["deployments", "list"],
        &["doctor"],
        &["hooks", "list"],
        &["hooks", "show", HOOK],
        &["requests", "list"],
        &["requests", "show", "1"],
        &["requests", "show", "1", "--raw"],
        &["actions", "list"],
        &["pipelines", "list", "application/42"],
        &["tokens", "list"],
    ] {
        let ran = printed_nowhere(&home, &[arguments, &["--json"]].concat()).await;
        assert_eq!(ran.status, Some(1), "{arguments:?}: {ran:?}");
        assert_eq!(told(&ran, arguments), Json::Null, "{arguments:?}");
        if !arguments.contains(&"--raw") {
            let ran = printed_nowhere(&home, arguments).await;
            assert!(
                ran.status == Some(1) && ran.error.starts_with("error: The output cannot"),
                "{arguments:?}: {ran:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_help_or_a_script_that_cannot_be_written_is_no_success() {
    let home = Home::new();
    for arguments in [
        &["--version"][..],
        &["--help"],
        &["help", "hooks"],
        &["hooks", "create", "--help"],
        &["completions", "bash"],
        &["completions", "fish"],
        &["reference"],
    ] {
        let ran = printed_nowhere(&home, arguments).await;
        assert_eq!(ran.status, Some(1), "{arguments:?}: {ran:?}");
        assert!(ran.error.starts_with("error: The output cannot be written: "), "{arguments:?}: {ran:?}");
        assert_eq!(ran.error.lines().count(), 1, "{arguments:?}: {ran:?}");
    }
}

#[tokio::test]
async fn a_change_that_was_made_is_said_although_its_result_cannot_be_printed() {
    let (home, _deployment) = logged_in(answers).await;
    for (arguments, hint) in [
        (&["hooks", "update", HOOK, "--active", "false"][..], "What you asked for was done."),
        (&["hooks", "delete", HOOK, "--yes"], "What you asked for was done."),
        (&["pipelines", "delete", "7", "--yes"], "What you asked for was done."),
        (&["pipelines", "run", "7"], "The action 9 was started: pipehook actions watch 9"),
    ] {
        let ran = printed_nowhere(&home, &[arguments, &["--json"]].concat()).await;
        assert_eq!(ran.status, Some(1), "{arguments:?}: {ran:?}");
        assert!(told(&ran, arguments).as_str().unwrap().starts_with(hint), "{arguments:?}: {ran:?}");
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_printed_is_named_with_the_way_out() {
    let (home, _deployment) = logged_in(creates(Duration::ZERO)).await;
    let ran = printed_nowhere(&home, &CREATE).await;
    assert_eq!(ran.status, Some(1));
    assert!(ran.error.contains(&format!("Give it another: pipehook hooks rotate {HOOK}")), "{ran:?}");

    let (home, _deployment) = logged_in(answers).await;
    let password = home.0.path().join("password");
    fs::write(&password, "correct horse").unwrap();
    let create = ["tokens", "create", "the worker", "--password-file", password.to_str().unwrap()];
    let ran = printed_nowhere(&home, &create).await;
    assert_eq!(ran.status, Some(1));
    assert!(ran.error.contains(&format!("Replace it: pipehook tokens rotate {TOKEN}")), "{ran:?}");
    assert!(!ran.error.contains("devopness_pat_new"), "{ran:?}");
}

#[tokio::test]
async fn a_secret_for_which_the_disk_has_no_room_is_shown_and_the_file_is_removed() {
    let (home, _deployment) = logged_in(creates(Duration::ZERO)).await;
    let file = home.0.path().join("secret");

    let create = [&CREATE[..], &["--secret-to", file.to_str().unwrap(), "--json"]].concat();
    let ran = Ran::of(home.with_a_full_disk(&create)).await;

    assert_eq!((ran.status, &ran.json()), (Some(1), &hook("the-secret-of-the-hook")), "{ran:?}");
    let error: Json = serde_json::from_str(&ran.error).unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("secret cannot be written: File too large"), "{error}");
    assert!(!file.exists() && !ran.error.contains("the-secret-of-the-hook"), "{ran:?}");
}

#[tokio::test]
async fn a_token_for_which_the_disk_has_no_room_is_shown_and_the_file_is_removed() {
    let (home, _deployment) = logged_in(answers).await;
    let [file, password] = ["token", "password"].map(|name| home.0.path().join(name).to_str().unwrap().to_owned());
    fs::write(&password, "correct horse").unwrap();

    let create = ["tokens", "create", "the worker", "--to", &file, "--password-file", &password];
    let ran = Ran::of(home.with_a_full_disk(&create)).await;

    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.out.contains("devopness_pat_new") && ran.out.contains("shown this once"), "{ran:?}");
    assert!(ran.error.contains("cannot be written") && !fs::exists(file).unwrap(), "{ran:?}");
}

#[tokio::test]
async fn a_login_that_cannot_be_forgotten_or_chosen_stays_as_it_was() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    home.log_in(&deployment, "devopness_pat_old", Some(TOKEN));
    let before = home.kept();

    for (arguments, hint) in
        [(&["deployments", "use", "prod"][..], "Make room"), (&["logout"], "The token is revoked already.")]
    {
        let ran = Ran::of(home.with_a_full_disk(arguments)).await;
        assert_eq!((ran.status, home.kept()), (Some(1), before.clone()), "{arguments:?}: {ran:?}");
        assert!(ran.error.contains("It is as it was.") && ran.error.contains(hint), "{arguments:?}: {ran:?}");
    }
    assert_eq!(home.run(&["logout"]).await.status, Some(0), "once there is room");
}
