//! Hooks whose owner describes how their sender proves its calls, from their creation to the job.

use std::time::SystemTime;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{Call, Hash, Hook, User, open_hook, shared};
use serde_json::{Value as Json, json};

use super::all_are_refused;

const BODY: &str = r#"{"event": {"type": "deployed"}, "ref": "refs/heads/main"}"#;
const SECRET: &str = "a secret of a sender";

/// What asks for a hook of such a sender.
fn draft(verification: &Json, more: &Json) -> Json {
    let mut hook = open_hook();
    let fields = hook.as_object_mut().unwrap();
    fields.remove("requires_secret");
    fields.insert("provider".to_owned(), "custom".into());
    fields.insert("verification".to_owned(), verification.clone());
    fields.extend(more.as_object().unwrap().clone());
    hook
}

/// A timestamp and the body, under `sha256=`.
fn timed() -> Json {
    json!({
        "type": "hmac", "header": "X-Signature", "prefix": "sha256=", "separator": ",",
        "signed": "{header:X-Id}:{header:X-Time}.{body}",
        "timestamp": { "header": "X-Time", "format": "seconds", "tolerance_seconds": 60 },
        "delivery_id": { "header": "X-Id" }, "event": { "body": "event.type" },
    })
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// A call of a hook of [`timed`], with these parts, whose signature is that of `signed`.
fn call<'s>(hook: &Hook<'s>, [id, time, body]: [&str; 3], signed: &str) -> Call<'s> {
    let signature = format!("sha256={}", hex::encode(hook.mac(Hash::Sha256, signed.as_bytes())));
    let call = hook.unsigned(body.to_owned()).header("x-signature", signature);
    call.header("x-id", id).header("x-time", time)
}

/// A call with this header, and without any other proof.
fn of<'s>(hook: &Hook<'s>, name: &str, value: String) -> Call<'s> {
    hook.unsigned(BODY).header(name, value)
}

/// The job of a call that is accepted.
async fn job(user: &User<'_>, call: Call<'_>) -> Json {
    let before = user.jobs().await.len();
    call.send().await.accepted();
    let jobs = user.jobs().await;
    assert_eq!(jobs.len(), before + 1);
    jobs[before].body.clone()
}

#[test]
fn an_hmac_over_an_id_a_time_and_the_body_is_verified_and_the_delivery_is_known_by_its_id() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&draft(&timed(), &json!({ "secret": SECRET }))).await;
        assert_eq!((&hook.json["proof"], &hook.json["requires_secret"]), (&"verified".into(), &true.into()));
        assert_eq!(hook.json["secret_header_name"], "x-signature");
        assert_eq!(hook.json["secret_algorithm"], "sha256");
        let now = unix_seconds();
        let signed_at = |id: &str, time: u64| {
            let time = time.to_string();
            call(&hook, [id, &time, BODY], &format!("{id}:{time}.{BODY}"))
        };

        let origin = job(&ann, signed_at("d-1", now)).await["triggered_from"].clone();

        assert_eq!((&origin["delivery_id"], &origin["event"]), (&"d-1".into(), &"deployed".into()));
        assert_eq!(origin["proof"], "verified");
        signed_at("d-1", now).send().await.accepted();
        assert_eq!(ann.jobs().await.len(), 1, "a retry of the delivery runs nothing");
        let genuine = signed_at("d-2", now);
        let other = format!("{}:{}.{}", "d-2", now, "{}");
        let calls = vec![
            genuine.clone().with("x-time", (now + 1).to_string()),
            genuine.clone().with("x-id", "d-3"),
            call(&hook, ["d-2", &now.to_string(), BODY], &other),
            signed_at("d-2", now - 62),
            signed_at("d-2", now + 120),
            hook.unsigned(BODY).header("x-signature", hex::encode(hook.mac(Hash::Sha256, BODY.as_bytes()))),
            hook.unsigned(BODY),
            hook.signed(BODY),
        ];
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn a_captured_call_whose_borders_are_moved_is_refused() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&draft(&timed(), &json!({}))).await;
        let now = unix_seconds().to_string();
        // One signature, and two calls that it fits: the other one has a part of the body in its id.
        let body = format!("x:{now}.{{}}");
        let signed = format!("d-1:{now}.{body}");
        let longer = format!("d-1:{now}.x");

        let calls = vec![
            call(&hook, [&longer, &now, "{}"], &signed),
            call(&hook, ["", &now, "{}"], &format!(":{now}.{{}}")),
            call(&hook, ["d 1", &now, "{}"], &format!("d 1:{now}.{{}}")),
            call(&hook, ["d-1", &format!("{now}.{now}"), "{}"], &format!("d-1:{now}.{now}.{{}}")),
            call(&hook, ["d-1", &format!("+{now}"), "{}"], &format!("d-1:+{now}.{{}}")),
            call(&hook, ["d-1", &format!("0{now}"), "{}"], &format!("d-1:0{now}.{{}}")),
        ];
        all_are_refused(&ann, calls).await;

        // The body is no JSON, so that the call that was signed fails, but it is authentic.
        call(&hook, ["d-1", &now, &body], &signed).send().await.refused(400);
    });
}

