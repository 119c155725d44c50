//! Paths and queries as bytes: percent-encoding, dots, characters that no id has, and pages that cannot be.

use harness::{Header, Pipehook, alone, document, github_hook, nothing_broke, open_hook, raw, request, shared};
use serde_json::json;

use super::{is_refused, setting};

/// What may stand in the place of an id.
const NO_IDS: &[&[u8]] = &[
    b"%00",
    b"%2F",
    b"%5C",
    b"..",
    b".",
    b"%2e%2e",
    b"%2E%2E%2Fincoming",
    b"%25",
    b"%2534%2532",
    b"%",
    b"%Z",
    b"%ZZ",
    b"%FF",
    b"%C3%28",
    b"%ED%A0%80",
    b"%F0%9F%98%80",
    b"%E2%80%8B42",
    b"%D9%A4%D9%A2",
    b"%EF%BC%94%EF%BC%92",
    b"\xc3\xa9",
    b"\xff",
    b"42%00",
    b"42%20",
    b"%0A42",
    b"+42",
    b"-0",
    b"4.2e1",
    b"0x2a",
    b"1e400",
    b"18446744073709551658",
    b"{hook_id}",
    b"%7Bhook_id%7D",
    b"null",
    b";",
    b"a;b=c",
    b"*",
    b"'or'1'='1",
    b"$default",
];

#[test]
fn what_is_no_id_names_nothing_on_any_route() {
    shared(async |stack| {
        let (ann, hook, _) = setting(stack).await;
        let (before, token) = (ann.footprint().await, format!("Bearer {}", ann.access_token));
        let head: [Header<'_>; 1] = [("authorization", token.as_bytes())];
        let long = "4".repeat(8_000);
        for id in NO_IDS.iter().copied().chain([long.as_bytes(), hook.id.to_uppercase().as_bytes()]) {
            for (method, start, end) in [
                ("GET", "/hooks/incoming/", ""),
                ("PUT", "/hooks/incoming/", ""),
                ("DELETE", "/hooks/incoming/", ""),
                ("POST", "/hooks/incoming/", "/rotate-secret"),
                ("POST", "/hooks/incoming/", "/test"),
                ("GET", "/hooks/incoming/", "/requests"),
                ("POST", "/hooks/", "/trigger"),
                ("GET", "/hook-requests/", ""),
                ("POST", "/hook-requests/", "/retry"),
                ("GET", "/applications/", "/hooks"),
                ("GET", "/", "/42/hooks"),
                ("GET", "/pipelines/", "/hooks"),
            ] {
                let target = [start.as_bytes(), id, end.as_bytes()].concat();
                let what = format!("{method} {}", String::from_utf8_lossy(&target));
                let answer = raw(stack, &request(method, &target, &head, b"")).await;
                is_refused(&answer, &what);
                assert!([400, 404, 405].contains(&answer.status), "{what}: {answer:?}");
            }
        }
        assert_eq!(ann.footprint().await, before);
        nothing_broke(stack);
    });
}

#[test]
fn a_pipeline_in_the_path_that_is_no_id_makes_no_hook() {
    shared(async |stack| {
        let (ann, _, _) = setting(stack).await;
        let (before, token) = (ann.footprint().await, format!("Bearer {}", ann.access_token));
        let head: [Header<'_>; 2] = [("authorization", token.as_bytes()), ("content-type", b"application/json")];
        let hook = github_hook().to_string();
        for id in NO_IDS {
            let target = [b"/pipelines/", *id, b"/hooks/incoming"].concat();
            let answer = raw(stack, &request("POST", &target, &head, hook.as_bytes())).await;
            is_refused(&answer, &String::from_utf8_lossy(&target));
        }
        assert_eq!(ann.footprint().await, before);
    });
}

/// Every character percent-encoded.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"))
}

#[test]
fn an_id_may_be_percent_encoded_and_is_shown_plain() {
    shared(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        ann.get(&format!("/hooks/incoming/{}", encoded(&hook.id))).send().await.is(200);
        ann.get(&format!("/hook-requests/{}", encoded(call.request_id()))).send().await.is(200);
        let list = ann.get("/%61pplications/%34%32/hooks").send().await;
        assert_eq!(list.is(200)[0]["id"], hook.id);
        assert!(
            list.header("link").contains(&format!("<{}/applications/42/hooks?page=1", stack.api_url())),
            "{list:?}"
        );
        let open = ann.create_hook(&open_hook()).await;
        stack.post(&format!("/hooks/{}/trigger", encoded(&open.id))).body("{}").send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 2);
    });
}

