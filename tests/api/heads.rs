//! What an HTTP client would tidy up: heads and transfers as bytes, on every route. Nobody's bytes make a function
//! fail, and a call that is refused leaves nothing behind.

use std::fmt::Write as _;

use bytes::Bytes;
use harness::{Answer, Hook, Pipehook, User, alone, github_hook, open_hook, shared};
use http::{HeaderMap, HeaderName, HeaderValue};
use local::LogLine;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A header as it goes over the wire.
pub(crate) type Header<'h> = (&'h str, &'h [u8]);

/// The bytes of a request. The headers `Host` and `Content-Length` are added where they are missing.
pub(crate) fn request(method: &str, target: impl AsRef<[u8]>, headers: &[Header<'_>], body: &[u8]) -> Vec<u8> {
    let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    let length = body.len().to_string();
    let mut all: Vec<Header<'_>> = vec![("Connection", b"close")];
    all.extend((!has("host")).then_some(("Host", b"localhost".as_slice())));
    all.extend((!body.is_empty() && !has("content-length")).then_some(("Content-Length", length.as_bytes())));
    all.extend_from_slice(headers);
    let mut bytes = [method.as_bytes(), b" ", target.as_ref(), b" HTTP/1.1\r\n"].concat();
    for (name, value) in all {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    [&bytes, b"\r\n".as_slice(), body].concat()
}

/// Everything that the API sends back until it closes the connection.
async fn send(stack: &Pipehook, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(stack.api_url().strip_prefix("http://").unwrap()).await.unwrap();
    // It may be refused before it is read.
    let _ = stream.write_all(bytes).await;
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    received
}

fn parse(response: &[u8]) -> Answer {
    let end = response.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or_else(|| String::from_utf8_lossy(response)).unwrap();
    let head = std::str::from_utf8(&response[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        headers.append(name.parse::<HeaderName>().unwrap(), value.trim().parse::<HeaderValue>().unwrap());
    }
    Answer { status, headers, body: Bytes::copy_from_slice(&response[end + 4..]) }
}

/// The answer to these bytes.
pub(crate) async fn raw(stack: &Pipehook, bytes: &[u8]) -> Answer {
    parse(&send(stack, bytes).await)
}

/// Whatever it is, the caller is told that it is at fault. Where it came to a function, that says so in its own words.
#[track_caller]
pub(crate) fn is_refused(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    if answer.headers.contains_key("x-request-id") && !answer.body.is_empty() {
        answer.refused(answer.status);
    }
}

/// No function panicked so far, and none answered 500.
#[track_caller]
pub(crate) fn nothing_broke(stack: &Pipehook) {
    let is_broken = |line: &LogLine| line.text.contains("panicked at") || line.text.contains("\"status\":500");
    let logs = stack.logs();
    let broken: Vec<_> = logs.iter().enumerate().filter(|(_, line)| is_broken(line)).collect();
    let around = broken.iter().flat_map(|(at, _)| &logs[at.saturating_sub(1)..logs.len().min(at + 3)]);
    assert!(broken.is_empty(), "{:#?}", around.collect::<Vec<_>>());
}

/// Every route, with the ids of a hook and of one of its calls.
pub(crate) fn routes(hook: &Hook<'_>, call: &Answer) -> Vec<(&'static str, String)> {
    let hook_path = format!("/hooks/incoming/{}", hook.id);
    let call_path = format!("/hook-requests/{}", call.request_id());
    vec![
        ("POST", "/users/login".into()),
        ("POST", "/users/refresh-token".into()),
        ("GET", "/users/logout".into()),
        ("POST", "/users/logout".into()),
        ("GET", "/users/me".into()),
        ("POST", "/hooks/incoming".into()),
        ("POST", "/pipelines/7/hooks/incoming".into()),
        ("GET", "/applications/42/hooks".into()),
        ("GET", "/pipelines/7/hooks".into()),
        ("GET", hook_path.clone()),
        ("PUT", hook_path.clone()),
        ("DELETE", hook_path.clone()),
        ("POST", format!("{hook_path}/rotate-secret")),
        ("POST", format!("/hooks/{}/trigger", hook.id)),
        ("GET", format!("{hook_path}/requests")),
        ("GET", call_path.clone()),
        ("POST", format!("{call_path}/retry")),
    ]
}

/// Of these, those that want an access token.
fn is_private(path: &str) -> bool {
    !["/login", "/refresh-token", "/trigger"].iter().any(|public| path.ends_with(public))
}

pub(crate) async fn setting(stack: &Pipehook) -> (User<'_>, Hook<'_>, Answer) {
    let ann = stack.user().await;
    let hook = ann.create_hook(&github_hook()).await;
    let call = hook.push().send().await;
    call.accepted();
    (ann, hook, call)
}

/// Headers that no client writes; each set goes into one request.
fn odd_heads() -> Vec<Vec<Header<'static>>> {
    let mut heads: Vec<Vec<Header<'static>>> = vec![
        vec![("x-odd", b"\xff\xfe\x80"), ("user-agent", b"\xe9\xe8"), ("x-github-delivery", b"\xc3\xa9")],
        vec![("x-empty", b""), ("accept", b""), ("user-agent", b"")],
        vec![("aCCePt-EnCoDiNg", b"gzip"), ("UsEr-AgEnT", b"x"), ("x-ODD_!#$%&'*+.^`|~", b"1")],
        vec![("cookie", b"\xff; =; ;;;a=b=c"), ("cookie", b"")],
        vec![("x-forwarded-proto", b"https,http"), ("x-forwarded-proto", b"javascript:alert(1)")],
        vec![
            ("x-forwarded-for", b"\xff"),
            ("forwarded", b"for=\"[::1\";host=evil"),
            ("x-forwarded-host", b"evil.example"),
        ],
        vec![("x-amzn-trace-id", b"\"}{"), ("via", b"1.1 x"), ("te", b"trailers"), ("range", b"bytes=0-")],
        vec![("accept", b"\t,;q=2\t"), ("if-none-match", b"*"), ("if-match", b"\"x\"")],
    ];
    heads.push((0..900).map(|_| ("x-many", b"".as_slice())).collect());
    for host in ["a b", "[::1", "a:99999", "", "\u{e9}", "<script>", "xn--a", "1.2.3.4.5", "evil.example/x?y#z"] {
        heads.push(vec![("Host", host.as_bytes())]);
    }
    heads
}

#[test]
fn a_head_that_no_client_writes_is_answered_on_every_route_and_does_nothing() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let before = ann.footprint().await;
        let logged = stack.logged_items(&hook).await.len();
        for (method, path) in routes(&hook, &call) {
            for head in odd_heads() {
                is_refused(&raw(stack, &request(method, &path, &head, b"")).await, &path);
            }
            for value in [&b""[..], b"Bearer", b"Bearer \xff", b"\xff", b"Bearer a.b.c"] {
                let answer = raw(stack, &request(method, &path, &[("authorization", value)], b"")).await;
                is_refused(&answer, &path);
            }
        }
        assert_eq!(ann.footprint().await, before);
        assert!(stack.logged_items(&hook).await.len() <= logged + 23, "rejected calls may be logged");
        nothing_broke(stack);
    });
}

