//! The list of providers, which says what a hook of each needs: no more, and no less.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Answer, User, open_hook, shared};
use serde_json::{Value as Json, json};
use shared::domain::signature::providers;

/// Values of options: at least one of them is right for each.
static VALUES: LazyLock<[String; 8]> = LazyLock::new(|| {
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let rsa: PublicKeyX509Der<'_> = rsa.public_key().as_der().unwrap();
    [
        "a value of an option".to_owned(),
        "79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664".to_owned(),
        "ebVWLo/mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ=".to_owned(),
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6\
         wEA3F+g=="
            .to_owned(),
        BASE64_STANDARD.encode(rsa.as_ref()),
        "pusher@example.iam.gserviceaccount.com".to_owned(),
        "arn:aws:sns:eu-central-1:123456789012:deploys".to_owned(),
        "production".to_owned(),
    ]
});

/// What a hook of this provider needs, with `value` as its option.
fn draft(number: usize, provider: &Json, value: &str) -> Json {
    let mut hook = open_hook();
    hook["resource_id"] = (number + 1).into();
    hook["provider"] = provider["name"].clone();
    if provider["proof"] != "none" {
        hook.as_object_mut().unwrap().remove("requires_secret");
    }
    for need in needs(provider).filter(|need| need["required"] == true) {
        match need["field"].as_str().unwrap().split_once('.') {
            Some((object, name)) => hook[object][name] = value.into(),
            None if need["field"] == "verification" => {
                hook["verification"] = json!({ "type": "hmac", "header": "x-of-the-owner" });
            }
            None => hook[need["field"].as_str().unwrap()] = "x-of-the-owner".into(),
        }
    }
    hook
}

fn needs(provider: &Json) -> impl Iterator<Item = &Json> {
    provider["needs"].as_array().unwrap().iter()
}

/// The hook that has what the list says, and what asked for it.
async fn created(user: &User<'_>, number: usize, provider: &Json) -> (Json, Json) {
    let mut refused = None;
    for value in &*VALUES {
        let draft = draft(number, provider, value);
        let answer: Answer = user.ask_for_hook(&draft).await;
        if answer.status == 201 {
            return (draft, answer.is(201));
        }
        refused = Some(answer);
    }
    // The last refusal says what the list does not.
    (Json::Null, refused.unwrap().is(201))
}

#[test]
fn a_hook_that_has_what_the_list_says_is_created_and_one_that_lacks_any_of_it_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let list = stack.get("/providers").send().await.is(200);

        for (number, provider) in list.as_array().unwrap().iter().enumerate() {
            let (draft, hook) = created(&ann, number, provider).await;

            assert_eq!((&hook["provider"], &hook["proof"]), (&provider["name"], &provider["proof"]));
            let (words, shown) = (provider["proven_by"].as_str().unwrap(), hook["proven_by"].as_str().unwrap());
            let named = format!("in the header `{}`", hook["secret_header_name"].as_str().unwrap_or_default());
            if provider["name"] != "custom" {
                assert_eq!(words.replace("in a header that you name", &named), shown, "{provider}");
            }
            let has_secret = needs(provider).any(|need| need["field"] == "secret");
            // One that the provider hands over is not there yet.
            let is_awaited = hook.get("secret_handover").is_some();
            assert_eq!(hook["secret"] != "", has_secret && !is_awaited, "{provider}");
            for need in needs(provider).filter(|need| need["required"] == true) {
                let field = need["field"].as_str().unwrap();
                let mut lacking = draft.clone();
                match field.split_once('.') {
                    Some((object, name)) => drop(lacking[object].as_object_mut().unwrap().remove(name)),
                    None => drop(lacking.as_object_mut().unwrap().remove(field)),
                }
                assert_eq!(ann.ask_for_hook(&lacking).await.invalid(), [field], "{provider}");
            }
        }
    });
}

#[test]
fn the_list_has_every_provider_in_order_and_anyone_may_keep_it() {
    shared(async |stack| {
        let answer = stack.get("/providers").send().await;
        let list = answer.is(200);

        let names: Vec<_> =
            list.as_array().unwrap().iter().map(|provider| provider["name"].as_str().unwrap()).collect();
        let mut expected: Vec<_> = providers::listed().map(|provider| provider.name).collect();
        expected.push("custom");
        assert_eq!(names, expected);
        assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
        let token = stack.get("/providers?page=7").bearer("not a token").send().await;
        assert_eq!(token.is(200), list, "it reads nothing of the call");
        let needs = json!([{ "field": "secret", "description": "Secret", "required": false, "secret": true }]);
        let github = list.as_array().unwrap().iter().find(|provider| provider["name"] == "github").unwrap();
        assert_eq!(
            (&github["title"], &github["proof"], &github["needs"]),
            (&"GitHub".into(), &"verified".into(), &needs)
        );
        assert_eq!(github["proven_by"], "HMAC-SHA256 of `{body}` in the header `x-hub-signature-256`");
        let tolerances =
            list.as_array().unwrap().iter().map(|provider| (&provider["name"], &provider["tolerance_seconds"]));
        let tolerances: Vec<_> = tolerances.filter(|(name, _)| *name == "github" || *name == "stripe").collect();
        assert_eq!(tolerances, [(&json!("github"), &Json::Null), (&json!("stripe"), &json!(300))]);
    });
}

#[test]
fn each_provider_has_steps_and_samples_that_a_test_of_its_hook_takes() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (number, provider) in stack.get("/providers").send().await.is(200).as_array().unwrap().iter().enumerate() {
            let name = provider["name"].as_str().unwrap();
            let answer = stack.get(&format!("/providers/{name}")).send().await;
            let mut details = answer.is(200);
            assert_eq!(answer.headers["cache-control"], "public, max-age=3600");
            let (steps, samples) = (details["steps"].take(), details["samples"].take());
            for field in provider.as_object().unwrap().keys() {
                assert_eq!(details[field], provider[field], "{name}: {field}");
            }
            assert!(steps.as_array().unwrap().iter().any(|step| step["field"] == "url"), "{steps}");
            let samples = samples.as_array().unwrap();
            assert_eq!(samples.is_empty(), name == "custom", "{name}");
            // Providers that prove their calls in a header, so that a test takes a sample without its proof.
            if ["github", "gitlab", "shopify", "stripe"].contains(&name) {
                let (draft, _) = created(&ann, number, provider).await;
                for sample in samples {
                    let call = json!({
                        "hook": draft, "headers": sample["headers"], "query": sample["query"], "body": sample["body"],
                    });
                    let trial = ann.post("/hooks/incoming/test").json(&call).send().await.is(200);
                    let expected = if sample["test"] == true { "ignored" } else { "queued" };
                    assert_eq!(trial["outcome"], expected, "{name}: {sample}: {trial}");
                }
            }
        }
    });
}

#[test]
fn a_provider_that_is_not_in_the_list_is_not_found() {
    shared(async |stack| {
        for name in ["nothub", "GitHub", "unsigned", "%67ithu"] {
            stack.get(&format!("/providers/{name}")).send().await.refused(404);
        }
    });
}
