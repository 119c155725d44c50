//! The stack from outside: the API and the functions behind it.

use std::time::{Duration, Instant};

use crate::support::{Answer, dynamodb, options, request, start};
use http::{Method, StatusCode};
use local::{Error, Options, Stack};
use serde_json::{Value as Json, json};

async fn echo(stack: &Stack, path: &str, headers: &[(&str, &str)], body: &'static [u8]) -> Answer {
    request(Method::POST, &format!("{}{path}", stack.api_url()), headers, body).await.unwrap()
}

#[tokio::test]
async fn a_function_gets_the_request_and_the_caller_gets_its_answer() {
    let stack = start().await;

    let answer = echo(&stack, "/echo/a%20b?say=hi&x=%20", &[("x-forwarded-proto", "https")], &[0, 255, 7]).await;

    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.body.as_ref(), [0, 255, 7], "bytes survive base64 in both directions");
    assert_eq!(answer.header("x-greeting"), "hello from us-east-1");
    let host = stack.api_url();
    assert_eq!(answer.header("x-uri"), format!("{host}/echo/a%20b?say=hi&x=%20"), "the claim of https does not count");
    assert!(stack.logs().iter().any(|line| line.function == "Echo" && line.text.starts_with("said \"hi\"")));
    stack.stop().await;
}

#[tokio::test]
async fn a_function_sees_lambdas_environment_and_nothing_of_the_hosts() {
    let stack = start().await;

    let answer = echo(&stack, "/echo/a", &[], b"").await;

    let variables = answer.header("x-variables");
    // How the host reaches other hosts counts for the functions too.
    let passed_on = ["PATH", "LLVM_PROFILE_FILE", "HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"];
    let mut names: Vec<_> = variables.split(',').filter(|name| !passed_on.contains(name)).collect();
    names.sort_unstable();
    let expected = "AWS_ACCESS_KEY_ID,AWS_DEFAULT_REGION,AWS_ENDPOINT_URL_DYNAMODB,AWS_ENDPOINT_URL_SECRETS_MANAGER,\
                    AWS_ENDPOINT_URL_SFN,AWS_ENDPOINT_URL_SQS,AWS_LAMBDA_FUNCTION_MEMORY_SIZE,AWS_LAMBDA_FUNCTION_NAME,\
                    AWS_LAMBDA_FUNCTION_VERSION,AWS_LAMBDA_INITIALIZATION_TYPE,AWS_LAMBDA_LOG_GROUP_NAME,\
                    AWS_LAMBDA_LOG_STREAM_NAME,AWS_LAMBDA_RUNTIME_API,AWS_REGION,AWS_SECRET_ACCESS_KEY,\
                    AWS_SESSION_TOKEN,GREETING,KEY_ARN,LAMBDA_TASK_ROOT,LANG,TABLE,TZ,_HANDLER";
    // lambda_runtime sets the last one for the SDK.
    names.retain(|name| *name != "_X_AMZN_TRACE_ID");
    assert_eq!(names.join(","), expected);
}

#[tokio::test]
async fn overlapping_calls_run_in_processes_of_their_own_which_are_used_again() {
    let stack = start().await;
    let process = |path: &'static str| async { echo(&stack, path, &[], b"").await.header("x-process").to_owned() };

    let (a, b) = tokio::join!(process("/echo/a?say=pause"), process("/echo/b?say=pause"));
    let c = process("/echo/c").await;

    assert_ne!(a, b);
    assert!(c == a || c == b, "{c} is neither {a} nor {b}");
}

#[tokio::test]
async fn a_function_runs_in_ten_processes_at_most() {
    let stack = start().await;
    let call = || async { echo(&stack, "/echo/a?say=pause", &[], b"").await.header("x-process").to_owned() };

    let mut processes: [String; 12] =
        tokio::join!(call(), call(), call(), call(), call(), call(), call(), call(), call(), call(), call(), call())
            .into();

    processes.sort_unstable();
    assert!(!processes.contains(&String::new()), "every call is answered: {processes:?}");
    let count = processes.chunk_by(String::eq).count();
    // Fewer when the machine is busy, and one call is over before the last begins.
    assert!((2..=10).contains(&count), "{count}");
}

