//! Keys that are replaced while everything runs: genuine callers do not notice, and no one else gets in.

use std::collections::BTreeSet;
use std::time::Instant;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use harness::{Answer, Hook, Pipehook, User, alone, github_hook, resources, routes, template, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};
use shared::auth::SigningKey;
use shared::domain::key::{Key, KeyRing};
use shared::domain::sealing::SealingKey;
use shared::domain::secret::SecretString;

/// Functions that verify tokens, and one call of each that needs nothing but a token.
const CALLS: [(&str, &str, &str); 4] = [
    ("HookList", "GET", "/applications/42/hooks"),
    ("UserMe", "GET", "/users/me"),
    ("HookGet", "GET", "/hooks/incoming/00000000-0000-4000-8000-000000000000"),
    ("RequestGet", "GET", "/hook-requests/01939b7c-0000-7000-8000-000000000000"),
];

/// A key that is unlike all others.
fn new_key(seed: char) -> String {
    seed.to_string().repeat(64)
}

fn key_id<K: Key>(text: &str) -> String {
    KeyRing::<K>::derive(&SecretString::new(text.to_owned())).unwrap().newest().id().to_string()
}

/// Puts a new key before those that the secret holds.
async fn rotate(stack: &Pipehook, secret: &str, seed: char) -> String {
    let key = new_key(seed);
    let old = stack.key(secret).await;
    stack.put_key(secret, &format!("{key}\n{old}\n")).await;
    key
}

fn reads(stack: &Pipehook) -> usize {
    stack.aws_calls().iter().filter(|call| call.service == Service::SecretsManager).count()
}

fn kid(token: &str) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Json>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

/// A token of the user's claims that names a key and is signed with none.
fn forged(user: &User<'_>, kid: &str) -> String {
    let header = BASE64_URL_SAFE_NO_PAD.encode(json!({ "typ": "JWT", "alg": "HS256", "kid": kid }).to_string());
    let claims = user.access_token.split('.').nth(1).unwrap();
    format!("{header}.{claims}.{}", BASE64_URL_SAFE_NO_PAD.encode([7; 32]))
}

fn with_token<'s>(user: &User<'s>, token: &str) -> User<'s> {
    let mut user = user.clone();
    token.clone_into(&mut user.access_token);
    user
}

fn with_secret<'s>(hook: &Hook<'s>, secret: &str) -> Hook<'s> {
    let mut hook = hook.clone();
    secret.clone_into(&mut hook.secret);
    hook
}

/// The user with the access token in an answer.
fn with_answer<'s>(user: &User<'s>, answer: &Answer) -> User<'s> {
    with_token(user, answer.is(200)["access_token"].as_str().unwrap())
}

async fn rotate_secret<'s>(user: &User<'_>, hook: &Hook<'s>) -> Hook<'s> {
    let answer = user.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(&json!({})).send().await;
    with_secret(hook, answer.is(200)["secret"].as_str().unwrap())
}

/// The statuses of all [`CALLS`] with a token.
async fn statuses(user: &User<'_>) -> Vec<u16> {
    together(CALLS.map(|(_, method, path)| async move { user.call(method, path).send().await.status })).await
}

const GOOD: [u16; 4] = [200, 200, 404, 404];
const BAD: [u16; 4] = [401; 4];

fn kill(stack: &Pipehook, functions: &[&str]) {
    for function in functions {
        stack.kill(function).unwrap();
    }
}

/// The id of the key under which a stored secret is sealed.
async fn sealed_under(hook: &Hook<'_>, attribute: &str) -> String {
    let sealed = BASE64_STANDARD.decode(hook.item().await[attribute]["B"].as_str().unwrap()).unwrap();
    hex::encode(&sealed[1..5])
}

/// Asserts that no key shows in what the functions printed.
fn keys_show_nowhere(stack: &Pipehook, keys: &[&str]) {
    for line in stack.logs() {
        for key in keys {
            assert!(!line.text.contains(&key[..16]), "{}", line.text);
        }
    }
}

