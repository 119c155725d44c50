//! When keys are read again, and when not.

use std::future::{Future, pending};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use shared::domain::id::HookId;
use shared::domain::key::{Key as _, KeyId, KeyRing};
use shared::domain::sealing::{SealedSecret, SealingKey};
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::timestamp::Timestamp;
use shared::keys::{Keys, OpenError, SealError, SealingKeys};
use shared::ports::{KeySecret, KeysError, ReadKeys};
use shared_testing::keys::{SecretInMemory, now as ready};

const START: i64 = 1_800_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(START + seconds)
}

fn text(seed: char) -> String {
    seed.to_string().repeat(64)
}

fn id(seed: char) -> KeyId {
    ring(seed).newest().id()
}

fn ring(seed: char) -> KeyRing<SealingKey> {
    KeyRing::derive(&SecretString::new(text(seed))).unwrap()
}

fn start_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(START.unsigned_abs())
}

fn start(secret: &SecretInMemory) -> Keys<SealingKey> {
    ready(Keys::read(secret.clone(), start_time())).unwrap()
}

/// A sandbox that started with the key `a`, and a secret that holds `b` and `a` since.
fn rotated() -> (SecretInMemory, Keys<SealingKey>) {
    let secret = SecretInMemory::new(&text('a'));
    let keys = start(&secret);
    secret.put(&format!("{}\n{}", text('b'), text('a')), None);
    (secret, keys)
}

/// Whether a sandbox knows a key that a caller names.
fn knows(keys: &Keys<SealingKey>, id: KeyId, seconds: i64) -> Result<bool, KeysError> {
    ready(keys.knowing(id, at(seconds))).map(|ring| ring.get(id).is_some())
}

fn newest(keys: &Keys<SealingKey>, seconds: i64) -> Result<KeyId, KeysError> {
    ready(keys.fresh(at(seconds))).map(|ring| ring.newest().id())
}

fn made_up(number: u32) -> KeyId {
    KeyId::from_bytes(number.to_be_bytes())
}

#[test]
fn a_known_key_costs_no_reading_however_old_it_is() {
    let (secret, keys) = rotated();
    for seconds in [0, 1, 3_600, 30 * 24 * 3_600] {
        assert!(knows(&keys, id('a'), seconds).unwrap());
    }
    assert_eq!(secret.reads(), 1);
}

#[test]
fn an_unknown_key_makes_the_keys_be_read_again_at_once_and_then_is_known() {
    let (secret, keys) = rotated();
    assert!(knows(&keys, id('b'), 1).unwrap());
    assert!(knows(&keys, id('b'), 2).unwrap());
    assert!(knows(&keys, id('a'), 2).unwrap());
    assert_eq!(secret.reads(), 2);
}

#[test]
fn a_thousand_made_up_ids_in_a_minute_cost_seven_readings() {
    let (secret, keys) = rotated();
    for number in 0..1_000 {
        let seconds = i64::from(number) * 60 / 999;
        assert!(!knows(&keys, made_up(number), seconds).unwrap());
    }
    assert_eq!(secret.reads(), 1 + 7);
    assert!(knows(&keys, id('b'), 60).unwrap(), "the flood has made it known");
}

#[test]
fn a_key_that_cannot_be_looked_up_is_not_taken_for_made_up() {
    let (secret, keys) = rotated();
    secret.set_away(true);
    assert!(matches!(knows(&keys, id('b'), 1), Err(KeysError::Unavailable { .. })));
    assert!(matches!(knows(&keys, id('b'), 10), Err(KeysError::UnavailableJustNow)));
    assert!(matches!(knows(&keys, id('b'), 11), Err(KeysError::Unavailable { .. })));
    assert_eq!(secret.reads(), 3, "failed readings are no flood either");
    assert!(knows(&keys, id('a'), 12).unwrap(), "known keys are not touched by it");

    secret.set_away(false);
    assert!(matches!(knows(&keys, id('b'), 20), Err(KeysError::UnavailableJustNow)));
    assert!(knows(&keys, id('b'), 21).unwrap());
}

#[test]
fn a_new_key_is_used_after_five_minutes_at_the_latest() {
    let (secret, keys) = rotated();
    assert_eq!(newest(&keys, 299).unwrap(), id('a'));
    assert_eq!(secret.reads(), 1);
    assert_eq!(newest(&keys, 300).unwrap(), id('b'));
    assert_eq!(newest(&keys, 599).unwrap(), id('b'));
    assert_eq!(secret.reads(), 2);
}

