//! Bodies of the API that no client would send: bytes that are no text, text that is no JSON, JSON that says a thing
//! twice, other types, compression, and bodies where none is read.

use harness::{Answer, Header, Hook, Pipehook, User, github_hook, nothing_broke, open_hook, raw, request, shared};
use serde_json::json;

use super::{is_refused, routes, setting};

/// The routes that read fields, with the ids of a hook.
fn with_fields(hook: &Hook<'_>, call: &Answer) -> Vec<(&'static str, String)> {
    let ends = ["/login", "/refresh-token", "/hooks/incoming", "/rotate-secret", "/test"];
    let all = routes(hook, call).into_iter();
    all.filter(|(method, path)| *method == "PUT" || ends.iter().any(|end| path.ends_with(end))).collect()
}

async fn api(stack: &Pipehook, ann: &User<'_>, route: (&str, &str), head: &[Header<'_>], body: &[u8]) -> Answer {
    let token = format!("Bearer {}", ann.access_token);
    let head = [&[("authorization", token.as_bytes())], head].concat();
    raw(stack, &request(route.0, route.1, &head, body)).await
}

const JSON: Header<'static> = ("content-type", b"application/json");

/// Short bytes that are no JSON object in UTF-8, or one that holds half a character.
const NO_OBJECTS: [&[u8]; 25] = [
    b"\xff",
    b"{\"name\": \"\xc3\x28\"}",
    b"{\"name\": \"\xed\xa0\x80\"}",
    b"{\0}\0",
    b"\xff\xfe{\0}\0",
    b"\xef\xbb\xbf{}",
    b"{",
    b"{}{}",
    b"{} x",
    b"{}\0",
    b"\0",
    b"{\"name\": \"\0\"}",
    b"{\"name\": \"\\ud800\"}",
    b"{\"\\udc00\": 1}",
    b"{\"name\": \"\\x\"}",
    b"{'name': 1}",
    b"{name: 1}",
    b"{\"name\": NaN}",
    b"{\"name\": .5}",
    b"{\"a\": 1,}",
    b"// {}",
    b"[]",
    b"7",
    b"null",
    b"\"{}\"",
];

#[test]
fn a_body_that_is_no_json_object_is_refused_on_every_route_that_reads_fields() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let before = ann.footprint().await;
        let deep = "[".repeat(30_000) + &"]".repeat(30_000);
        let unclosed = r#"{"a":"#.repeat(12_000);
        for body in NO_OBJECTS.into_iter().chain([deep.as_bytes(), unclosed.as_bytes()]) {
            for (method, path) in with_fields(&hook, &call) {
                let answer = api(stack, &ann, (method, &path), &[JSON], body).await;
                assert_eq!(answer.status, 400, "{method} {path}: {}: {answer:?}", String::from_utf8_lossy(body));
                answer.refused(400);
            }
        }
        assert_eq!(ann.footprint().await, before);
        hook.push().send().await.accepted();
        nothing_broke(stack);
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_whatever_it_holds() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let before = ann.footprint().await;
        let array = format!("[{}0]", "0,".repeat(1_000_000));
        let members = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(11_000));
        let string = format!("{{\"name\": \"{}\"}}", "x".repeat(64 * 1024));
        for body in [array, members, string] {
            // Tests hold the body of another call.
            for (method, path) in with_fields(&hook, &call).into_iter().filter(|(_, path)| !path.ends_with("/test")) {
                let answer = api(stack, &ann, (method, &path), &[JSON], body.as_bytes()).await;
                assert_eq!(answer.refused(413), "The body is larger than 65536 bytes.", "{method} {path}");
            }
        }
        assert_eq!(ann.footprint().await, before);
    });
}

/// Arrays and objects that are deep or long.
fn swollen() -> [String; 3] {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let objects = r#"{"a":"#.repeat(5_000) + "1" + &"}".repeat(5_000);
    [deep, objects, format!("[{}0]", "0,".repeat(20_000))]
}

/// The answer to who asks for a hook with one more member.
async fn ask(ann: &User<'_>, member: &str) -> Answer {
    let hook = github_hook().to_string();
    ann.post("/hooks/incoming").body(format!("{},{member}}}", hook.strip_suffix('}').unwrap())).send().await
}