#[test]
fn a_new_signing_key_ends_no_token_in_warm_processes_nor_in_new_ones() {
    alone(async |stack| {
        let ann = stack.user().await;
        assert_eq!(statuses(&ann).await, GOOD);
        let old = stack.key("SigningKey").await;

        let new = rotate(stack, "SigningKey", 'n').await;

        let before = reads(stack);
        assert_eq!(statuses(&ann).await, GOOD, "the old token in warm processes");
        assert_eq!(reads(stack), before, "which read nothing for it");
        kill(stack, &["UserLogin"]);
        let again = with_answer(&ann, &stack.log_in(&ann.email, &ann.password).await);
        assert_eq!(
            (kid(&ann.access_token), kid(&again.access_token)),
            (key_id::<SigningKey>(&old), key_id::<SigningKey>(&new))
        );
        assert_eq!(statuses(&again).await, GOOD, "the new token in warm processes");
        assert_eq!(reads(stack), before + 1 + CALLS.len(), "each read the keys again, once");
        kill(stack, &CALLS.map(|(function, ..)| function));
        assert_eq!((statuses(&ann).await, statuses(&again).await), (GOOD.into(), GOOD.into()), "both in new ones");
        let refresh = stack.post("/users/refresh-token").json(&json!({ "refresh_token": ann.refresh_token }));
        assert_eq!(kid(refresh.send().await.is(200)["access_token"].as_str().unwrap()), key_id::<SigningKey>(&new));
        keys_show_nowhere(stack, &[&old, &new]);
    });
}

#[test]
fn a_dropped_signing_key_ends_its_tokens_and_no_session() {
    alone(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;

        stack.put_key("SigningKey", &new_key('n')).await;
        kill(stack, &CALLS.map(|(function, ..)| function));

        assert_eq!(statuses(&ann).await, BAD);
        ann.ask_for_hook(&github_hook()).await.refused(401);
        assert_eq!(ann.footprint().await, before);
        let refresh = stack.post("/users/refresh-token").json(&json!({ "refresh_token": ann.refresh_token }));
        let ann = with_answer(&ann, &refresh.send().await);
        assert_eq!(statuses(&ann).await, GOOD);
    });
}

#[test]
fn a_flood_of_made_up_keys_costs_one_reading_in_ten_seconds_and_is_answered_as_ever() {
    alone(async |stack| {
        let ann = stack.user().await;
        assert_eq!(statuses(&ann).await, GOOD);
        let (before, started) = (reads(stack), Instant::now());
        let footprint = ann.footprint().await;
        let refusal = ann.get("/users/me").bearer("x").send().await.refused(401);

        for number in 0..40 {
            let forger = with_token(&ann, &forged(&ann, &format!("{number:08x}")));
            let answer = forger.get("/users/me").send().await;
            assert_eq!(answer.refused(401), refusal);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }

        let allowed = 1 + usize::try_from(started.elapsed().as_secs() / 10).unwrap();
        let cost = reads(stack) - before;
        assert!((1..=allowed).contains(&cost), "{cost} readings for 40 calls, at most {allowed}");
        assert_eq!(ann.footprint().await, footprint);
        assert_eq!(statuses(&ann).await, GOOD, "and no other call notices");
    });
}

#[test]
fn a_flood_in_ten_processes_at_once_costs_one_reading_in_each() {
    alone(async |stack| {
        let ann = stack.user().await;
        // As many processes as calls at the same time; each reads the key when it starts.
        let flood = |from: u32| (from..from + 30).map(|number| forged(&ann, &format!("{number:08x}")));
        let calls = |tokens: Vec<String>| async move {
            together(tokens.into_iter().map(|token| async move {
                stack.get("/users/me").bearer(&token).send().await.refused(401);
            }))
            .await;
        };
        let started = Instant::now();
        calls(flood(0).collect()).await;
        calls(flood(100).collect()).await;

        let allowed = 10 * (2 + usize::try_from(started.elapsed().as_secs() / 10).unwrap());
        // Those of UserLogin are not counted among them.
        let cost = reads(stack) - 1;
        assert!(cost <= allowed, "{cost} readings for 60 calls, at most {allowed}");
    });
}

