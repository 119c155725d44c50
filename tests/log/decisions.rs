//! What a logged call is said to be worth to its hook as it is now.

use harness::{Hash, User, alone, github_hook, shared, signed_hook};
use serde_json::{Value as Json, json};

/// A hook of GitHub's with two conditions and two variables.
fn picky_hook() -> Json {
    let mut hook = github_hook();
    hook["settings"]["variables"] = json!([
        { "name": "branch", "type": "string", "path": "ref", "required": true },
        { "name": "number", "type": "integer", "path": "number", "required": true },
    ]);
    hook["trigger_when"]["conditions"] = json!([
        { "name": "to main", "type": "request_body", "path": "ref", "accepted_values": ["refs/heads/main"] },
        { "type": "request_header", "path": "X-GitHub-Event", "accepted_values": ["push"] },
    ]);
    hook
}

async fn decision(user: &User<'_>, call: &str) -> Json {
    user.get(&format!("/hook-requests/{call}")).send().await.is(200)["decision"].take()
}

type Pairs<'d> = Vec<(&'d Json, &'d Json)>;

/// What was found and whether it holds, of each condition; the value and the fault of each variable.
fn found(decision: &Json) -> (Pairs<'_>, Pairs<'_>) {
    let pairs = |list: &str, one: &str, other: &str| {
        let items = decision[list].as_array().unwrap().iter();
        items.map(|item| (&item[one], &item[other])).collect::<Vec<_>>()
    };
    (pairs("conditions", "found", "holds"), pairs("variables", "value", "fault"))
}

#[test]
fn a_call_is_shown_with_what_each_condition_and_each_variable_finds() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        let call = hook.signed(r#"{"ref": "refs/heads/next", "number": "x"}"#).header("x-github-event", "push");
        let call = call.send().await;

        let said = decision(&ann, call.request_id()).await;

        let (conditions, variables) = found(&said);
        let (next, no, push, yes) = (json!("refs/heads/next"), json!(false), json!("push"), json!(true));
        assert_eq!(conditions, [(&next, &no), (&push, &yes)]);
        assert_eq!(variables[0], (&next, &Json::Null));
        assert!(variables[1].0.is_null() && variables[1].1.as_str().unwrap().contains("`number`"), "{variables:?}");
        assert_eq!((&said["hook_changed_since"], &said["fault"]), (&json!(false), &Json::Null));
        // To look changes nothing.
        assert_eq!(ann.calls_of(&hook).await.len(), 1);
        assert_eq!(ann.jobs().await.len(), 0);
    });
}

#[test]
fn a_decision_is_that_of_the_hook_as_it_is_now_and_says_so() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        let call = hook.push().send().await;
        let change = json!({ "name": "x", "trigger_when": { "conditions": [
            { "type": "request_header", "path": "x-github-event", "accepted_values": ["release"] },
        ] } });
        assert_eq!(ann.put_hook(&hook, &change).await.status, 204);

        let said = decision(&ann, call.request_id()).await;

        assert_eq!(said["hook_changed_since"], true);
        assert_eq!(found(&said).0, [(&json!("push"), &json!(false))]);
    });
}

#[test]
fn a_payload_that_cannot_be_read_is_a_fault_and_what_was_not_kept_is_not_decided_about() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&picky_hook()).await;
        let unreadable = hook.signed("{").send().await;
        unreadable.refused(400);
        let said = decision(&ann, unreadable.request_id()).await;
        assert!(said["fault"].as_str().unwrap().contains("JSON"), "{said}");
        assert_eq!(found(&said), (Vec::new(), Vec::new()));

        let rejected = hook.unsigned("{}").send().await;
        rejected.refused(401);
        assert_eq!(decision(&ann, rejected.request_id()).await, Json::Null);

        let call = hook.push().send().await;
        assert!(decision(&ann, call.request_id()).await.is_object());
        assert_eq!(ann.call("DELETE", &format!("/hooks/incoming/{}", hook.id)).send().await.status, 204);
        assert_eq!(decision(&ann, call.request_id()).await, Json::Null);
    });
}

#[test]
fn a_decision_shows_no_credential_and_not_more_than_an_answer_has_room_for() {
    shared(async |stack| {
        let ann = stack.user().await;
        let mut draft = signed_hook("x-signature", Hash::Sha256);
        draft["settings"]["variables"] =
            (0..50).map(|number| json!({ "name": format!("v{number}"), "path": "a", "type": "string" })).collect();
        draft["trigger_when"]["conditions"] =
            json!([{ "type": "request_header", "path": "x-api-key", "accepted_values": ["the right one"] }]);
        let hook = ann.create_hook(&draft).await;
        let body = json!({ "a": "x".repeat(15_000) }).to_string();
        let mac = hex::encode(hook.mac(Hash::Sha256, body.as_bytes()));
        let call = hook.unsigned(body).header("x-signature", mac).header("x-api-key", "mark-of-the-key").send().await;

        let said = decision(&ann, call.request_id()).await;

        assert_eq!(found(&said).0, [(&json!("********"), &json!(false))]);
        assert!(!said.to_string().contains("mark-of-the-key"), "{said}");
        let shown = said["variables"].as_array().unwrap().iter().filter(|variable| !variable["value"].is_null());
        assert_eq!(shown.count(), 4, "64 KiB");
        assert_eq!(said["variables"][49]["value_omitted"], "cannot_be_shown");
    });
}
