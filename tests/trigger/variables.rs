//! Variables from outside: where they come from, what a sender may choose, and what is remembered for a retry.

use harness::{Hash, alone, open_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

use super::numbers::variables;

const FORM: &str = "application/x-www-form-urlencoded";

fn with(variables: &Json) -> Json {
    let mut hook = open_hook();
    hook["settings"] = json!({ "variables": variables });
    hook
}

/// A variable from a header, one from the query and one from the body, each of two values.
fn bounded() -> Json {
    json!([
        { "name": "stage", "source": "query", "type": "string", "allowed_values": ["staging", "production"] },
        { "name": "size", "source": "header", "path": "X-Size", "type": "number", "allowed_values": [1.5, 20] },
        { "name": "title", "type": "string", "max_length": 5 },
    ])
}

#[test]
fn headers_parameters_and_fields_are_read_as_the_declared_type() {
    alone(async |stack| {
        let ann = stack.user().await;
        let typed = |source: &str| {
            let variable =
                |kind: &str| json!({ "name": kind, "source": source, "path": format!("v-{kind}"), "type": kind });
            Json::from(["string", "integer", "number", "boolean"].map(variable).to_vec())
        };
        let [header, query, form] = [typed("header"), typed("query"), typed("body")];
        let [header, query, form] = [
            ann.create_hook(&with(&header)).await,
            ann.create_hook(&with(&query)).await,
            ann.create_hook(&with(&form)).await,
        ];
        let calls = |[string, integer, number, boolean]: [&str; 4]| {
            let pairs = format!("v-string={string}&v-integer={integer}&v-number={number}&v-boolean={boolean}");
            let in_headers = header.unsigned("{}").header("v-string", string).header("v-integer", integer);
            let in_headers = in_headers.header("v-number", number).header("v-boolean", boolean);
            let in_query = query.unsigned("{}").query(&pairs);
            [in_headers, in_query, form.unsigned(pairs.clone()).with("content-type", FORM)]
        };
        let mut landed = stack.watch_messages();
        for (values, expected) in [
            (["0012", "12", "12.30", "true"], r#"{"string":"0012","integer":12,"number":12.30,"boolean":true}"#),
            (["", "", "", ""], r#"{"string":""}"#),
            (
                ["true", "-1", "18446744073709551617", "false"],
                r#"{"string":"true","integer":-1,"number":18446744073709551617,"boolean":false}"#,
            ),
        ] {
            for call in calls(values) {
                call.send().await.accepted();
                assert_eq!(variables(&mut landed), expected, "{call:?}");
            }
        }
        for call in calls(["a", "012", "1,5", "yes"]) {
            assert_eq!(call.send().await.invalid(), ["boolean", "integer", "number"], "{call:?}");
        }
        assert_eq!(ann.jobs().await.len(), 9);
    });
}

#[test]
fn what_is_absent_takes_the_default_or_refuses_the_call_wherever_it_was_to_come_from() {
    shared(async |stack| {
        let ann = stack.user().await;
        let variables = json!([
            { "name": "stage", "source": "query", "type": "integer", "default_value": 7 },
            { "name": "x-kind", "source": "header", "type": "string", "required": true },
            { "name": "env", "source": "query", "type": "boolean", "required": true },
        ]);
        let hook = ann.create_hook(&with(&variables)).await;

        let answer = hook.unsigned("{}").query("env=").send().await;
        let [env, kind] = <[String; 2]>::try_from(answer.invalid()).unwrap();
        assert_eq!((&*env, &*kind), ("env", "x-kind"));
        let said = answer.json()["errors"].clone();
        assert_eq!(said["env"][0], "The field `env` is required, but the query of the call has no parameter `env`.");
        assert_eq!(said["x-kind"][0], "The field `x-kind` is required, but the call has no header `x-kind`.");
        assert_eq!(ann.jobs().await.len(), 0);

        hook.unsigned("{}").query("stage=&env=true&env=x").header("X-Kind", "a").send().await.accepted();
        let job = &ann.jobs().await[0].body;
        assert_eq!(job["variables"], json!({ "stage": 7, "x-kind": "a", "env": true }), "the first of two counts");
    });
}

#[test]
fn a_sender_chooses_only_what_the_hook_allows() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&with(&bounded())).await;
        let call = |stage: &str, size: &str, title: &str| {
            let body = json!({ "title": title }).to_string();
            hook.unsigned(body).query(&format!("stage={stage}")).header("x-size", size)
        };
        for (stage, size, title, fields) in [
            ("Staging", "1.5", "short", vec!["stage"]),
            ("staging%20", "1.5", "short", vec!["stage"]),
            ("", "1.5", "short", vec!["stage"]),
            ("staging", "1.51", "short", vec!["size"]),
            ("staging", "1.5", "longer", vec!["title"]),
            ("mark-of-a-choice", "2", "mark-of-a-title", vec!["size", "stage", "title"]),
        ] {
            let answer = call(stage, size, title).send().await;

            assert_eq!(answer.invalid(), fields, "{stage} {size} {title}");
            let text = answer.text();
            for secret in ["mark-of-a-choice", "mark-of-a-title", "production", "20"] {
                let words = text.replace(answer.request_id(), "");
                assert!(!words.contains(secret), "{secret}: {words}");
            }
            let logged = ann.log_of(&answer).await;
            assert_eq!((&logged["outcome"], &logged["response_status_code"]), (&json!("failed"), &json!(422)));
            assert_eq!(logged["request_body"], json!({ "title": title }), "the owner sees what was sent");
        }
        assert_eq!(ann.jobs().await.len(), 0);

        call("production", "20.0", "short").send().await.accepted();
        let expected = json!({ "stage": "production", "size": 20.0, "title": "short" });
        assert_eq!(ann.jobs().await[0].body["variables"], expected);
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of what is refused")]
fn no_variable_takes_the_proof_of_a_call_or_what_the_log_masks() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let taking = |hook: &Json, source: &str, path: &str| {
            let mut hook = hook.clone();
            let kind = if path.contains('*') { "array" } else { "string" };
            hook["settings"] = json!({ "variables": [{ "name": "v", "source": source, "path": path, "type": kind }] });
            hook
        };
        let of = |provider: &str, secret: &str| {
            let mut hook = open_hook();
            hook["requires_secret"] = true.into();
            hook["provider"] = provider.into();
            hook["secret"] = secret.into();
            hook
        };
        let signed = signed_hook("x-signed", Hash::Sha256);
        let (figma, adyen) = (of("figma", "a passcode of sixteen"), of("adyen", &"ab".repeat(32)));
        for (hook, source, path) in [
            (&signed, "header", "X-Signed"),
            (&open_hook(), "header", "Authorization"),
            (&open_hook(), "header", "proxy-authorization"),
            (&open_hook(), "header", "Cookie"),
            (&open_hook(), "header", "X-Hub-Signature-256"),
            (&open_hook(), "header", "X-Api-Key"),
            (&open_hook(), "query", "access_Token"),
            (&of("mailchimp", "a secret in the query"), "query", "secret"),
            (&of("pandadoc", "a secret of a provider"), "query", "signature"),
            (&figma, "body", "passcode"),
            (&figma, "body", "$.passcode"),
            (&figma, "body", "*"),
            (&adyen, "body", "notificationItems[0].NotificationRequestItem.additionalData.hmacSignature"),
            (&adyen, "body", "notificationItems.*.NotificationRequestItem.additionalData.*"),
        ] {
            let refused = ann.ask_for_hook(&taking(hook, source, path)).await;
            assert_eq!(refused.invalid(), ["settings.variables.0.path"], "{path}");
        }
        assert_eq!(ann.footprint().await, before);

        let hook = ann.create_hook(&taking(&signed, "header", "x-other")).await;
        let moved = ann.put_hook(&hook, &json!({ "secret_header_name": "X-Other" })).await;
        assert_eq!(moved.invalid(), ["settings.variables.0.path"]);
    });
}

