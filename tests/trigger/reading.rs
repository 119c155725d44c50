//! How the bytes of a payload are read: deep, long, doubled, half a character. Each call is answered in time, and what is
//! refused is not queued.

use std::fmt::Write as _;

use harness::{Answer, Call, Hook, User, github_hook, nothing_broke, open_hook, shared};
use serde_json::{Value as Json, json};

const FORM: &str = "application/x-www-form-urlencoded";

const MIB: usize = 1024 * 1024;

async fn hook_with<'s>(ann: &User<'s>, variables: Json) -> Hook<'s> {
    let mut hook = open_hook();
    hook["settings"]["variables"] = variables;
    ann.create_hook(&hook).await
}

/// The variables of the job that this call has made.
async fn queued(ann: &User<'_>, call: Call<'_>) -> Json {
    let before = ann.jobs().await.len();
    call.send().await.accepted();
    let mut jobs = ann.jobs().await;
    assert_eq!(jobs.len(), before + 1);
    jobs.pop().unwrap().body["variables"].take()
}

/// The answer to a call that must queue nothing.
async fn unqueued(ann: &User<'_>, call: Call<'_>) -> Answer {
    let before = ann.footprint().await;
    let answer = call.send().await;
    assert_eq!(ann.footprint().await, before, "{answer:?}");
    answer
}