#[test]
fn of_several_signatures_one_must_match_under_the_prefix_and_in_the_encoding_that_were_described() {
    shared(async |stack| {
        let ann = stack.user().await;
        let verification = json!({
            "type": "hmac", "header": "x-signatures", "algorithm": "sha512", "encoding": "base64", "prefix": "v2:",
            "separator": ";",
        });
        let hook = ann.create_hook(&draft(&verification, &json!({}))).await;
        let mac = hook.mac(Hash::Sha512, BODY.as_bytes());
        let right = BASE64_STANDARD.encode(&mac);
        let wrong = BASE64_STANDARD.encode([0; 64]);
        let with = |value: String| hook.unsigned(BODY).header("x-signatures", value);

        job(&ann, with(format!("v2:{wrong}; v2:{right}"))).await;

        let calls = [
            format!("v1:{right}"),
            right.clone(),
            format!("v2:{wrong},v2:{right}"),
            format!("v2:{}", hex::encode(&mac)),
            format!("v2:{}", &right[..right.len() - 4]),
            String::new(),
        ];
        all_are_refused(&ann, calls.map(with).into()).await;
    });
}

#[test]
fn a_token_and_a_password_authenticate_the_sender_where_they_were_described() {
    shared(async |stack| {
        let ann = stack.user().await;
        let given = json!({ "secret": SECRET });
        let token = ann.create_hook(&draft(&json!({ "type": "token", "header": "X-My-Token" }), &given)).await;
        let bearer = json!({ "type": "token", "header": "Authorization", "prefix": "Bearer" });
        let bearer = ann.create_hook(&draft(&bearer, &given)).await;
        let options = json!({ "secret": SECRET, "provider_options": { "username": "ann" } });
        let basic = ann.create_hook(&draft(&json!({ "type": "basic" }), &options)).await;
        for hook in [&token, &bearer, &basic] {
            assert_eq!((&hook.json["proof"], &hook.json["secret_algorithm"]), (&"authenticated".into(), &Json::Null));
        }
        let login = |login: &str| format!("Basic {}", BASE64_STANDARD.encode(login));

        let calls = [
            token.unsigned(BODY).header("x-my-token", SECRET),
            bearer.unsigned(BODY).header("authorization", format!("bearer {SECRET}")),
            basic.unsigned(BODY).header("authorization", login(&format!("ann:{SECRET}"))),
        ];
        for call in calls {
            assert_eq!(job(&ann, call).await["triggered_from"]["proof"], "authenticated");
        }

        let calls = vec![
            of(&token, "x-my-token", format!("Bearer {SECRET}")),
            of(&token, "authorization", SECRET.to_owned()),
            of(&token, "x-my-token", String::new()),
            of(&bearer, "authorization", SECRET.to_owned()),
            of(&bearer, "authorization", login(&format!("ann:{SECRET}"))),
            of(&basic, "authorization", login(&format!("bob:{SECRET}"))),
            of(&basic, "authorization", login("ann:")),
            of(&basic, "authorization", format!("Bearer {SECRET}")),
        ];
        all_are_refused(&ann, calls).await;
    });
}

