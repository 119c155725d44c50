//! What a pipeline is called, and how its actions run.

use std::str::FromStr;
use std::time::Duration;

use crate::domain::Invalid;
use crate::domain::invalid::check_label;
use crate::domain::named::named_enum;

/// A pipeline's name: 3 to 80 characters, no control characters, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineName(String);

impl PipelineName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PipelineName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 80)?;
        if text.chars().count() < 3 {
            return Err(Invalid::new("must be at least 3 characters long"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// How many actions of a pipeline may run at a time, whatever resources they work on. 0, the default, sets no bound. The
/// actions of one resource run one after the other in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MaxParallelActions(u8);

impl MaxParallelActions {
    /// The largest bound: that of the published API.
    pub const MOST: u8 = 10;

    /// Takes 0 to 10.
    pub fn new(count: i64) -> Result<Self, Invalid> {
        let count = u8::try_from(count).ok().filter(|count| *count <= Self::MOST);
        count.map(Self).ok_or_else(|| Invalid::new("must be an integer from 0 to 10, where 0 sets no bound"))
    }

    /// The bound; 0 for none.
    pub fn get(self) -> u8 {
        self.0
    }
}

/// Names the workers that run a pipeline: those that ask for this label. Empty, the default, or 1 to 60 characters, no
/// control characters, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Label(String);

impl Label {
    /// The label as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Label {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if !text.is_empty() {
            check_label(text, 60)?;
        }
        Ok(Self(text.to_owned()))
    }
}

named_enum! {
    /// What becomes of an action whose worker is lost after a step has started.
    OnLost {
        Fail = "fail",
        RunAgain = "run_again",
    }
}

impl Default for OnLost {
    /// A step that was cut off may have done half of its work, and only its author knows whether it may begin again.
    fn default() -> Self {
        Self::Fail
    }
}

/// How long an action waits for a worker before it fails: 1 minute to 14 days, 3 days by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimWithin(u32);

impl ClaimWithin {
    /// Takes 60 to 1,209,600 seconds.
    pub fn new(seconds: i64) -> Result<Self, Invalid> {
        let seconds = u32::try_from(seconds).ok().filter(|seconds| (60..=1_209_600).contains(seconds));
        seconds.map(Self).ok_or_else(|| Invalid::new("must be an integer from 60 to 1209600"))
    }

    /// In whole seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// The time itself.
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0.into())
    }
}

impl Default for ClaimWithin {
    fn default() -> Self {
        Self(3 * 24 * 60 * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_3_to_80_characters() {
        for (text, taken) in [
            ("", false),
            ("ab", false),
            ("abc", true),
            ("a\nb", false),
            (" abc", false),
            (&*"é".repeat(80), true),
            (&*"é".repeat(81), false),
        ] {
            assert_eq!(text.parse::<PipelineName>().is_ok(), taken, "{text:?}");
        }
    }

    #[test]
    fn a_bound_is_0_to_10_and_0_by_default() {
        assert_eq!(MaxParallelActions::default().get(), 0);
        for (count, taken) in [(-1, false), (0, true), (10, true), (11, false), (256, false), (i64::MIN, false)] {
            assert_eq!(MaxParallelActions::new(count).is_ok(), taken, "{count}");
        }
    }

    #[test]
    fn a_label_may_be_empty() {
        assert_eq!("".parse::<Label>(), Ok(Label::default()));
        for (text, taken) in [("gpu", true), (" ", false), ("a\tb", false), (&*"x".repeat(61), false)] {
            assert_eq!(text.parse::<Label>().is_ok(), taken, "{text:?}");
        }
    }

    #[test]
    fn an_action_waits_for_a_worker_for_a_minute_to_14_days_and_3_days_by_default() {
        assert_eq!(ClaimWithin::default().duration(), Duration::from_hours(72));
        for (seconds, taken) in [(59, false), (60, true), (1_209_600, true), (1_209_601, false), (-60, false)] {
            assert_eq!(ClaimWithin::new(seconds).is_ok(), taken, "{seconds}");
        }
    }
}
