//! The whole story on a terminal: a first login, hooks of five providers, a call of each, a server that gets them, and
//! an action that is watched to its end.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use harness::{Computer, Pipehook, User, shared, until};
use tokio::time::sleep;

use super::server::Server;

/// With what each asks for besides a name.
const PROVIDERS: [(&str, &[(&str, &str)]); 5] = [
    ("github", &[]),
    ("gitlab", &[]),
    ("stripe", &[]),
    ("slack", &[]),
    ("grafana", &[("the user name that you enter at the provider", "pipehook")]),
];

/// Types the e-mail address and the password; returns the computer on which that was done.
async fn logged_in(stack: &Pipehook, ann: &User<'_>) -> Computer {
    let computer = Computer::new();
    let mut login = computer.terminal(&["login", &stack.api_url()]).await;
    login.until("E-mail address at").await.type_line(&ann.email).await;
    login.until("Password of").await.type_line(&ann.password).await;
    login.until("Logged in to").await;
    let (status, shown) = login.end().await;
    assert_eq!(status, 0, "{shown}");
    assert!(!shown.contains(&ann.password), "{shown}");
    let file = computer.home().join(".config/pipehook/deployments.json");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    computer
}

/// Creates a hook that runs the pipeline, and answers what is asked. Its secret is in a file then.
async fn created(computer: &Computer, provider: &str, asked: &[(&str, &str)], pipeline: &str) {
    let file = format!("{provider}.secret");
    let arguments = ["hooks", "create", "--provider", provider, "--pipeline", pipeline, "--secret-to", &file];
    let mut creating = computer.terminal(&arguments).await;
    creating.until("Name of the hook: ").await.type_line(&format!("the {provider} hook")).await;
    for (question, answer) in asked {
        creating.until(question).await.type_line(answer).await;
    }
    creating.until("Connect ").await;
    let (status, shown) = creating.end().await;
    assert_eq!(status, 0, "{shown}");
    let secret = std::fs::read_to_string(computer.home().join(&file)).unwrap();
    assert!(!shown.contains(secret.trim()), "{shown}");
}

/// A pipeline of one step, made on the terminal; its id.
async fn pipeline(computer: &Computer) -> String {
    let arguments = ["pipelines", "create", "application/42", "--name", "deploy the shop", "--operation", "deploy"];
    let steps = ["--step", "echo \"deploys $PIPEHOOK_ACTION_ID\"; sleep 1; echo done"];
    computer.json(&[&arguments[..], &steps].concat()).await["id"].to_string()
}

#[test]
fn from_the_first_login_to_the_end_of_an_action() {
    shared(async |stack| {
        let ann = stack.user().await;
        let computer = logged_in(stack, &ann).await;
        let pipeline = pipeline(&computer).await;
        for (provider, asked) in PROVIDERS {
            created(&computer, provider, asked, &pipeline).await;
        }
        let server = Server::start().await;
        let mut listening = computer.terminal(&["listen", "the github hook", "--forward-to", &server.url()]).await;
        listening.until("Forwards the calls of").await;
        sleep(Duration::from_secs(2)).await;

        let mut actions = Vec::new();
        for (provider, _) in PROVIDERS {
            actions.push(sent(&computer, provider).await);
        }

        until("the call was never forwarded", async || !server.received().is_empty()).await;
        listening.until("202 in").await.interrupt().await;
        let (status, shown) = listening.end().await;
        assert_eq!(status, 130, "{shown}");
        assert!(shown.contains("Go on from there"), "{shown}");
        assert_eq!(server.received()[0].header("x-github-event"), Some("push"));
        watched(stack, &ann, &computer, &actions[0]).await;
    });
}

/// Sends the call of a provider to its hook; the action that it runs.
async fn sent(computer: &Computer, provider: &str) -> String {
    let secret = format!("{provider}.secret");
    let mut sending = computer.terminal(&["send", &format!("the {provider} hook"), "--secret-file", &secret]).await;
    sending.until("200 in").await.until("queued").await.until("pipehook actions watch ").await;
    let (status, shown) = sending.end().await;
    assert_eq!(status, 0, "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    shown.lines().last().unwrap().rsplit(' ').next().unwrap().to_owned()
}

async fn watched(stack: &Pipehook, ann: &User<'_>, computer: &Computer, action: &str) {
    let mut watching = computer.terminal(&["actions", "watch", action, "--logs"]).await;
    watching.until("Waiting for a worker").await;
    let _worker = stack.worker("builder-1", &ann.report_token().await).await;
    watching.until("In progress").await.until("done").await.until("Completed").await;
    let (status, shown) = watching.end().await;
    assert_eq!(status, 0, "{shown}");
}

#[test]
fn a_secret_that_is_asked_for_is_not_shown_and_ctrl_c_leaves_the_terminal_as_it_was() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = super::hook(&ann, "shop").await;
        let computer = stack.computer(&ann.access_token);

        let mut sending = computer.terminal(&["send", "shop"]).await;
        sending.until("Secret of the hook \"shop\": ").await.type_line(&hook.secret).await;
        let (status, shown) = sending.end().await;
        assert_eq!(status, 0, "{shown}");
        assert!(!shown.contains(&hook.secret) && shown.contains("queued"), "{shown}");

        let mut stopped = computer.terminal(&["send", "shop"]).await;
        stopped.until("Secret of the hook").await.interrupt().await;
        let (status, shown) = stopped.end().await;
        assert_eq!((status, ann.jobs().await.len()), (130, 1), "{shown}");
    });
}
