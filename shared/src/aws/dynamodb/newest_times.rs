//! The times of the newest attempts, each in an attribute of one item, `t1` being the newest: if the oldest of them is too
//! old to count, then fewer than all of them count. So one conditional update counts exactly, over any stretch of time,
//! however many attempts come at once.

use std::fmt::Write as _;

use super::item::Attributes;
use crate::domain::timestamp::Timestamp;

/// So many times.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewestTimes(pub(super) usize);

impl NewestTimes {
    /// The assignments that add `:at`. A time that is not known yet is `:never`.
    pub(super) fn adding(self) -> String {
        let mut update = "t1 = :at".to_owned();
        for (newer, older) in (1..self.0).zip(2..) {
            let _ = write!(update, ", t{older} = if_not_exists(t{newer}, :never)");
        }
        update
    }

    /// The condition that one more may be added: the oldest is not after `:since`.
    pub(super) fn has_room(self) -> String {
        let oldest = self.0;
        format!("attribute_not_exists(t{oldest}) OR t{oldest} <= :since")
    }

    /// The oldest, in an item that has them all.
    pub(super) fn oldest(self, item: &Attributes) -> Option<Timestamp> {
        item.get(&format!("t{}", self.0))?.as_n().ok()?.parse().ok().map(Timestamp::from_unix_millis)
    }
}