#[test]
fn a_signature_of_a_private_key_is_verified_with_the_public_one() {
    shared(async |stack| {
        let ann = stack.user().await;
        let [key, other] = [[7; 32], [8; 32]].map(|seed| Ed25519KeyPair::from_seed_unchecked(&seed).unwrap());
        let verification = json!({
            "type": "public_key", "header": "x-signature", "algorithm": "ed25519", "encoding": "hex",
            "signed": "{body}\n{header:x-time}", "timestamp": { "header": "x-time", "format": "millis" },
        });
        let options = json!({ "provider_options": { "public_key": BASE64_STANDARD.encode(key.public_key()) } });
        let hook = ann.create_hook(&draft(&verification, &options)).await;
        assert_eq!((hook.secret.as_str(), &hook.json["proof"]), ("", &"verified".into()));
        let now = unix_seconds() * 1_000;
        let signed = |key: &Ed25519KeyPair, time: u64, body: &str| {
            let signature = hex::encode(key.sign(format!("{body}\n{time}").as_bytes()));
            let call = hook.unsigned(BODY).header("x-signature", signature);
            call.header("x-time", time.to_string())
        };

        job(&ann, signed(&key, now, BODY)).await;

        let calls = vec![
            signed(&other, now, BODY),
            signed(&key, now, "{}"),
            signed(&key, now - 400_000, BODY),
            signed(&key, now, BODY).with("x-time", (now + 1).to_string()),
        ];
        all_are_refused(&ann, calls).await;
        let rotation = ann.post(&format!("/hooks/incoming/{}/rotate-secret", hook.id)).send().await;
        assert!(rotation.refused(409).contains("no secret to rotate"));
    });
}

#[test]
fn another_scheme_takes_the_place_of_the_one_before_and_the_secret_stays_and_is_shown_by_its_rotation_alone() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&draft(&timed(), &json!({ "secret": SECRET }))).await;
        let path = format!("/hooks/incoming/{}", hook.id);
        let plain = json!({ "type": "hmac", "header": "x-plain" });
        let signed = |hook: &Hook<'_>| hook.mac(Hash::Sha256, BODY.as_bytes());
        let as_before = |id: &str| {
            let now = unix_seconds().to_string();
            call(&hook, [id, &now, BODY], &format!("{id}:{now}.{BODY}"))
        };
        job(&ann, as_before("d-1")).await;

        assert_eq!(ann.put_hook(&hook, &json!({ "verification": plain })).await.status, 204);

        let shown = ann.get(&path).send().await.is(200);
        assert_eq!((&shown["secret"], &shown["secret_header_name"]), (&"********".into(), &"x-plain".into()));
        assert_eq!(
            (&shown["verification"]["signed"], &shown["verification"]["timestamp"]),
            (&"{body}".into(), &Json::Null)
        );
        job(&ann, hook.unsigned(BODY).header("x-plain", hex::encode(signed(&hook)))).await;
        all_are_refused(&ann, vec![as_before("d-2")]).await;
        // What is shown can be written back, and changes nothing.
        assert_eq!(ann.call("PUT", &path).json(&shown).send().await.status, 204);
        let again = ann.get(&path).send().await.is(200);
        assert_eq!(again["verification"], shown["verification"]);
        let rotated = ann.post(&format!("{path}/rotate-secret")).json(&json!({ "overlap_seconds": 0 })).send().await;
        let old = hook.clone();
        let mut hook = hook;
        hook.secret = rotated.is(200)["secret"].as_str().unwrap().to_owned();
        job(&ann, hook.unsigned(BODY).header("x-plain", hex::encode(signed(&hook)))).await;
        all_are_refused(&ann, vec![hook.unsigned(BODY).header("x-plain", hex::encode(signed(&old)))]).await;
        let proof = async || ann.get("/applications/42/hooks").send().await.is(200)[0]["proof"].clone();
        assert_eq!(proof().await, "verified");
        assert_eq!(
            ann.put_hook(&hook, &json!({ "verification": { "type": "token", "header": "x-t" } })).await.status,
            204
        );
        assert_eq!(ann.get(&path).send().await.is(200)["proof"], "authenticated");
        assert_eq!(proof().await, "authenticated", "a list shows it too");
    });
}

