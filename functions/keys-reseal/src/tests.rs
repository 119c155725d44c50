//! What a run does to hooks, and what it says of it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Mutex;

use shared::domain::id::HookId;
use shared::domain::key::Key as _;
use shared::domain::sealing::SealedSecret;
use shared::domain::secret::{HookSecret, SecretString};
use shared::domain::signing::PreviousSecret;
use shared::ports::{ScanPosition, SecretsPage};
use shared_testing::keys::{SecretInMemory, now as ready};

use super::*;

const NOW: i64 = 1_800_000_000;
const HOUR: i64 = 3_600;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(NOW + seconds)
}

fn text(seed: char) -> String {
    seed.to_string().repeat(64)
}

fn ring(seeds: &str) -> KeyRing<SealingKey> {
    KeyRing::derive(&SecretString::new(list(seeds))).unwrap()
}

fn list(seeds: &str) -> String {
    seeds.chars().map(text).collect::<Vec<_>>().join("\n")
}

fn hook(number: u8) -> HookId {
    HookId::from_random([number; 16])
}

fn sealed(seed: char, number: u8, secret: &str) -> SealedSecret {
    let secret = HookSecret::new(secret.to_owned()).unwrap();
    ring(&seed.to_string()).newest().seal(hook(number), &secret, [number; 12]).unwrap()
}

fn secrets(number: u8, seed: char) -> SealedSecrets {
    SealedSecrets { hook: hook(number), secret: sealed(seed, number, "the current secret"), previous: None }
}

fn with_previous(mut secrets: SealedSecrets, number: u8, seed: char, until: i64) -> SealedSecrets {
    let secret = sealed(seed, number, "the previous secret");
    secrets.previous = Some(PreviousSecret { secret, until: at(until) });
    secrets
}

/// Two hooks a page. Another request changes a hook in `contended` before each write.
#[derive(Default)]
struct Table {
    hooks: Mutex<BTreeMap<String, SealedSecrets>>,
    contended: Vec<HookId>,
    corrupt: Option<HookId>,
    writes: Mutex<usize>,
    is_away: bool,
}

impl Table {
    fn of(hooks: impl IntoIterator<Item = SealedSecrets>) -> Self {
        let hooks = hooks.into_iter().map(|secrets| (secrets.hook.to_string(), secrets)).collect();
        Self { hooks: Mutex::new(hooks), ..Self::default() }
    }

    fn get(&self, number: u8) -> SealedSecrets {
        self.hooks.lock().unwrap()[&hook(number).to_string()].clone()
    }

    fn writes(&self) -> usize {
        *self.writes.lock().unwrap()
    }
}

impl ScanSecrets for &Table {
    async fn scan_secrets(&self, position: Option<&ScanPosition>) -> Result<SecretsPage, StoreError> {
        let hooks = self.hooks.lock().unwrap();
        let rest = hooks.iter().filter(|(id, _)| position.is_none_or(|at| id.as_str() > at.as_str()));
        let page: Vec<_> = rest.take(2).collect();
        let next = (page.len() == 2).then(|| ScanPosition::new(page[1].0.clone()));
        let read = |secrets: &SealedSecrets| {
            if self.corrupt == Some(secrets.hook) {
                return Err(StoreError::Corrupt { key: secrets.hook.to_string(), attribute: "secret" });
            }
            Ok(secrets.clone())
        };
        Ok(SecretsPage { secrets: page.iter().map(|(_, secrets)| read(secrets)).collect(), next })
    }
}

impl ReplaceSeals for &Table {
    async fn replace_seals(&self, current: &SealedSecrets, new: &SealedSecrets) -> Result<(), StoreError> {
        if self.is_away {
            return Err(StoreError::Unavailable("it is unavailable".into()));
        }
        let mut hooks = self.hooks.lock().unwrap();
        let stored = hooks.get_mut(&current.hook.to_string()).unwrap();
        if self.contended.contains(&current.hook) || stored != current {
            return Err(StoreError::Conflict);
        }
        *self.writes.lock().unwrap() += 1;
        *stored = new.clone();
        Ok(())
    }
}

/// A run at `seconds`, with keys since the beginning of time unless told otherwise.
fn run(table: &Table, keys: &SecretInMemory, seconds: i64) -> Outcome {
    let (clock, deadline) = (|| at(seconds), at(seconds + 900));
    ready(function(table, keys).handle(&input("{}"), clock, deadline)).unwrap()
}

