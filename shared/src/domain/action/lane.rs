//! Where actions wait: in the lane of their resource, and at the gate of their pipeline.

use std::fmt;
use std::str::FromStr;

use super::succession::Succession;
use crate::domain::Invalid;
use crate::domain::hook::{Resource, ResourceType};
use crate::domain::id::{ActionId, ProjectId, ResourceId};

/// The lane of a resource: one of its actions has the turn, and the others wait in the order of their jobs. It is
/// printed as the message group of the resource's jobs, such as `1.application.42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// The tenant.
    pub project_id: ProjectId,
    /// What the actions work on.
    pub resource: Resource,
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.project_id, self.resource.kind, self.resource.id)
    }
}

impl FromStr for Lane {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or_else(|| Invalid::new("must be a project, a type and an id"));
        let (project, kind, id) = (part()?, part()?, part()?);
        let resource = Resource { kind: kind.parse::<ResourceType>()?, id: id.parse::<ResourceId>()? };
        Ok(Self { project_id: project.parse()?, resource })
    }
}

/// The place of a job in its message group, as the queue counts it: 20 digits, so that their order is that of the texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence(String);

impl Sequence {
    /// The 20 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sequence {
    type Err = Invalid;

    /// Takes 1 to 20 digits. The queue may leave out zeros in front.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(format!("{text:0>20}")))
        } else {
            Err(Invalid::new("must be 1 to 20 digits"))
        }
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An action that waits in its lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiter {
    /// Its place.
    pub sequence: Sequence,
    /// Which one.
    pub action: ActionId,
    /// The succession that it belongs to, if only the newest action of one runs.
    pub succession: Option<Succession>,
}

/// A lane, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LaneState {
    /// The action that has the turn.
    pub holder: Option<ActionId>,
    /// The first of those that wait.
    pub waiters: Vec<Waiter>,
}

/// An action that waits for its pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateWaiter {
    /// Which one.
    pub action: ActionId,
    /// The first waiter of this lane.
    pub lane: Lane,
}

/// The gate of a pipeline, as it was read: how many of its actions have their turn, and how many may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// How many may; 0 for any number.
    pub max: i64,
    /// How many have.
    pub running: i64,
    /// Whether the pipeline was deleted.
    pub deleted: bool,
    /// The first of those that wait.
    pub waiters: Vec<GateWaiter>,
}

/// How many lanes one end wakes behind its pipeline's gate.
const MOST_WOKEN: usize = 9;

impl Gate {
    /// The lanes to wake now that one more of the pipeline's actions may have its turn: those of as many waiters as
    /// there is room for. All waiters of a deleted pipeline find out that it was deleted.
    pub fn lanes_to_wake(&self) -> Vec<Lane> {
        let room = usize::try_from(self.max.saturating_sub(self.running)).unwrap_or_default();
        let room = if self.max == 0 || self.deleted { MOST_WOKEN } else { room.min(MOST_WOKEN) };
        self.waiters.iter().take(room).map(|waiter| waiter.lane).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_read_as_it_was_printed() {
        let lane: Lane = "1.network-rule.42".parse().unwrap();
        assert_eq!((lane.resource.kind, lane.to_string()), (ResourceType::NetworkRule, "1.network-rule.42".to_owned()));
        for text in ["", "1", "1.application", "1.application.", "0.application.1", "1.app.1", "1.application.1.2"] {
            assert!(text.parse::<Lane>().is_err(), "{text}");
        }
    }

    #[test]
    fn places_sort_as_their_numbers() {
        let places: Vec<Sequence> =
            ["9", "10", "18850373679484891136"].map(|place| place.parse().unwrap()).into_iter().collect();
        assert!(places.is_sorted() && places.iter().all(|place| place.as_str().len() == 20), "{places:?}");
        for text in ["", "-1", "1.0", "x", "123456789012345678901"] {
            assert!(text.parse::<Sequence>().is_err(), "{text}");
        }
    }

    #[test]
    fn as_many_lanes_are_woken_as_there_is_room_for() {
        let lane = |id: i64| format!("1.application.{id}").parse::<Lane>().unwrap();
        let waiters = (1..=10).map(|id| GateWaiter { action: ActionId::new(id).unwrap(), lane: lane(id) }).collect();
        let gate = Gate { max: 3, running: 2, deleted: false, waiters };
        assert_eq!(gate.lanes_to_wake(), [lane(1)]);
        assert_eq!(Gate { running: 3, ..gate.clone() }.lanes_to_wake(), [], "it is full");
        assert_eq!(Gate { running: 5, ..gate.clone() }.lanes_to_wake(), [], "its bound was lowered");
        assert_eq!(Gate { max: 0, ..gate.clone() }.lanes_to_wake().len(), MOST_WOKEN, "it has no bound any more");
        assert_eq!(Gate { deleted: true, running: 3, ..gate }.lanes_to_wake().len(), MOST_WOKEN);
    }
}
