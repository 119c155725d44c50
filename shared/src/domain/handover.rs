//! Secrets that a provider hands over to a hook.

use std::time::Duration;

use super::id::HookId;
use super::sealing::SealedSecret;
use super::timestamp::Timestamp;

/// How far a provider has handed over its secret. Until it has, the hook's secret is a random one that no one knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandedOver {
    /// The hook waits for it until then.
    Awaited(Timestamp),
    /// It came then.
    Received(Timestamp),
}

/// How long a hook waits for the secret that its provider hands over.
const HAND_OVER_TIME: Duration = Duration::from_hours(1);

/// How long the owner of a hook can see a secret that was handed over and must be pasted back.
const SHOWN_FOR: Duration = Duration::from_hours(1);

impl HandedOver {
    /// A hook waits from now on.
    pub fn awaited_from(now: Timestamp) -> Self {
        Self::Awaited(now.plus(HAND_OVER_TIME))
    }

    /// Whether the owner can still see a secret that must be pasted back.
    pub fn is_shown_at(self, now: Timestamp) -> bool {
        match self {
            Self::Received(at) => now < at.plus(SHOWN_FOR),
            Self::Awaited(_) => false,
        }
    }

    /// Until when the hook waits, if it still does.
    pub fn awaited_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Awaited(until) if now < until => Some(until),
            Self::Awaited(_) | Self::Received(_) => None,
        }
    }
}

/// One secret that a provider hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handing {
    /// Whose.
    pub hook: HookId,
    /// What stands in its place.
    pub current: SealedSecret,
    /// Until when the hook waits for it.
    pub awaited_until: Timestamp,
    /// The secret.
    pub new: SealedSecret,
    /// When it came.
    pub received_at: Timestamp,
    /// When the hook changes.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_waits_for_an_hour_and_shows_what_it_got_for_another() {
        let now = Timestamp::from_unix_seconds(1_764_403_200);
        let after = |minutes| now.plus(Duration::from_mins(minutes));
        let (awaited, received) = (HandedOver::awaited_from(now), HandedOver::Received(now));
        assert_eq!(awaited.awaited_at(after(59)), Some(after(60)));
        assert_eq!((awaited.awaited_at(after(60)), received.awaited_at(now)), (None, None));
        assert!(received.is_shown_at(after(59)) && !received.is_shown_at(after(60)) && !awaited.is_shown_at(now));
    }
}
