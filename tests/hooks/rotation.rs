//! Secrets that are rotated: the new one is shown once, and the old one is good for a while.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Answer, Call, Hash, Hook, User, alone, github_hook, hmac, open_hook, shared, signed_hook, together};
use local::{Fault, Service};
use serde_json::{Value as Json, json};
use shared::domain::timestamp::Timestamp;

const DAY: u64 = 24 * 60 * 60;

async fn rotate(user: &User<'_>, hook: &Hook<'_>, body: &Json) -> Answer {
    user.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(body).send().await
}

/// The hook with its new secret.
async fn rotated<'s>(user: &User<'_>, hook: &Hook<'s>, body: &Json) -> Hook<'s> {
    let json = rotate(user, hook, body).await.is(200);
    with_secret(hook, json["secret"].as_str().unwrap())
}

fn with_secret<'s>(hook: &Hook<'s>, secret: &str) -> Hook<'s> {
    let mut hook = hook.clone();
    secret.clone_into(&mut hook.secret);
    hook
}

/// Asserts which secrets are good for a push: every good one queues a job, and the others nothing.
async fn good(user: &User<'_>, hooks: &[(&Hook<'_>, bool)]) {
    let mut jobs = user.jobs().await.len();
    for (number, (hook, good)) in hooks.iter().enumerate() {
        let answer = hook.push().send().await;
        if *good {
            answer.accepted();
            jobs += 1;
        } else {
            answer.refused(401);
        }
        assert_eq!(user.jobs().await.len(), jobs, "secret {number}");
    }
}

/// An instant as the product writes it.
fn instant(at: SystemTime) -> Json {
    json!({ "S": Timestamp::from(at).to_string() })
}

#[test]
fn a_rotation_shows_the_new_secret_once_and_keeps_the_url() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;

        let answer = rotate(&ann, &hook, &json!({})).await;

        let mut rotated = answer.is(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        let secret = rotated["secret"].take().as_str().unwrap().to_owned();
        assert!(secret.len() == 64 && secret != hook.secret, "256 bits in hex");
        let until = rotated.as_object_mut().unwrap().remove("previous_secret_valid_until").unwrap();
        let mut before = hook.json.clone();
        before["secret"].take();
        let since = rotated["secret_since"].clone();
        for changed in ["updated_at", "secret_since"] {
            assert_ne!(rotated[changed].take(), before[changed].take(), "{changed}");
        }
        assert_eq!(rotated, before, "nothing else has changed");
        let shown = ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await;
        assert_eq!(shown.is(200)["secret"], "********");
        assert_eq!(shown.is(200)["previous_secret_valid_until"], until);
        assert_eq!(shown.is(200)["secret_since"], since);
        let left = until.as_str().unwrap().parse::<Timestamp>().unwrap().distance(SystemTime::now().into());
        assert!(left.as_secs().abs_diff(DAY) < 60, "{until}");
        assert!(!shown.text().contains(&secret));
        let stored = hook.item().await.to_string();
        for form in [secret.clone(), hex::encode(&secret), BASE64_STANDARD.encode(&secret)] {
            assert!(!stored.contains(&form), "{stored}");
        }
    });
}

#[test]
fn both_secrets_are_good_during_the_overlap_which_is_a_day_unless_told_otherwise() {
    shared(async |stack| {
        let ann = stack.user().await;
        for (body, seconds) in [
            (json!({}), DAY),
            (json!({ "overlap_seconds": null }), DAY),
            (json!({ "overlap_seconds": 3600 }), 3_600),
            (json!({ "overlap_seconds": 7 * DAY }), 7 * DAY),
        ] {
            let old = ann.create_hook(&github_hook()).await;
            let before = SystemTime::now();

            let new = rotated(&ann, &old, &body).await;

            good(&ann, &[(&old, true), (&new, true), (&with_secret(&old, "neither of the two"), false)]).await;
            let until = old.item().await["previous_secret_until"]["S"].as_str().unwrap().to_owned();
            let overlap = Duration::from_secs(seconds);
            let earliest = instant(before + overlap - Duration::from_secs(1));
            let latest = instant(SystemTime::now() + overlap);
            assert!(
                earliest["S"].as_str().unwrap() <= until.as_str() && until.as_str() <= latest["S"].as_str().unwrap()
            );
        }
    });
}

#[test]
fn without_an_overlap_only_the_new_secret_is_good() {
    shared(async |stack| {
        let ann = stack.user().await;
        let old = ann.create_hook(&github_hook()).await;
        let new = rotated(&ann, &old, &json!({ "overlap_seconds": 0 })).await;
        good(&ann, &[(&new, true), (&old, false)]).await;
    });
}

#[test]
fn after_the_overlap_only_the_new_secret_is_good() {
    shared(async |stack| {
        let ann = stack.user().await;
        let old = ann.create_hook(&github_hook()).await;
        let new = rotated(&ann, &old, &json!({})).await;
        good(&ann, &[(&old, true)]).await;

        hook_until(&old, SystemTime::now() - Duration::from_secs(1)).await;

        good(&ann, &[(&new, true), (&old, false)]).await;
        hook_until(&old, SystemTime::now() + Duration::from_mins(1)).await;
        good(&ann, &[(&old, true)]).await;
    });
}