#[test]
fn no_scheme_takes_its_event_from_the_header_with_the_proof() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        for fact in ["event", "delivery_id"] {
            let mut custom = open_hook();
            custom["requires_secret"] = true.into();
            custom["provider"] = "custom".into();
            custom["verification"] = json!({ "type": "token", "header": "x-plain", fact: { "header": "X-Plain" } });
            assert_eq!(ann.ask_for_hook(&custom).await.invalid(), [format!("verification.{fact}")]);
        }
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn a_retry_has_the_headers_and_parameters_that_variables_take() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&with(&bounded())).await;
        let call = hook.unsigned(r#"{"title": "a"}"#).query("x=1&stage=staging").header("x-size", "1.50").send().await;
        call.accepted();

        let retry = ann.retry(call.request_id()).await.is(201);

        assert_eq!((&retry["outcome"], &retry["request_query"]), (&json!("queued"), &json!("stage=staging")));
        let jobs = ann.jobs().await;
        assert_eq!(jobs.len(), 2);
        for job in jobs {
            assert_eq!(job.body["variables"], json!({ "stage": "staging", "size": 1.5, "title": "a" }));
        }
        let other = json!({ "settings": { "variables": [{ "name": "x", "source": "query", "type": "string" }] } });
        assert_eq!(ann.put_hook(&hook, &other).await.status, 204);
        assert_eq!(ann.retry(call.request_id()).await.is(201)["outcome"], "queued");
        assert_eq!(ann.jobs().await[2].body["variables"], json!({}), "others are not kept");
    });
}

