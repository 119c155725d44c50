//! One step of a pipeline.

use std::str::FromStr;

use crate::domain::Invalid;
use crate::domain::id::StepId;
use crate::domain::invalid::{check_label, check_lines};
use crate::domain::machine::MachineArn;
use crate::domain::named::named_enum;
use crate::domain::timestamp::Timestamp;

/// A step as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Names it among the steps of its pipeline.
    pub id: StepId,
    /// What its author says of it.
    pub draft: StepDraft,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What the author of a step says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDraft {
    /// For people.
    pub name: Option<StepName>,
    /// For people.
    pub description: Description,
    /// What kind of step it is.
    pub kind: StepType,
    /// What runs. Of a state machine: its ARN, or empty for the one that the deployment has for such steps.
    pub command: Command,
    /// What runs the command. It means nothing for a state machine, nor does the next.
    pub runner: Runner,
    /// As whom it runs.
    pub run_as_user: RunAsUser,
}

/// A step's name: 4 to 60 characters, no control characters, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepName(String);

impl StepName {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StepName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_label(text, 60)?;
        if text.chars().count() < 4 {
            return Err(Invalid::new("must be at least 4 characters long"));
        }
        Ok(Self(text.to_owned()))
    }
}

/// What a step is for: at most 255 characters, which may have several lines. Empty by default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description(String);

impl Description {
    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_lines(text, 0, 255)?;
        Ok(Self(text.to_owned()))
    }
}

/// What kind of step it is: a text of at most 20 characters, `custom` by default. One kind runs without a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepType(String);

/// The kind of a step that is an execution of AWS Step Functions.
const STEP_FUNCTIONS: &str = "step-functions";

impl StepType {
    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the step is an execution of a state machine, which no worker runs.
    pub fn is_machine(&self) -> bool {
        self.0 == STEP_FUNCTIONS
    }
}

impl Default for StepType {
    fn default() -> Self {
        Self("custom".to_owned())
    }
}

impl FromStr for StepType {
    type Err = Invalid;

    /// An empty text is the default: some clients send one for what they leave out.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        check_label(text, 20)?;
        Ok(Self(text.to_owned()))
    }
}

/// What a step runs: 10 to 300 characters, which may have several lines. Of a state machine: its ARN, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command(String);

impl Command {
    /// The command as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the command of a step of this kind.
    pub fn of(kind: &StepType, text: &str) -> Result<Self, Invalid> {
        if !kind.is_machine() {
            return text.parse();
        }
        if !text.is_empty() {
            text.parse::<MachineArn>()?;
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for Command {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        check_lines(text, 10, 300)?;
        if text.trim().is_empty() {
            return Err(Invalid::new("must not be blank"));
        }
        Ok(Self(text.to_owned()))
    }
}

named_enum! {
    /// What runs a step's command: a shell, or a package manager.
    Runner {
        Composer = "composer",
        Custom = "custom",
        Npm = "npm",
        Pip = "pip",
        Yarn = "yarn",
    }
}

/// As whom a step runs: the name of a user on the worker's machine, of at most 60 characters. Empty, the default, for
/// the worker's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunAsUser(String);

impl RunAsUser {
    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RunAsUser {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if !text.is_empty() {
            check_label(text, 60)?;
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_10_to_300_characters_on_any_number_of_lines() {
        for (text, taken) in [
            ("make all", false),
            ("make build", true),
            ("make build\n\tmake test\n", true),
            ("make build\r\nmake test", false),
            ("make build\0", false),
            ("\x1b[2Jmake build", false),
            ("          ", false),
            (&*"é".repeat(300), true),
            (&*"é".repeat(301), false),
        ] {
            assert_eq!(text.parse::<Command>().is_ok(), taken, "{text:?}");
        }
    }

    #[test]
    fn a_name_has_4_to_60_characters_and_a_description_up_to_255() {
        for (text, taken) in [("", false), ("run", false), ("test", true), (&*"x".repeat(61), false)] {
            assert_eq!(text.parse::<StepName>().is_ok(), taken, "{text:?}");
        }
        for (text, taken) in
            [("", true), ("a\nb", true), ("a\rb", false), (&*"x".repeat(255), true), (&*"x".repeat(256), false)]
        {
            assert_eq!(text.parse::<Description>().is_ok(), taken, "{text:?}");
        }
    }

    #[test]
    fn a_step_is_custom_unless_it_says_otherwise() {
        assert_eq!("".parse::<StepType>(), Ok(StepType::default()));
        assert_eq!("build".parse::<StepType>().unwrap().as_str(), "build");
        assert!("x".repeat(21).parse::<StepType>().is_err());
        for (kind, is_machine) in [("", false), ("custom", false), ("Step-Functions", false), (STEP_FUNCTIONS, true)] {
            assert_eq!(kind.parse::<StepType>().unwrap().is_machine(), is_machine, "{kind}");
        }
    }

    #[test]
    fn a_state_machine_is_named_by_its_arn_or_not_at_all_and_no_shell_runs_nothing() {
        let arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:deploy";
        let (machine, shell) = (STEP_FUNCTIONS.parse().unwrap(), StepType::default());
        for (command, of_machine, of_shell) in
            [("", true, false), (arn, true, true), ("make build", false, true), ("arn:aws:states:*", false, true)]
        {
            assert_eq!(Command::of(&machine, command).is_ok(), of_machine, "{command}");
            assert_eq!(Command::of(&shell, command).is_ok(), of_shell, "{command}");
        }
    }

    #[test]
    fn a_user_may_be_left_out() {
        assert_eq!("".parse::<RunAsUser>(), Ok(RunAsUser::default()));
        for (text, taken) in [("deploy", true), (" deploy", false), ("a\nb", false), (&*"x".repeat(61), false)] {
            assert_eq!(text.parse::<RunAsUser>().is_ok(), taken, "{text:?}");
        }
    }
}