async fn hook_until(hook: &Hook<'_>, until: SystemTime) {
    hook.damage("previous_secret_until", &instant(until)).await;
}

#[test]
fn a_second_rotation_drops_the_oldest_secret() {
    shared(async |stack| {
        let ann = stack.user().await;
        let first = ann.create_hook(&github_hook()).await;
        let second = rotated(&ann, &first, &json!({ "overlap_seconds": 7 * DAY })).await;
        let third = rotated(&ann, &second, &json!({})).await;
        good(&ann, &[(&first, false), (&second, true), (&third, true)]).await;

        let fourth = rotated(&ann, &third, &json!({ "overlap_seconds": 0 })).await;

        good(&ann, &[(&first, false), (&second, false), (&third, false), (&fourth, true)]).await;
    });
}

#[test]
fn an_old_secret_stays_good_through_other_changes_and_not_longer() {
    shared(async |stack| {
        let ann = stack.user().await;
        let old = ann.create_hook(&github_hook()).await;
        let new = rotated(&ann, &old, &json!({})).await;
        assert_eq!(ann.put_hook(&old, &json!({ "action_type": "restart" })).await.status, 204);
        good(&ann, &[(&old, true), (&new, true)]).await;
        hook_until(&old, SystemTime::now() - Duration::from_secs(1)).await;

        assert_eq!(ann.put_hook(&old, &json!({ "action_type": "start" })).await.status, 204);

        good(&ann, &[(&old, false), (&new, true)]).await;
    });
}

#[test]
fn a_rotation_that_asks_for_what_cannot_be_changes_nothing() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let before = hook.item().await;
        for overlap in [json!(-1), json!(7 * DAY + 1), json!(1.5), json!("60"), json!(true), json!([]), json!(1e30)] {
            let answer = rotate(&ann, &hook, &json!({ "overlap_seconds": overlap })).await;
            assert_eq!(answer.invalid(), ["overlap_seconds"], "{overlap}");
        }
        for secret in [json!(""), json!("x".repeat(15)), json!("x".repeat(513)), json!(7), json!(["x".repeat(16)])] {
            let body = json!({ "secret": secret, "overlap_seconds": -1 });
            assert_eq!(rotate(&ann, &hook, &body).await.invalid(), ["overlap_seconds", "secret"], "{secret}");
        }
        let call = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id));
        call.clone().body("{").send().await.refused(400);
        call.clone().body("[]").send().await.refused(400);
        call.with("content-type", "text/plain").body("{}").send().await.refused(415);

        assert_eq!(hook.item().await, before);
        good(&ann, &[(&hook, true)]).await;
    });
}

#[test]
fn a_secret_that_the_provider_issued_takes_the_place_of_the_old_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let old = ann.create_hook(&github_hook()).await;
        let secret = "It's a Secret to Everybody";

        let new = rotated(&ann, &old, &json!({ "secret": secret, "overlap_seconds": 0 })).await;

        assert_eq!(new.secret, secret);
        good(&ann, &[(&new, true), (&old, false)]).await;
    });
}

#[test]
fn a_secret_must_have_the_form_of_its_scheme() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&signed_hook("webhook-signature", Hash::Sha256)).await;
        let before = hook.item().await;
        for secret in ["It's a Secret to Everybody", "whsec_not base64 at all", "whsec_============"] {
            assert_eq!(rotate(&ann, &hook, &json!({ "secret": secret })).await.invalid(), ["secret"], "{secret}");
        }
        assert_eq!(hook.item().await, before);

        let new = rotated(&ann, &hook, &json!({})).await;

        let key = new.secret.strip_prefix("whsec_").unwrap();
        assert_eq!(BASE64_STANDARD.decode(key).unwrap().len(), 32);
    });
}

#[test]
fn a_hook_without_a_secret_has_none_to_rotate() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&open_hook()).await;
        let before = hook.item().await;

        for body in [json!({}), json!({ "secret": "It's a Secret to Everybody" })] {
            rotate(&ann, &hook, &body).await.refused(409);
        }

        assert_eq!(hook.item().await, before);
        hook.unsigned("{}").send().await.accepted();
    });
}

#[test]
fn another_project_does_not_rotate_a_secret() {
    shared(async |stack| {
        let (ann, bob) = (stack.user().await, stack.user().await);
        let hook = ann.create_hook(&github_hook()).await;
        let before = hook.item().await;
        let own = json!({ "secret": "It's a Secret to Everybody", "overlap_seconds": 0 });

        rotate(&bob, &hook, &own).await.refused(404);
        stack.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).json(&own).send().await.refused(401);
        ann.post("/hooks/incoming/x/rotate-secret").json(&own).send().await.refused(404);
        let outgoing = ann.post(&format!("/hooks/outgoing/{}/rotate-secret", hook.id)).json(&own);
        assert_eq!(outgoing.send().await.status, 404);

        assert_eq!(hook.item().await, before);
        good(&ann, &[(&hook, true), (&with_secret(&hook, "It's a Secret to Everybody"), false)]).await;
    });
}

