//! Which calls of a log are new, however late they are written.

use std::{collections::BTreeMap, time::Duration};

/// How long after its beginning a call may be written to the log. Ids have the time of the beginning.
const LATE: Duration = Duration::from_secs(15);

/// An id before that of any call: where a log is empty, it is followed from there.
const BEFORE_ALL: &str = "00000000-0000-7000-8000-000000000000";

/// What is known of a log that is asked again and again. Times are those of one clock that never goes back.
#[derive(Debug, Default)]
pub(crate) struct Follow {
    /// All calls up to this one were seen, and none of them can still be written.
    settled: Option<String>,
    /// When the later ones were seen for the first time.
    seen: BTreeMap<String, Duration>,
}

impl Follow {
    /// From these calls on, which are known: the newest ones, in any order.
    pub(crate) fn from_now<'i>(known: impl IntoIterator<Item = &'i str>, now: Duration) -> Self {
        let seen: BTreeMap<_, _> = known.into_iter().map(|id| (id.to_owned(), now)).collect();
        let oldest = seen.keys().next().map_or(BEFORE_ALL, |id| id);
        Self { settled: Some(oldest.to_owned()), seen }
    }

    /// From this call on, which is known.
    pub(crate) fn after(id: String) -> Self {
        Self { settled: Some(id), seen: BTreeMap::new() }
    }

    /// The call after which the log is to be asked. To begin there again loses no call, and may repeat those of
    /// the last seconds.
    pub(crate) fn point(&self) -> Option<&str> {
        self.settled.as_deref()
    }

    /// How many calls would be repeated.
    pub(crate) fn repeated(&self) -> usize {
        self.seen.keys().filter(|id| Some(id.as_str()) > self.point()).count()
    }

    /// Of all calls that the log had after [`Self::point`] when it was asked, the new ones, oldest first.
    pub(crate) fn take<T>(&mut self, calls: Vec<T>, id: impl Fn(&T) -> &str, asked: Duration) -> Vec<T> {
        let is_new = |call: &T| Some(id(call)) > self.point() && !self.seen.contains_key(id(call));
        let mut new: Vec<_> = calls.into_iter().filter(is_new).collect();
        new.sort_by(|one, other| id(one).cmp(id(other)));
        new.dedup_by(|one, other| id(one) == id(other));
        // Whatever is older than a call which was seen so long ago has been written since, and was in this answer.
        let settled = self.seen.iter().rev().find(|(_, seen)| **seen + LATE <= asked).map(|(id, _)| id.clone());
        if let Some(settled) = settled.filter(|id| Some(id.as_str()) > self.point()) {
            self.seen.retain(|id, _| *id > settled);
            self.settled = Some(settled);
        }
        self.seen.extend(new.iter().map(|call| (id(call).to_owned(), asked)));
        new
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn taken(follow: &mut Follow, calls: &[&'static str], at: u64) -> Vec<&'static str> {
        follow.take(calls.to_vec(), |id| id, seconds(at))
    }

    #[test]
    fn a_call_is_new_once_and_the_oldest_comes_first() {
        let mut follow = Follow::from_now(["b", "a"], seconds(0));

        assert_eq!(follow.point(), Some("a"));
        assert_eq!(taken(&mut follow, &["d", "c", "b"], 1), ["c", "d"]);
        assert_eq!(taken(&mut follow, &["d", "c", "b"], 2), [""; 0]);
        assert_eq!(taken(&mut follow, &["e", "d", "c", "b"], 3), ["e"]);
    }

    #[test]
    fn a_call_that_is_written_late_is_not_lost() {
        let mut follow = Follow::from_now(["a"], seconds(0));
        assert_eq!(taken(&mut follow, &["c"], 1), ["c"]);

        assert_eq!(taken(&mut follow, &["c", "b"], 16), ["b"]);
        assert_eq!(follow.point(), Some("c"));
        assert_eq!(follow.repeated(), 0);
    }

    #[test]
    fn an_empty_log_is_followed_from_its_beginning() {
        let mut follow = Follow::from_now([], seconds(0));

        assert_eq!(follow.point(), Some(BEFORE_ALL));
        assert_eq!(taken(&mut follow, &["a"], 1), ["a"]);
        assert_eq!((follow.point(), follow.repeated()), (Some(BEFORE_ALL), 1));
    }

    #[test]
    fn what_is_resumed_repeats_the_last_seconds_and_nothing_before() {
        let mut follow = Follow::after("a".to_owned());
        assert_eq!(taken(&mut follow, &["b"], 0), ["b"]);
        assert_eq!(taken(&mut follow, &["c", "b"], 20), ["c"]);

        let mut resumed = Follow::after(follow.point().unwrap().to_owned());

        assert_eq!(follow.repeated(), 1);
        assert_eq!(taken(&mut resumed, &["d", "c"], 0), ["c", "d"]);
    }

    proptest! {
        /// Calls begin at some second and are written up to 15 seconds later. Whatever is stopped and resumed in between,
        /// each call is taken, and without a stop it is taken once.
        #[test]
        fn no_call_is_lost_whenever_it_is_written(
            calls in proptest::collection::vec((1_u64..60, 0_u64..15), 0..40),
            stops in proptest::collection::btree_set(1_u64..80, 0..4),
        ) {
            let calls: Vec<_> = calls.iter().enumerate()
                .map(|(index, (begun, late))| (format!("{begun:03}-{index:03}"), begun + late)).collect();
            let mut follow = Follow::after("000".to_owned());
            let mut taken: BTreeMap<String, usize> = BTreeMap::new();
            for now in 1..100 {
                if stops.contains(&now) {
                    follow = Follow::after(follow.point().unwrap().to_owned());
                }
                let point = follow.point().unwrap().to_owned();
                let written = calls.iter().filter(|(id, at)| *at <= now && *id > point).map(|(id, _)| id.clone());
                for id in follow.take(written.collect(), |id| id.as_str(), seconds(now)) {
                    *taken.entry(id).or_default() += 1;
                }
            }
            prop_assert_eq!(taken.len(), calls.len());
            prop_assert!(!stops.is_empty() || taken.values().all(|times| *times == 1));
        }
    }
}