#[test]
fn a_token_that_is_no_token_or_names_a_known_key_costs_no_reading() {
    alone(async |stack| {
        let ann = stack.user().await;
        assert_eq!(statuses(&ann).await, GOOD);
        let before = reads(stack);
        let genuine = kid(&ann.access_token);
        for token in [forged(&ann, &genuine), forged(&ann, ""), forged(&ann, "x"), forged(&ann, &"0".repeat(64))] {
            let forger = with_token(&ann, &token);
            assert_eq!(statuses(&forger).await, BAD);
        }
        assert_eq!(reads(stack), before);
    });
}

#[test]
fn a_token_whose_key_cannot_be_looked_up_is_asked_to_come_again() {
    alone(async |stack| {
        let ann = stack.user().await;
        assert_eq!(statuses(&ann).await, GOOD);
        rotate(stack, "SigningKey", 'n').await;
        kill(stack, &["UserLogin"]);
        let new = with_answer(&ann, &stack.log_in(&ann.email, &ann.password).await);

        stack.fault(Service::SecretsManager, Fault::status(503));
        let answers = [new.get("/users/me").send().await, new.get("/users/me").send().await];
        let known = ann.get("/users/me").send().await;
        stack.fault(Service::SecretsManager, None);

        for answer in answers {
            answer.refused(503);
            assert_eq!(answer.header("retry-after"), "5");
        }
        known.is(200);
        let logs = stack.logs().into_iter().map(|line| line.text);
        let failures: Vec<_> = logs.filter(|line| line.contains("The keys could not be read again")).collect();
        let cause = format!("the secret {} cannot be read", stack.physical_id("SigningKey"));
        assert!(failures.len() == 1 && failures[0].contains(&cause), "{failures:?}");
    });
}

#[test]
fn a_new_sealing_key_seals_what_is_new_and_what_is_old_still_opens() {
    alone(async |stack| {
        let ann = stack.user().await;
        let (first, second) = (ann.create_hook(&github_hook()).await, ann.create_hook(&github_hook()).await);
        first.push().send().await.accepted();
        let old = stack.key("SealingKey").await;

        let new = rotate(stack, "SealingKey", 'n').await;

        let before = reads(stack);
        first.push().send().await.accepted();
        assert_eq!(reads(stack), before, "a known key costs nothing");
        kill(stack, &["HookCreate", "HookRotateSecret"]);
        let third = ann.create_hook(&github_hook()).await;
        let rotated = rotate_secret(&ann, &second).await;
        let (old_id, new_id) = (key_id::<SealingKey>(&old), key_id::<SealingKey>(&new));
        for (hook, attribute, id) in [
            (&first, "secret", &old_id),
            (&second, "secret", &new_id),
            (&second, "previous_secret", &old_id),
            (&third, "secret", &new_id),
        ] {
            assert_eq!(sealed_under(hook, attribute).await, *id, "{attribute}");
        }
        for _ in ["in the warm process, and then", "in a new one"] {
            for hook in [&first, &second, &rotated, &third] {
                hook.push().send().await.accepted();
            }
            kill(stack, &["HookTrigger"]);
        }
        keys_show_nowhere(stack, &[&old, &new]);
    });
}

/// Asserts that the call is asked to come again, and that the log says once, as an error, which key is missing.
fn misses_its_key(stack: &Pipehook, answer: &Answer, hook: &Hook<'_>, key: &str) {
    answer.refused(503);
    assert_eq!(answer.header("retry-after"), "5");
    let of_call = stack.logs().into_iter().filter(|line| line.text.contains(answer.request_id()));
    let errors: Vec<_> = of_call.map(|line| line.text).filter(|line| line.contains("\"level\":\"ERROR\"")).collect();
    let expected = format!("the secret of the hook {} was sealed under the key {key}, which is gone", hook.id);
    assert!(errors.len() == 1 && errors[0].contains(&expected), "{errors:?}");
}

