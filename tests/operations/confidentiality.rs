//! Nothing that is secret, and nothing that is personal, shows anywhere but in the one answer that hands it out.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use harness::{
    Answer, Call, Hash, Hook, Pipehook, User, alone, alone_with, github_hook, inflated, open_hook, signed_hook,
};
use local::{Fault, Service};
use serde_json::{Value as Json, json};

/// What must not be seen, by a name to report it under.
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn new() -> Self {
        Self(Vec::new())
    }

    fn add(&mut self, name: &'static str, value: &str) {
        // Anything shorter would be found by chance.
        assert!(value.len() >= 8, "{name}");
        self.0.push((name, value.to_owned()));
    }

    /// The names of those that stand in a text, as they are or encoded in one of the usual ways.
    fn found_in(&self, text: &str) -> Vec<&'static str> {
        let text = text.to_lowercase();
        let stands = |value: &String| {
            let escaped = json!(value).to_string();
            let bytes: Vec<_> = value.bytes().map(|byte| byte.to_string()).collect();
            let forms = [
                value.clone(),
                escaped.trim_matches('"').to_owned(),
                hex::encode(value),
                BASE64_STANDARD.encode(value),
                BASE64_STANDARD_NO_PAD.encode(value),
                BASE64_URL_SAFE_NO_PAD.encode(value),
                bytes.join(", "),
                bytes.join(","),
            ];
            forms.iter().any(|form| text.contains(&form.to_lowercase()))
        };
        self.0.iter().filter(|(_, value)| stands(value)).map(|(name, _)| *name).collect()
    }
}

const PAYLOAD_MARK: &str = "mark-of-the-payload";
const HEADER_MARK: &str = "mark-of-a-header";
const DEFAULT_MARK: &str = "mark-of-a-default";
const WRONG_PASSWORD: &str = "mark-of-a-wrong-password";
const NEW_PASSWORD: &str = "mark-of-a-new-password";
const PROVIDER_SECRET: &str = "mark-of-the-secret-of-a-provider";

fn marked<'s>(call: &Call<'s>) -> Call<'s> {
    let call = call.clone().header("cookie", format!("session={HEADER_MARK}")).header("x-secret", HEADER_MARK);
    call.header("user-agent", HEADER_MARK).header("referer", format!("http://{HEADER_MARK}/"))
}

/// Calls every endpoint in every way that a log might take note of: what is fine, refused, broken and away.
async fn everything(stack: &Pipehook) -> Secrets {
    let mut secrets = Secrets::new();
    let ann = stack.user().await;
    secrets.add("e-mail address", &ann.email);
    secrets.add("password", &ann.password);
    secrets.add("access token", &ann.access_token);
    secrets.add("signature of the access token", ann.access_token.rsplit('.').next().unwrap());
    secrets.add("refresh token", ann.refresh_token.split('.').nth(1).unwrap());
    for (name, mark) in [
        ("payload", PAYLOAD_MARK),
        ("header", HEADER_MARK),
        ("default value", DEFAULT_MARK),
        ("wrong password", WRONG_PASSWORD),
        ("new password", NEW_PASSWORD),
        ("secret of a provider", PROVIDER_SECRET),
    ] {
        secrets.add(name, mark);
    }
    secrets.add("signing key", &stack.key("SigningKey").await);
    secrets.add("sealing key", &stack.key("SealingKey").await);

    administer(stack, &ann).await;
    log_in(stack, &ann).await;
    let hooks = create(&ann).await;
    for hook in &hooks {
        secrets.add("secret of a hook", &hook.secret);
        trigger(stack, hook, &mut secrets).await;
    }
    secrets
}

async fn administer(stack: &Pipehook, ann: &User<'_>) {
    let mut input = json!({ "email": ann.email, "name": "Ann", "project_id": 0, "environment_id": 1 });
    input["password"] = WRONG_PASSWORD.into();
    stack.put_user(&input).await.unwrap_err();
    input["project_id"] = WRONG_PASSWORD.into();
    stack.put_user(&input).await.unwrap_err();
    stack.put_user(&json!(WRONG_PASSWORD)).await.unwrap_err();
    input["project_id"] = ann.project.into();
    input.as_object_mut().unwrap().remove("password");
    stack.fault(Service::DynamoDb, Fault::status(500));
    stack.put_user(&input).await.unwrap_err();
    stack.fault(Service::DynamoDb, None);
    stack.put_user(&input).await.unwrap();
}

