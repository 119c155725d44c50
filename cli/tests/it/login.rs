//! Logging in and out, and what is kept of it.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Stdio, time::Duration};

use nix::{
    pty::openpty,
    sys::{
        signal::{Signal, kill},
        termios::{LocalFlags, tcgetattr},
    },
    unistd::Pid,
};
use serde_json::json;

use crate::deployment::{Deployment, Home, Ran, Reply, Seen, user};

const NEW: &str = "devopness_pat_new";

/// A deployment where Ann can log in.
fn answers(seen: &Seen) -> Reply {
    let bearer = seen.authorization.as_deref().unwrap_or_default();
    match &*seen.route {
        "POST /users/login" if seen.body["password"] == "correct horse" => {
            Reply::ok(json!({"access_token": "of-the-session", "refresh_token": "r", "expires_in": 3600}))
        }
        "POST /users/login" => Reply::error(401, "The e-mail address or the password is wrong."),
        "POST /users/personal-access-tokens" if bearer == "Bearer of-the-session" => {
            Reply::new(201, json!({"id": "t-new", "token": NEW, "expires_at": "2027-02-27T07:45:36.309Z"}))
        }
        "GET /users/me" if bearer.starts_with("Bearer devopness_") => Reply::ok(user()),
        "POST /users/logout" => Reply::done(),
        route if route.starts_with("DELETE ") => Reply::done(),
        _ => Reply::error(401, "The token is not valid."),
    }
}

async fn log_in(home: &Home, deployment: &Deployment) -> Ran {
    let arguments = ["login", &deployment.url, "--email", "ann@example.com", "--name", "prod", "--password-file", "-"];
    home.run_with_input(&arguments, "correct horse\n").await
}

#[tokio::test]
async fn a_login_keeps_a_token_of_its_own_and_a_logout_revokes_it() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);

    let ran = log_in(&home, &deployment).await;

    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.out.contains("as ann@example.com.\nNext: pipehook hooks list"), "{ran:?}");
    assert!(!format!("{ran:?}").contains(NEW) && !format!("{ran:?}").contains("correct horse"));
    assert_eq!(fs::metadata(home.file()).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(home.kept()["deployments"]["prod"]["token"], NEW);
    assert!(!fs::read_to_string(home.file()).unwrap().contains("correct horse"));
    assert!(deployment.routes().contains(&"POST /users/logout".to_owned()), "the session stays open");

    let ran = home.run(&["logout"]).await;

    assert_eq!(ran.status, Some(0), "{ran:?}");
    let last = deployment.seen().pop().unwrap();
    assert_eq!(last.route, "DELETE /users/personal-access-tokens/t-new/revoke");
    assert_eq!(last.authorization.unwrap(), format!("Bearer {NEW}"));
    assert_eq!(home.kept()["deployments"], json!({}));
    assert_eq!(home.run(&["whoami"]).await.status, Some(3));
}

#[tokio::test]
async fn a_second_login_revokes_the_token_of_the_first() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    home.log_in(&deployment, "devopness_pat_old", Some("t-old"));

    let ran = log_in(&home, &deployment).await;

    assert_eq!(ran.status, Some(0), "{ran:?}");
    let revoked = deployment.seen().into_iter().find(|seen| seen.route.starts_with("DELETE ")).unwrap();
    assert_eq!(revoked.route, "DELETE /users/personal-access-tokens/t-old/revoke");
    assert_eq!(revoked.authorization.as_deref(), Some("Bearer devopness_pat_old"));
    assert_eq!(home.kept()["deployments"]["prod"]["token_id"], "t-new");
}

#[tokio::test]
async fn a_token_that_the_user_brings_is_checked_kept_and_not_revoked() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    let arguments = ["login", &deployment.url, "--with-token"];

    let refused = home.run_with_input(&arguments, "not-a-token\n").await;
    assert_eq!((refused.status, home.kept()["deployments"].clone()), (Some(3), json!({})), "{refused:?}");
    let ran = home.run_with_input(&arguments, "devopness_pat_mine\n").await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let ran = home.run(&["logout", "--json"]).await;

    let name = deployment.url.trim_start_matches("http://");
    assert_eq!(ran.json(), json!({"deployment": name, "revoked": false}));
    assert!(deployment.routes().iter().all(|route| !route.starts_with("DELETE ")));
}

#[tokio::test]
async fn a_wrong_password_leaves_everything_as_it_was() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    home.log_in(&deployment, "devopness_pat_old", Some("t-old"));
    let arguments = ["login", &deployment.url, "--email", "ann@example.com", "--password-file", "-"];

    let ran = home.run_with_input(&arguments, "wrong\n").await;

    assert_eq!(ran.status, Some(3));
    assert!(ran.error.contains("Check the password of ann@example.com"), "{ran:?}");
    assert_eq!(home.kept()["deployments"]["prod"]["token"], "devopness_pat_old");
    assert_eq!(deployment.routes(), ["POST /users/login"]);
}

