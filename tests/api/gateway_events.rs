//! Events as no client and no API Gateway writes them, given to each function directly. Whatever arrives, the function
//! answers: a panic would be a failed invocation.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Hook, Pipehook, alone, github_hook, nothing_broke, shared};
use serde_json::{Value as Json, json};

/// Every function that has a route.
const FUNCTIONS: [&str; 23] = [
    "UserLogin",
    "UserRefresh",
    "UserLogout",
    "UserMe",
    "UserList",
    "UserPassword",
    "TokenCreate",
    "TokenList",
    "TokenGet",
    "TokenRevoke",
    "TokenRotate",
    "HookCreate",
    "HookList",
    "HookGet",
    "HookUpdate",
    "HookDelete",
    "HookRotateSecret",
    "HookTest",
    "HookTrigger",
    "RequestList",
    "RequestGet",
    "RequestRetry",
    "RequestRetryMany",
];

const MARK: &str = "mark-of-the-body";

/// What the function answers; fails when the invocation does.
async fn invoke(stack: &Pipehook, function: &str, event: impl Into<Vec<u8>>) -> Json {
    let event = event.into();
    let what = String::from_utf8_lossy(&event[..event.len().min(300)]).into_owned();
    let answer = stack.invoke(function, event).await.unwrap();
    let payload = serde_json::from_slice(&answer.payload).unwrap();
    assert_eq!(answer.function_error, None, "{function}: {what}: {payload}");
    payload
}

fn event() -> Json {
    json!({
        "version": "2.0", "routeKey": "POST /x", "rawPath": "/x", "rawQueryString": "", "headers": {},
        "requestContext": { "domainName": "api.example.com", "http": { "method": "POST" }, "stage": "$default" },
        "isBase64Encoded": false,
    })
}

fn with(change: impl FnOnce(&mut Json)) -> Json {
    let mut event = event();
    change(&mut event);
    event
}

/// Turns an event into another one.
type Change = Box<dyn Fn(&mut Json)>;

/// Nothing that a function can make a call of.
fn unreadable() -> Vec<String> {
    let mut events: Vec<String> = ["null", "true", "7", "\"x\"", "[]", "{}"].map(Into::into).into();
    events.push("[".repeat(100_000) + &"]".repeat(100_000));
    events.push(r#"{"rawPath": "/\ud800", "requestContext": {"http": {}}}"#.into());
    let changes: Vec<Change> = vec![
        Box::new(|event| drop(event.as_object_mut().unwrap().remove("requestContext"))),
        Box::new(|event| drop(event.as_object_mut().unwrap().remove("rawPath"))),
        Box::new(|event| drop(event["requestContext"].as_object_mut().unwrap().remove("http"))),
        Box::new(|event| event["requestContext"] = json!([])),
        Box::new(|event| event["rawPath"] = json!(["/x"])),
        Box::new(|event| event["rawQueryString"] = json!(7)),
        Box::new(|event| event["headers"] = json!("x: y")),
        Box::new(|event| event["headers"] = json!({ "x": ["y"] })),
        Box::new(|event| event["cookies"] = json!("a=b")),
        Box::new(|event| event["pathParameters"] = json!(["x"])),
        Box::new(|event| event["body"] = json!({ "a": MARK })),
        Box::new(|event| event["isBase64Encoded"] = json!("true")),
        // The formats of REST APIs and of load balancers.
        Box::new(|event| {
            let context = json!({ "path": "/x", "stage": "x" });
            *event = json!({
                "version": "1.0", "path": "/x", "httpMethod": "POST", "headers": {}, "requestContext": context,
            });
        }),
        Box::new(|event| *event = json!({ "path": "/x", "httpMethod": "POST", "requestContext": { "elb": {} } })),
        Box::new(|event| *event = json!({ "Records": [{ "eventSource": "aws:sqs", "body": MARK }] })),
    ];
    events.extend(changes.iter().map(|change| with(change).to_string()));
    for body in [MARK, "e30", "e3 0=", "e30=\n", "e30==", "4-__", "=", "{}"] {
        events.push(with(|event| (event["body"], event["isBase64Encoded"]) = (json!(body), json!(true))).to_string());
    }
    events
}

#[test]
fn what_is_no_event_is_answered_400_by_every_function_and_logged_without_what_it_says() {
    alone(async |stack| {
        for function in FUNCTIONS {
            for event in unreadable() {
                let answer = invoke(stack, function, event).await;
                assert_eq!(answer["statusCode"], 400, "{function}: {answer}");
                let body: Json = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
                assert_eq!(body["message"], "The request cannot be read.");
                assert_eq!(body["request_id"], answer["headers"]["x-request-id"]);
                assert_eq!(answer["headers"]["content-type"], "application/json");
            }
        }
        let warnings = stack.logs().iter().filter(|line| line.text.contains("is no event of API Gateway")).count();
        assert_eq!(warnings, FUNCTIONS.len() * unreadable().len());
        assert!(stack.logs().iter().all(|line| !line.text.contains(MARK)));
        let writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "SendMessage"];
        assert!(stack.aws_calls().iter().all(|call| !writes.contains(&call.operation.as_str())));
        nothing_broke(stack);
    });
}