#[test]
fn a_head_that_no_client_writes_does_not_hinder_a_call_that_is_right_or_lead_it_elsewhere() {
    shared(async |stack| {
        let (ann, hook, _) = setting(stack).await;
        let token = format!("Bearer {}", ann.access_token);
        let body = b"{\"ref\": \"refs/heads/main\"}";
        let signature = hook.signed(body.as_slice()).header_value("x-hub-signature-256").unwrap().to_owned();
        for (number, head) in odd_heads().into_iter().enumerate() {
            let list = [head.as_slice(), &[("authorization", token.as_bytes())]].concat();
            let answer = raw(stack, &request("GET", "/applications/42/hooks", &list, b"")).await;
            assert_eq!(answer.is(200)[0]["url"], hook.json["url"], "{head:?}");
            assert!(answer.header("link").starts_with(&format!("<{}/", stack.api_url())), "{head:?}");

            let signed: [Header<'_>; 2] =
                [("x-hub-signature-256", signature.as_bytes()), ("content-type", b"application/json")];
            let trigger = format!("/hooks/{}/trigger", hook.id);
            let answer = raw(stack, &request("POST", trigger, &[head.as_slice(), &signed].concat(), body)).await;
            answer.accepted();
            assert_eq!(ann.jobs().await.len(), number + 2, "{head:?}");
            assert_eq!(ann.log_of(&answer).await["url"], hook.json["url"]);
        }
        nothing_broke(stack);
    });
}

#[test]
fn a_head_over_the_limit_of_api_gateway_comes_to_no_function() {
    const LIMIT: usize = 10_240;
    alone(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let (before, logs) = (ann.footprint().await, stack.logs().len());
        let fixed = |method: &str, path: &str| format!("{method} {path} HTTP/1.1closelocalhost").len();
        for (method, path) in routes(&hook, &call) {
            let rest = LIMIT - fixed(method, &path);
            let large = "x".repeat(rest + 1);
            let one = raw(stack, &request(method, &path, &[("x-large", large.as_bytes())], b"")).await;
            let (half, other) = large.as_bytes().split_at(rest / 2);
            let two = raw(stack, &request(method, &path, &[("x-large", half), ("x-large", other)], b"")).await;
            let long = format!("{path}?{}", "x".repeat(rest));
            let query = raw(stack, &request(method, long, &[], b"")).await;
            for answer in [one, two, query] {
                assert_eq!(answer.status, 431, "{path}");
                assert_eq!(answer.json(), json!({ "message": "Request Header Fields Too Large" }));
            }
        }
        assert_eq!(stack.logs().len(), logs, "no function was called");
        for (method, path) in routes(&hook, &call) {
            let large = "x".repeat(LIMIT - fixed(method, &path));
            let answer = raw(stack, &request(method, &path, &[("x-large", large.as_bytes())], b"")).await;
            is_refused(&answer, &path);
            answer.request_id();
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn two_tokens_in_two_headers_are_none() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let before = ann.footprint().await;
        let token = format!("Bearer {}", ann.access_token);
        let twice = [("authorization", token.as_bytes()), ("Authorization", token.as_bytes())];
        for (method, path) in routes(&hook, &call).into_iter().filter(|(_, path)| is_private(path)) {
            raw(stack, &request(method, &path, &twice, b"")).await.refused(401);
        }
        assert_eq!(ann.footprint().await, before);
        ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200);
    });
}

