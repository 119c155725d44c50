//! `pipehook listen`: calls as they came, on their way to a real server.

use std::time::Duration;

use harness::{ApiToken, Hash, Pipehook, Ran, alone, hmac, open_hook, shared, until};
use serde_json::{Value as Json, json};
use shared::domain::token::TokenKind;
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::hook;
use super::server::{Server, Way};

/// Bytes that a parser would write in another way.
const BODY: &str = "{\"ref\":  \"refs/heads/main\", \"n\": 1.10, \"name\": \"Zo\u{eb}\"}";

/// How long a command takes until it listens.
async fn ready() {
    sleep(Duration::from_secs(2)).await;
}

/// The command that goes on, as it was printed.
fn resumed(ran: &Ran) -> Vec<&str> {
    let line = ran.err.lines().find(|line| line.trim_start().starts_with("pipehook listen")).unwrap();
    line.split_whitespace().skip(1).map(|word| word.trim_matches('\'')).collect()
}

async fn eventually(server: &Server, count: usize) {
    until("the calls never came", async || server.received().len() >= count).await;
}

#[test]
fn a_call_is_forwarded_as_it_came_and_a_refused_one_never_is() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (hook, server) = (hook(&ann, "shop").await, Server::start().await);
        let computer = stack.computer(&ann.access_token);
        let listening = computer.start(&["listen", "shop", "--forward-to", &server.url()]).await;
        ready().await;

        hook.signed(BODY).with("x-hub-signature-256", "sha256=00").send().await.refused(401);
        hook.signed(BODY).header("x-github-event", "push").send().await.accepted();
        eventually(&server, 1).await;
        sleep(Duration::from_secs(1)).await;
        listening.interrupt();
        let ran = listening.end().await;

        let [call] = &server.received()[..] else { panic!("one call: {ran:?}") };
        assert_eq!(call.line(), "POST /in?from=pipehook HTTP/1.1");
        assert_eq!(call.body, BODY.as_bytes());
        assert_eq!(call.header("x-github-event"), Some("push"));
        assert_eq!(call.header("x-hub-signature-256"), None);
        assert_eq!(ran.status, 130, "{ran:?}");
        for text in ["rejected", "refused by Pipehook, so it is not forwarded", "push", "202 in ", "{\"taken\":true}"] {
            assert!(ran.out.contains(text), "{text}: {ran:?}");
        }
        for text in ["checked only with the hook's secret", "without x-hub-signature-256", "2 calls were shown"] {
            assert!(ran.err.contains(text), "{text}: {ran:?}");
        }
    });
}

#[test]
fn a_call_keeps_the_parameters_that_its_hook_looks_at_and_no_others() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut draft = open_hook();
        draft["name"] = json!("shop");
        draft["settings"]["variables"] = json!([{ "name": "shop", "type": "string", "source": "query" }]);
        let condition = json!({ "type": "request_query", "path": "api_key", "accepted_values": ["1234"] });
        draft["trigger_when"] = json!({ "conditions": [condition] });
        let (hook, server) = (ann.create_hook(&draft).await, Server::start().await);
        let computer = stack.computer(&ann.access_token);
        let listening = computer.start(&["listen", "shop", "--forward-to", &server.url()]).await;
        ready().await;

        hook.unsigned("{}").query("other=1&shop=a%20b%26c&api_key=1234").send().await.accepted();
        eventually(&server, 1).await;
        listening.interrupt();
        let ran = listening.end().await;

        assert_eq!(server.received()[0].line(), "POST /in?from=pipehook&shop=a+b%26c HTTP/1.1");
        assert!(ran.err.contains("without api_key"), "{ran:?}");
        assert!(!ran.out.contains("1234") && !ran.err.contains("1234"));
    });
}

#[test]
fn a_call_is_signed_anew_with_the_secret_of_the_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (hook, server) = (hook(&ann, "shop").await, Server::start().await);
        let computer = stack.computer(&ann.access_token);
        let secret = computer.file("secret", &hook.secret);
        let arguments = ["listen", "shop", "--forward-to", &server.url(), "--sign", "--secret-file", &secret, "--json"];
        let listening = computer.start(&arguments).await;
        ready().await;

        hook.signed(BODY).send().await.accepted();
        eventually(&server, 1).await;
        sleep(Duration::from_secs(1)).await;
        listening.interrupt();
        let ran = listening.end().await;

        let expected = format!("sha256={}", hex::encode(hmac(Hash::Sha256, &hook.secret, BODY.as_bytes())));
        assert_eq!(server.received()[0].header("x-hub-signature-256"), Some(&*expected));
        assert!(!ran.out.contains(&hook.secret) && !ran.err.contains(&hook.secret));
        let line: Json = serde_json::from_str(&ran.out).unwrap();
        assert_eq!((&line["forwarded"]["status"], &line["forwarded"]["signed"]), (&json!(202), &json!(true)));
        assert_eq!(line["request"]["hook_id"], hook.json["id"]);
        let error: Json = serde_json::from_str(&ran.err).unwrap();
        assert!(error["error"]["hint"].as_str().unwrap().contains("pipehook listen shop --forward-to"), "{error}");
    });
}

