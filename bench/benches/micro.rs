//! `cargo bench -p bench`: single steps, by themselves. `cargo run --release -p bench` has those that matter beside their
//! floor.

use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use hmac::{Hmac, KeyInit, Mac};
use sample::{Event, Failure, SECRET, SIZES, Size, Trigger, github_signature, push};
use sha2::Sha256;
use shared::auth::{AccessTokens, Identity};
use shared::domain::hook::Signing;
use shared::domain::id::{EnvironmentId, HookId, ProjectId, SessionId, UserId};
use shared::domain::key::KeyRing;
use shared::domain::sealing::{SealedSecret, SealingKey};
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signature::{self, Algorithm};
use shared::domain::timestamp::Timestamp;
use shared::testing::keys::{SecretInMemory, now};

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
    let signature = must(github_signature(body.as_bytes()));
    assert!(trigger.verify(&signature, body.as_bytes()));
    bencher
        .counter(BytesCount::of_str(&body))
        .bench_local(|| trigger.verify(black_box(&signature), black_box(body.as_bytes())));
}

#[divan::bench(args = SIZES)]
fn signature_of_standard_webhooks(bencher: Bencher<'_, '_>, size: Size) {
    let body = body(size);
    let at = Timestamp::from(SystemTime::now());
    let call = must(StandardCall::new(&body, at));
    assert!(call.verify(&body, at));
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| call.verify(black_box(&body), at));
}

#[divan::bench(args = SIZES)]
fn extraction(bencher: Bencher<'_, '_>, size: Size) {
    let (trigger, body) = (must(Trigger::new(SystemTime::now())), body(size));
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| must(trigger.extract(black_box(body.as_bytes()))));
}

#[divan::bench(args = SIZES)]
fn signature_and_extraction(bencher: Bencher<'_, '_>, size: Size) {
    let (trigger, body) = (must(Trigger::new(SystemTime::now())), body(size));
    let signature = must(github_signature(body.as_bytes()));
    bencher.counter(BytesCount::of_str(&body)).bench_local(|| {
        (trigger.verify(black_box(&signature), body.as_bytes()), must(trigger.extract(black_box(body.as_bytes()))))
    });
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
    let tokens = must(now(AccessTokens::read(SecretInMemory::new(KEY), at)).map_err(Into::into));
    let token = must(identity().and_then(|identity| Ok(now(tokens.issue(&identity, at.into()))?)));
    assert!(now(tokens.verify(token.expose(), at.into())).is_ok());
    bencher.bench_local(|| now(tokens.verify(black_box(token.expose()), at.into())));
}

fn hook() -> HookId {
    HookId::from_random([1; 16])
}

fn sealing_keys() -> Result<KeyRing<SealingKey>, Failure> {
    Ok(KeyRing::derive(&SecretString::new(KEY.to_owned()))?)
}

fn identity() -> Result<Identity, Failure> {
    Ok(Identity {
        user_id: UserId::new(3)?,
        session_id: SessionId::from_random([1; 16]),
        project_id: ProjectId::new(1)?,
        environment_id: EnvironmentId::new(1)?,
    })
}

/// A call as <https://www.standardwebhooks.com> has it.
struct StandardCall {
    signing: Signing,
    secrets: [HookSecret; 1],
    timestamp: String,
    signature: String,
}

impl StandardCall {
    fn new(body: &str, at: Timestamp) -> Result<Self, Failure> {
        let timestamp = at.unix_seconds().to_string();
        let key = BASE64_STANDARD.decode(STANDARD_SECRET.trim_start_matches("whsec_"))?;
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key)?;
        mac.update(format!("msg_1.{timestamp}.{body}").as_bytes());
        let signing = Signing {
            algorithm: Algorithm::Sha256,
            header_name: "webhook-signature".parse()?,
            secret: SealedSecret::from_bytes(Vec::new()),
            previous: None,
        };
        Ok(Self {
            signing,
            secrets: [HookSecret::new(STANDARD_SECRET.to_owned())?],
            timestamp,
            signature: format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())),
        })
    }

    fn verify(&self, body: &str, at: Timestamp) -> bool {
        let header = |name: &str| match name {
            "webhook-signature" => Some(self.signature.as_str()),
            "webhook-id" => Some("msg_1"),
            "webhook-timestamp" => Some(self.timestamp.as_str()),
            _ => None,
        };
        let call = signature::Call {
            header: &header,
            body: body.as_bytes(),
            payload: &|| None,
            body_value: &|_| None,
            received_at: at,
        };
        signature::verify(&self.signing, &self.secrets, &call).is_ok()
    }
}