#[test]
fn a_path_that_is_almost_a_route_is_none() {
    shared(async |stack| {
        let (ann, hook, _) = setting(stack).await;
        let before = ann.footprint().await;
        let body = "{\"ref\": \"refs/heads/main\"}";
        let signature = hook.signed(body).header_value("x-hub-signature-256").unwrap().to_owned();
        let head: [Header<'_>; 1] = [("x-hub-signature-256", signature.as_bytes())];
        let id = &hook.id;
        let deep = format!("/{}", "a/".repeat(4_000));
        for target in [
            format!("//hooks/{id}/trigger"),
            format!("/hooks//{id}/trigger"),
            format!("/hooks/{id}/trigger/"),
            format!("/hooks/{id}//trigger"),
            format!("/./hooks/{id}/trigger"),
            format!("/x/../hooks/{id}/trigger"),
            format!("/hooks/{id}/trigger/.."),
            format!("/hooks/{id}/trigger%00"),
            format!("/hooks/{id}/trigger%2F"),
            format!("/hooks/{id}/trigger;x"),
            format!("/Hooks/{id}/trigger"),
            format!("/hooks/{id}/Trigger"),
            format!("/$default/hooks/{id}/trigger"),
            format!("/prod/hooks/{id}/trigger"),
            format!("hooks/{id}/trigger"),
            "*".into(),
            String::new(),
            "?".into(),
            deep,
        ] {
            let answer = raw(stack, &request("POST", &target, &head, body.as_bytes())).await;
            is_refused(&answer, &target);
        }
        assert_eq!(ann.footprint().await, before);
        nothing_broke(stack);
    });
}

/// The status of a list under this query.
async fn status(stack: &Pipehook, path: &str, token: &str, query: &str) -> u16 {
    let head: [Header<'_>; 1] = [("authorization", token.as_bytes())];
    raw(stack, &request("GET", format!("{path}?{query}"), &head, b"")).await.status
}

#[test]
fn a_query_is_read_as_far_as_it_says_a_page_and_no_further() {
    shared(async |stack| {
        let (ann, hook, _) = setting(stack).await;
        let token = format!("Bearer {}", ann.access_token);
        let lists = ["/applications/42/hooks", "/pipelines/7/hooks", &format!("/hooks/incoming/{}/requests", hook.id)];
        let long = format!("x={}", "%41".repeat(3_000));
        let many = "page=1&".repeat(1_200);
        for (query, expected) in [
            ("", 200),
            ("&&&=;=&%", 200),
            ("%ZZ=%ZZ&%FF=%00", 200),
            ("Page=0&PAGE=x&page[]=x&page.x=y", 200),
            ("page=%31&per_page=%32%30", 200),
            ("p%61ge=0", 422),
            ("page=1&page=0", 200),
            ("page=0&page=1", 422),
            ("page=1000001", 422),
            ("page", 422),
            ("page=%FF", 422),
            ("page=%D9%A1", 422),
            ("page=1%00", 422),
            ("page=1%26per_page=0", 422),
            ("page=+1", 422),
            ("page=-0", 422),
            ("page=1e0", 422),
            ("per_page=1e9", 422),
            ("per_page=-1", 422),
            ("per_page=9999999999999999999999", 422),
            ("per_page=100;page=0", 422),
            (&long, 200),
            (&many, 200),
        ] {
            for list in lists {
                assert_eq!(status(stack, list, &token, query).await, expected, "{list}?{query}");
            }
        }
        // The log is read from its newest call on, so a page that is far back would read all that is before it.
        for (list, expected) in lists.into_iter().zip([200, 200, 422]) {
            assert_eq!(status(stack, list, &token, "page=1000000&per_page=100").await, expected, "{list}");
        }
        nothing_broke(stack);
    });
}

#[test]
fn a_query_does_not_matter_where_none_is_read() {
    alone(async |stack| {
        let (ann, hook, call) = setting(stack).await;
        let query = "?hook_id=x&page=0&id=%00&secret=x&%ZZ&overlap_seconds=x";
        let signed = hook.push();
        ann.get(&format!("/hooks/incoming/{}{query}", hook.id)).send().await.is(200);
        ann.get(&format!("/hook-requests/{}{query}", call.request_id())).send().await.is(200);
        ann.get(&format!("/users/me{query}")).send().await.is(200);
        let signature = signed.header_value("x-hub-signature-256").unwrap().to_owned();
        let body = br#"{"ref":"refs/heads/main","repository":{"full_name":"example/shop"}}"#;
        let head: [Header<'_>; 1] = [("x-hub-signature-256", signature.as_bytes())];
        let target = format!("/hooks/{}/trigger{query}", hook.id);
        raw(stack, &request("POST", target, &head, body)).await.accepted();
        assert!(stack.logs().iter().all(|line| !line.text.contains("overlap_seconds")), "a query is not logged");
    });
}

#[test]
fn a_path_with_an_id_where_a_resource_type_belongs_is_told_the_route_that_was_meant() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (method, path) in [
            ("POST", "/pipelines/7/hooks"),
            ("POST", "/pipelines/4562697418899456/hooks"),
            ("GET", "/pipelines/7/steps"),
            ("GET", "/actions/7/steps"),
            ("GET", "/actions/7/targets"),
            ("GET", "/actions/7/logs"),
            ("GET", "/actions/7/cancel"),
        ] {
            let before = ann.footprint().await;
            let draft = json!({ "name": "deploy the shop", "operation": "deploy", "requires_secret": false });

            let message = ann.call(method, path).json(&draft).send().await.refused(404);

            let prefix = "This path takes a resource type, such as `application`, and not an id. ";
            let meant = message.strip_prefix(prefix).unwrap_or_default();
            let (method, meant) = meant.split_once(' ').unwrap_or_default();
            let (path, _) = meant.split_once(' ').unwrap_or_default();
            assert!(document().operation(method, path).is_some(), "{method} {path} is no route: {message}");
            assert_eq!(ann.footprint().await, before);
        }
    });
}

#[test]
fn a_resource_type_in_the_wrong_number_is_told_with_the_right_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (path, expected) in [
            ("/pipelines/ssh-keys/42", "Write it in the singular: `ssh-key`."),
            ("/actions/applications/42", "Write it in the singular: `application`."),
            ("/actions/targets/applications/42", "Write it in the singular: `application`."),
            ("/environments/1/actions/servers", "Write it in the singular: `server`."),
            (&format!("/projects/{}/actions/servers", ann.project), "Write it in the singular: `server`."),
            ("/ssh-key/42/hooks", "Write it in the plural: `ssh-keys`."),
            ("/pipelines/widget/42", "It must be one of application, credential, cronjob, "),
            ("/widgets/42/hooks", "It must be one of applications, credentials, cronjobs, "),
        ] {
            let message = ann.get(path).send().await.refused(404);
            let hint = message.strip_prefix("The resource type was not found. ").unwrap_or_default();
            assert!(hint.starts_with(expected), "{path}: {message}");
        }
    });
}