fn function<'t>(table: &'t Table, keys: &SecretInMemory) -> KeysReseal<&'t Table, SecretInMemory> {
    KeysReseal { hooks: table, keys: keys.clone(), random: Random::new(|bytes| bytes.fill(7)) }
}

fn keys(seeds: &str, since: i64) -> SecretInMemory {
    let secret = SecretInMemory::new("");
    secret.put(&list(seeds), at(since));
    secret
}

fn input(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

fn opened(seed: char, number: u8, sealed: &SealedSecret) -> String {
    ring(&seed.to_string()).newest().open(hook(number), sealed).unwrap().expose().to_owned()
}

fn counts(outcome: &Outcome) -> [u64; 4] {
    [outcome.scanned, outcome.resealed, outcome.remaining, outcome.unreadable]
}

#[test]
fn every_secret_is_the_same_as_before_and_under_the_newest_key() {
    let table = Table::of([
        secrets(1, 'a'),
        secrets(2, 'b'),
        with_previous(secrets(3, 'b'), 3, 'a', HOUR),
        with_previous(secrets(4, 'c'), 4, 'b', HOUR),
        secrets(5, 'c'),
    ]);

    let outcome = run(&table, &keys("cba", -HOUR), 0);

    assert_eq!(counts(&outcome), [5, 4, 0, 0]);
    assert_eq!((outcome.key.clone(), outcome.finished), (ring("c").newest().id().to_string(), true));
    for number in 1..=5 {
        let secrets = table.get(number);
        assert_eq!(opened('c', number, &secrets.secret), "the current secret");
        let previous = secrets.previous.map(|previous| opened('c', number, &previous.secret));
        assert_eq!(previous.as_deref(), [3, 4].contains(&number).then_some("the previous secret"));
    }
    assert_eq!(table.get(3).previous.unwrap().until, at(HOUR));

    let again = run(&table, &keys("cba", -HOUR), 0);
    assert_eq!((counts(&again), again.finished, table.writes()), ([5, 0, 0, 0], true, 4));
}

#[test]
fn both_secrets_change_when_one_has_to_so_that_no_write_brings_the_other_back() {
    let table = Table::of([with_previous(secrets(1, 'b'), 1, 'a', HOUR)]);
    let before = table.get(1);
    run(&table, &keys("ba", -HOUR), 0);
    let after = table.get(1);
    assert_ne!(after.secret, before.secret);
    assert_ne!(after.previous, before.previous);
}

#[test]
fn a_secret_that_was_rotated_out_and_has_ended_is_left_out() {
    let table = Table::of([
        with_previous(secrets(1, 'a'), 1, 'a', 0),
        with_previous(secrets(2, 'b'), 2, 'x', -1),
        with_previous(secrets(3, 'b'), 3, 'b', -1),
    ]);

    let outcome = run(&table, &keys("ba", -HOUR), 0);

    assert_eq!((counts(&outcome), outcome.finished), ([3, 2, 0, 0], true));
    assert_eq!([1, 2, 3].map(|number| table.get(number).previous.is_some()), [false, false, true]);
}

#[test]
fn it_is_not_finished_before_every_sandbox_knows_the_newest_key() {
    for (seconds, finished) in [(0, false), (HOUR - 1, false), (HOUR, true)] {
        let table = Table::of([secrets(1, 'b')]);
        let outcome = run(&table, &keys("ba", 0), seconds);
        assert_eq!((counts(&outcome), outcome.finished), ([1, 0, 0, 0], finished), "{seconds}");
        assert_eq!(outcome.run_again_after, (!finished).then(|| at(HOUR).to_string()));
    }
    let of_unknown_age = SecretInMemory::new(&list("ba"));
    assert!(!run(&Table::of([secrets(1, 'b')]), &of_unknown_age, 0).finished);
}

#[test]
fn a_hook_that_somebody_changes_at_the_same_time_is_left_for_the_next_run() {
    let mut table = Table::of([secrets(1, 'a'), secrets(2, 'a'), secrets(3, 'a')]);
    table.contended = vec![hook(2)];
    let outcome = run(&table, &keys("ba", -HOUR), 0);
    assert_eq!((counts(&outcome), outcome.finished), ([3, 2, 1, 0], false));
    assert_eq!(outcome.run_again_after, Some(at(0).to_string()));
    assert_eq!(table.get(2), secrets(2, 'a'));

    table.contended.clear();
    let outcome = run(&table, &keys("ba", -HOUR), 1);
    assert_eq!((counts(&outcome), outcome.finished), ([3, 1, 0, 0], true));
}

#[test]
fn a_run_that_is_short_of_time_stops_and_the_next_one_goes_on() {
    let table = Table::of((1..=7).map(|number| secrets(number, 'a')));
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        let seconds = Cell::new(0);
        // Each look at the clock is a second later, and the last ten seconds are not used.
        let clock = || at(seconds.replace(seconds.get() + 1));
        let keys = keys("ba", -HOUR);
        outcomes.push(ready(function(&table, &keys).handle(&input("{}"), clock, at(14))).unwrap());
    }
    assert_eq!(outcomes.iter().map(|outcome| outcome.resealed).sum::<u64>(), 3);
    assert!(outcomes.iter().all(|outcome| outcome.scanned == 3 && !outcome.finished));

    let outcome = run(&table, &keys("ba", -HOUR), 0);
    assert_eq!((counts(&outcome), outcome.finished), ([7, 4, 0, 0], true));
}

