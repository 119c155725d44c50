//! `cargo bench -p bench`: single steps, by themselves. `cargo run --release -p bench` has those that matter beside their
//! floor.

use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use hmac::{Hmac, KeyInit, Mac};
use sample::{Event, Failure, SECRET, SIZES, Size, Stars, Trigger, github_signature, push, stars};
use serde::de::IgnoredAny;
use sha2::Sha256;
use shared::auth::{Login, SessionTokens};
use shared::domain::id::{EnvironmentId, HookId, ProjectId, RequestId, SessionId, UserId};
use shared::domain::key::KeyRing;
use shared::domain::received::Received;
use shared::domain::sealing::SealingKey;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::{Algorithm, Signed};
use shared::domain::signing::{Means, Signing};
use shared::domain::timestamp::Timestamp;
use shared::payload::json;
use shared_testing::keys::{SecretInMemory, now};

/// One text that keys are derived from.
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A secret as Standard Webhooks has it: 32 bytes in base64.
const STANDARD_SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn main() {
    divan::main();
}

fn body(size: Size) -> String {
    must(push(size, "main"))
}

/// What cannot be made cannot be measured.
#[expect(clippy::panic, reason = "a benchmark may fail loudly")]
fn must<T>(made: Result<T, Failure>) -> T {
    made.unwrap_or_else(|error| panic!("{error}"))
}

#[divan::bench(args = SIZES)]
fn hmac_alone(bencher: Bencher<'_, '_>, size: Size) {
    let body = body(size);
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| {
        let mut mac = must(<Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).map_err(Into::into));
        mac.update(black_box(body.as_bytes()));
        mac.finalize()
    });
}

#[divan::bench(args = SIZES)]
fn signature_of_github(bencher: Bencher<'_, '_>, size: Size) {
    let (trigger, body) = (must(Trigger::new(SystemTime::now())), body(size));
    let received = trigger.received(&must(github_signature(body.as_bytes())), &body);
    assert!(trigger.verify(&received));
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| trigger.verify(black_box(&received)));
}

#[divan::bench(args = SIZES)]
fn signature_of_standard_webhooks(bencher: Bencher<'_, '_>, size: Size) {
    let body = body(size);
    let at = Timestamp::from(SystemTime::now());
    let call = must(StandardCall::new(&body, at));
    assert!(call.verify());
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| black_box(&call).verify());
}

#[divan::bench(args = SIZES)]
fn extraction(bencher: Bencher<'_, '_>, size: Size) {
    let (trigger, body) = (must(Trigger::new(SystemTime::now())), body(size));
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| must(trigger.extract(black_box(body.as_bytes()))));
}

/// The floor of every extraction: whether the body is JSON, as `serde_json` finds out.
#[divan::bench(args = SIZES)]
fn json_alone(bencher: Bencher<'_, '_>, size: Size) {
    let body = body(size);
    let is_json = |body: &str| serde_json::from_str::<IgnoredAny>(body).is_ok();
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| is_json(black_box(&body)));
}

/// The same as the product finds out.
#[divan::bench(args = SIZES)]
fn json_of_ours(bencher: Bencher<'_, '_>, size: Size) {
    let body = body(size);
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| json::is_json(black_box(&body)));
}

/// The most that the owner of a hook can ask for. It may take three times as long as [`json_alone`].
#[divan::bench(args = [SIZES[1], SIZES[2], SIZES[3]])]
fn extraction_with_a_hundred_stars(bencher: Bencher<'_, '_>, size: Size) {
    extraction_with(bencher, size, Stars::Apart);
}

/// The worst: each value is found several times.
#[divan::bench(args = [SIZES[1], SIZES[2], SIZES[3]])]
fn extraction_with_a_hundred_stars_that_cross(bencher: Bencher<'_, '_>, size: Size) {
    extraction_with(bencher, size, Stars::Crossing);
}

fn extraction_with(bencher: Bencher<'_, '_>, size: Size, kind: Stars) {
    let body = body(size);
    let trigger = must(stars(&body, kind).and_then(|hook| Trigger::open(hook, SystemTime::now())));
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| must(trigger.extract(black_box(body.as_bytes()))));
}