#[tokio::test]
async fn on_a_full_disk_no_token_is_made_and_what_was_kept_stays() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    home.log_in(&deployment, "devopness_pat_old", Some("t-old"));
    let before = home.kept();

    let ran = Ran::of(home.with_a_full_disk(&["login", &deployment.url, "--email", "ann@example.com"])).await;

    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.error.contains("cannot be written") && ran.error.contains("Make room"), "{ran:?}");
    assert_eq!((home.kept(), deployment.routes().len()), (before, 0));
    let left: Vec<_> =
        fs::read_dir(home.file().parent().unwrap()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_is_revoked() {
    let home = Home::new();
    let directory = home.file().parent().unwrap().to_owned();
    let deployment = Deployment::start(move |seen| {
        if seen.route == "POST /users/personal-access-tokens" {
            // Something else takes the place of the directory.
            fs::remove_dir_all(&directory).unwrap();
            fs::write(&directory, "").unwrap();
        }
        answers(seen)
    })
    .await;

    let ran = log_in(&home, &deployment).await;

    assert_eq!(ran.status, Some(1), "{ran:?}");
    let routes = deployment.routes();
    assert_eq!(routes[2..], ["DELETE /users/personal-access-tokens/t-new/revoke", "POST /users/logout"], "{ran:?}");
}

#[tokio::test]
async fn a_token_that_cannot_be_revoked_now_is_not_forgotten() {
    let home = Home::new();
    let deployment = Deployment::start(|_| Reply::error(503, "Try again later.")).await;
    home.log_in(&deployment, "devopness_pat_old", Some("t-old"));

    let ran = home.run(&["logout"]).await;

    assert_eq!(ran.status, Some(6));
    assert!(ran.error.contains("You are still logged in") && ran.error.contains("pipehook logout --force"), "{ran:?}");
    assert_eq!(home.kept()["deployments"]["prod"]["token"], "devopness_pat_old");
    assert_eq!(home.run(&["logout", "--force"]).await.status, Some(0));
    assert_eq!(home.kept()["deployments"], json!({}));
}

#[tokio::test]
async fn the_token_of_a_login_goes_to_no_other_address() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    let other = Deployment::start(answers).await;
    home.log_in(&deployment, "devopness_pat_old", None);

    let ran = home.run(&["whoami", "--url", &other.url]).await;

    assert_eq!((ran.status, other.seen().len()), (Some(3), 0), "{ran:?}");
    assert!(ran.error.contains(&format!("pipehook login {}", other.url)), "{ran:?}");
    let mut command = home.command(&["whoami", "--json"]);
    command.env("PIPEHOOK_URL", &other.url).env("PIPEHOOK_TOKEN", "devopness_pat_other");
    assert_eq!(Ran::of(command).await.json()["email"], "ann@example.com");
    assert_eq!(other.seen()[0].authorization.as_deref(), Some("Bearer devopness_pat_other"));
}

#[tokio::test]
async fn a_deployment_that_is_named_gets_its_own_token_whatever_the_environment_has() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    let other = Deployment::start(answers).await;
    home.log_in(&deployment, "devopness_pat_old", None);
    let mut command = home.command(&["whoami", "--deployment", "prod"]);
    command.env("PIPEHOOK_URL", &other.url).env("PIPEHOOK_TOKEN", "devopness_pat_other");

    let ran = Ran::of(command).await;

    assert_eq!((ran.status, other.seen().len()), (Some(0), 0), "{ran:?}");
    assert_eq!(deployment.seen()[0].authorization.as_deref(), Some("Bearer devopness_pat_old"));
}

/// Ctrl-C while the password is typed must not leave a terminal that shows nothing.
#[tokio::test]
async fn the_password_is_not_shown_and_after_ctrl_c_the_terminal_shows_again_what_is_typed() {
    let (home, deployment) = (Home::new(), Deployment::start(answers).await);
    let terminal = openpty(None, None).unwrap();
    let slave = || Stdio::from(terminal.slave.try_clone().unwrap());
    let mut command = home.command(&["login", &deployment.url, "--email", "ann@example.com"]);
    let mut child = command.stdin(slave()).stdout(slave()).stderr(slave()).spawn().unwrap();
    let is_silent = || !tcgetattr(&terminal.slave).unwrap().local_flags.contains(LocalFlags::ECHO);
    while !is_silent() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    kill(Pid::from_raw(child.id().unwrap().cast_signed()), Signal::SIGINT).unwrap();

    assert_eq!(child.wait().await.unwrap().code(), Some(130));
    assert!(!is_silent());
    assert!(deployment.seen().is_empty());
}
