//! The examples of docs/conditions-and-variables.md: each payload is sent to a hook with the condition or the variable
//! beside it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hook, open_hook, repository, shared};
use samples::Sample;
use serde_json::{Value as Json, json};
use shared::domain::signature::providers;

/// A row of a table.
struct Example {
    payload: String,
    /// The condition or the variable.
    declared: Json,
    result: String,
}

/// The rows under this head.
fn examples(head: &str) -> Vec<Example> {
    let document = repository::read("docs/conditions-and-variables.md");
    let rows = document.lines().skip_while(|line| *line != head).skip(2);
    let example = |row: &str| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, payload, declared, result] = <[&str; 4]>::try_from(cells).unwrap();
        Example {
            payload: payload.to_owned(),
            declared: serde_json::from_str(declared).unwrap(),
            result: result.to_owned(),
        }
    };
    let examples: Vec<_> = rows.take_while(|line| line.starts_with('|')).map(example).collect();
    assert!(examples.len() >= 20, "{}", examples.len());
    examples
}

/// The call of a file in events/hook-trigger, or the sample of a provider.
fn call<'s>(hook: &Hook<'s>, payload: &str) -> Call<'s> {
    if samples::written().any(|name| name == payload) {
        let sample = Sample::of(providers::read(payload).unwrap().main());
        let call = hook.unsigned(sample.event.body.clone()).without("content-type");
        return sample.event.headers.iter().fold(call, |call, (name, value)| call.with(name, value));
    }
    let event: Json = serde_json::from_str(&repository::read(&format!("events/hook-trigger/{payload}.json"))).unwrap();
    let body = event["body"].as_str().unwrap();
    let body = if event["isBase64Encoded"] == true { BASE64_STANDARD.decode(body).unwrap() } else { body.into() };
    // The signatures are those of other hooks, and the client writes some headers itself.
    let headers = event["headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !["host", "content-length"].contains(&name.as_str()));
    headers.fold(hook.unsigned(body), |call, (name, value)| call.with(name, value.as_str().unwrap()))
}

const CONDITIONS: &str = "| what should run | payload | condition | it |";
const VARIABLES: &str = "| what the job needs | payload | variable | value |";

#[test]
fn each_example_runs_what_the_document_says_and_nothing_else() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (mut queued, mut ignored) = (0, 0);
        for Example { payload, declared: condition, result } in examples(CONDITIONS) {
            assert!(["runs", "is ignored"].contains(&&*result), "{payload} {condition}");
            let runs = result == "runs";
            let mut hook = open_hook();
            hook["settings"] = json!({});
            hook["trigger_when"] = json!({ "conditions": [condition] });
            let hook = ann.create_hook(&hook).await;

            let answer = call(&hook, &payload).send().await;

            let message = answer.accepted();
            let expected = if runs { "The pipeline job was queued." } else { "The call was ignored." };
            assert!(message.starts_with(expected), "{payload} {condition}: {message}");
            if runs { queued += 1 } else { ignored += 1 }
        }
        assert_eq!(ann.jobs().await.len(), queued);
        assert!(ignored > 5);
    });
}

#[test]
fn each_example_of_a_variable_has_the_value_that_the_document_says() {
    shared(async |stack| {
        let ann = stack.user().await;
        let (mut queued, mut refused) = (0, 0);
        for Example { payload, declared: variable, result } in examples(VARIABLES) {
            let mut hook = open_hook();
            hook["settings"] = json!({ "variables": [variable] });
            let hook = ann.create_hook(&hook).await;

            let answer = call(&hook, &payload).send().await;

            let name = variable["name"].as_str().unwrap();
            if result == "the call is refused" {
                assert_eq!(answer.invalid(), [name], "{payload} {variable}");
                refused += 1;
                continue;
            }
            answer.accepted();
            queued += 1;
            let jobs = ann.jobs().await;
            assert_eq!(jobs.len(), queued, "{payload} {variable}");
            let expected = match &*result {
                "none" => json!({}),
                value => json!({ name: serde_json::from_str::<Json>(value).unwrap() }),
            };
            assert_eq!(jobs[queued - 1].body["variables"], expected, "{payload} {variable}");
        }
        assert_eq!(ann.jobs().await.len(), queued);
        assert!(refused > 2);
    });
}