#[test]
fn of_rotations_at_once_one_wins_and_the_secrets_of_the_others_are_never_good() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let secrets: Vec<_> = (0..4).map(|number| format!("the secret of caller {number}")).collect();
        let bodies: Vec<_> = secrets.iter().map(|secret| json!({ "secret": secret })).collect();

        // All have read the hook before one of them writes.
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(500)).on("UpdateItem"));
        let answers = together(bodies.iter().map(|body| rotate(&ann, &hook, body))).await;
        stack.fault(Service::DynamoDb, None);

        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for (secret, answer) in secrets.iter().zip(&answers) {
            if answer.status != 200 {
                answer.refused(409);
                assert!(!answer.text().contains(secret.as_str()));
            }
            good(&ann, &[(&with_secret(&hook, secret), answer.status == 200)]).await;
        }
        good(&ann, &[(&hook, true)]).await;
    });
}

#[test]
fn a_rotation_never_leaves_a_secret_that_does_not_fit_the_scheme() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut generic = signed_hook("x-signature", Hash::Sha256);
        let key = format!("whsec_{}", BASE64_STANDARD.encode([7; 32]));
        generic["secret"] = key.clone().into();
        let hook = ann.create_hook(&generic).await;
        let header = |item: &Json| item["secret_header_name"]["S"].as_str().unwrap().to_owned();

        // The hook gets another scheme while a secret for the one that it had is on its way.
        let before = stack.aws_calls().len();
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(500)).on("UpdateItem"));
        let change = async {
            while !stack.aws_calls()[before..].iter().any(|call| call.operation == "UpdateItem") {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            ann.put_hook(&hook, &json!({ "secret_header_name": "svix-signature" })).await
        };
        let rotate_body = json!({});
        let (rotated, changed) = tokio::join!(rotate(&ann, &hook, &rotate_body), change);
        stack.fault(Service::DynamoDb, None);

        let mut statuses = [rotated.status, changed.status];
        statuses.sort_unstable();
        assert!([[200, 409], [204, 409]].contains(&statuses), "one of them is told: {statuses:?}");
        if changed.status == 204 {
            assert_eq!(header(&hook.item().await), "svix-signature");
            svix(&with_secret(&hook, &key)).send().await.accepted();
        }
    });
}

#[test]
fn a_secret_that_was_replaced_is_shown_whatever_fails_after_that() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        let before = stack.aws_calls().len();
        stack.fault(Service::DynamoDb, Fault::delay(Duration::from_millis(300)).on("UpdateItem"));
        let fail = async {
            while !stack.aws_calls()[before..].iter().any(|call| call.operation == "UpdateItem") {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            stack.fault(Service::DynamoDb, Fault::hang_up());
        };

        let body = json!({ "overlap_seconds": 0 });
        let (new, ()) = tokio::join!(rotated(&ann, &hook, &body), fail);

        stack.fault(Service::DynamoDb, None);
        good(&ann, &[(&new, true), (&hook, false)]).await;
    });
}

/// A call as Svix makes it.
fn svix<'s>(hook: &Hook<'s>) -> Call<'s> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs().to_string();
    let signed = format!("m-1.{now}.{{}}");
    let key = BASE64_STANDARD.decode(hook.secret.strip_prefix("whsec_").unwrap()).unwrap();
    // The harness takes a key as text.
    let key = String::from_utf8(key).unwrap();
    let signature = BASE64_STANDARD.encode(hmac(Hash::Sha256, &key, signed.as_bytes()));
    let call = hook.unsigned("{}").header("svix-id", "m-1").header("svix-timestamp", now);
    call.header("svix-signature", format!("v1,{signature}"))
}

#[test]
fn zooms_question_is_answered_with_the_secret_that_it_was_signed_with() {
    shared(async |stack| {
        let ann = stack.user().await;
        let old = ann.create_hook(&signed_hook("x-zm-signature", Hash::Sha256)).await;
        let new = rotated(&ann, &old, &json!({})).await;
        for hook in [&old, &new] {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs().to_string();
            let body = r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
            let signature = hex::encode(hmac(Hash::Sha256, &hook.secret, format!("v0:{now}:{body}").as_bytes()));
            let call = hook.unsigned(body).header("x-zm-request-timestamp", now);

            let answer = call.header("x-zm-signature", format!("v0={signature}")).send().await.is(200);

            let expected = hex::encode(hmac(Hash::Sha256, &hook.secret, b"qgg8vlvZRS6UYooatFL8Aw"));
            assert_eq!(answer["encryptedToken"], expected);
        }
        assert_eq!(ann.jobs().await.len(), 0);
    });
}