#[test]
fn a_call_whose_key_was_dropped_too_early_comes_again_until_it_is_put_back() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let old = stack.key("SealingKey").await;
        let id = key_id::<SealingKey>(&old);

        stack.put_key("SealingKey", &new_key('n')).await;
        kill(stack, &["HookTrigger", "HookUpdate"]);

        let before = reads(stack);
        let started = Instant::now();
        for _ in 0..10 {
            misses_its_key(stack, &hook.push().send().await, &hook, &id);
            misses_its_key(stack, &hook.push().body("{}").send().await, &hook, &id);
        }
        let allowed = 2 + usize::try_from(started.elapsed().as_secs() / 10).unwrap();
        assert!(reads(stack) - before <= allowed, "one for the start, and one in ten seconds");
        misses_its_key(stack, &ann.put_hook(&hook, &json!({ "action_type": "restart" })).await, &hook, &id);
        assert_eq!(ann.jobs().await.len(), 0);

        stack.put_key("SealingKey", &format!("{} {old}", new_key('n'))).await;
        kill(stack, &["HookTrigger"]);
        hook.push().send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn a_lost_previous_secret_does_not_keep_out_the_current_one() {
    alone(async |stack| {
        let ann = stack.user().await;
        let old = ann.create_hook(&github_hook()).await;
        let id = key_id::<SealingKey>(&stack.key("SealingKey").await);
        let new_key = rotate(stack, "SealingKey", 'n').await;
        let new = rotate_secret(&ann, &old).await;

        stack.put_key("SealingKey", &new_key).await;

        kill(stack, &["HookTrigger"]);
        new.push().send().await.accepted();
        misses_its_key(stack, &old.push().send().await, &old, &id);
        misses_its_key(stack, &new.push().body("{}").send().await, &old, &id);
        assert_eq!(ann.jobs().await.len(), 1);
    });
}

#[test]
fn a_secret_that_is_no_list_of_keys_stops_a_start_with_a_reason_that_shows_nothing_of_it() {
    alone(async |stack| {
        let ann = stack.user().await;
        let good = stack.key("SigningKey").await;
        for (value, reason) in [
            ("too-short-a-key".to_owned(), "has a key, number 1, that is shorter than 43 characters"),
            (format!("{good} another-short-key"), "has a key, number 2, that is shorter than 43 characters"),
            (format!("{good} {good}"), "has the same key twice, as number 1 and number 2"),
            (" \n ".to_owned(), "holds no key"),
            (format!("{{\"key\":\"{good}\"}}"), "has a key, number 1, that has characters other than"),
        ] {
            stack.put_key("SigningKey", &value).await;
            kill(stack, &["UserMe"]);

            assert!(ann.get("/users/me").send().await.status >= 500);

            let logs: String = stack.logs().into_iter().map(|line| line.text).collect();
            assert!(logs.contains(reason), "{reason}: {logs}");
            for part in [&good[..16], "too-short", "another-short"] {
                assert!(!logs.contains(part), "{logs}");
            }
        }
        stack.put_key("SigningKey", &good).await;
        ann.get("/users/me").send().await.is(200);
    });
}

#[test]
fn a_broken_secret_stops_no_process_that_runs() {
    alone(async |stack| {
        let ann = stack.user().await;
        assert_eq!(statuses(&ann).await, GOOD);
        stack.put_key("SigningKey", "broken").await;
        assert_eq!(statuses(&ann).await, GOOD);
        ann.get("/users/me").bearer(&forged(&ann, "00000001")).send().await.refused(503);
        assert_eq!(statuses(&ann).await, GOOD);
    });
}

#[test]
fn the_guide_stops_each_function_that_accepts_access_tokens() {
    let functions = resources(&template(), "AWS::Serverless::Function");
    let has_key = |name: &String| {
        let variables = &functions[name]["Properties"]["Environment"]["Variables"];
        variables.get("SIGNING_KEY_ARN").is_some()
    };
    let only_issue_tokens = ["UserLogin", "UserRefresh"];
    let functions = routes().into_iter().map(|route| route.function);
    let expected: BTreeSet<_> =
        functions.filter(has_key).filter(|it| !only_issue_tokens.contains(&it.as_str())).collect();

    let guide = harness::repository::read("docs/operations/rotate-keys.md");

    let (_, after) = guide.split_once("API='").unwrap();
    let (names, _) = after.split_once('\'').unwrap();
    assert_eq!(names.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
}