#[test]
fn a_field_that_is_deep_or_long_is_refused_by_name() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        for value in swollen() {
            for field in ["name", "resource_id", "pipeline_id", "active", "secret"] {
                assert_eq!(ask(&ann, &format!("\"{field}\": {value}")).await.invalid(), [field]);
            }
        }
        let [deep, objects, long] = swollen();
        let variable = format!(r#"{{"name": "l", "type": "array", "default_value": {deep}}}"#);
        let condition = format!(r#"{{"type": "request_body", "path": "a", "accepted_values": {long}}}"#);
        for (member, field) in [
            (format!(r#""settings": {deep}"#), "settings"),
            (format!(r#""settings": {{"variables": {objects}}}"#), "settings.variables"),
            (format!(r#""settings": {{"variables": [{deep}]}}"#), "settings.variables.0"),
            (format!(r#""settings": {{"variables": [{variable}]}}"#), "settings.variables.0.default_value"),
            (
                format!(r#""trigger_when": {{"conditions": [{condition}]}}"#),
                "trigger_when.conditions.0.accepted_values",
            ),
        ] {
            let found = ask(&ann, &member).await.invalid();
            assert!(found.iter().any(|name| name == field), "{field}: {found:?}");
        }
        assert_eq!(ann.footprint().await, before);
        nothing_broke(stack);
    });
}

#[test]
fn a_field_that_is_not_known_is_refused_whatever_it_holds() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        for value in swollen().into_iter().chain(["1e999".into(), r#"["\ud800"]"#.into(), "null".into()]) {
            assert_eq!(ask(&ann, &format!("\"unknown\": {value}")).await.invalid(), ["unknown"]);
        }
        assert_eq!(ann.footprint().await, before);
        nothing_broke(stack);
    });
}

/// Dropped, each of these would have let through what it was meant to keep out, or kept what it was meant to end.
#[test]
fn every_input_refuses_a_field_that_it_does_not_know_and_does_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let (before, item) = (ann.footprint().await, hook.item().await);

        let login = json!({ "email": ann.email, "password": ann.password, "expires_in": 60 });
        assert_eq!(stack.post("/users/login").json(&login).send().await.invalid(), ["expires_in"]);
        let refresh = json!({ "refresh_token": ann.refresh_token, "scope": "read" });
        assert_eq!(stack.post("/users/refresh-token").json(&refresh).send().await.invalid(), ["scope"]);
        let rotation = json!({ "overlap": 0 });
        let rotate = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id));
        assert_eq!(rotate.json(&rotation).send().await.invalid(), ["overlap"]);
        let condition = json!({ "type": "request_body", "path": "ref", "accepted_values": ["main"], "negate": true });
        for (change, field) in [
            (json!({ "activ": false }), "activ"),
            (json!({ "settings": { "variable": [] } }), "settings.variable"),
            (
                json!({ "settings": { "variables": [{ "name": "a", "type": "string", "default": "x" }] } }),
                "settings.variables.0.default",
            ),
            (json!({ "trigger_when": { "event": "push" } }), "trigger_when.event"),
            (json!({ "trigger_when": { "events": ["push"] } }), "trigger_when.events"),
            (json!({ "trigger_when": { "conditions": [condition] } }), "trigger_when.conditions.0.negate"),
        ] {
            let mut draft = github_hook();
            draft.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            assert_eq!(ann.ask_for_hook(&draft).await.invalid(), [field]);
            let of_pipeline = ann.post("/pipelines/7/hooks/incoming").json(&draft);
            assert_eq!(of_pipeline.send().await.invalid(), [field]);
            assert_eq!(ann.put_hook(&hook, &change).await.invalid(), [field]);
        }
        assert_eq!((ann.footprint().await, hook.item().await), (before, item), "nothing was stored or changed");
        let refresh = json!({ "refresh_token": ann.refresh_token });
        stack.post("/users/refresh-token").json(&refresh).send().await.is(200);
    });
}

#[test]
fn an_administrator_who_misspells_a_field_is_told_so_and_the_user_stays_as_it_is() {
    shared(async |stack| {
        let ann = stack.user().await;
        let user = json!({
            "email": ann.email, "name": "Ann", "project_id": ann.project, "environment_id": 1, "activ": false,
        });

        let refused = stack.put_user(&user).await.unwrap_err().to_string();

        assert!(refused.contains("The field `activ` is not known: the fields here are `email`, "), "{refused}");
        assert_ne!(ann.get("/users/me").send().await.is(200)["name"], "Ann");
    });
}

#[test]
fn what_get_shows_put_takes_back() {
    shared(async |stack| {
        let ann = stack.user().await;
        for draft in [github_hook(), open_hook()] {
            let hook = ann.create_hook(&draft).await;
            let path = format!("/hooks/incoming/{}", hook.id);
            let shown = ann.get(&path).send().await.is(200);
            assert_eq!(ann.call("PUT", &path).json(&shown).send().await.status, 204, "{shown}");
            let mut again = ann.get(&path).send().await.is(200);
            again["updated_at"] = shown["updated_at"].clone();
            assert_eq!(again, shown);
        }
    });
}

#[test]
fn of_two_fields_with_one_name_the_last_counts() {
    shared(async |stack| {
        let ann = stack.user().await;
        let body = r#"{"name": "first", "action_type": "stop", "resource_type": "server", "resource_id": 1,
            "requires_secret": true, "name": "last", "action_type": "deploy", "resource_type": "application",
            "resource_id": 42, "requires_secret": false, "settings": {"variables": [{"name": "a", "type": "string"}]},
            "settings": {"variables": 7,
                "variables": [{"name": "a", "name": "b", "type": "array", "type": "string"}]}}"#;
        let hook = ann.post("/hooks/incoming").body(body).send().await.is(201);
        assert_eq!((&hook["name"], &hook["requires_secret"]), (&json!("last"), &json!(false)));
        assert_eq!((&hook["action_type"], &hook["resource_id"]), (&json!("deploy"), &json!(42)));
        let variables = json!([
            { "name": "b", "source": "body", "path": "b", "type": "string", "required": false, "default_value": null,
              "max_length": null, "allowed_values": [] },
        ]);
        assert_eq!(hook["settings"]["variables"], variables);

        let log_in = async |first: &str, last: &str| {
            let body = format!(r#"{{"email": "{}", "password": "{first}", "password": "{last}"}}"#, ann.email);
            stack.post("/users/login").body(body).send().await
        };
        log_in(&ann.password, "not the password").await.refused(401);
        log_in("not the password", &ann.password).await.is(200);
        let null = r#"{"refresh_token": "x", "refresh_token": null}"#;
        assert_eq!(stack.post("/users/refresh-token").body(null).send().await.invalid(), ["refresh_token"]);
    });
}

#[test]
fn a_body_of_another_type_is_refused_and_a_charset_is_not_looked_at() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let before = ann.footprint().await;
        for kind in [
            b"".as_slice(),
            b"json",
            b"text/plain",
            b"text/json",
            b"application/x-www-form-urlencoded",
            b"multipart/form-data; boundary=x",
            b"application/vnd.api+json",
            b"application/json2",
            b"application/json, text/plain",
            b"application/json\tx",
            b";application/json",
            b"application /json",
        ] {
            for (method, path) in with_fields(&hook, &call) {
                let answer =
                    api(stack, &ann, (method, &path), &[("content-type", kind)], b"{\"overlap_seconds\": 0}").await;
                assert_eq!(answer.status, 415, "{method} {path} {}: {answer:?}", String::from_utf8_lossy(kind));
                answer.refused(415);
            }
        }
        for coding in ["gzip", "GZip", "br", "deflate", "zstd", "identity, gzip"] {
            for (method, path) in with_fields(&hook, &call) {
                let head = [JSON, ("content-encoding", coding.as_bytes())];
                let message = api(stack, &ann, (method, &path), &head, b"\x1f\x8b\x08").await.refused(415);
                assert_eq!(message, "The body must not be compressed: send it without `Content-Encoding`.");
            }
        }
        assert_eq!(ann.footprint().await, before);
        hook.push().send().await.accepted();

        let body = github_hook().to_string();
        for kind in ["application/json; charset=utf-8", "APPLICATION/JSON ;charset=\"utf-16\"", "application/json;;"] {
            let head = [("content-type", kind.as_bytes()), ("content-encoding", b"utf-8".as_slice())];
            api(stack, &ann, ("POST", "/hooks/incoming"), &head, body.as_bytes()).await.is(201);
        }
        api(stack, &ann, ("POST", "/hooks/incoming"), &[], body.as_bytes()).await.is(201);
    });
}