#[tokio::test]
async fn a_build_that_fails_is_an_error_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("template.yaml");
    std::fs::copy(options().template.unwrap(), &template).unwrap();

    // cargo finds no Cargo.toml there.
    let failed = Stack::start(Options { template: Some(template), binaries: None, ..options() }).await;

    assert!(matches!(failed, Err(Error::Build)), "{failed:?}");
}

#[tokio::test]
async fn what_a_function_does_wrong_has_a_status_of_its_own() {
    let stack = start().await;
    for (path, status, message) in [
        ("/echo/a?say=sleep", 504, "Endpoint request timed out"),
        ("/echo/a?say=crash", 502, "Internal Server Error"),
        ("/echo/a?say=fail", 502, "Internal Server Error"),
        ("/echo", 404, "Not Found"),
    ] {
        let answer = echo(&stack, path, &[], b"").await;

        assert_eq!((answer.status.as_u16(), answer.json()), (status, json!({ "message": message })), "{path}");
    }
    assert_eq!(echo(&stack, "/echo/a", &[], b"").await.status, StatusCode::CREATED, "the next call is fine");
    let missing = request(Method::GET, &format!("{}/missing", stack.api_url()), &[], "").await.unwrap();
    assert_eq!(missing.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn a_body_over_a_limit_is_refused_before_the_function() {
    static BODY: [u8; 11 * 1024 * 1024] = [b'x'; 11 * 1024 * 1024];
    let stack = start().await;

    // API Gateway takes 10 MB, Lambda 6 MB as base64.
    for length in [BODY.len(), 5 * 1024 * 1024] {
        let answer = echo(&stack, "/echo/a", &[], &BODY[..length]).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{length}");
    }
    assert_eq!(echo(&stack, "/echo/a", &[], &BODY[..4 * 1024 * 1024]).await.status, StatusCode::CREATED);
    assert_eq!(stack.logs().len(), 1);
}

#[tokio::test]
async fn an_answer_over_lambdas_limit_is_a_failure() {
    let stack = start().await;

    let answer = echo(&stack, "/echo/a?say=swell", &[], b"").await;

    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    let logs = stack.logs();
    let said = logs.iter().find(|line| line.text.ends_with("allowed payload size (6291556 bytes)."));
    assert!(said.is_some_and(|line| line.function == "Echo" && line.text.starts_with("RequestId: ")), "{logs:?}");
    assert_eq!(echo(&stack, "/echo/a", &[], b"").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_function_can_be_killed_while_it_serves_a_call_and_while_it_does_not() {
    let stack = start().await;
    let before = echo(&stack, "/echo/a", &[], b"").await.header("x-process").to_owned();

    let killed = async {
        until(|| stack.logs().iter().any(|line| line.text.starts_with("said \"sleep\""))).await;
        stack.kill("Echo").unwrap();
    };
    let (answer, ()) = tokio::join!(echo(&stack, "/echo/a?say=sleep", &[], b""), killed);

    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "at once, and not after the function's time is up");
    let after = echo(&stack, "/echo/a", &[], b"").await.header("x-process").to_owned();
    assert_ne!(after, before);
    stack.kill("Echo").unwrap();
    assert_ne!(echo(&stack, "/echo/a", &[], b"").await.header("x-process"), after);
    assert!(matches!(stack.kill("Unknown"), Err(Error::NoFunction(name)) if name == "Unknown"));
}

async fn until(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while !holds() {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_function_can_be_invoked_directly() {
    let stack = start().await;
    let event = |say: &str| {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": format!("say={say}"),
            "headers": {}, "isBase64Encoded": false,
            "requestContext": { "http": { "method": "POST", "path": "/" }, "stage": "$default" },
        });
        event.to_string()
    };

    let good = stack.invoke("Echo", event("hi")).await.unwrap();
    let bad = stack.invoke("pipehook-Echo", event("fail")).await.unwrap();

    let answer: Json = serde_json::from_slice(&good.payload).unwrap();
    assert_eq!((good.function_error, &answer["statusCode"]), (None, &json!(201)));
    let error: Json = serde_json::from_slice(&bad.payload).unwrap();
    assert_eq!((bad.function_error.as_deref(), &error["errorMessage"]), (Some("Unhandled"), &json!("asked to fail")));
    assert!(matches!(stack.invoke("Unknown", "{}").await, Err(Error::NoFunction(name)) if name == "Unknown"));
}

#[tokio::test]
async fn the_invoke_api_is_lambdas() {
    let stack = start().await;
    let invoke = |name: &str, kind: &'static str| {
        let url = format!("{}/2015-03-31/functions/{name}/invocations", stack.lambda_url());
        async move { request(Method::POST, &url, &[("x-amz-invocation-type", kind)], "not json").await.unwrap() }
    };

    let failed = invoke("Echo", "RequestResponse").await;
    assert_eq!((failed.status, failed.header("x-amz-function-error")), (StatusCode::OK, "Unhandled"));
    assert_eq!(invoke("Echo", "Event").await.status, StatusCode::ACCEPTED);
    assert_eq!(invoke("Echo", "DryRun").await.status, StatusCode::NO_CONTENT);
    let unknown = invoke("Unknown", "RequestResponse").await;
    assert_eq!(
        (unknown.status, unknown.header("x-amzn-errortype")),
        (StatusCode::NOT_FOUND, "ResourceNotFoundException")
    );
}

#[tokio::test]
async fn each_answer_of_the_api_can_be_watched_also_one_that_no_function_gave() {
    let stack = start().await;
    let mut calls = stack.watch_calls();

    echo(&stack, "/echo/a?say=hi", &[], br#"{"message":"Heard."}"#).await;
    echo(&stack, "/echo/a?say=fail", &[], b"").await;
    echo(&stack, "/nothing?token=secret", &[], b"").await;

    let mut next = || {
        let call = calls.try_recv().unwrap();
        (call.method + " " + &call.path, call.status, call.reason.unwrap_or_default())
    };
    assert_eq!(next(), ("POST /echo/a".to_owned(), 201, "Heard.".to_owned()));
    assert_eq!(next(), ("POST /echo/a".to_owned(), 502, "Internal Server Error".to_owned()));
    assert_eq!(next(), ("POST /nothing".to_owned(), 404, "Not Found".to_owned()), "without the query");
}

#[tokio::test]
async fn a_text_of_an_item_can_be_read_without_a_request() {
    let stack = start().await;
    let item = json!({ "id": { "S": "1" }, "name": { "S": "first" }, "age": { "N": "4" } });
    dynamodb(&stack, "PutItem", json!({ "TableName": stack.physical_id("Items"), "Item": item })).await;
    let calls = stack.aws_calls().len();

    assert_eq!(stack.stored_text("Items", ("id", "1"), "name").as_deref(), Some("first"));
    for (table, key, attribute) in [
        ("Items", ("id", "1"), "age"),
        ("Items", ("id", "1"), "title"),
        ("Items", ("id", "2"), "name"),
        ("Items", ("name", "first"), "name"),
        ("Nothing", ("id", "1"), "name"),
    ] {
        assert_eq!(stack.stored_text(table, key, attribute), None, "{table} {key:?} {attribute}");
    }
    assert_eq!(stack.aws_calls().len(), calls);
}

#[tokio::test]
async fn two_stacks_live_side_by_side() {
    let (a, b) = (start().await, start().await);

    let port = a.api_url().rsplit(':').next().unwrap().parse().unwrap();
    let taken = Stack::start(Options { port: Some(port), ..options() }).await;

    assert_ne!(a.api_url(), b.api_url());
    assert!(matches!(taken, Err(Error::PortInUse(in_use)) if in_use == port));
}

#[tokio::test]
async fn stopping_ends_the_functions() {
    let stack = start().await;
    let process = echo(&stack, "/echo/a", &[], b"").await.header("x-process").to_owned();
    let url = stack.api_url();

    stack.stop().await;

    assert!(request(Method::POST, &url, &[], "").await.is_err());
    let deadline = Instant::now() + Duration::from_secs(5);
    while std::path::Path::new("/proc").join(&process).join("exe").exists() {
        assert!(Instant::now() < deadline, "process {process} lives on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