#[test]
fn two_content_types_are_none_that_is_read() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let (before, token) = (ann.footprint().await, format!("Bearer {}", ann.access_token));
        let json = b"application/json".as_slice();
        let head = [("authorization", token.as_bytes()), ("content-type", json), ("Content-Type", json)];
        let with_fields = |(method, path): &(&str, String)| {
            *method != "GET" && !["/logout", "/retry"].iter().any(|end| path.ends_with(end)) && *method != "DELETE"
        };
        let signature = hook.signed("{}").header_value("x-hub-signature-256").unwrap().to_owned();
        let head = [head.as_slice(), &[("x-hub-signature-256", signature.as_bytes())]].concat();
        for (method, path) in routes(&hook, &call).into_iter().filter(with_fields) {
            raw(stack, &request(method, &path, &head, b"{}")).await.refused(415);
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn two_delivery_ids_are_one_of_their_own() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let path = format!("/hooks/{}/trigger", hook.id);
        let send = async |ids: &[&str]| {
            let head: Vec<Header<'_>> = ids.iter().map(|id| ("X-GitHub-Delivery", id.as_bytes())).collect();
            raw(stack, &request("POST", &path, &head, b"{}")).await.accepted();
        };
        for ids in [&["a", "b"][..], &["a", "b"], &["a"], &["a"], &["b", "a"]] {
            send(ids).await;
        }
        let ids: Vec<_> =
            ann.jobs().await.into_iter().map(|job| job.body["triggered_from"]["delivery_id"].clone()).collect();
        assert_eq!(ids, [json!("a,b"), json!("a"), json!("b,a")]);
    });
}

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
            let received = send(stack, bytes.as_bytes()).await;
            let answer = received.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap_or(&received);
            parse(answer).accepted();
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
        // No body is one that nobody signed; a part of it is one too.
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
