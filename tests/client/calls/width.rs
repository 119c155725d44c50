//! Lists on a terminal of 80 columns.

use harness::{Computer, shared};

use super::hook;

/// What a command shows there, line by line.
async fn lines(computer: &Computer, arguments: &[&str]) -> Vec<String> {
    let (status, shown) = computer.terminal(arguments).await.end().await;
    assert_eq!(status, 0, "{shown}");
    let lines: Vec<_> = shown.lines().map(str::to_owned).collect();
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{arguments:?}: {shown}");
    lines
}

#[test]
fn lists_fit_and_keep_ids_days_and_resources_whole() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "deploy the shop whenever its main branch changes").await;
        let computer = Computer::new().with("PIPEHOOK_URL", &stack.api_url());
        let password = ["--email", &ann.email, "--password-file", &computer.file("password", &ann.password)];
        computer.json(&[&["login", &stack.api_url()], &password[..]].concat()).await;
        let create = ["tokens", "create", "--project", "the worker in the cellar of the house"];
        let token = computer.json(&[&create[..], &password].concat()).await;
        let (token, expires) = (token["id"].as_str().unwrap(), &token["expires_at"].as_str().unwrap()[..10]);

        let hooks = lines(&computer, &["hooks", "list"]).await;
        let tokens = lines(&computer, &["tokens", "list", "--project"]).await;
        lines(&computer, &["tokens", "list"]).await;
        let deployments = lines(&computer, &["deployments", "list"]).await;

        assert!(hooks[0].starts_with("NAME ") && hooks[1].ends_with(&hook.id), "{hooks:?}");
        let resource = hook.json["resource_id"].to_string();
        assert!(hooks.iter().any(|line| line.contains(&format!("application/{resource}"))), "{hooks:?}");
        assert!(tokens[1].ends_with(token) && tokens[1].contains(expires), "{tokens:?}");
        assert!(tokens[1].contains("report") && tokens[1].contains("never"), "{tokens:?}");
        assert!(deployments[1].contains(&stack.api_url()), "{deployments:?}");
    });
}
