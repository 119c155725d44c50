//! Where a hook is in the list of its project.

use std::fmt;
use std::str::FromStr;

use super::HookRelation;
use crate::domain::Invalid;
use crate::domain::id::HookId;
use crate::domain::timestamp::Timestamp;

/// When a hook was created, and which one it is: two can be created within a millisecond. The printed forms sort as the
/// places do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HookPlace {
    created_at: Timestamp,
    id: HookId,
}

impl HookPlace {
    /// The place of this hook.
    pub fn of(hook: &HookRelation) -> Self {
        Self { created_at: hook.created_at, id: hook.id }
    }

    /// Whose place it is.
    pub fn hook(self) -> HookId {
        self.id
    }
}

impl fmt::Display for HookPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.created_at, self.id)
    }
}

impl FromStr for HookPlace {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("must be what the link `next` of a page has");
        let (created_at, id) = text.split_once('_').ok_or_else(invalid)?;
        let place = Self { created_at: created_at.parse().map_err(|_| invalid())?, id: id.parse()? };
        // One place, one spelling: RFC 3339 has several of an instant, which would not sort.
        if place.to_string() == text { Ok(place) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_and_sorts_as_it_is_printed() {
        let place = |millis, id| HookPlace {
            created_at: Timestamp::from_unix_millis(millis),
            id: HookId::from_random([id; 16]),
        };
        let places = [place(0, 9), place(1, 1), place(1, 2), place(1_800_000_000_000, 0)];
        for place in places {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        assert!(places.is_sorted() && places.map(|place| place.to_string()).is_sorted());
    }

    #[test]
    fn what_no_page_has_is_no_place() {
        let id = HookId::from_random([1; 16]);
        for text in ["", "_", &id.to_string(), &format!("2026-11-23T19:51:56Z_{id}"), "2026-11-23T19:51:56.061Z_x"] {
            assert!(text.parse::<HookPlace>().is_err(), "{text}");
        }
    }
}