#[test]
fn what_would_prove_nothing_makes_no_hook_and_changes_none() {
    shared(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&draft(&timed(), &json!({ "secret": SECRET }))).await;
        let before = (ann.footprint().await, ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200));
        let with = |name: &str, value: Json| {
            let mut verification = timed();
            verification[name] = value;
            verification
        };
        for (verification, fields) in [
            (with("header", "Authorization".into()), &["verification.header"][..]),
            (with("signed", "{header:x-time}.{header:x-id}".into()), &["verification.signed"]),
            (with("signed", "{body}".into()), &["verification.signed"]),
            (with("signed", "{header:x-time}{body}{body}".into()), &["verification.signed"]),
            (with("signed", "{header:x-time}{header:x-id}{body}".into()), &["verification.signed"]),
            (with("timestamp", json!({ "header": "x-time" })), &["verification.timestamp.format"]),
            (
                with("timestamp", json!({ "header": "x-time", "format": "seconds", "tolerance_seconds": 172_801 })),
                &["verification.timestamp.tolerance_seconds"],
            ),
            (with("delivery_id", json!({ "header": "x", "body": "y" })), &["verification.delivery_id"]),
            (with("event", json!({ "body": "a..b" })), &["verification.event"]),
            (with("event", json!({ "body": "events.*.type" })), &["verification.event"]),
            (with("type", "sha256".into()), &["verification.type"]),
            (with("sign", "{body}".into()), &["verification.sign"]),
            (json!("hmac"), &["verification", "verification.type"]),
            (json!({}), &["verification.type"]),
            (Json::Null, &["verification"]),
        ] {
            let refused = ann.ask_for_hook(&draft(&verification, &json!({}))).await;
            assert_eq!(refused.invalid(), fields, "{verification}");
            if !verification.is_null() {
                let refused = ann.put_hook(&hook, &json!({ "verification": verification })).await;
                assert_eq!(refused.invalid(), fields, "{verification}");
            }
        }
        let after = (ann.footprint().await, ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await.is(200));
        assert_eq!(after, before);
    });
}

#[test]
fn what_does_not_go_with_a_description_or_what_it_needs_and_lacks_makes_no_hook() {
    shared(async |stack| {
        let ann = stack.user().await;
        let before = ann.footprint().await;
        let other = json!({ "secret_header_name": "x-other", "secret_algorithm": "sha1" });
        let refused = ann.ask_for_hook(&draft(&timed(), &other)).await;
        assert_eq!(refused.invalid(), ["secret_algorithm", "secret_header_name"]);
        let mut named = draft(&timed(), &json!({ "provider": "razorpay" }));
        assert_eq!(ann.ask_for_hook(&named).await.invalid(), ["verification"]);
        named["provider"] = Json::Null;
        named["requires_secret"] = false.into();
        assert_eq!(ann.ask_for_hook(&named).await.invalid(), ["verification"]);
        let basic = draft(&json!({ "type": "basic" }), &json!({}));
        assert_eq!(ann.ask_for_hook(&basic).await.invalid(), ["provider_options.username"]);
        assert_eq!(ann.footprint().await, before);
    });
}

#[test]
fn neither_the_secret_nor_a_proof_stands_in_any_answer_or_in_the_log_of_calls() {
    shared(async |stack| {
        let ann = stack.user().await;
        let verification = json!({ "type": "token", "header": "x-of-ours" });
        let hook = ann.create_hook(&draft(&verification, &json!({ "secret": SECRET }))).await;
        let call = hook.unsigned(BODY).header("x-of-ours", SECRET).send().await;
        call.accepted();

        for path in [format!("/hooks/incoming/{}", hook.id), format!("/hook-requests/{}", call.request_id())] {
            let shown = ann.get(&path).send().await;
            shown.is(200);
            assert!(!shown.text().contains(SECRET), "{path}: {shown:?}");
        }
        assert!(!ann.jobs().await[0].body.to_string().contains(SECRET));
    });
}