#[test]
fn a_dropped_key_is_forgotten_after_five_minutes_at_the_latest() {
    let (secret, keys) = rotated();
    secret.put(&text('b'), None);
    assert!(ready(keys.fresh(at(299))).unwrap().get(id('a')).is_some());
    assert!(ready(keys.fresh(at(300))).unwrap().get(id('a')).is_none());
    assert!(!knows(&keys, id('a'), 301).unwrap());
}

#[test]
fn keys_that_cannot_be_read_again_are_used_for_half_an_hour_and_not_longer() {
    let (secret, keys) = rotated();
    secret.set_away(true);
    for seconds in [300, 301, 900, 1_799] {
        assert_eq!(newest(&keys, seconds).unwrap(), id('a'), "{seconds}");
    }
    assert_eq!(secret.reads(), 4, "one more each time, but for the second after the first");
    assert!(matches!(newest(&keys, 1_810), Err(KeysError::Unavailable { .. })));
    assert!(matches!(newest(&keys, 1_811), Err(KeysError::UnavailableJustNow)));
    secret.set_away(false);
    assert_eq!(newest(&keys, 1_820).unwrap(), id('b'));
}

#[test]
fn a_secret_that_somebody_broke_stops_no_running_sandbox_at_once() {
    let (secret, keys) = rotated();
    for broken in ["", "short", &format!("{0} {0}", text('b')), &format!("\"{}\"", text('b'))] {
        secret.put(broken, None);
        let fresh = SecretInMemory::new(broken);
        let error = ready(Keys::<SealingKey>::read(fresh, SystemTime::UNIX_EPOCH)).err().unwrap();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("the secret of a test") && !shown.contains("bbb"), "{shown}");
    }
    assert_eq!(newest(&keys, 300).unwrap(), id('a'));
    assert!(matches!(newest(&keys, 1_800), Err(KeysError::NotKeys { .. })));
    secret.put(&text('b'), None);
    assert_eq!(newest(&keys, 1_810).unwrap(), id('b'));
}

#[test]
fn a_clock_that_is_set_back_neither_stops_nor_floods_the_readings() {
    let (secret, keys) = rotated();
    assert_eq!(newest(&keys, -300).unwrap(), id('b'));
    assert!(!knows(&keys, made_up(1), -295).unwrap());
    assert_eq!(secret.reads(), 2);
    assert!(!knows(&keys, made_up(1), -290).unwrap());
    assert_eq!(secret.reads(), 3);
}

/// Answers as the secret does, until it is told to keep all callers waiting.
struct Slow(SecretInMemory, Arc<AtomicBool>);

impl ReadKeys for Slow {
    fn read_keys(&self) -> Pin<Box<dyn Future<Output = Result<KeySecret, KeysError>> + Send + '_>> {
        if self.1.load(Ordering::Relaxed) { Box::pin(pending()) } else { self.0.read_keys() }
    }
}

#[test]
fn a_slow_reading_delays_no_call_and_refuses_none() {
    let (secret, is_slow) = (SecretInMemory::new(&text('a')), Arc::new(AtomicBool::new(false)));
    let keys: Keys<SealingKey> = ready(Keys::read(Slow(secret.clone(), is_slow.clone()), start_time())).unwrap();
    secret.put(&format!("{} {}", text('b'), text('a')), None);
    is_slow.store(true, Ordering::Relaxed);
    {
        let mut waiting = pin!(keys.knowing(id('b'), at(1)));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(matches!(knows(&keys, id('b'), 2), Err(KeysError::UnavailableJustNow)));
        assert!(knows(&keys, id('a'), 2).unwrap());
    }
    is_slow.store(false, Ordering::Relaxed);
    assert!(matches!(knows(&keys, id('b'), 3), Err(KeysError::UnavailableJustNow)), "the call was given up");
    assert!(knows(&keys, id('b'), 11).unwrap());
}

#[test]
fn keys_do_not_show_when_they_are_printed() {
    let (_, keys) = rotated();
    assert_eq!(format!("{:?}", ready(keys.fresh(at(0))).unwrap()), "KeyRing(..)");
}

const NONCE: [u8; 12] = [9; 12];