async fn log_in(stack: &Pipehook, ann: &User<'_>) {
    let call = stack.post("/users/login").json(&json!({ "email": ann.email, "password": WRONG_PASSWORD }));
    let malformed = call.clone().body(format!("{{\"email\": \"{}\", \"password\": {WRONG_PASSWORD}", ann.email));
    marked(&malformed).send().await.refused(400);
    for fault in [Fault::status(500), Fault::hang_up(), Fault::throttle()] {
        stack.fault(Service::DynamoDb, fault);
        marked(&call).send().await.refused(503);
    }
    stack.fault(Service::DynamoDb, None);
    let change = |current: &str| {
        let body = json!({ "current_password": current, "new_password": NEW_PASSWORD });
        marked(&ann.call("PUT", "/users/me/password").json(&body))
    };
    assert_eq!(change(&ann.password).send().await.status, 204);
    change(WRONG_PASSWORD).send().await.refused(422);
    for status in [401, 401, 401, 401, 429] {
        assert_eq!(marked(&call).send().await.status, status);
    }
}

/// Asks for hooks in good and bad ways; returns those whose secret the product made.
async fn create<'s>(ann: &User<'s>) -> Vec<Hook<'s>> {
    let mut hook = github_hook();
    hook["settings"]["variables"][0]["default_value"] = DEFAULT_MARK.into();
    let create = |hook: &Json| marked(&ann.post("/hooks/incoming").json(hook));
    let mut bad = hook.clone();
    bad["name"] = PAYLOAD_MARK.repeat(9).into();
    bad["secret"] = json!([PROVIDER_SECRET]);
    create(&bad).send().await.refused(422);
    create(&bad).body(format!("{{\"secret\": {PROVIDER_SECRET}")).send().await.refused(400);
    create(&hook).bearer(&format!("{}x", ann.access_token)).send().await.refused(401);
    let mut given = hook.clone();
    given["secret"] = PROVIDER_SECRET.into();
    create(&given).send().await.is(201);
    ann.get(&format!("/applications/42/hooks?page={PAYLOAD_MARK}")).send().await.refused(422);
    ann.list("/applications/42/hooks").await;
    let plain = signed_hook("x-signature", Hash::Sha512);
    vec![ann.create_hook(&hook).await, ann.create_hook(&plain).await]
}

async fn trigger(stack: &Pipehook, hook: &Hook<'_>, secrets: &mut Secrets) {
    let body = json!({ "ref": PAYLOAD_MARK, "password": PAYLOAD_MARK }).to_string();
    let plain = hex::encode(hook.mac(Hash::Sha512, body.as_bytes()));
    let call = marked(&hook.signed(body).header("x-signature", &plain));
    secrets.add("signature", &plain);
    secrets.add("signature", call.header_value("x-hub-signature-256").unwrap());
    call.send().await.accepted();
    call.clone().without("x-signature").body(format!("{{{PAYLOAD_MARK}")).send().await.refused(401);
    for service in [Service::Sqs, Service::DynamoDb] {
        stack.copies_run_out().await;
        for fault in [Fault::status(500), Fault::hang_up(), Fault::throttle()] {
            stack.fault(service, fault);
            call.send().await.refused(503);
        }
        stack.fault(service, None);
    }
    let array = json!({ "ref": [PAYLOAD_MARK] }).to_string();
    hook.signed(array.clone())
        .header("x-signature", hex::encode(hook.mac(Hash::Sha512, array.as_bytes())))
        .send()
        .await
        .invalid();
    hook.damage("action_type", &json!({ "S": PAYLOAD_MARK })).await;
    call.send().await.refused(500);
}

async fn logs_show_nothing(stack: &Pipehook) {
    let secrets = everything(stack).await;

    let logs = stack.logs();

    for function in ["UserPut", "UserLogin", "HookCreate", "HookList", "HookTrigger"] {
        assert!(logs.iter().any(|line| line.function == function), "{function} has logged nothing");
    }
    for line in &logs {
        assert_eq!(secrets.found_in(&line.text), [""; 0], "{}: {}", line.function, line.text);
        let parsed: Json = serde_json::from_str(&line.text).unwrap_or_default();
        assert!(parsed["level"].is_string() && parsed["timestamp"].is_string(), "{}", line.text);
    }
}

#[test]
fn the_logs_show_nothing_secret_or_personal() {
    alone(logs_show_nothing);
}