fn deep(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

fn deep_objects(levels: usize) -> String {
    r#"{"a":"#.repeat(levels) + "1" + &"}".repeat(levels)
}

#[test]
fn of_two_members_with_one_name_the_last_counts_for_conditions_and_variables_alike() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut hook = open_hook();
        hook["settings"]["variables"] = json!([
            { "name": "ref", "type": "string" },
            { "name": "b", "path": "a.b", "type": "integer" },
            { "name": "c", "path": "a.c", "type": "integer" },
        ]);
        let condition = json!({ "type": "request_body", "path": "ref", "accepted_values": ["yes"] });
        hook["trigger_when"] = json!({ "conditions": [condition] });
        let hook = ann.create_hook(&hook).await;
        for (body, expected) in [
            (r#"{"ref": "no", "ref": "yes"}"#, json!({ "ref": "yes" })),
            (r#"{"ref": ["no"], "r\u0065f": "yes"}"#, json!({ "ref": "yes" })),
            (r#"{"ref": "yes", "a": {"b": 1}, "a": {"c": 2}}"#, json!({ "ref": "yes", "c": 2 })),
            (r#"{"ref": "yes", "a": {"b": 1}, "a": null}"#, json!({ "ref": "yes" })),
            (r#"{"a": 1, "a": {"b": 2, "b": 3}, "ref": "yes"}"#, json!({ "ref": "yes", "b": 3 })),
        ] {
            assert_eq!(queued(&ann, hook.unsigned(body)).await, expected, "{body}");
        }
        let form = hook.unsigned("ref=no&ref=yes").with("content-type", FORM);
        assert_eq!(queued(&ann, form).await, json!({ "ref": "yes" }));
        for call in [
            hook.unsigned(r#"{"ref": "yes", "ref": "no"}"#),
            hook.unsigned("ref=yes&ref=no").with("content-type", FORM),
            hook.unsigned(r#"{"ref": "yes", "ref": null}"#),
        ] {
            assert!(unqueued(&ann, call).await.accepted().contains("does not hold"));
        }
    });
}

#[test]
fn nesting_is_passed_over_followed_for_127_levels_and_handed_on_for_60() {
    shared(async |stack| {
        let ann = stack.user().await;
        let path = |levels: usize| vec!["a"; levels].join(".");
        let hook = hook_with(
            &ann,
            json!([
                { "name": "ref", "type": "string" },
                { "name": "list", "type": "array" },
                { "name": "deep", "path": path(127), "type": "integer" },
            ]),
        )
        .await;
        for beside in [deep(100_000), deep_objects(100_000)] {
            let body = format!(r#"{{"x": {beside}, "ref": "next"}}"#);
            assert_eq!(queued(&ann, hook.unsigned(body)).await, json!({ "ref": "next" }));
        }
        assert_eq!(queued(&ann, hook.unsigned(deep(100_000))).await, json!({}));
        assert_eq!(queued(&ann, hook.unsigned(deep_objects(127))).await, json!({ "deep": 1 }));
        let list = queued(&ann, hook.unsigned(format!(r#"{{"list": {}}}"#, deep(60)))).await;
        assert_eq!(list["list"].to_string(), deep(60));

        for levels in [61, 100_000] {
            let refused = unqueued(&ann, hook.unsigned(format!(r#"{{"list": {}}}"#, deep(levels)))).await;
            assert_eq!(refused.invalid(), ["list"], "{levels}");
        }
        let longer = hook_with(&ann, json!([{ "name": "deep", "path": path(200), "type": "integer" }])).await;
        for levels in [128, 100_000] {
            let message = unqueued(&ann, longer.unsigned(deep_objects(levels))).await.refused(400);
            let expected =
                "The body cannot be read at line 1, column 636: it nests more than 127 levels deep along a path.";
            assert_eq!(message, expected, "{levels}");
        }
        for unclosed in [r#"{"a":"#.repeat(100_000), "[".repeat(4 * MIB), "{\"a\":[".repeat(100_000)] {
            unqueued(&ann, hook.unsigned(unclosed)).await.refused(400);
        }
        nothing_broke(stack);
    });
}

#[test]
fn a_kept_body_that_nests_deeper_than_clients_read_is_shown_as_text() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        for (levels, shown) in [(60, "json"), (61, "text"), (100_000, "text")] {
            let answer = hook.signed(deep(levels)).send().await;
            answer.accepted();
            let body = ann.log_of(&answer).await["request_body"].take();
            let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(names, [shown], "{levels}");
            assert_eq!(ann.retry(answer.request_id()).await.is(201)["outcome"], "queued");
        }
    });
}

#[test]
fn half_a_character_is_refused_where_it_is_read_and_passed_over_elsewhere() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        for body in [r#"{"ref": "\ud83d"}"#, r#"{"ref": "a\udc00b"}"#, r#"{"\ud800": 1}"#, r#"{"ref": "\ud83d\u0041"}"#]
        {
            let message = unqueued(&ann, hook.unsigned(body)).await.refused(400);
            assert!(message.ends_with(r": a \u escape is half of a surrogate pair."), "{body}: {message}");
        }
        let arrays = hook_with(&ann, json!([{ "name": "list", "type": "array" }])).await;
        for body in [r#"{"list": ["\ud83d"]}"#, r#"{"list": [{"\udc00": 1}]}"#, r#"{"list": [["\ude00\ud83d"]]}"#] {
            assert_eq!(unqueued(&ann, arrays.unsigned(body)).await.invalid(), ["list"], "{body}");
        }
        let pair = arrays.unsigned(r#"{"list": ["\ud83d\ude00"]}"#);
        assert_eq!(queued(&ann, pair).await, json!({ "list": ["\u{1f600}"] }));
        let beside = r#"{"x": ["\ud83d", {"\udc00": "\ud800"}], "ref": "\ud83d\ude00\u0000\uffff"}"#;
        let expected = json!({ "branch": "\u{1f600}\0\u{ffff}" });
        assert_eq!(queued(&ann, hook.unsigned(beside)).await, expected);
        let raw = "{\"ref\": \"\u{7f}\u{80}\u{fffe}\u{ffff}\u{10ffff}\"}";
        assert_eq!(
            queued(&ann, hook.unsigned(raw)).await,
            json!({ "branch": "\u{7f}\u{80}\u{fffe}\u{ffff}\u{10ffff}" })
        );
    });
}

#[test]
fn bytes_around_and_within_a_payload_are_read_as_json_says_and_no_further() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        for body in ["\u{feff}{\"ref\": \"x\"}", " \t\r\n{\"ref\": \"x\"}\n\n", "\u{feff} {\"ref\":\"\\u0078\"}"] {
            assert_eq!(queued(&ann, hook.unsigned(body)).await, json!({ "branch": "x" }), "{body:?}");
        }
        assert_eq!(queued(&ann, hook.unsigned("\u{feff}")).await, json!({ "branch": "main" }));
        let empty = hook.unsigned("").with("content-type", "application/octet-stream");
        assert_eq!(queued(&ann, empty).await, json!({ "branch": "main" }), "API Gateway may have added the type");
        for body in ["7", "null", "\"x\"", "[]", "true"] {
            assert_eq!(queued(&ann, hook.unsigned(body)).await, json!({ "branch": "main" }), "{body}");
        }
        let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for body in [
            "\u{feff}\u{feff}{}".as_bytes(),
            b"{}\0",
            b"\0{}",
            b"{\"ref\": \"a\0b\"}",
            b"{\"ref\": \"a\nb\"}",
            b"{} {",
            b"{}]",
            b" ",
            b"\x0c{}",
            b"{\"ref\": \"\xed\xa0\xbd\"}",
            b"{\"ref\": \"\xc0\x80\"}",
            b"{\"ref\": \"\xf4\x90\x80\x80\"}",
            &utf16,
        ] {
            unqueued(&ann, hook.unsigned(body.to_vec())).await.refused(400);
        }
        nothing_broke(stack);
    });
}

#[test]
fn a_compressed_payload_is_refused_after_it_was_proven_authentic() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\xab\xae\x05\0C\xbf\xa6\xa3\x02\0\0\0".as_slice();
        for coding in ["gzip", "br", "deflate", "identity,zstd"] {
            unqueued(&ann, hook.unsigned(gzip).header("content-encoding", coding)).await.refused(401);
            let answer = unqueued(&ann, hook.signed(gzip).header("content-encoding", coding)).await;
            assert_eq!(answer.refused(415), "The body must not be compressed: send it without `Content-Encoding`.");
            assert_eq!(ann.log_of(&answer).await["outcome"], "failed");
        }
        for coding in ["identity", "", "utf-8", "UTF-8"] {
            queued(&ann, hook.signed("{}").header("content-encoding", coding)).await;
        }
    });
}

#[test]
fn what_is_long_is_answered_in_time() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = hook_with(
            &ann,
            json!([
                { "name": "ref", "type": "string" },
                { "name": "list", "type": "array" },
                { "name": "last", "path": "list.999999", "type": "integer" },
            ]),
        )
        .await;
        let plain = ann.create_hook(&open_hook()).await;
        let array = format!("[{}7]", "0,".repeat(999_999));
        let string = "x".repeat(4 * MIB - 100);
        let members = format!("{{{}\"ref\": \"x\"}}", "\"k\": 0,".repeat(4 * MIB / 8));

        let branch = json!({ "branch": "x" });
        assert_eq!(queued(&ann, plain.unsigned(format!(r#"{{"x": {array}, "ref": "x"}}"#))).await, branch);
        assert_eq!(queued(&ann, plain.unsigned(format!(r#"{{"x": "{string}", "ref": "x"}}"#))).await, branch);
        assert_eq!(queued(&ann, plain.unsigned(members)).await, branch);
        let last = hook_with(&ann, json!([{ "name": "last", "path": "list.999999", "type": "integer" }])).await;
        assert_eq!(queued(&ann, last.unsigned(format!(r#"{{"list": {array}}}"#))).await, json!({ "last": 7 }));

        let too_large = ["settings.variables"];
        assert_eq!(unqueued(&ann, hook.unsigned(format!(r#"{{"list": {array}}}"#))).await.invalid(), too_large);
        assert_eq!(unqueued(&ann, plain.unsigned(format!(r#"{{"ref": "{string}"}}"#))).await.invalid(), too_large);
        nothing_broke(stack);
    });
}

#[test]
fn a_form_of_a_million_fields_is_answered_in_time() {
    shared(async |stack| {
        let ann = stack.user().await;
        let names: Vec<_> = (0..50).map(|number| format!("f{}", number * 2_000)).collect();
        let variables = names.iter().map(|name| json!({ "name": name, "type": "integer" })).collect();
        let hook = hook_with(&ann, variables).await;
        let form = |body: String| hook.unsigned(body).with("content-type", FORM);
        let mut distinct = String::new();
        (0..100_000).for_each(|number| write!(distinct, "f{number}={number}&").unwrap());
        let found = queued(&ann, form(distinct)).await;
        assert_eq!(found.as_object().unwrap().len(), 50);
        assert_eq!(found["f98000"], 98_000);

        assert_eq!(queued(&ann, form("f0=1&".repeat(4 * MIB / 5))).await, json!({ "f0": 1 }));
        for body in ["&".repeat(4 * MIB), "%".repeat(4 * MIB), "=".repeat(4 * MIB), "a".repeat(4 * MIB)] {
            assert_eq!(queued(&ann, form(body)).await, json!({}));
        }
        nothing_broke(stack);
    });
}

#[test]
fn bytes_of_a_form_that_are_no_text_are_replaced() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let form = |body: &'static [u8]| hook.unsigned(body).with("content-type", FORM);
        for (body, branch) in [
            (b"ref=%FFx".as_slice(), "\u{fffd}x"),
            (b"ref=\xffx", "\u{fffd}x"),
            (b"ref=%ED%A0%80", "\u{fffd}\u{fffd}\u{fffd}"),
            (b"ref=%00%0A", "\0\n"),
            (b"ref=%ZZ%4", "%ZZ%4"),
            (b"r%65f=a%3D%26b+c%2B", "a=&b c+"),
            (b"payload=%7B%22ref%22%3A%22%FF%22%7D", "\u{fffd}"),
            (b"payload={\"ref\":\"\xff\"}", "\u{fffd}"),
        ] {
            assert_eq!(
                queued(&ann, form(body)).await,
                json!({ "branch": branch }),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        for body in [b"payload=".as_slice(), b"payload", b"payload={}&payload={", b"payload=%00"] {
            let answer = form(body).send().await;
            assert!([200, 400].contains(&answer.status), "{answer:?}");
        }
        nothing_broke(stack);
    });
}
