//! Every way of HTTP/1 to transfer a body, and bodies whose length is not the one that was announced.

use std::fmt::Write as _;

use harness::{Hook, nothing_broke, parsed, raw, raw_response, shared};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{is_refused, setting};

/// The head of a signed call, without its end, and the body that it is for.
fn signed_head(hook: &Hook<'_>, version: &str) -> (String, &'static str) {
    let body = r#"{"ref": "refs/heads/main"}"#;
    let signature = hook.signed(body).header_value("x-hub-signature-256").unwrap().to_owned();
    let mut head = format!("POST {{target}} HTTP/{version}\r\nConnection: close\r\nHost: localhost\r\n");
    write!(head, "X-Hub-Signature-256: {signature}\r\n").unwrap();
    (head.replace("{target}", &format!("/hooks/{}/trigger", hook.id)), body)
}

#[test]
fn a_call_may_come_by_every_transfer_of_http_1() {
    shared(async |stack| {
        let (ann, hook, _) = setting(stack).await;
        let (head, body) = signed_head(&hook, "1.1");
        let (first, second) = body.split_at(5);
        let chunks = format!("5;x=y\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\nX-Trailer: 1\r\n\r\n", second.len());
        let sized = format!("Content-Length: {}\r\n", body.len());
        let absolute = head.replace("POST /", "POST http://evil.example/");
        let old = signed_head(&hook, "1.0").0;
        for (number, bytes) in [
            format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}"),
            format!("{head}Expect: 100-continue\r\n{sized}\r\n{body}"),
            format!("{absolute}{sized}\r\n{body}"),
            format!("{old}{sized}\r\n{body}"),
        ]
        .into_iter()
        .enumerate()
        {
            let received = raw_response(stack, bytes.as_bytes()).await;
            let answer = received.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&received);
            parsed(answer).accepted();
            assert_eq!(ann.jobs().await.len(), number + 2, "{bytes}");
        }
    });
}

#[test]
fn a_call_whose_length_is_not_what_it_says_queues_nothing() {
    shared(async |stack| {
        let (ann, hook, _) = setting(stack).await;
        let (head, body) = signed_head(&hook, "1.1");
        let before = ann.footprint().await;
        for lengths in ["Content-Length: x", "Content-Length: -1", "Content-Length: 26\r\nContent-Length: 27"] {
            is_refused(&raw(stack, format!("{head}{lengths}\r\n\r\n{body}").as_bytes()).await, lengths);
        }
        // An empty body is unsigned, and so is a part of one.
        for end in
            ["\r\n".to_owned(), format!("Content-Length: 0\r\n\r\n{body}"), format!("Content-Length: 9\r\n\r\n{body}")]
        {
            raw(stack, format!("{head}{end}").as_bytes()).await.refused(401);
        }
        // What ends before its end is no call at all.
        for (end, rest) in [("Content-Length: 27", body), ("Transfer-Encoding: chunked", "1a\r\n{\"ref\"")] {
            let mut stream = TcpStream::connect(stack.api_url().strip_prefix("http://").unwrap()).await.unwrap();
            stream.write_all(format!("{head}{end}\r\n\r\n{rest}").as_bytes()).await.unwrap();
            drop(stream);
        }
        hook.push().send().await.accepted();
        assert_eq!(ann.footprint().await, harness::Footprint { jobs: before.jobs + 1, ..before });
        nothing_broke(stack);
    });
}
