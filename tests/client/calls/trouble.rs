//! What goes wrong, and what is said of it: an API that cannot be reached, and a token that has expired.

use std::net::TcpListener;

use harness::{ApiToken, Computer, shared};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind;

use super::hook;

const COMMANDS: [&[&str]; 7] = [
    &["requests", "list"],
    &["requests", "show", "01a209f7-0f9d-79ba-9712-2b2164476eb4"],
    &["requests", "retry", "--from", "1h", "--yes"],
    &["listen", "33c690d6-0619-404d-9113-f2e4d067efdb", "--forward-to", "3000"],
    &["send", "33c690d6-0619-404d-9113-f2e4d067efdb"],
    &["actions", "list"],
    &["actions", "cancel", "1"],
];

#[tokio::test]
async fn an_api_that_cannot_be_reached_is_named_by_every_command() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let computer = Computer::new().with("PIPEHOOK_URL", &url).with("PIPEHOOK_TOKEN", "devopness_pat_0123");
    for command in COMMANDS {
        let ran = computer.run(command).await;
        assert_eq!(ran.status, 6, "{command:?}: {ran:?}");
        assert!(ran.err.contains(&format!("{url} cannot be reached: ")), "{command:?}: {ran:?}");
        assert!(ran.err.contains("pipehook doctor") && !ran.err.contains("devopness_pat"), "{command:?}: {ran:?}");
    }
}

#[test]
fn a_token_that_has_expired_is_told_by_every_command_and_not_shown() {
    shared(async |stack| {
        let ann = stack.user().await;
        hook(&ann, "shop").await;
        let token = ApiToken::of(stack, &ann, TokenKind::Personal, 1).await;
        let past = json!({ "S": "2026-01-01T00:00:00.000Z" });
        token.damage("valid_until", &past).await;
        let computer = stack.computer(&token.text);
        for command in COMMANDS {
            let ran = computer.run(&[command, &["--json"]].concat()).await;
            assert_eq!(ran.status, 3, "{command:?}: {ran:?}");
            let error: Json = serde_json::from_str(ran.err.trim()).unwrap_or_else(|_| panic!("{command:?}: {ran:?}"));
            let hint = error["error"]["hint"].as_str().unwrap();
            assert!(hint.contains("pipehook login") && error["error"]["status"] == 401, "{command:?}: {error}");
            assert!(!ran.err.contains(&token.text), "{command:?}");
        }
    });
}
