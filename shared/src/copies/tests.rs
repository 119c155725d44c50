use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::domain::signing::Signing;
use crate::domain::timestamp::Timestamp;
use crate::fixtures;

const SECOND: CopyTime = CopyTime(Duration::from_secs(1));

thread_local! {
    static MONOTONIC: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    static WALL: Cell<Duration> = const { Cell::new(Duration::from_hours(500_000)) };
    #[expect(clippy::disallowed_methods, reason = "any instant will do")]
    static BEGUN: Instant = Instant::now();
}

fn clocks() -> Moment {
    let monotonic = BEGUN.with(|begun| *begun) + MONOTONIC.get();
    Moment { monotonic, wall: SystemTime::UNIX_EPOCH + WALL.get() }
}

fn pass(monotonic: Duration, wall: Duration) {
    MONOTONIC.set(MONOTONIC.get() + monotonic);
    WALL.set(WALL.get() + wall);
}

/// A table in which every id is one of a hook, and a count of its reads.
#[derive(Debug, Default)]
struct Table {
    reads: AtomicU32,
    handed_over: Option<HandedOver>,
}

impl FindHook for Table {
    async fn find_hook(&self, id: HookId, consistency: Consistency) -> Result<Option<Hook>, StoreError> {
        assert_eq!(consistency, Consistency::Strong);
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut hook = fixtures::hook();
        hook.relation.id = id;
        let means = fixtures::means("github", &[]);
        hook.signing = Some(Signing { means, current: None, previous: None, handed_over: self.handed_over });
        Ok(Some(hook))
    }
}

async fn reads_of(hooks: &CopiedHooks<Table>, id: u8) -> u32 {
    let before = hooks.hooks.reads.load(Ordering::Relaxed);
    let id = HookId::from_random([id; 16]);
    assert_eq!(hooks.find(id).await.unwrap().unwrap().relation.id, id);
    hooks.hooks.reads.load(Ordering::Relaxed) - before
}

#[tokio::test]
async fn a_hook_is_read_once_until_its_copy_has_run_out() {
    let hooks = CopiedHooks::new(Table::default(), SECOND, clocks);
    assert_eq!(reads_of(&hooks, 1).await, 1);
    pass(Duration::from_millis(999), Duration::from_millis(999));
    assert_eq!(reads_of(&hooks, 1).await, 0, "it is used to its end, and using it does not lengthen its time");
    assert_eq!(reads_of(&hooks, 2).await, 1, "each hook has a copy of its own");
    pass(Duration::from_millis(1), Duration::from_millis(1));
    assert_eq!(reads_of(&hooks, 1).await, 1);
    assert_eq!(reads_of(&hooks, 2).await, 0);
}

#[tokio::test]
async fn either_clock_ends_a_copy_and_so_does_a_clock_that_is_set_back() {
    let (second, hour) = (Duration::from_secs(1), Duration::from_hours(1));
    for (monotonic, wall) in [(second, Duration::ZERO), (Duration::ZERO, second), (Duration::ZERO, hour)] {
        let hooks = CopiedHooks::new(Table::default(), SECOND, clocks);
        assert_eq!(reads_of(&hooks, 1).await, 1);
        pass(monotonic, wall);
        assert_eq!(reads_of(&hooks, 1).await, 1, "{monotonic:?}, {wall:?}");
    }
    let hooks = CopiedHooks::new(Table::default(), SECOND, clocks);
    assert_eq!(reads_of(&hooks, 1).await, 1);
    WALL.set(WALL.get().saturating_sub(Duration::from_millis(1)));
    assert_eq!(reads_of(&hooks, 1).await, 1);
}

#[tokio::test]
async fn the_oldest_copy_gives_way_when_there_are_too_many() {
    let hooks = CopiedHooks::new(Table::default(), SECOND, clocks);
    for id in 0..=u8::try_from(MOST_COPIES).unwrap() {
        assert_eq!(reads_of(&hooks, id).await, 1);
    }
    assert_eq!(reads_of(&hooks, 1).await, 0);
    assert_eq!(reads_of(&hooks, 0).await, 1);
    assert!(hooks.copies.lock().unwrap().len() <= MOST_COPIES);
}

#[tokio::test]
async fn a_hook_that_waits_for_its_secret_is_read_each_time() {
    let at = Timestamp::from_unix_seconds(1_800_000_000);
    for (handed_over, reads) in [(HandedOver::awaited_from(at), 1), (HandedOver::Received(at), 0)] {
        let table = Table { handed_over: Some(handed_over), ..Table::default() };
        let hooks = CopiedHooks::new(table, SECOND, clocks);
        assert_eq!(reads_of(&hooks, 1).await, 1);
        assert_eq!(reads_of(&hooks, 1).await, reads, "{handed_over:?}");
    }
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "the clock of the test's runtime, which stands still")]
async fn those_who_change_a_hook_wait_longer_than_a_copy_lasts() {
    let begun = tokio::time::Instant::now();
    SECOND.run_out().await;
    assert_eq!(begun.elapsed(), Duration::from_millis(1_020));
}

#[tokio::test]
async fn without_a_time_every_call_reads() {
    let hooks = CopiedHooks::new(Table::default(), CopyTime::new(Duration::ZERO).unwrap(), clocks);
    assert_eq!(reads_of(&hooks, 1).await, 1);
    assert_eq!(reads_of(&hooks, 1).await, 1);
    assert_eq!(CopyTime::new(CopyTime::MAX + Duration::from_millis(1)), None);
}
