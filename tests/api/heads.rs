//! Heads that no HTTP client would write, on every route: no function fails, and a call that is refused leaves nothing
//! behind.

use harness::{Header, alone, nothing_broke, open_hook, raw, request, shared};
use serde_json::json;

use super::{is_refused, routes, setting};

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
    heads
}

#[test]
fn a_call_for_a_name_that_is_not_the_stacks_comes_to_no_function() {
    alone(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let (before, logs) = (ann.footprint().await, stack.logs().len());
        let signature = hook.signed("{}").header_value("x-hub-signature-256").unwrap().to_owned();
        let token = format!("Bearer {}", ann.access_token);
        for host in ["a b", "[::1", "", "\u{e9}", "<script>", "xn--a", "1.2.3.4.5", "evil.example", "evil/x?y#z"] {
            let head: [Header<'_>; 3] = [
                ("Host", host.as_bytes()),
                ("authorization", token.as_bytes()),
                ("x-hub-signature-256", signature.as_bytes()),
            ];
            for (method, path) in routes(&hook, &call) {
                let answer = raw(stack, &request(method, &path, &head, b"{}")).await;
                assert_eq!(answer.status, 403, "{host} {path}: {answer:?}");
            }
        }
        assert_eq!(stack.logs().len(), logs, "no function was called");
        assert_eq!(ann.footprint().await, before);
    });
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

/// Of the routes, those that want an access token.
fn is_private(path: &str) -> bool {
    !["/login", "/refresh-token", "/trigger"].iter().any(|public| path.ends_with(public))
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
fn two_content_types_are_refused_but_where_the_body_alone_says_that_it_is_json() {
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
        let (triggers, others): (Vec<_>, Vec<_>) =
            routes(&hook, &call).into_iter().filter(with_fields).partition(|(_, path)| path.ends_with("/trigger"));
        for (method, path) in others {
            raw(stack, &request(method, &path, &head, b"{}")).await.refused(415);
        }
        assert_eq!(ann.footprint().await, before);
        assert_eq!(triggers.len(), 1);
        for (method, path) in triggers {
            raw(stack, &request(method, &path, &head, b"{}")).await.accepted();
        }
    });
}

#[test]
fn two_delivery_ids_are_one_of_their_own() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let path = format!("/hooks/{}/trigger", hook.id);
        let send = async |ids: &[&str]| {
            let mut head: Vec<Header<'_>> = ids.iter().map(|id| ("X-GitHub-Delivery", id.as_bytes())).collect();
            head.push(("X-GitHub-Event", b"push"));
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