#[test]
fn what_cannot_be_opened_is_counted_and_kept_and_keeps_nothing_else_back() {
    let mut damaged = secrets(2, 'a').secret.as_bytes().to_vec();
    damaged[25] ^= 1;
    let damaged = SealedSecrets { secret: SealedSecret::from_bytes(damaged), ..secrets(2, 'a') };
    let no_seal = SealedSecrets { secret: SealedSecret::from_bytes(vec![9]), ..secrets(3, 'a') };
    let of_another = SealedSecrets { hook: hook(4), ..secrets(5, 'a') };
    let half = with_previous(secrets(6, 'a'), 6, 'x', HOUR);
    let other_half = with_previous(secrets(7, 'x'), 7, 'a', HOUR);
    let lost = [secrets(1, 'x'), damaged.clone(), no_seal, of_another];
    let mut table = Table::of(lost.iter().cloned().chain([half.clone(), other_half.clone(), secrets(8, 'a')]));
    table.corrupt = Some(hook(8));

    for resealed in [2, 0] {
        let outcome = run(&table, &keys("ba", -HOUR), 0);
        assert_eq!((counts(&outcome), outcome.finished), ([7, resealed, 0, 7], true));
    }

    for secrets in lost {
        assert_eq!(table.hooks.lock().unwrap()[&secrets.hook.to_string()], secrets);
    }
    assert_eq!(opened('b', 6, &table.get(6).secret), "the current secret");
    assert_eq!(table.get(6).previous, half.previous);
    assert_eq!(table.get(7).secret, other_half.secret);
    assert_eq!(opened('b', 7, &table.get(7).previous.unwrap().secret), "the previous secret");
}

#[test]
fn a_table_that_is_away_ends_the_run_and_a_secret_that_is_away_begins_none() {
    let mut table = Table::of([secrets(1, 'a')]);
    table.is_away = true;
    let away = keys("ba", -HOUR);
    let error =
        |keys: &SecretInMemory| ready(function(&table, keys).handle(&input("{}"), || at(0), at(900))).unwrap_err();
    assert_eq!(error(&away).kind(), "Unavailable");
    away.set_away(true);
    assert_eq!(error(&away).kind(), "Unavailable");
    let broken = error(&SecretInMemory::new("short"));
    assert!(!format!("{broken} {broken:?}").contains("short\""), "{broken:?}");
    assert_eq!(table.writes(), 0);
}

#[test]
fn an_input_that_hopes_for_something_else_writes_nothing() {
    let table = Table::of([secrets(1, 'a')]);
    let keys = keys("ba", -HOUR);
    let answer = |text: &str| ready(function(&table, &keys).handle(&input(text), || at(0), at(900)));
    for text in [r#"{"dry_run":true}"#, "[]", "1", r#""x""#, "true"] {
        assert_eq!(answer(text).unwrap_err().kind(), "InvalidInput", "{text}");
    }
    assert_eq!((table.writes(), keys.reads()), (0, 0));
    for text in ["{}", "null"] {
        assert!(answer(text).is_ok(), "{text}");
    }
}