#[divan::bench(args = SIZES)]
fn signature_and_extraction(bencher: Bencher<'_, '_>, size: Size) {
    let (trigger, body) = (must(Trigger::new(SystemTime::now())), body(size));
    let received = trigger.received(&must(github_signature(body.as_bytes())), &body);
    bencher
        .counter(BytesCount::of_str(&body))
        .bench_local(|| (trigger.verify(black_box(&received)), must(trigger.extract(black_box(body.as_bytes())))));
}

#[divan::bench(args = SIZES)]
fn endpoint_without_aws(bencher: Bencher<'_, '_>, size: Size) {
    let (trigger, body) = (must(Trigger::new(SystemTime::now())), body(size));
    let event = must(Event::signed(&body)).next();
    assert_eq!(must(trigger.handle(&event)), 200);
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| must(trigger.handle(black_box(&event))));
}

#[divan::bench]
fn sealing_a_secret(bencher: Bencher<'_, '_>) {
    let keys = must(sealing_keys());
    let secret = must(HookSecret::new(SECRET.to_owned()).map_err(Into::into));
    bencher.bench_local(|| keys.newest().seal(hook(), black_box(&secret), [1; 12]));
}

#[divan::bench]
fn opening_a_secret(bencher: Bencher<'_, '_>) {
    let keys = must(sealing_keys());
    let secret = must(HookSecret::new(SECRET.to_owned()).map_err(Into::into));
    let sealed = must(keys.newest().seal(hook(), &secret, [1; 12]).map_err(Into::into));
    bencher.bench_local(|| keys.newest().open(hook(), black_box(&sealed)));
}

#[divan::bench]
fn checking_an_access_token(bencher: Bencher<'_, '_>) {
    let at = SystemTime::now();
    let tokens = must(now(SessionTokens::read(SecretInMemory::new(KEY), at)).map_err(Into::into));
    let token = must(login().and_then(|login| Ok(now(tokens.issue(&login, at.into()))?)));
    assert!(now(tokens.verify(token.expose(), at.into())).is_ok());
    bencher.bench_local(|| now(tokens.verify(black_box(token.expose()), at.into())));
}

fn hook() -> HookId {
    HookId::from_random([1; 16])
}

fn sealing_keys() -> Result<KeyRing<SealingKey>, Failure> {
    Ok(KeyRing::derive(&SecretString::new(KEY.to_owned()))?)
}

fn login() -> Result<Login, Failure> {
    Ok(Login {
        user_id: UserId::new(3)?,
        session_id: SessionId::from_random([1; 16]),
        project_id: ProjectId::new(1)?,
        environment_id: EnvironmentId::new(1)?,
    })
}

/// A call as <https://www.standardwebhooks.com> has it.
struct StandardCall {
    signing: Signing,
    secret: HookSecret,
    received: Received,
}

impl StandardCall {
    fn new(body: &str, at: Timestamp) -> Result<Self, Failure> {
        let timestamp = at.unix_seconds().to_string();
        let key = BASE64_STANDARD.decode(STANDARD_SECRET.trim_start_matches("whsec_"))?;
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key)?;
        mac.update(format!("msg_1.{timestamp}.{body}").as_bytes());
        let signature = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
        let signing = Signing::without_secret(Means::of_header("webhook-signature".parse()?, Algorithm::Sha256));
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", &timestamp), ("webhook-signature", &signature)];
        let received = Received {
            id: RequestId::at(at, [0; 10]),
            received_at: at,
            ip_address: None,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            query: String::new(),
            body: body.to_owned().into(),
            retry_of: None,
            is_test: false,
        };
        Ok(Self { signing, secret: HookSecret::new(STANDARD_SECRET.to_owned())?, received })
    }

    fn verify(&self) -> bool {
        let signed = Signed { received: &self.received, body: &self.received.body, values: &() };
        self.signing.verify(Some(&self.secret), &signed).is_ok()
    }
}