#[test]
fn a_change_keeps_what_it_leaves_out_of_the_variables_that_it_names() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&with(&bounded())).await;
        let shown =
            || async { ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200)["settings"].clone() };
        let put =
            async |variables: &Json| ann.put_hook(&hook, &json!({ "settings": { "variables": variables } })).await;
        let before = shown().await;
        // What the published clients keep of an answer.
        let known = json!([
            { "name": "stage", "path": "stage", "type": "string", "required": false, "default_value": null },
            { "name": "size", "path": "x-size", "type": "number", "required": false, "default_value": null },
            { "name": "title", "path": "title", "type": "string", "required": false, "default_value": null },
        ]);
        for back in
            [&known, &before["variables"], &json!([{ "name": "stage" }, { "name": "size" }, { "name": "title" }])]
        {
            assert_eq!(put(back).await.status, 204);
            assert_eq!(shown().await, before);
        }

        let refused = put(&json!([{ "name": "stage", "type": "boolean" }])).await;
        assert_eq!(refused.invalid(), ["settings.variables.0.allowed_values"]);
        assert_eq!(shown().await, before);
        assert_eq!(
            put(&json!([{ "name": "stage", "type": "boolean", "allowed_values": [], "source": null }])).await.status,
            204
        );
        let expected = json!([{
            "name": "stage", "source": "body", "path": "stage", "type": "boolean", "required": false,
            "default_value": null, "max_length": null, "allowed_values": [],
        }]);
        assert_eq!(shown().await["variables"], expected);
    });
}

#[test]
fn a_test_shows_where_variables_come_from_and_why_they_are_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&with(&bounded())).await;
        let try_out =
            async |call: Json| ann.post(&format!("/hooks/incoming/{}/test", hook.id)).json(&call).send().await.is(200);
        let before = ann.footprint().await;

        let good = try_out(json!({
            "query": "stage=production", "headers": { "X-Size": "20" }, "body": { "title": "a" },
        }))
        .await;
        let bad =
            try_out(json!({ "query": "stage=prod", "headers": { "X-Size": "2" }, "body": { "title": "a longer" } }))
                .await;

        assert_eq!(good["job"]["variables"], json!({ "stage": "production", "size": 20, "title": "a" }));
        let first = &good["variables"][0];
        assert_eq!(first["value"], "production");
        assert_eq!((&first["variable"]["source"], &first["variable"]["path"]), (&json!("query"), &json!("stage")));
        assert_eq!(first["variable"]["allowed_values"], json!(["staging", "production"]));
        assert_eq!(good["variables"][2]["variable"]["max_length"], 5);
        let faults: Vec<_> = bad["variables"].as_array().unwrap().iter().map(|it| it["fault"].clone()).collect();
        assert_eq!(
            faults,
            [
                "The field `stage` must be one of the values that the hook allows.",
                "The field `size` must be one of the values that the hook allows.",
                "The field `title` must be at most 5 characters long.",
            ]
        );
        assert_eq!((&bad["outcome"], &bad["job"]), (&json!("failed"), &Json::Null));
        assert_eq!(ann.footprint().await, before);
    });
}