#[test]
fn an_empty_body_has_no_fields() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let before = ann.footprint().await;
        let needs_any = |(_, path): &(&str, String)| {
            !["/rotate-secret", &format!("{}/test", hook.id)].iter().any(|end| path.ends_with(end))
        };
        for (method, path) in with_fields(&hook, &call).into_iter().filter(needs_any) {
            for head in [&[][..], &[JSON], &[("content-length", b"0".as_slice())], &[("content-type", b"x/y")]] {
                assert!(!api(stack, &ann, (method, &path), head, b"").await.invalid().is_empty(), "{method} {path}");
            }
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_body_where_none_is_read_does_not_matter() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let large = "[".repeat(70_000);
        let odd = [("content-type", b"x".as_slice()), ("content-encoding", b"gzip")];
        let is_bare = |(method, path): &(&str, String)| {
            *method == "GET" && !path.ends_with("/logout") || path.ends_with("/retry") || *method == "DELETE"
        };
        let mut bare: Vec<_> = routes(&hook, &call).into_iter().filter(is_bare).collect();
        bare.sort_by_key(|(method, _)| *method == "DELETE");
        for (method, path) in bare {
            let answer = api(stack, &ann, (method, &path), &odd, large.as_bytes()).await;
            assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        }
        ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.refused(404);
        for method in ["GET", "POST"] {
            assert_eq!(api(stack, &ann, (method, "/users/logout"), &odd, large.as_bytes()).await.status, 204);
        }
        let unknown = api(stack, &ann, ("PATCH", "/users/me"), &odd, large.as_bytes()).await;
        is_refused(&unknown, "PATCH");
        nothing_broke(stack);
    });
}