#[test]
fn the_logs_show_nothing_secret_or_personal_at_the_finest_level_either() {
    alone_with(&[("LogLevel", "trace")], logs_show_nothing);
}

#[test]
fn every_call_is_logged_once_under_its_id_with_its_status() {
    alone(async |stack| {
        let ann = stack.user().await;
        let hook = ann.create_hook(&github_hook()).await;
        for (call, status) in [(hook.push(), 200), (hook.unsigned("{}"), 401), (ann.get("/applications/x/hooks"), 404)]
        {
            let answer = call.send().await;
            assert_eq!(answer.status, status);
            let logs = stack.logs();
            let lines: Vec<_> = logs.iter().filter(|line| line.text.contains(answer.request_id())).collect();
            assert_eq!(lines.len(), 1, "{lines:?}");
            assert!(lines[0].text.contains(&format!("\"status\":{status}")), "{lines:?}");
        }
    });
}

/// Every answer that somebody with the user's token can get about a hook, after its creation.
async fn later_answers(ann: &User<'_>, hook: &Hook<'_>) -> Vec<Answer> {
    let called = hook.push().header("x-gitlab-token", &hook.secret).send().await;
    called.accepted();
    vec![
        ann.get(&format!("/hooks/incoming/{}", hook.id)).send().await,
        ann.get(&format!("/hooks/incoming/{}/requests", hook.id)).send().await,
        ann.get(&format!("/hook-requests/{}", called.request_id())).send().await,
        ann.get("/applications/42/hooks").send().await,
        ann.get("/pipelines/7/hooks").send().await,
        hook.push().send().await,
        hook.unsigned("{}").send().await,
        ann.ask_for_hook(&open_hook()).await,
    ]
}

#[test]
fn a_secret_is_shown_once_and_stands_nowhere_afterwards() {
    alone(async |stack| {
        let ann = stack.user().await;
        let mut hook = signed_hook("x-gitlab-token", Hash::Sha256);
        hook["pipeline_id"] = 7.into();
        let generated = ann.create_hook(&hook).await;
        hook["secret"] = PROVIDER_SECRET.into();
        let given = ann.create_hook(&hook).await;
        let mut secrets = Secrets::new();
        secrets.add("generated", &generated.secret);
        secrets.add("given", &given.secret);
        for hook in [&generated, &given] {
            assert_eq!(hook.json.to_string().matches(&hook.secret).count(), 1, "once in the answer that shows it");
            for answer in later_answers(&ann, hook).await {
                assert!([200, 201, 401].contains(&answer.status), "{answer:?}");
                assert_eq!(secrets.found_in(&format!("{:?} {}", answer.headers, answer.text())), [""; 0]);
            }
        }

        let mut everywhere = stack.items("HooksTable").await;
        everywhere.extend(stack.items("UsersTable").await);
        let calls = stack.items("RequestsTable").await;
        let kept = |call| ["exchange", "body"].map(|part| (call, part));
        let kept = calls.iter().flat_map(kept).filter(|(call, part): &(&Json, &str)| call.get(part).is_some());
        everywhere.extend(kept.map(|(call, part)| inflated(call, part).into()));
        everywhere.extend(calls);
        everywhere.extend(ann.jobs().await.into_iter().map(|job| job.body));
        assert!(everywhere.len() > 4);
        for item in everywhere {
            assert_eq!(secrets.found_in(&item.to_string()), [""; 0], "{item}");
            assert_eq!(secrets.found_in(&decoded(&item)), [""; 0], "{item}");
        }
    });
}

/// The binary attributes of an item, as text.
fn decoded(item: &Json) -> String {
    let binaries = item.as_object().into_iter().flatten().filter_map(|(_, value)| value["B"].as_str());
    binaries.map(|text| String::from_utf8_lossy(&BASE64_STANDARD.decode(text).unwrap()).into_owned()).collect()
}

#[test]
fn what_is_searched_for_would_be_found() {
    let mut secrets = Secrets::new();
    secrets.add("it", "Correct \"horse\"");
    for text in [
        "a Correct \"horse\" b".to_owned(),
        json!({ "a": "Correct \"horse\"" }).to_string(),
        hex::encode("Correct \"horse\""),
        BASE64_STANDARD.encode("Correct \"horse\""),
        format!("{:?}", b"Correct \"horse\""),
    ] {
        assert_eq!(secrets.found_in(&text), ["it"], "{text}");
    }
    assert_eq!(secrets.found_in("Correct horse"), [""; 0]);
}