fn sealing(value: &str) -> (SecretInMemory, SealingKeys) {
    let secret = SecretInMemory::new(value);
    let keys = ready(SealingKeys::read(secret.clone(), start_time())).unwrap();
    (secret, keys)
}

fn hook() -> HookId {
    HookId::from_random([1; 16])
}

fn seal(keys: &SealingKeys, seconds: i64) -> Result<SealedSecret, SealError> {
    let secret = HookSecret::new("a secret of a provider".to_owned()).unwrap();
    ready(keys.seal(hook(), &secret, NONCE, at(seconds)))
}

fn open(keys: &SealingKeys, sealed: &SealedSecret, seconds: i64) -> Result<String, OpenError> {
    ready(keys.open(hook(), sealed, at(seconds))).map(|secret| secret.expose().to_owned())
}

#[test]
fn what_was_sealed_under_an_old_key_opens_and_what_is_sealed_now_is_under_the_newest() {
    let (secret, keys) = sealing(&text('a'));
    let old = seal(&keys, 0).unwrap();
    secret.put(&format!("{} {}", text('b'), text('a')), None);
    let new = seal(&keys, 300).unwrap();

    assert_eq!((old.key_id().unwrap(), new.key_id().unwrap()), (id('a'), id('b')));
    for sealed in [&old, &new] {
        assert_eq!(open(&keys, sealed, 3_600).unwrap(), "a secret of a provider");
    }
    assert_eq!(secret.reads(), 2);
}

#[test]
fn a_secret_that_another_sandbox_sealed_under_a_newer_key_opens() {
    let (secret, warm) = sealing(&text('a'));
    secret.put(&format!("{} {}", text('b'), text('a')), None);
    let fresh = ready(SealingKeys::read(secret, start_time())).unwrap();
    let sealed = seal(&fresh, 0).unwrap();
    assert_eq!(open(&warm, &sealed, 1).unwrap(), "a secret of a provider");
}

#[test]
fn a_key_that_is_gone_is_told_from_a_damaged_secret_and_from_a_store_that_is_away() {
    let (secret, keys) = sealing(&text('b'));
    let old = seal(&sealing(&text('a')).1, 0).unwrap();
    assert!(matches!(open(&keys, &old, 0), Err(OpenError::KeyIsGone { key, .. }) if key == id('a')));
    assert!(matches!(open(&keys, &old, 1), Err(OpenError::KeyIsGone { .. })));
    assert_eq!(secret.reads(), 2);

    let mut damaged = seal(&keys, 0).unwrap().as_bytes().to_vec();
    damaged[20] ^= 1;
    let damaged = SealedSecret::from_bytes(damaged);
    assert!(matches!(open(&keys, &damaged, 20), Err(OpenError::Damaged { .. })));
    assert!(matches!(open(&keys, &SealedSecret::from_bytes(vec![1, 2]), 20), Err(OpenError::Damaged { .. })));
    assert_eq!(secret.reads(), 2, "no key would help");

    secret.set_away(true);
    assert!(matches!(open(&keys, &old, 30), Err(OpenError::Keys(KeysError::Unavailable { .. }))));
    secret.put(&format!("{} {}", text('b'), text('a')), None);
    secret.set_away(false);
    assert_eq!(open(&keys, &old, 40).unwrap(), "a secret of a provider", "the key was put back");
}

#[test]
fn nothing_is_sealed_with_keys_that_may_be_old_ones() {
    let (secret, keys) = sealing(&text('a'));
    let sealed = seal(&keys, 0).unwrap();
    secret.set_away(true);
    assert!(matches!(seal(&keys, 1_800), Err(SealError::Keys(_))));
    assert!(open(&keys, &sealed, 1_800).is_ok(), "but what is sealed opens");
}

proptest! {
    #[test]
    fn no_order_of_calls_reads_more_often_than_once_in_ten_seconds(
        calls in prop::collection::vec((0i64..7_200, 0u32..4, any::<bool>()), 1..200)
    ) {
        let (secret, keys) = rotated();
        let mut calls = calls;
        calls.sort_unstable();
        let mut last = i64::MIN;
        for (seconds, number, away) in calls {
            secret.set_away(away);
            let before = secret.reads();
            if number == 0 { drop(newest(&keys, seconds)) } else { drop(knows(&keys, made_up(number), seconds)) }
            if secret.reads() > before {
                prop_assert!(secret.reads() == before + 1 && seconds >= last.saturating_add(10));
                last = seconds;
            }
        }
    }
}