#[test]
fn calls_wait_for_a_server_that_is_down_and_none_is_lost() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let computer = stack.computer(&ann.access_token);
        let listening = computer.start(&["listen", "shop", "--forward-to", &address.to_string()]).await;
        ready().await;

        for number in 0..3 {
            hook.signed(json!({ "number": number }).to_string()).send().await.accepted();
        }
        sleep(Duration::from_secs(3)).await;
        let server = Server::at(address).await;
        eventually(&server, 3).await;
        listening.interrupt();
        let ran = listening.end().await;

        let numbers: Vec<_> = server.received().iter().map(|call| call.body.clone()).collect();
        assert_eq!(numbers, [0, 1, 2].map(|number| json!({ "number": number }).to_string().into_bytes()), "{ran:?}");
        assert!(ran.err.contains("is not there: ") && ran.err.contains("It answers again."), "{ran:?}");
    });
}

#[test]
fn what_comes_while_no_one_listens_is_forwarded_when_it_goes_on() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (hook, server) = (hook(&ann, "shop").await, Server::start().await);
        let computer = stack.computer(&ann.access_token);
        hook.signed(r#"{"number": 0}"#).send().await.accepted();
        let listening = computer.start(&["listen", "shop", "--forward-to", &server.url()]).await;
        ready().await;
        hook.signed(r#"{"number": 1}"#).send().await.accepted();
        eventually(&server, 1).await;
        listening.interrupt();
        let ran = listening.end().await;

        hook.signed(r#"{"number": 2}"#).send().await.accepted();
        let again = computer.start(&resumed(&ran)).await;
        until("the call never came", async || server.received().iter().any(|call| call.body == br#"{"number": 2}"#))
            .await;
        again.interrupt();

        assert_eq!(again.end().await.status, 130);
        let first = server.received().iter().filter(|call| call.body == br#"{"number": 0}"#).count();
        assert_eq!(first, 0, "{ran:?}");
    });
}

#[test]
fn an_api_that_is_unreachable_for_a_while_and_a_token_that_ends_lose_no_call() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (hook, server) = (hook(&ann, "shop").await, Server::start().await);
        let token = ApiToken::of(stack, &ann, TokenKind::Personal, 1).await;
        let way = Way::to(&stack.api_url()).await;
        let computer = stack.computer(&token.text).with("PIPEHOOK_URL", &way.url());
        let listening = computer.start(&["listen", "shop", "--forward-to", &server.url()]).await;
        ready().await;

        way.cut(true);
        hook.signed(r#"{"number": 1}"#).send().await.accepted();
        sleep(Duration::from_secs(4)).await;
        assert!(server.received().is_empty());
        way.cut(false);
        eventually(&server, 1).await;
        revoke(stack, &ann.access_token, &token.id).await;
        let ran = listening.end().await;

        assert_eq!(ran.status, 3, "{ran:?}");
        for text in
            ["cannot be reached: ", "It is asked again until it answers.", "It answers again.", "pipehook login"]
        {
            assert!(ran.err.contains(text), "{text}: {ran:?}");
        }
        assert!(resumed(&ran).contains(&"--after"), "{ran:?}");
        assert!(!ran.err.contains(&token.text) && !ran.out.contains(&token.text));
    });
}

async fn revoke(stack: &Pipehook, token: &str, id: &str) {
    let path = format!("/users/personal-access-tokens/{id}/revoke");
    assert_eq!(stack.call("DELETE", &path).bearer(token).send().await.status, 204);
}

#[test]
fn a_hook_is_never_forwarded_to_itself() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook(&ann, "shop").await;
        let url = hook.json["url"].as_str().unwrap();

        let ran = stack.computer(&ann.access_token).run(&["listen", "shop", "--forward-to", url]).await;

        assert_eq!(ran.status, 2);
        assert!(ran.err.contains("come back for ever"), "{ran:?}");
    });
}