/// What is odd, but no reason not to look at the call; `lambda_http` panics for many of these.
fn odd() -> Vec<Json> {
    let mut events = Vec::new();
    for host in ["", "a b", "a<b", "1.2.3.4.5", "a.999", "a:99999", "xn--a", "[::1", "a%", "\u{0}", "\u{1f600}"] {
        events.push(with(|event| event["headers"]["Host"] = json!(host)));
        events.push(with(|event| event["requestContext"]["domainName"] = json!(host)));
    }
    for scheme in ["", "a b", "https,http", "1", &"a".repeat(65), "\n"] {
        events.push(with(|event| event["headers"]["x-forwarded-proto"] = json!(scheme)));
    }
    for query in ["a b", "<", ">", "\"", "\u{1}", "\u{7f}", "page=\u{0}", "#?", &"a=&".repeat(100_000)] {
        events.push(with(|event| event["rawQueryString"] = json!(query)));
    }
    for path in ["", ":a", "a b", "//", "\u{0}", "/%", &"/a".repeat(100_000)] {
        events.push(with(|event| event["rawPath"] = json!(path)));
    }
    events.push(with(|event| drop(event.as_object_mut().unwrap().remove("headers"))));
    events.push(with(|event| event["headers"] = Json::Null));
    events.push(with(|event| event["headers"] = json!({ "": "", " ": "\r\n", "x\ny": "\u{0}", "\u{e9}": "\u{ffff}" })));
    let many = (0..50_000).map(|number| (format!("x-{number}"), json!(""))).collect();
    events.push(with(|event| event["headers"] = Json::Object(many)));
    events.push(with(|event| event["headers"]["x-large"] = json!("x".repeat(1 << 20))));
    events.push(with(|event| event["headers"]["authorization"] = json!("Bearer \u{e9}")));
    events.push(with(|event| event["headers"]["content-type"] = json!("\u{0}")));
    events.push(with(|event| event["cookies"] = json!(["", "\u{0}", "a=\u{e9}"])));
    events.push(with(|event| event["version"] = json!("9.0")));
    for parameters in [json!(null), json!({}), json!({ "hook_id": "\u{0}", "request_id": "/", "resource_id": "1e400" })]
    {
        events.push(with(|event| event["pathParameters"] = parameters));
    }
    for body in ["", "\u{0}", "\u{feff}", "{\"a\":", "\u{ffff}", &"[".repeat(60_000)] {
        events.push(with(|event| event["body"] = json!(body)));
    }
    events
}

#[test]
fn an_odd_event_is_answered_by_every_function_as_any_call_of_a_stranger_is() {
    shared(async |stack| {
        for function in FUNCTIONS {
            for event in odd() {
                let answer = invoke(stack, function, event.to_string()).await;
                let status = answer["statusCode"].as_u64().unwrap();
                assert!([400, 401, 404, 415, 422].contains(&status), "{function}: {answer}");
                let body: Json = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
                assert!(!body["message"].as_str().unwrap().is_empty());
            }
        }
        nothing_broke(stack);
    });
}

/// The event of a signed call of the hook.
fn trigger(hook: &Hook<'_>, body: &str) -> Json {
    let signature = hook.signed(body.to_owned()).header_value("x-hub-signature-256").unwrap().to_owned();
    with(|event| {
        event["pathParameters"] = json!({ "hook_id": hook.id });
        event["headers"] = json!({ "X-Hub-Signature-256": signature, "content-type": "application/json" });
        event["body"] = json!(body);
    })
}

#[test]
fn an_authentic_call_is_queued_whatever_else_its_event_says() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let body = "{\"ref\": \"n\u{e4}chste\"}";
        let calm = trigger(&hook, body);
        let untouched = ["pathParameters", "body", "isBase64Encoded"];
        for (number, odd) in odd().into_iter().filter(|odd| odd.get("body").is_none()).enumerate() {
            let mut event = odd;
            for name in untouched {
                event[name] = calm[name].clone();
            }
            for (name, value) in calm["headers"].as_object().unwrap() {
                event["headers"][name] = value.clone();
            }
            let answer = invoke(stack, "HookTrigger", event.to_string()).await;
            assert_eq!(answer["statusCode"], 200, "{answer}");
            assert_eq!(ann.jobs().await.len(), number + 1);
        }
        let before = ann.jobs().await.len();
        let mut base64 = calm.clone();
        (base64["body"], base64["isBase64Encoded"]) = (json!(BASE64_STANDARD.encode(body)), json!(true));
        assert_eq!(invoke(stack, "HookTrigger", base64.to_string()).await["statusCode"], 200);
        base64["isBase64Encoded"] = json!(false);
        assert_eq!(invoke(stack, "HookTrigger", base64.to_string()).await["statusCode"], 401, "it is text then");
        assert_eq!(ann.jobs().await.len(), before + 1);
        nothing_broke(stack);
    });
}

#[test]
fn an_event_of_the_api_is_no_input_of_user_put() {
    shared(async |stack| {
        for event in unreadable().into_iter().chain([event().to_string()]) {
            let answer = stack.invoke("UserPut", event).await.unwrap();
            let error: Json = serde_json::from_slice(&answer.payload).unwrap();
            assert_eq!(error["errorType"], "InvalidInput", "{error}");
        }
        nothing_broke(stack);
    });
}
